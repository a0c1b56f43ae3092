import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks

extension NIRNodeFields {
    /// The population that an `IF` or `I` node is.
    ///
    /// - Parameters:
    ///   - input: The shape that comes to it; `nil` where nothing does.
    ///   - current: The constant that comes to it.
    ///   - divisor: What `r` is divided by, see ``NIRTiming``.
    func population(input: [Int]?, current: [Double]?, divisor: Double) throws -> Population {
        var factor = try numbers("r")
        factor.values = factor.values.map { $0 / divisor }
        var parameters: [String: (values: [Double], shape: [Int])] = ["r": factor]
        if type == "IF" {
            parameters["v_threshold"] = try numbers("v_threshold")
            if try has("v_reset") { parameters["v_reset"] = try numbers("v_reset") }
        }
        let largest = parameters.values.map(\.shape).max { $0.reduce(1, *) < $1.reduce(1, *) } ?? []
        let shape = input ?? (largest.isEmpty ? [1] : largest)
        var columns: [String: Column] = [:]
        for (symbol, value) in parameters { columns[symbol] = try column(symbol, value, shape: shape) }
        if let current { columns["i"] = Column.compact(current, shape: shape) }
        if try has("metadata/initial_potential") {
            let potential = try numbers("metadata/initial_potential")
            columns["v"] = try column("metadata/initial_potential", potential, shape: shape)
        }
        if type == "IF", try has("metadata/onset") {
            columns["onset"] = try column("metadata/onset", try numbers("metadata/onset"), shape: shape)
        }
        var options: [String: String] = [:]
        if type == "IF" {
            options["reset"] = try has("metadata/reset") ? text("metadata/reset") ?? "" : "to_value"
        }
        let model: any NeuronModel.Type = type == "IF" ? IntegrateAndFire.self : Integrator.self
        do {
            return try Population(
                name, shape: shape, model: model, parameters: columns.mapValues { ParameterValue($0) }, options: options
            )
        } catch { throw NIRError.network(file: file, error) }
    }

    /// Numbers for a population, spread as NumPy does: axes of extent 1 are repeated.
    private func column(
        _ field: String, _ numbers: (values: [Double], shape: [Int]), shape: [Int]
    ) throws(NIRError) -> Column {
        if numbers.values.count == 1 { return .uniform(numbers.values[0]) }
        if numbers.shape == shape { return Column.compact(numbers.values, shape: shape) }
        let missing = shape.count - numbers.shape.count
        let own = [Int](repeating: 1, count: max(missing, 0)) + numbers.shape
        guard missing >= 0, zip(own, shape).allSatisfy({ $0 == 1 || $0 == $1 }) else {
            throw bad(field, "its shape \(numbers.shape) does not fit the shape \(shape) of what comes to the node")
        }
        let count = shape.reduce(1, *)
        var places = [Int](repeating: 0, count: count)
        var (step, inner) = (1, 1)
        for axis in shape.indices.reversed() {
            if own[axis] > 1 {
                for index in 0..<count { places[index] += index / inner % shape[axis] * step }
            }
            step *= own[axis]
            inner *= shape[axis]
        }
        return Column.compact(places.map { numbers.values[$0] }, shape: shape)
    }

    /// The shape that comes to a node with nothing in front of it, where its fields tell.
    func inputShape() throws -> [Int]? {
        switch type {
        case "IF", "I":
            let shape = try numbers("r").shape
            return shape.isEmpty ? [1] : shape
        case "Affine", "Linear":
            let shape = try weights("weight").shape
            return shape.count >= 2 ? shape.dropLast(2) + shape.suffix(1) : nil
        case "Scale": return try weights("scale").shape
        case "Conv2d":
            let shape = try weights("weight").shape
            guard try has("input_shape"), shape.count == 4 else { return nil }
            let (extent, groups) = (try pair("input_shape"), try integer("groups"))
            let channels = shape[1].multipliedReportingOverflow(by: groups)
            guard !channels.overflow, channels.partialValue > 0, extent.min() > 0 else { return nil }
            return [channels.partialValue, extent.x, extent.y]
        case "Flatten": return try has("input_type") ? extents() : nil
        default: return nil
        }
    }
}
