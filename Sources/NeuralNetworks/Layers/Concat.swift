import SynfireTensors

/// Values one behind the other along an axis, such as the channels of several feature maps.
public struct Concat: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Concat", "Joins values along an axis.",
        rows: [
            HyperparameterRow(
                "dim", .integer, default: .value(.integer(1)),
                "The axis, counted as in a batch: 1 is that of channels or features, -1 the last.")
        ])
    /// Two and more.
    public static let inputCount = 2...Int.max

    /// The axis, counted as in a batch.
    public let axis: Int

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        axis = values.integer("dim")
        try Axis.check("Concat", "dim", axis)
    }

    /// Makes a layer that joins along an axis, counted as in a batch.
    public init(axis: Int = 1) throws { try self.init(Self.schema.resolve(["dim": .integer(axis)])) }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues { HyperparameterValues(["dim": .integer(axis)]) }

    /// The inputs' shape, as long along the axis as all of them.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        let index = try Axis.required(axis, in: inputs[0])
        var shape = inputs[0]
        shape[index] = 0
        for input in inputs {
            guard input.count == shape.count,
                shape.indices.allSatisfy({ $0 == index || input[$0] == shape[$0] })
            else { throw InputMismatch("inputs that differ along axis \(axis) only") }
            let (sum, overflow) = shape[index].addingReportingOverflow(input[index])
            guard !overflow else { throw InputMismatch("smaller inputs") }
            shape[index] = sum
        }
        return shape
    }

    /// Copies of our own.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let shapes = request.inputs.map(\.shape)
        return ConcatKernel(
            try Axis.required(axis, in: shapes[0]), output: try outputShape(for: shapes), request)
    }
}

private final class ConcatKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = []

    /// How often an image's inputs alternate.
    private let turns: Int
    /// How many numbers of each input follow each other, and where they go.
    private let runs: [(count: Int, offset: Int)]

    init(_ axis: Int, output shape: [Int], _ request: KernelRequest) {
        // Blocks of channels can be joined where no filling comes to lie in the middle. Along other axes they always can.
        let block =
            request.inputs.map(\.block).filter { block in
                axis > 0 || request.inputs.dropLast().allSatisfy { $0.channels % block == 0 }
            }.max() ?? 1
        let output = ValueLayout(shape: shape, block: block)
        let inputs = request.inputs.map { ValueLayout(shape: $0.shape, block: block) }
        self.output = output
        self.inputs = inputs
        turns = output.memoryShape[..<axis].reduce(1, *)
        var offset = 0
        runs = inputs.map { input in
            let count = input.memoryShape[axis...].reduce(1, *)
            defer { offset += count }
            return (count, offset)
        }
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        let stride = runs.reduce(0) { $0 + $1.count }
        return [
            .shards { [self] shard in
                for (input, run) in zip(inputs, runs) {
                    let (x, y) = (input.pointer(shard), output.pointer(shard) + run.offset)
                    for turn in 0..<turns * shard.images {
                        (y + turn * stride).update(from: x + turn * run.count, count: run.count)
                    }
                }
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        let stride = runs.reduce(0) { $0 + $1.count }
        return [
            .shards { [self] shard in
                for (gradient, run) in zip(values.inputGradients, runs) {
                    guard let gradient else { continue }
                    let (dx, dy) = (gradient.pointer(shard), values.outputGradient.pointer(shard) + run.offset)
                    for turn in 0..<turns * shard.images {
                        (dx + turn * run.count).update(from: dy + turn * stride, count: run.count)
                    }
                }
            }
        ]
    }
}
