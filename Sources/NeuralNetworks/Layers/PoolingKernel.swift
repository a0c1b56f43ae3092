import Tensors

/// What the pooling layers share: window rules and a kernel over oneDNN's pooling.
enum PoolingRules {
    /// The rows that both layers have.
    static let rows = [
        HyperparameterRow("kernel_size", .pair, allowed: .atLeast(1), "Rows and columns of the window."),
        HyperparameterRow(
            "stride", .pair, default: .same(as: "kernel_size"), allowed: .atLeast(1),
            "How far the window moves at a time; the window's size if not given."),
        HyperparameterRow(
            "padding", .pair, default: .value(.pair(0)), allowed: .atLeast(0),
            "Rows and columns added on each side, at most half the window."),
    ]

    /// Makes a window of checked values.
    static func window(_ kind: String, _ values: HyperparameterValues) throws -> (Pair, Pair, Pair) {
        let (kernel, padding) = (values.pair("kernel_size"), values.pair("padding"))
        guard 2 * padding.rows <= kernel.rows, 2 * padding.columns <= kernel.columns else {
            throw NetworkError.hyperparameterConflict(
                kind: kind, reason: "padding is \(padding), which is more than half of kernel_size \(kernel)")
        }
        return (kernel, values.pair("stride"), padding)
    }

    /// The shape after a window has passed over a feature map, or what would be right.
    static func outputShape(for shape: [Int], _ window: Window) throws(InputMismatch) -> [Int] {
        guard shape.count == 3 else { throw InputMismatch("a feature map of shape [channels, rows, columns]") }
        let (rows, columns) = window.outputSize(rows: shape[1], columns: shape[2])
        guard rows > 0, columns > 0 else {
            throw InputMismatch(
                "at least \(max(1, window.kernel.0 - 2 * window.padding.0)) rows and "
                    + "\(max(1, window.kernel.1 - 2 * window.padding.1)) columns for its window to fit")
        }
        return [shape[0], rows, columns]
    }
}

/// Pooling in whatever layout the values come.
final class PoolingKernel: LayerKernel {
    private let pooling: Pooling
    private let workspace: FloatBuffer?
    private let workspaceStride: Int

    init(_ operation: Pooling.Operation, _ window: Window, _ request: KernelRequest) throws {
        pooling = try Pooling(
            operation, input: request.inputs[0], window: window, training: request.isTraining,
            images: request.shardImages, context: request.context)
        workspaceStride = (pooling.workspaceCount + 15) / 16 * 16
        workspace = workspaceStride > 0 ? try FloatBuffer(count: workspaceStride * request.slots) : nil
    }

    var inputs: [ValueLayout] { [pooling.input] }
    var output: ValueLayout { pooling.output }
    let memoryUse: MemoryUse = []

    func prepare(images: Int) throws { try pooling.prepare(images: images) }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                try pooling.forward(
                    inputs[0].pointer(shard), into: output.pointer(shard),
                    workspace: workspace.map { $0.base + shard.slot * workspaceStride }, images: shard.images,
                    worker: shard.worker)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        return [
            .shards { [self] shard in
                try pooling.backward(
                    values.outputGradient.pointer(shard), into: inputGradient.pointer(shard),
                    workspace: workspace.map { $0.base + shard.slot * workspaceStride }, images: shard.images,
                    worker: shard.worker)
            }
        ]
    }
}
