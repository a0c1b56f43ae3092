import SynfireParallel

/// How fast the workers of a pool read lists of their own.
package final class MemoryTiming {
    private let pool: WorkerPool
    private let lists: Lists
    private let bytes: Int

    /// A list for each worker, written by it.
    ///
    /// Unchecked `Sendable`: a worker uses only its own.
    private final class Lists: @unchecked Sendable {
        let memory: [UnsafeMutablePointer<UInt64>]
        let sums: UnsafeMutablePointer<UInt64>

        init(_ workers: Int, _ count: Int) {
            memory = (0..<workers).map { _ in .allocate(capacity: count) }
            sums = .allocate(capacity: workers * 8)
            sums.initialize(repeating: 0, count: workers * 8)
        }

        deinit {
            for list in memory { list.deallocate() }
            sums.deallocate()
        }
    }

    /// Takes and fills memory.
    package init(pool: WorkerPool, bytesPerWorker: Int) {
        self.pool = pool
        bytes = bytesPerWorker
        let count = bytesPerWorker / 8
        let lists = Lists(pool.workers, count)
        pool.forEachWorker { worker in
            for index in 0..<count { lists.memory[worker][index] = UInt64(index) }
        }
        self.lists = lists
    }

    /// Bytes a second of all workers together, in ascending order.
    package func measured(passes: Int) -> [Double] {
        let (lists, count) = (lists, bytes / 8)
        let clock = ContinuousClock()
        return (0..<passes).map { _ in
            let time = clock.measure {
                pool.forEachWorker { worker in
                    let list = lists.memory[worker]
                    var (a, b, c, d) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
                    var index = 0
                    while index + 3 < count {
                        a &+= list[index]
                        b &+= list[index + 1]
                        c &+= list[index + 2]
                        d &+= list[index + 3]
                        index += 4
                    }
                    lists.sums[worker * 8] = a &+ b &+ c &+ d
                }
            }
            return Double(bytes * pool.workers) / (time / .seconds(1))
        }.sorted()
    }
}
