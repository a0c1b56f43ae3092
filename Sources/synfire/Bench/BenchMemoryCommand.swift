import ArgumentParser
import Foundation
import SynfireBenchmarking
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
