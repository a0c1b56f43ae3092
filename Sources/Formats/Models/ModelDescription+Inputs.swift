import SynfireNeuralNetworks

extension ModelDescription {
    /// An input as it was described, with where.
    struct InputEntry {
        let value: DescriptionValue
        let input: Graph.Input
    }

    /// No image has more values along an axis, or in all.
    private static let largestExtent = 1 << 28

    /// The one `input`, or the named `inputs`.
    static func inputs(_ root: DescriptionSection) throws -> [InputEntry] {
        guard let several = root["inputs"] else {
            let value = try root.required("input")
            return [InputEntry(value: value, input: Graph.Input(Graph.inputName, shape: try shape(value)))]
        }
        if let one = root["input"] {
            throw one.failure(.conflict("'input' and 'inputs' are both given; give one of them"))
        }
        let section = try DescriptionSection(several)
        guard !section.entries.isEmpty else {
            throw several.failure(.wrongKind(what: several.what, found: "empty", expected: "a name and shape each"))
        }
        return try section.entries.map {
            InputEntry(value: $0.value, input: Graph.Input($0.name, shape: try shape($0.value)))
        }
    }

    private static func shape(_ value: DescriptionValue) throws -> [Int] {
        let expected = "[features], [channels, length] or [channels, rows, columns]"
        let extents = try value.list("a list: \(expected)")
        guard (1...Graph.mostAxes).contains(extents.count) else {
            throw value.failure(
                .wrongKind(what: value.what, found: "a list of \(extents.count)", expected: expected))
        }
        let shape = try extents.map { try $0.integer(1...largestExtent) }
        guard shape.reduce(1.0, { $0 * Double($1) }) <= Double(largestExtent) else {
            throw value.failure(.tooLarge(what: value.what, limit: "2^28 values"))
        }
        return shape
    }
}

/// How parameters start, in a description: a method's name, or a section with it as `type`.
enum InitializerDescription {
    private static let keys = ["type", "gain", "mode", "bias"]

    static func read(_ value: DescriptionValue) throws -> Initializer {
        guard value.isSection else { return Initializer(try method(value)) }
        let section = try DescriptionSection(value, keys: keys)
        var initializer = Initializer(try method(try section.required("type")))
        if let gain = section["gain"] { initializer.gain = try gain.real() }
        if let bias = section["bias"] { initializer.bias = try bias.real() }
        if let mode = section["mode"] {
            let name = try mode.text()
            guard let fan = Initializer.Fan(rawValue: name) else {
                throw mode.failure(
                    .unknownName(name, what: "mode", known: Initializer.Fan.allCases.map(\.rawValue)))
            }
            initializer.fan = fan
        }
        return initializer
    }

    private static func method(_ value: DescriptionValue) throws -> Initializer.Method {
        let name = try value.text()
        guard let method = Initializer.Method(named: name) else {
            throw value.failure(
                .unknownName(name, what: "way to start", known: Initializer.Method.allCases.map(\.rawValue)))
        }
        return method
    }

    /// The value to write.
    static func text(_ initializer: Initializer) -> String {
        var fields: [DescriptionWriter.Field] = [("type", initializer.method.rawValue)]
        if initializer.gain != initializer.method.defaultGain {
            fields.append(("gain", DescriptionWriter.number(initializer.gain)))
        }
        if initializer.fan != .input { fields.append(("mode", initializer.fan.rawValue)) }
        if initializer.bias != 0 { fields.append(("bias", DescriptionWriter.number(initializer.bias))) }
        return fields.count == 1 ? fields[0].value : DescriptionWriter.section(fields)
    }
}
