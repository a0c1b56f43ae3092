import ArgumentParser
import Foundation
import SynfireParallel
import SynfireUnits

/// `synfire bench memory`: how fast memory is read, which bounds the delivery of spikes.
struct BenchMemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "Measures how fast the workers read memory together, which bounds the delivery of spikes.",
        discussion: """
            Each worker adds up a list of numbers of its own that no cache holds. The
            median, the least and the greatest of seven passes. A synaptic event reads
            8 bytes: that many events a second is the most that there could be.

            Example:
              synfire bench memory --workers 1
            """)

    @Option(help: "How much each worker reads in a pass, in MiB.")
    var size = 256

    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    func validate() throws {
        guard (1...65_536).contains(size) else { throw ValidationError("--size is \(size): give 1 to 65536 MiB") }
    }

    private struct Report: Encodable {
        let workers: Int
        /// What each worker reads in a pass [bytes].
        let bytes: Int
        /// Of all workers together [bytes/s].
        let median, least, greatest: Double
        let eventsPerSecond: Double
    }

    func run() throws {
        let timing = MemoryTiming(pool: try workers.pool(), bytesPerWorker: size << 20)
        let rates = timing.measured(passes: 7)
        let report = Report(
            workers: workers.count, bytes: size << 20, median: rates[rates.count / 2], least: rates[0],
            greatest: rates[rates.count - 1], eventsPerSecond: rates[rates.count / 2] / 8)
        if output.json { return try Output.json(report) }
        func rate(_ value: Double) -> String { String(format: "%.1f GB/s", value / 1e9) }
        Console.print(
            "\(report.workers) workers read \(rate(report.median)) (\(rate(report.least)) to \(rate(report.greatest))): "
                + "at most \(Format.count(report.eventsPerSecond)) synaptic events a second")
    }
}

/// How fast the workers of a pool read lists of their own.
final class MemoryTiming {
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
    init(pool: WorkerPool, bytesPerWorker: Int) {
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
    func measured(passes: Int) -> [Double] {
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
