import ArgumentParser
import Foundation
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
                Row(cells: count, bytes: 8, nanoseconds: measured(Double.self, one: 1, count, pool)),
                Row(cells: count, bytes: 32, nanoseconds: measured(SIMD4<Double>.self, one: .one, count, pool)),
                Row(cells: count, bytes: 64, nanoseconds: measured(SIMD8<Double>.self, one: .one, count, pool)),
            ]
        }
        if output.json { return try Output.json(rows) }
        Console.print(
            Format.table(
                [["cells", "bytes a cell", "ns an addition"]]
                    + rows.map { ["\($0.cells)", "\($0.bytes)", String(format: "%.2f", $0.nanoseconds)] }))
    }

    /// The median time of an addition.
    private func measured<Cell: Addable>(_: Cell.Type, one: Cell, _ count: Int, _ pool: WorkerPool) -> Double {
        let additions = 1 << 20
        let work = (0..<pool.workers).map { ScatterWork(cells: count, additions: additions, zero: one - one, seed: $0) }
        let clock = ContinuousClock()
        let times = (0..<7).map { _ in
            clock.measure { pool.forEachWorker { work[$0].add(one) } } / .nanoseconds(1) / Double(additions)
        }
        return times.sorted()[3]
    }
}

/// A vector or a number.
private protocol Addable: BitwiseCopyable, Sendable {
    static func + (a: Self, b: Self) -> Self
    static func - (a: Self, b: Self) -> Self
}

extension Double: Addable {}
extension SIMD4<Double>: Addable {}
extension SIMD8<Double>: Addable {}

/// Cells of one worker and the places that are added to.
///
/// Unchecked `Sendable`: a worker uses only its own.
private final class ScatterWork<Cell: Addable>: @unchecked Sendable {
    private let cells: UnsafeMutablePointer<Cell>
    private let places: UnsafeMutablePointer<Int32>
    private let additions: Int

    init(cells count: Int, additions: Int, zero: Cell, seed: Int) {
        cells = .allocate(capacity: count)
        cells.initialize(repeating: zero, count: count)
        places = .allocate(capacity: additions)
        self.additions = additions
        var random = RandomStream(seed: UInt64(seed), stream: RandomStream.number(of: "scatter"))
        for index in 0..<additions { places[index] = Int32(random.integer(below: count)) }
    }

    deinit {
        cells.deallocate()
        places.deallocate()
    }

    func add(_ amount: Cell) {
        for index in 0..<additions {
            let place = Int(places[index])
            cells[place] = cells[place] + amount
        }
    }
}
