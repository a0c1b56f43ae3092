import SynfireParallel

extension NeuronIndex {
    /// How many targets a worker does between two reports.
    private static let targetsAtOnce = 1024

    /// Runs `body` over the targets of a part, each worker over its own, with a report in between.
    ///
    /// - Parameter body: Gets the worker and positions in the part.
    func forEachBlock(
        of members: Members.Part, pool: WorkerPool,
        _ body: @Sendable (_ worker: Int, _ positions: ArraySlice<Int>) throws -> Void, report: () throws -> Void
    ) throws {
        let positions = (0..<workers).map { members.neurons.positions(in: strip(members.population, of: $0)) }
        let longest = positions.map(\.count).max() ?? 0
        for first in stride(from: 0, to: longest, by: Self.targetsAtOnce) {
            try pool.parallelFor(workers) { (range: Range<Int>) throws in
                for worker in range {
                    let own = positions[worker]
                    try body(worker, own[min(first, own.count)..<min(first + Self.targetsAtOnce, own.count)])
                }
            }
            try report()
        }
    }
}
