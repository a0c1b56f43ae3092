import SynfireTensors

/// The axes of each image in another order.
public struct Permute: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Permute", "Puts the axes of each image into another order.",
        rows: [
            HyperparameterRow(
                "dims", .list, allowed: .atLeast(0),
                "Which axis of the input each axis of the output is, counted as in a batch; the batch's 0 may lead.")
        ])

    /// Which axis of the input each axis of the output is, from 1 on.
    public let axes: [Int]

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        let given = values.list("dims")
        axes = given.first == 0 ? Array(given.dropFirst()) : given
        guard !axes.isEmpty, axes.sorted() == Array(1...axes.count) else {
            throw NetworkError.hyperparameterConflict(
                kind: "Permute", reason: "dims is \(given), but has to name each axis from 1 on once")
        }
    }

    /// Makes a layer; axes are counted as in a batch, whose own 0 may lead.
    public init(_ axes: [Int]) throws { try self.init(Self.schema.resolve(["dims": .list(axes)])) }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues { HyperparameterValues(["dims": .list(axes)]) }

    /// The input's extents in the new order.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0].count == axes.count else {
            throw InputMismatch("values of \(axes.count) \(axes.count == 1 ? "axis" : "axes")")
        }
        return axes.map { inputs[0][$0 - 1] }
    }

    /// Copies of our own between plain values.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        PermuteKernel(axes.map { $0 - 1 }, request)
    }
}

private final class PermuteKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = []

    /// Through the output in order; the second array is the input.
    private let walk: StridedWalk

    init(_ axes: [Int], _ request: KernelRequest) {
        let input = request.inputs[0].plain
        inputs = [input]
        output = ValueLayout(shape: axes.map { input.shape[$0] })
        let strides = StridedWalk.strides(of: input.shape)
        walk = StridedWalk(
            shape: output.shape, strides: [StridedWalk.strides(of: output.shape), axes.map { strides[$0] }])
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        let (walk, size) = (walk, output.layout.imageStride)
        return [
            .shards { shard in
                let (x, y) = (inputs[0].pointer(shard), output.pointer(shard))
                for image in 0..<shard.images {
                    walk.forEachRun { offsets in
                        let (x, y) = (x + image * size + offsets[1], y + image * size + offsets[0])
                        let step = walk.innerSteps[1]
                        for i in 0..<walk.innerCount { y[i] = x[i * step] }
                    }
                }
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        let (walk, size) = (walk, output.imageStride)
        return [
            .shards { shard in
                let (dy, dx) = (values.outputGradient.pointer(shard), inputGradient.pointer(shard))
                for image in 0..<shard.images {
                    walk.forEachRun { offsets in
                        let (dx, dy) = (dx + image * size + offsets[1], dy + image * size + offsets[0])
                        let step = walk.innerSteps[1]
                        for i in 0..<walk.innerCount { dx[i * step] = dy[i] }
                    }
                }
            }
        ]
    }
}
