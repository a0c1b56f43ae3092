import SynfireTensors

/// The same numbers in the same order, in another shape.
public struct Reshape: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Reshape", "Gives the values of each image another shape.",
        rows: [
            HyperparameterRow(
                "shape", .list, allowed: .atLeast(-1),
                "The new extents without the batch's; one may be -1, and is what is left over.")
        ])

    /// The new extents; one may be −1.
    public let shape: [Int]

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        shape = values.list("shape")
        try Self.check("Reshape", "shape", shape)
    }

    /// Makes a layer.
    public init(to shape: [Int]) throws { try self.init(Self.schema.resolve(["shape": .list(shape)])) }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues { HyperparameterValues(["shape": .list(shape)]) }

    static func check(_ kind: String, _ name: String, _ shape: [Int]) throws {
        guard !shape.isEmpty, !shape.contains(0), shape.count(where: { $0 == -1 }) <= 1 else {
            throw NetworkError.hyperparameterConflict(
                kind: kind, reason: "\(name) is \(shape), but needs extents of at least 1, of which one may be -1")
        }
    }

    /// The extents with what is left over for −1, or nil where they do not hold `count` numbers.
    static func resolved(_ shape: [Int], count: Int) -> [Int]? {
        var known = 1
        for extent in shape where extent != -1 {
            let (product, overflow) = known.multipliedReportingOverflow(by: extent)
            guard !overflow else { return nil }
            known = product
        }
        guard shape.contains(-1) ? count % known == 0 : count == known else { return nil }
        return shape.map { $0 == -1 ? count / known : $0 }
    }

    /// The new extents.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard let result = Self.resolved(shape, count: inputs[0].reduce(1, *)) else {
            throw InputMismatch("as many values as the shape \(shape) holds")
        }
        return result
    }

    /// Another view of the same memory.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let input = request.inputs[0]
        return ReshapeKernel(input.plain, as: ValueLayout(shape: try outputShape(for: [input.shape])))
    }
}
