import SynfireTensors

/// What computes a layer on shards of a batch: the layer's memory, compiled for one plan.
///
/// A kernel says what is to be done as a list of ``KernelStep``; the plan decides where and when. To give the same bits
/// for any number of workers, a step may combine shards or tiles only in their order, and never asks which worker it is
/// on except to choose scratch memory.
public protocol LayerKernel: AnyObject, Sendable {
    /// The layouts in which the kernel wants its inputs; the plan changes the layout of what comes in others.
    var inputs: [ValueLayout] { get }
    /// The layout of what it makes.
    var output: ValueLayout { get }
    /// What the kernel does with memory, so that the plan can save some.
    var memoryUse: MemoryUse { get }

    /// Makes ready for shards of `images` images. Called before steps run on such shards, never while one runs.
    func prepare(images: Int) throws

    /// What has to be done after parameters have changed. The tasks of all layers run side by side.
    var refreshTasks: [@Sendable (_ worker: Int) throws -> Void] { get }

    /// The way from inputs to output.
    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep]

    /// The way from the output's gradient to those of the inputs and parameters.
    func backward(_ values: BackwardValues) -> [KernelStep]
}

extension LayerKernel {
    /// Nothing to do.
    public var refreshTasks: [@Sendable (_ worker: Int) throws -> Void] { [] }

    /// Nothing to do.
    public func prepare(images: Int) throws {}
}

/// What a kernel reads and writes on the way back.
public struct BackwardValues: Sendable {
    /// What the layer read; still there only if the kernel's memory use says so.
    public let inputs: [ValueBuffer]
    /// What the layer made; still there only if the kernel's memory use says so.
    public let output: ValueBuffer
    /// The gradient of the loss with respect to the output.
    public let outputGradient: ValueBuffer
    /// Where the gradients with respect to the inputs go; nil for one that nobody needs.
    public let inputGradients: [ValueBuffer?]
}

/// What a kernel does with the memory of its values.
public struct MemoryUse: OptionSet, Sendable {
    /// The bits.
    public let rawValue: Int

    /// Makes a set of its bits.
    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The first input and the output may be the same memory.
    public static let forwardInPlace = MemoryUse(rawValue: 1)
    /// The output's gradient and the first input's may be the same memory.
    public static let backwardInPlace = MemoryUse(rawValue: 2)
    /// The way back reads the inputs.
    public static let backwardReadsInputs = MemoryUse(rawValue: 4)
    /// The way back reads the output.
    public static let backwardReadsOutput = MemoryUse(rawValue: 8)
    /// The gradient of every input is the output's: the plan hands it on, and the way back has nothing to do.
    public static let backwardPassesGradient = MemoryUse(rawValue: 16)
    /// The last input and the output may be the same memory.
    public static let forwardIntoLast = MemoryUse(rawValue: 32)
}

/// A part of a kernel's work.
public enum KernelStep: Sendable {
    /// Work on each shard by itself. Such steps in a row run one after the other on a shard while it is in the cache.
    case shards(@Sendable (Shard) throws -> Void)
    /// Work cut into a fixed number of tiles, after all shards are through.
    case tiles(Int, @Sendable (_ tile: Int, _ worker: Int) throws -> Void)
    /// Work for one thread, after all shards are through.
    case serial(@Sendable () throws -> Void)
}

/// A part of a batch: some images that one worker takes through a row of steps.
public struct Shard: Sendable {
    /// Which part of the batch it is.
    public let index: Int
    /// Which part of the values' memory it has.
    public let slot: Int
    /// The worker that it is on.
    public let worker: Int
    /// How many images it has.
    public let images: Int
    /// The position of its first image in the batch.
    public let first: Int
}

/// The batch that a plan is working on.
///
/// Steps read it while they run; the plan changes it between batches.
///
/// Unchecked `Sendable`: written only while no step runs.
public final class BatchState: @unchecked Sendable {
    /// How many images the batch has.
    public internal(set) var images = 0
    /// How many shards it is cut into.
    public internal(set) var shards = 0
    /// How many batches have been trained on before.
    public internal(set) var step: UInt64 = 0
}

