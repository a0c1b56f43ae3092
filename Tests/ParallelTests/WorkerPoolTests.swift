import Foundation
import Synchronization
import SynfireParallel
import Testing

@Suite("WorkerPool")
struct WorkerPoolTests {
    @Test("runs every element once, whatever the workers and the grain", arguments: [1, 2, 3, 7], [1, 4, 1_000])
    func everyElementOnce(workers: Int, grain: Int) throws {
        let pool = try WorkerPool(workers: workers)
        for count in [0, 1, 2, 5, 64, 999] {
            let counts = Mutex([Int](repeating: 0, count: count))
            pool.parallelFor(count, grain: grain) { range in
                counts.withLock { for index in range { $0[index] += 1 } }
            }
            #expect(counts.withLock { $0 } == [Int](repeating: 1, count: count))
        }
    }

    @Test("ranges have the length of the grain")
    func grain() throws {
        let pool = try WorkerPool(workers: 3)
        let ranges = Mutex<[Range<Int>]>([])
        pool.parallelFor(10, grain: 4) { range in ranges.withLock { $0.append(range) } }
        #expect(ranges.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } } == [0..<4, 4..<8, 8..<10])
    }

    @Test("no worker runs two bodies at once, and workers are numbered from 0")
    func workerNumbers() throws {
        let pool = try WorkerPool(workers: 4)
        let busy = Mutex([Bool](repeating: false, count: 4))
        let clashes = Atomic<Int>(0)
        pool.parallelFor(2_000) { worker, _ in
            let clash = busy.withLock { busy in
                defer { busy[worker] = true }
                return busy[worker]
            }
            if clash { clashes.add(1, ordering: .relaxed) }
            busy.withLock { $0[worker] = false }
        }
        #expect(clashes.load(ordering: .relaxed) == 0)
    }

    @Test("many short loops in a row all complete", arguments: [2, 5])
    func manyLoops(workers: Int) throws {
        let pool = try WorkerPool(workers: workers)
        let total = Atomic<Int>(0)
        for loop in 0..<20_000 {
            pool.parallelFor(loop % 7) { range in total.add(range.count, ordering: .relaxed) }
        }
        #expect(total.load(ordering: .relaxed) == (0..<20_000).reduce(0) { $0 + $1 % 7 })
    }

    /// A number that several threads may add to.
    final class Counter: Sendable {
        private let sum = Atomic<Int>(0)
        var value: Int { sum.load(ordering: .relaxed) }
        func add(_ number: Int) { sum.add(number, ordering: .relaxed) }
    }

    @Test("several threads may share a pool")
    func sharedByThreads() async throws {
        let pool = try WorkerPool(workers: 3)
        let total = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<500 { pool.parallelFor(6) { range in total.add(range.count) } }
                }
            }
        }
        #expect(total.value == 4 * 500 * 6)
    }

    struct Failure: Error, Equatable {
        let element: Int
    }

    @Test("throws the error of the first failing element", arguments: [1, 2, 7])
    func firstError(workers: Int) throws {
        let pool = try WorkerPool(workers: workers)
        for _ in 0..<200 {
            #expect(throws: Failure(element: 13)) {
                try pool.parallelFor(100) { range throws(Failure) in
                    if range.lowerBound >= 13 { throw Failure(element: range.lowerBound) }
                }
            }
        }
    }

    @Test("a loop after a failed one runs in full")
    func afterFailure() throws {
        let pool = try WorkerPool(workers: 2)
        #expect(throws: Failure.self) {
            try pool.parallelFor(10) { (_: Range<Int>) throws(Failure) in throw Failure(element: 0) }
        }
        let total = Mutex(0)
        pool.parallelFor(10) { range in total.withLock { $0 += range.count } }
        #expect(total.withLock { $0 } == 10)
    }

    @Test("a loop inside a loop stops the program")
    func nested() async {
        await #expect(processExitsWith: .failure) {
            let pool = try WorkerPool(workers: 2)
            pool.parallelFor(1) { _ in pool.parallelFor(1) { _ in } }
        }
    }

    @Test("takes the cores at hand by default, and at least one worker")
    func defaults() throws {
        #expect(WorkerPool.availableCores >= 1)
        #expect(try WorkerPool().workers == WorkerPool.availableCores)
        #expect(try WorkerPool(workers: 0).workers == 1)
    }

    #if os(Linux)
    @Test("pools come and go without leaving threads behind")
    func comeAndGo() async {
        // In a process of its own, where nobody else starts threads.
        await #expect(processExitsWith: .success) {
            func threads() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
            }
            func use() throws {
                let pool = try WorkerPool(workers: 4)
                pool.parallelFor(4) { _ in }
            }
            try use()
            let before = try threads()
            for _ in 0..<300 { try use() }
            let after = try threads()
            guard after <= before else { fatalError("\(before) threads became \(after)") }
        }
    }
    #endif
}
