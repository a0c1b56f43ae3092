import ArgumentParser
import Foundation
import SynfireBenchmarking
import SynfireParallel

/// `synfire bench scatter`: how fast numbers are added to cells at random places, which bounds the event engine.
struct BenchScatterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scatter",
        abstract: "Measures additions to cells at random places, which bound what an event costs.",
        discussion: """
            An event of the event engine adds 8 bytes (jumps of the potential), 32 (exponential
            currents) or 64 (alpha-shaped ones) to the cell of its target. Each worker does so at
            places that a list of random numbers gives, and nothing else: no event can cost
            less. Medians of seven passes, nanoseconds of the worker.

            Example:
              synfire bench scatter --cells 6250,50000 --workers 1
            """)

    @Option(help: "How many cells each worker has: the neurons of a strip; several numbers are separated by commas.")
    var cells = "6250,50000,1000000"

    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    private struct Row: Encodable {
        let cells: Int
        /// The size of a cell.
        let bytes: Int
        /// For one addition, of the worker that does it.
        let nanoseconds: Double
    }

    func run() throws {
        let counts = try cells.split(separator: ",").map { text in
            guard let count = Int(text), (1...100_000_000).contains(count) else {
                throw RequestError("--cells has '\(text)': give whole numbers from 1 to 100000000, separated by commas")
            }
            return count
        }
        guard !counts.isEmpty else { throw RequestError("--cells is empty: give numbers separated by commas") }
        let pool = try workers.pool()
        let rows = counts.flatMap { count in
            [
                Row(cells: count, bytes: 8, nanoseconds: ScatterTiming.nanoseconds(1.0, cells: count, pool: pool)),
                Row(
                    cells: count, bytes: 32,
                    nanoseconds: ScatterTiming.nanoseconds(SIMD4<Double>.one, cells: count, pool: pool)),
                Row(
                    cells: count, bytes: 64,
                    nanoseconds: ScatterTiming.nanoseconds(SIMD8<Double>.one, cells: count, pool: pool)),
            ]
        }
        if output.json { return try Output.json(rows) }
        Console.print(
            Format.table(
                [["cells", "bytes a cell", "ns an addition"]]
                    + rows.map { ["\($0.cells)", "\($0.bytes)", String(format: "%.2f", $0.nanoseconds)] }))
    }
}
