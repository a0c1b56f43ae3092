import SynfireParallel
import SynfireTensors

/// Runs steps on workers: rows of shard steps together, then what needs all shards, and so on.
struct StepRunner: Sendable {
    private enum Stage: Sendable {
        case shards([@Sendable (Shard) throws -> Void])
        case tiles(Int, @Sendable (Int, Int) throws -> Void)
        case serial(@Sendable () throws -> Void)
    }

    private var stages: [Stage] = []

    init(_ steps: [KernelStep]) {
        var row: [@Sendable (Shard) throws -> Void] = []
        for step in steps {
            if case .shards(let body) = step {
                row.append(body)
                continue
            }
            if !row.isEmpty { stages.append(.shards(row)) }
            row = []
            switch step {
            case .shards: break
            case .tiles(let count, let body): stages.append(.tiles(count, body))
            case .serial(let body): stages.append(.serial(body))
            }
        }
        if !row.isEmpty { stages.append(.shards(row)) }
    }

    /// Runs all steps on a batch.
    ///
    /// - Parameters:
    ///   - pool: The workers.
    ///   - batch: How many images and shards there are.
    ///   - shardImages: How many images a full shard has.
    ///   - slotPerWorker: Whether values' memory is one part a worker, not one a shard.
    func run(on pool: WorkerPool, batch: BatchState, shardImages: Int, slotPerWorker: Bool) throws {
        try KernelThreads.limited {
            for stage in stages {
                switch stage {
                case .serial(let body): try body()
                case .tiles(let count, let body):
                    try pool.parallelFor(count) { worker, range in
                        KernelThreads.limitCallingThread()
                        for tile in range { try body(tile, worker) }
                    }
                case .shards(let bodies):
                    let images = batch.images
                    try pool.parallelFor(batch.shards) { worker, range in
                        KernelThreads.limitCallingThread()
                        for index in range {
                            let first = index * shardImages
                            let shard = Shard(
                                index: index, slot: slotPerWorker ? worker : index, worker: worker,
                                images: min(shardImages, images - first), first: first)
                            for body in bodies { try body(shard) }
                        }
                    }
                }
            }
        }
    }
}
