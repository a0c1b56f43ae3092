import SynfireParallel

/// How fast numbers are added to cells at random places.
package enum ScatterTiming {
    /// The median time of an addition over seven passes [ns], of the worker that does it.
    ///
    /// - Parameters:
    ///   - one: What is added.
    ///   - cells: How many cells each worker has.
    package static func nanoseconds<Cell: Addable>(_ one: Cell, cells: Int, pool: WorkerPool) -> Double {
        let additions = 1 << 20
        let work = (0..<pool.workers).map { ScatterWork(cells: cells, additions: additions, zero: one - one, seed: $0) }
        let clock = ContinuousClock()
        let times = (0..<7).map { _ in
            clock.measure { pool.forEachWorker { work[$0].add(one) } } / .nanoseconds(1) / Double(additions)
        }
        return times.sorted()[3]
    }
}

/// A vector or a number.
package protocol Addable: BitwiseCopyable, Sendable {
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
