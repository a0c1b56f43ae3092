import SynfireTensors

/// One axis as several: the opposite of ``Flatten``.
public struct Unflatten: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Unflatten", "Makes several axes of one.",
        rows: [
            HyperparameterRow(
                "dim", .integer, "The axis that is cut up, counted as in a batch: 1 is that of channels or features."),
            HyperparameterRow(
                "unflattened_size", .list, allowed: .atLeast(-1),
                "The extents of the new axes; one may be -1, and is what is left over."),
        ])

    /// The axis that is cut up, counted as in a batch.
    public let axis: Int
    /// The extents of the new axes; one may be −1.
    public let sizes: [Int]

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        (axis, sizes) = (values.integer("dim"), values.list("unflattened_size"))
        try Axis.check("Unflatten", "dim", axis)
        try Reshape.check("Unflatten", "unflattened_size", sizes)
    }

    /// Makes a layer that cuts up an axis, counted as in a batch.
    public init(axis: Int = 1, sizes: [Int]) throws {
        try self.init(Self.schema.resolve(["dim": .integer(axis), "unflattened_size": .list(sizes)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["dim": .integer(axis), "unflattened_size": .list(sizes)])
    }

    /// The input's shape with the new axes for the old.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        let shape = inputs[0]
        let index = try Axis.required(axis, in: shape)
        guard let extents = Reshape.resolved(sizes, count: shape[index]) else {
            throw InputMismatch("an axis \(axis) as long as the sizes \(sizes) make it")
        }
        return shape[..<index] + extents + shape[(index + 1)...]
    }

    /// Another view of the same memory.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let input = request.inputs[0]
        return ReshapeKernel(input.plain, as: ValueLayout(shape: try outputShape(for: [input.shape])))
    }
}
