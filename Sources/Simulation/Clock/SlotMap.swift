import SynfireSpikingModels
import SynfireSpikingNetworks

/// Where the input of each receptor of each population begins in a worker's input.
struct SlotMap: Sendable {
    private let index: NeuronIndex
    private let firsts: [[[Int]]]
    private let counts: [Int]

    init(_ index: NeuronIndex) {
        self.index = index
        var firsts: [[[Int]]] = []
        var counts: [Int] = []
        for worker in 0..<index.workers {
            var next = 0
            firsts.append(
                index.populations.enumerated().map { number, population in
                    population.model.schema.receptors.map { _ in
                        defer { next += index.strip(number, of: worker).count }
                        return next
                    }
                })
            counts.append(next)
        }
        self.firsts = firsts
        self.counts = counts
    }

    func count(_ worker: Int) -> Int { counts[worker] }

    func first(worker: Int, population: Int, receptor: Int) -> Int { firsts[worker][population][receptor] }

    /// Calls with each stretch of a worker's input that is a stretch of a single worker's, too.
    ///
    /// - Parameter body: Gets the places in the worker's input, and where they begin in a single worker's.
    func forEachStretch(of worker: Int, _ body: (_ places: Range<Int>, _ single: Int) -> Void) {
        var single = 0
        for (number, population) in index.populations.enumerated() {
            let strip = index.strip(number, of: worker)
            for receptor in population.model.schema.receptors.indices {
                let first = firsts[worker][number][receptor]
                body(first..<first + strip.count, single + strip.lowerBound)
                single += population.count
            }
        }
    }

    /// How many places a single worker's input has.
    var singleCount: Int {
        index.populations.reduce(0) { $0 + $1.count * $1.model.schema.receptors.count }
    }
}
