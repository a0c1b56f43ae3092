import SynfireTensors

/// What the pooling layers share: their rows, and the choice of a kernel.
enum PoolingRules {
    /// The rows of both poolings of feature maps that say where windows lie.
    static let mapRows = [
        HyperparameterRow("kernel_size", .pair, allowed: .atLeast(1), "Rows and columns of the window."),
        HyperparameterRow(
            "stride", .pair, default: .same(as: "kernel_size"), allowed: .atLeast(1),
            "How far the window moves at a time; the window's size if not given."),
        HyperparameterRow(
            "padding", .padding, default: .value(.padding(0)), allowed: .atLeast(0),
            "What is added around the image, at most half the window; 'same' makes an edge of n ⌈n / stride⌉ long."),
    ]

    /// The rows of both poolings of signals that say where windows lie.
    static let signalRows = [
        HyperparameterRow("kernel_size", .integer, allowed: .atLeast(1), "The length of the window."),
        HyperparameterRow(
            "stride", .integer, default: .same(as: "kernel_size"), allowed: .atLeast(1),
            "How far the window moves at a time; the window's length if not given."),
        HyperparameterRow(
            "padding", .padding, default: .value(.padding(0)), allowed: .atLeast(0),
            "What is added on each side, or [before, after], at most half the window; 'same' makes a length of n "
                + "⌈n / stride⌉."),
    ]

    /// The row of all poolings that says what becomes of a rest.
    static let ceilRow = HyperparameterRow(
        "ceil_mode", .flag, default: .value(.flag(false)),
        "Whether a last window may reach beyond the edge, where values would else be left over.")

    /// Pooling by oneDNN where it computes what PyTorch does, else by loops of our own.
    static func kernel(
        _ operation: Pooling.Operation, _ settings: WindowSettings, _ request: KernelRequest
    ) throws -> any LayerKernel {
        let input = request.inputs[0]
        let window = settings.window(over: input.shape)
        let overhangs = window.rows.overhang > 0 || window.columns.overhang > 0
        // oneDNN would divide by what overhangs, too, and counts in 32 bits.
        let suits =
            settings.dilation == 1 && max(settings.kernel.rows, settings.kernel.columns) < 1 << 15
            && !(operation == .averageWithPadding && overhangs)
        if suits { return try PoolingKernel(operation, window, request) }
        let (rows, columns) = window.outputSize(rows: input.rows, columns: input.columns)
        let countsPadding = operation == .averageWithPadding
        return try RangePoolingKernel(
            RangePooling(
                operation == .maximum ? .maximum : .average, input: input,
                output: ValueLayout(
                    shape: WindowSettings.shape(input.channels, rows, columns, isSignal: settings.isSignal),
                    block: input.block),
                rows: PoolingAxis(window.rows, over: input.rows, countsPadding: countsPadding),
                columns: PoolingAxis(window.columns, over: input.columns, countsPadding: countsPadding)), request)
    }
}

/// Pooling by oneDNN, in whatever layout the values come.
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