/// Memory for the values of a layer's output, for all shards of a batch or one shard a worker.
public struct ValueBuffer: Sendable {
    /// How an image's values lie in it.
    public let layout: ValueLayout
    let memory: ValueMemory

    init(layout: ValueLayout, memory: ValueMemory) {
        self.layout = layout
        self.memory = memory
    }

    /// Takes memory that is there, such as a kernel's own.
    init(layout: ValueLayout, memory: FloatBuffer, shardImages: Int) {
        self.layout = layout
        self.memory = ValueMemory(layout, in: memory, shardImages: shardImages)
    }

    /// The first value of a shard.
    public func pointer(_ shard: Shard) -> UnsafeMutablePointer<Float> {
        memory.base + shard.slot * memory.slotStride
    }

    /// The first value of the batch.
    ///
    /// In training all images follow each other from here.
    public var base: UnsafeMutablePointer<Float> { memory.base }

    /// How many numbers a shard has, filling included.
    public func count(_ shard: Shard) -> Int { shard.images * layout.imageStride }

    func sharesMemory(with other: ValueBuffer) -> Bool { memory === other.memory }

    func viewed(as layout: ValueLayout) -> ValueBuffer { ValueBuffer(layout: layout, memory: memory) }
}

/// A parameter in a running plan, and its gradient.
public final class ParameterBuffer: Sendable {
    /// The name in PyTorch's `state_dict`.
    public let name: String
    /// The shape, as in ``Layer/parameters``.
    public let shape: [Int]
    /// Whether training follows its gradient.
    public let isTrainable: Bool
    /// The numbers, in plain order.
    public let values: FloatBuffer
    /// The gradient of the loss, in plain order; empty for statistics.
    public let gradient: FloatBuffer
    /// The parameter whose numbers these are, for a layer that shares another's.
    let owner: ParameterBuffer?

    init(_ parameter: LayerParameter) throws(KernelError) {
        name = parameter.name
        shape = parameter.tensor.shape
        isTrainable = parameter.isTrainable
        values = try FloatBuffer(count: parameter.tensor.count)
        gradient = try FloatBuffer(count: parameter.isTrainable ? parameter.tensor.count : 0)
        owner = nil
        values.load(parameter.tensor.scalars)
    }

    /// The same numbers in another place of the network, with a gradient of their own.
    init(sharing owner: ParameterBuffer) throws(KernelError) {
        name = owner.name
        shape = owner.shape
        isTrainable = owner.isTrainable
        values = owner.values
        gradient = try FloatBuffer(count: owner.gradient.count)
        self.owner = owner
    }

    /// How many numbers it has.
    public var count: Int { values.count }

    var tensor: Tensor { Tensor(unchecked: shape, values.array(count: count)) }
}

/// What a layer's kernel is to be made for.
public struct KernelRequest: Sendable {
    /// The layer's position in the network.
    public let index: Int
    /// The layouts in which its inputs come.
    public let inputs: [ValueLayout]
    /// Whether it will be trained, as opposed to used.
    public let isTraining: Bool
    /// Whether gradients with respect to the inputs are needed.
    public let needsInputGradient: Bool
    /// How many images a full shard has.
    public let shardImages: Int
    /// How many shards there are at most.
    public let shards: Int
    /// How many parts the values' memory has: `shards` in training, else one a worker.
    public let slots: Int
    /// The layer's parameters by name.
    public let parameters: [String: ParameterBuffer]
    /// What the kernel is to do of the layers behind it, in order; none in training.
    public let followers: [FusedLayer]
    /// The batch that steps will work on.
    public let batch: BatchState
    /// What oneDNN kernels share.
    public let context: KernelContext
    /// The seed of what a layer does at random.
    public let seed: UInt64
}
