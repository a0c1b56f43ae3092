import SynfireParallel
import SynfireTensors

/// A graph made ready to run: kernels compiled, memory taken, steps in order.
///
/// A batch is cut into shards of a fixed number of images. In training every shard keeps its values until the way back;
/// in use a shard goes through the whole network at once, in memory that its worker reuses.
///
/// Not for several threads at once; its owner sees to that.
final class ExecutionPlan {
    /// Images a shard in training.
    ///
    /// Fixed, since sums are taken a shard at a time; 8 images of a small network fit into the cache of a core, and are
    /// enough for the kernels to be worth starting.
    static let shardImages = 8

    /// Images a shard in use, where shards do not depend on each other: 8 to 64, as many as have their largest values in
    /// half a megabyte, since weights are read once a shard.
    static func shardImages(inUseOf graph: Graph) -> Int {
        let largest = graph.shapes.values.map { $0.reduce(1, *) }.max() ?? 1
        let fitting = (1 << 19) / (2 * MemoryLayout<Float>.stride * largest)
        return [64, 32, 16].first { $0 <= fitting } ?? shardImages
    }

    let batch: BatchState
    let store: ParameterStore
    /// The network's outputs, one row an image.
    let outputs: [ValueBuffer]
    /// The gradients with respect to the inputs, where they were asked for.
    let inputGradients: [ValueBuffer]
    /// The memory of values between layers.
    let memory: ActivationMemory
    /// How many images a batch may have.
    let capacity: Int
    let shardImages: Int

    private let arena: FloatBuffer?
    private let pool: WorkerPool
    private let isTraining: Bool
    private let kernels: [any LayerKernel]
    private let reorders: [Reorder]
    private let forwardRunner: StepRunner
    private let backwardRunner: StepRunner?
    private let refreshTasks: [@Sendable (Int) throws -> Void]
    private let source: Source
    private let sinks: [String: Sink]
    private var prepared: Set<Int> = []
    private var parametersChanged = true

    /// Where a batch's images are, while it runs.
    ///
    /// Unchecked `Sendable`: written only while no step runs.
    final class Source: @unchecked Sendable {
        /// By input.
        var images: [UnsafePointer<Float>?]

        init(inputs: Int) {
            images = Array(repeating: nil, count: inputs)
        }
    }

    /// What a loss does with a shard between forward and backward: reads an output and writes its gradient.
    typealias Loss = @Sendable (Shard, _ output: ValueBuffer, _ gradient: ValueBuffer) -> Void

    /// Where a layer's values go, in plain order, while a batch runs.
    ///
    /// Unchecked `Sendable`: written only while no step runs.
    final class Sink: @unchecked Sendable {
        var values: UnsafeMutablePointer<Float>?
    }

    /// What a plan is for.
    struct Purpose {
        var isTraining = false
        /// How many images a batch may have.
        var capacity: Int
        /// Layers whose values are to be handed out.
        var wanted: [String] = []
        /// Whether the gradient with respect to the images is wanted.
        var needsInputGradient = false
        /// Whether values are only planned for, without memory: such a plan tells its memory, but must not run.
        var isForecast = false
        /// The seed of what layers do at random.
        var seed: UInt64 = 0
        /// The losses of the first outputs, in order; the gradients of others are zero.
        var losses: [Loss] = []
    }

    init(_ graph: Graph, store: ParameterStore, pool: WorkerPool, purpose: Purpose) throws {
        self.store = store
        self.pool = pool
        isTraining = purpose.isTraining
        let (capacity, batch, source) = (max(1, purpose.capacity), BatchState(), Source(inputs: graph.inputs.count))
        let shardImages = min(
            purpose.isTraining ? Self.shardImages : Self.shardImages(inUseOf: graph), capacity)
        self.capacity = capacity
        self.shardImages = shardImages
        self.batch = batch
        let builder = try KernelThreads.limited {
            try PlanBuilder(
                graph, store: store, workers: pool.workers, purpose: purpose, shardImages: shardImages, batch: batch,
                source: source)
        }
        self.source = source
        kernels = builder.kernels
        reorders = builder.reorders
        sinks = builder.sinks
        outputs = builder.outputs
        inputGradients = builder.inputGradients
        memory = builder.memory
        arena = builder.arena
        refreshTasks = builder.kernels.flatMap(\.refreshTasks)
        forwardRunner = StepRunner(builder.forwardSteps)
        backwardRunner = purpose.isTraining ? StepRunner(builder.backwardSteps) : nil
        prepared = [shardImages]
    }

    /// Says that the store's parameters are no longer those that kernels have packed.
    func markParametersChanged() { parametersChanged = true }

    /// Takes a batch of images through a network of one input.
    ///
    /// - Parameters:
    ///   - images: (N, …) in plain order, with N up to `capacity`.
    ///   - destinations: For wanted layers, where their values go in plain order.
    func forward(
        _ images: UnsafePointer<Float>, count: Int, into destinations: [String: UnsafeMutablePointer<Float>] = [:]
    ) throws {
        try forward([images], count: count, into: destinations)
    }

    /// Takes a batch of images through the network.
    ///
    /// - Parameters:
    ///   - images: For each input (N, …) in plain order, with N up to `capacity`.
    ///   - destinations: For wanted layers, where their values go in plain order.
    func forward(
        _ images: [UnsafePointer<Float>], count: Int, into destinations: [String: UnsafeMutablePointer<Float>] = [:]
    ) throws {
        try begin(count)
        for index in source.images.indices { source.images[index] = images[index] }
        for (name, sink) in sinks { sink.values = destinations[name] }
        defer {
            for index in source.images.indices { source.images[index] = nil }
            for sink in sinks.values { sink.values = nil }
        }
        try run(forwardRunner)
    }

    /// Takes the batch of the last `forward` back, leaving gradients in the store.
    func backward() throws {
        if let backwardRunner { try run(backwardRunner) }
    }

    private func run(_ runner: StepRunner) throws {
        try runner.run(on: pool, batch: batch, shardImages: shardImages, slotPerWorker: !isTraining)
    }

    private func begin(_ count: Int) throws {
        batch.images = count
        batch.shards = (count + shardImages - 1) / shardImages
        try prepare(images: shardImages)
        let rest = count % shardImages
        if rest != 0 { try prepare(images: rest) }
        guard parametersChanged else { return }
        let tasks = refreshTasks
        try KernelThreads.limited {
            try pool.parallelFor(tasks.count) { worker, range in
                KernelThreads.limitCallingThread()
                for task in range { try tasks[task](worker) }
            }
        }
        parametersChanged = false
    }

    private func prepare(images: Int) throws {
        guard prepared.insert(images).inserted else { return }
        try KernelThreads.limited {
            for kernel in kernels { try kernel.prepare(images: images) }
            for reorder in reorders { try reorder.prepare(images: images) }
        }
    }
}
