/// Runs trials in continuous time; ``EventPopulation`` says how.
final class EventEngine: TrialEngine {
    private let plan: Plan
    private let run: RunPlan
    private let populations: [EventPopulation?]
    private let analog: AnalogStage
    /// The length of a slice where nothing ends it earlier [ms].
    private let slice: Double
    private var arrivals: [Spike] = []
    private var given: [Int: GivenSpikes] = [:]
    /// For each population, the time before which nobody asks for the order of its spikes.
    private let orderMatters: [Double]
    /// The first onset there is; 0 if all populations may spike from the start.
    private let wakes: Double

    /// - Parameter slice: The length of a slice [ms], which has no influence on any result; `nil` for a good one.
    init(plan: Plan, run: RunPlan, slice: Double?) {
        self.plan = plan
        self.run = run
        let populations = plan.populations.indices.map { index -> EventPopulation? in
            let incoming = plan.incoming[index].map { ($0, plan.routes[$0]) }
            return plan.populations[index].isAnalog
                ? nil
                : EventPopulation(
                    plan.populations[index], incoming: Dictionary(uniqueKeysWithValues: incoming), slice: slice)
        }
        self.populations = populations
        let trains = run.recordedTrain(populations: plan.populations.count)
        orderMatters = plan.populations.indices.map { index in
            if trains[index] != nil { return 0 }
            let behind = plan.routes.filter { $0.source == index }.map { populations[$0.target]?.wakes ?? 0 }
            return behind.min() ?? .infinity
        }
        wakes = populations.compactMap { $0?.wakes }.filter { $0 > 0 }.min() ?? 0
        analog = AnalogStage(plan)
        self.slice = slice ?? 1
    }

    func run(trial: Int, input: TrialInput) throws(SimulationError) -> TrialResult {
        given = input.spikes(plan).mapValues { GivenSpikes($0) }
        analog.load(input.numbers) { population, drive in populations[population]?.reset(drive: drive) }
        var book = TrialBook(plan: plan, run: run, trial: trial)
        var samples = [Int](repeating: 0, count: run.probes.count)
        takeSamples(at: 0, &samples, &book)
        var start = 0.0
        var checkpoint = 0
        var number = 0.0
        while start < run.duration {
            // A slice ends where a result or a sample is asked for, at the latest after its length.
            while (number + 1) * slice <= start { number += 1 }
            // Before the first onset, only populations that nothing arrives at spike, and need no slices.
            var end = min(run.checkpoints[checkpoint], start < wakes ? wakes : (number + 1) * slice)
            for (index, probe) in run.probes.enumerated() where samples[index] < probe.samples {
                end = min(end, probe.time(samples[index]))
            }
            for (index, population) in populations.enumerated() {
                guard let population else {
                    given[index]?.advance(to: end)
                    if let spikes = given[index]?.current { book.note(spikes, of: index) }
                    continue
                }
                if plan.incoming[index].isEmpty {
                    try population.advance(from: start, to: end, isOrdered: end >= orderMatters[index])
                } else {
                    gatherArrivals(of: index)
                    try population.advance(from: start, to: end, arrivals: arrivals, routes: plan.routeTable.base)
                }
                book.note(population.spikes, of: index)
            }
            takeSamples(at: end, &samples, &book)
            if end == run.checkpoints[checkpoint] {
                book.checkpoint(at: end) { place in
                    plan.readout.flatMap { populations[$0]?.potential(place, at: end) } ?? 0
                }
                checkpoint += 1
            }
            start = end
        }
        return book.finished()
    }

    /// The spikes of this slice from all populations in front of one, in order.
    private func gatherArrivals(of index: Int) {
        arrivals.removeAll(keepingCapacity: true)
        for route in plan.incoming[index] {
            let source = plan.routes[route].source
            guard let spikes = populations[source]?.spikes ?? given[source]?.current else { continue }
            let number = Int32(truncatingIfNeeded: route)
            arrivals.append(
                contentsOf: spikes.lazy.map { Spike(time: $0.time, place: $0.place, route: number) })
        }
        if plan.incoming[index].count > 1 { arrivals.sort { $0.precedes($1) } }
    }

    private func takeSamples(at time: Double, _ samples: inout [Int], _ book: inout TrialBook) {
        for (index, probe) in run.probes.enumerated() {
            guard samples[index] < probe.samples, probe.time(samples[index]) == time else { continue }
            book.sample(probe: index) { populations[probe.population]?.potential($0, at: time) ?? 0 }
            samples[index] += 1
        }
    }
}
