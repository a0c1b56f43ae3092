import SynfireTensors

/// Some axes as one: by default a feature map as one vector, channel after channel, row after row.
public struct Flatten: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Flatten", "Makes one axis of several: by default one vector of a feature map, channels slowest.",
        rows: [
            HyperparameterRow(
                "start_dim", .integer, default: .value(.integer(1)),
                "The first axis that is joined, counted as in a batch: 1 is that of channels."),
            HyperparameterRow(
                "end_dim", .integer, default: .value(.integer(-1)), "The last axis that is joined; -1 is the last."),
        ])

    /// The first axis that is joined, counted as in a batch.
    public let firstAxis: Int
    /// The last axis that is joined, counted as in a batch.
    public let lastAxis: Int

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        (firstAxis, lastAxis) = (values.integer("start_dim"), values.integer("end_dim"))
        try Axis.check("Flatten", "start_dim", firstAxis)
        try Axis.check("Flatten", "end_dim", lastAxis)
    }

    /// Makes a layer that joins all axes.
    public init() { (firstAxis, lastAxis) = (1, -1) }

    /// Makes a layer that joins some axes, counted as in a batch.
    public init(from firstAxis: Int, to lastAxis: Int = -1) throws {
        try self.init(Self.schema.resolve(["start_dim": .integer(firstAxis), "end_dim": .integer(lastAxis)]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues(["start_dim": .integer(firstAxis), "end_dim": .integer(lastAxis)])
    }

    /// (channels · rows · columns), if all axes are joined.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        let shape = inputs[0]
        let (first, last) = (try Axis.required(firstAxis, in: shape), try Axis.required(lastAxis, in: shape))
        guard first <= last else {
            throw InputMismatch("axes of which start_dim \(firstAxis) is not behind end_dim \(lastAxis)")
        }
        return shape[..<first] + [shape[first...last].reduce(1, *)] + shape[(last + 1)...]
    }

    /// Another view of the same memory.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let input = request.inputs[0]
        return ReshapeKernel(input.plain, as: ValueLayout(shape: try outputShape(for: [input.shape])))
    }
}
