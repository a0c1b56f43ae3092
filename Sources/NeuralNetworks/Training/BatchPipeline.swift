import SynfireParallel
import SynfireTensors

/// A batch that is ready to be learned from.
///
/// Unchecked `Sendable`: it has one owner at a time, first the thread that fills it, then the one that learns from it.
final class PreparedBatch: @unchecked Sendable {
    /// The images in plain order, from the start.
    let images: FloatBuffer
    /// How many images there are.
    fileprivate(set) var count = 0
    /// Their classes.
    fileprivate(set) var targets = BatchTargets(labels: [])

    fileprivate init(capacity: Int) throws(KernelError) {
        images = try FloatBuffer(count: capacity)
    }
}

/// Fetches and augments the batches of a training in their order.
///
/// With batches ahead, a thread of its own does that while the batch before is learned from. What comes out does not
/// depend on it: all that is random belongs to the seed, the epoch and the image or batch.
final class BatchPipeline {
    private let maker: BatchMaker
    private let ahead: Int
    private var prefetcher: Prefetcher<PreparedBatch>?
    private let pool: WorkerPool

    /// Takes memory for batches.
    ///
    /// - Parameters:
    ///   - data: The images, already checked to fit the network.
    ///   - settings: Batch size, seed, augmentation, and how many batches are made ahead.
    ///   - inputShape: The shape of an image.
    ///   - pool: What augments where no batches are made ahead.
    init(
        _ data: any TrainingData, _ settings: TrainingSettings, inputShape: [Int], pool: WorkerPool
    ) throws {
        ahead = settings.prefetch
        self.pool = pool
        maker = try BatchMaker(data, settings, inputShape: inputShape, buffers: ahead + 1, workers: pool.workers)
    }

    /// A batch; the one returned before is no longer valid.
    ///
    /// The first call may ask for any place; later ones ask for the next one, epoch after epoch.
    ///
    /// - Throws: ``NetworkError`` where images or labels do not fit the network, and what the data throw.
    func next(epoch: Int, batch: Int) throws -> PreparedBatch {
        if ahead == 0 {
            maker.move(epoch: epoch, batch: batch)
            return try maker.make(on: pool)
        }
        if let ready = try started(epoch: epoch, batch: batch).next() { return ready }
        // The epochs of the settings are over.
        throw NetworkError.noData(purpose: "training")
    }

    private func started(epoch: Int, batch: Int) throws -> Prefetcher<PreparedBatch> {
        if let prefetcher { return prefetcher }
        let maker = maker
        maker.move(epoch: epoch, batch: batch)
        let started = try Prefetcher(ahead: ahead) { maker.isFinished ? nil : try maker.make(on: nil) }
        prefetcher = started
        return started
    }
}

/// Makes one batch after the other.
///
/// Unchecked `Sendable`: only one thread calls it, the one that trains or the one that makes batches ahead.
private final class BatchMaker: @unchecked Sendable {
    private let data: any TrainingData
    private let settings: TrainingSettings
    private let inputShape: [Int]
    /// How many numbers the network's output has.
    private let outputs: Int
    private let augmenter: Augmenter
    private let scratch: FloatBuffer
    private let scratchStride: Int
    private var buffers: [PreparedBatch] = []

    private var epoch = 0
    private var batch = 0
    private var made = 0
    private var order: [Int] = []
    private var orderedEpoch: Int?

    init(
        _ data: any TrainingData, _ settings: TrainingSettings, inputShape: [Int], buffers count: Int, workers: Int
    ) throws {
        self.data = data
        self.settings = settings
        self.inputShape = inputShape
        outputs = data.targetShape?.reduce(1, *) ?? data.classes
        augmenter = try Augmenter(settings.augmentation, inputShape: inputShape)
        if data.targetShape != nil, let mix = settings.augmentation.first(where: { $0 is any BatchAugmentation }) {
            throw NetworkError.augmentationConflict(
                reason: "'\(mix.name)' mixes classes, but these data have numbers as targets")
        }
        // Workers' scratch memory in cache lines of its own.
        scratchStride = (augmenter.scratchCount + 15) / 16 * 16
        scratch = try FloatBuffer(count: scratchStride * workers)
        // A batch is never larger than the data.
        let capacity = min(settings.batchSize, data.count) * augmenter.shape.count
        for _ in 0..<count { buffers.append(try PreparedBatch(capacity: capacity)) }
    }

    private var batches: Int { (data.count + settings.batchSize - 1) / settings.batchSize }

    /// Whether the last batch of the last epoch has been made.
    var isFinished: Bool { epoch >= settings.epochs }

    func move(epoch: Int, batch: Int) {
        (self.epoch, self.batch) = (epoch, batch)
    }

    /// Makes the next batch.
    ///
    /// - Parameter pool: The workers that augment; nil for this thread alone.
    func make(on pool: WorkerPool?) throws -> PreparedBatch {
        let target = buffers[made % buffers.count]
        let indices = indices()
        let (images, labels) = try data.batch(indices)
        guard images.shape == [indices.count] + inputShape else {
            throw NetworkError.inputShape(expected: inputShape, found: images.shape)
        }
        let dense = try data.checkedTargets(indices, labels: labels, outputs: outputs, loss: settings.loss)
        target.images.load(images.scalars)
        target.count = indices.count
        target.targets = BatchTargets(labels: labels, dense: dense)
        augment(target, indices, on: pool)
        augmenter.mix(
            target.images.base, &target.targets, batch: batch, epoch: epoch, seed: settings.seed,
            scratch: scratch.base)
        advance()
        return target
    }

    private func advance() {
        made += 1
        batch += 1
        guard batch == batches else { return }
        (epoch, batch) = (epoch + 1, 0)
    }

    private func indices() -> [Int] {
        if orderedEpoch != epoch {
            order = Array(0..<data.count)
            var stream = RandomStream(
                seed: settings.seed, stream: RandomPurpose.shuffling.stream(),
                entity: UInt32(truncatingIfNeeded: epoch))
            stream.shuffle(&order)
            orderedEpoch = epoch
        }
        return Array(order[batch * settings.batchSize..<min(data.count, (batch + 1) * settings.batchSize)])
    }

    private func augment(_ target: PreparedBatch, _ indices: [Int], on pool: WorkerPool?) {
        guard augmenter.changesImages else { return }
        let (augmenter, epoch, seed) = (augmenter, epoch, settings.seed)
        let (images, scratch, stride) = (target.images, scratch, scratchStride)
        @Sendable func change(_ worker: Int, _ range: Range<Int>) {
            for image in range {
                augmenter.apply(
                    to: images.base + image * augmenter.shape.count, index: indices[image], epoch: epoch, seed: seed,
                    scratch: scratch.base + worker * stride)
            }
        }
        if let pool {
            pool.parallelFor(indices.count, grain: ExecutionPlan.shardImages, change)
        } else {
            change(0, 0..<indices.count)
        }
    }
}
