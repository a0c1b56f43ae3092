/// Runs trials in steps of a fixed length; see ``ClockPopulation`` for the order of a step.
///
/// Populations take their step in the order of the plan, so that a spike reaches its targets in the step in which it
/// happens, as in the discrete-time simulation of converted networks.
final class ClockEngine: TrialEngine {
    private let plan: Plan
    private let run: RunPlan
    private let step: Double
    private let steps: Int
    private let populations: [ClockPopulation?]
    private let analog: AnalogStage
    private var given: [Int: GivenSpikes] = [:]
    /// For each route with a table, the sum of what arrived at each site in the step.
    private let sites: [WorkBuffer<Float>?]
    /// For each route that is gathered, its active sites.
    private let active: [ActiveSites?]

    init(plan: Plan, run: RunPlan, step: Double, currentsPerStep: Double) {
        self.plan = plan
        self.run = run
        self.step = step
        steps = Int((run.duration / step).rounded())
        populations = plan.populations.map {
            $0.isAnalog ? nil : ClockPopulation($0, step: step, currentsPerStep: currentsPerStep)
        }
        analog = AnalogStage(plan)
        sites = plan.routes.map { route in
            let isNeeded = route.sites != nil || route.gather != nil
            guard isNeeded, plan.takesEvents || !plan.populations[route.source].isAnalog else { return nil }
            return WorkBuffer(repeating: 0, count: route.siteCount)
        }
        active = plan.routes.map { route in
            plan.populations[route.source].isAnalog && !plan.takesEvents ? nil : route.gather.map { ActiveSites($0) }
        }
    }

    func run(trial: Int, input: TrialInput) throws(SimulationError) -> TrialResult {
        given = input.spikes(plan).mapValues { GivenSpikes($0) }
        analog.load(input.numbers) { population, drive in populations[population]?.reset(drive: drive) }
        var book = TrialBook(plan: plan, run: run, trial: trial)
        var samples = [Int](repeating: 0, count: run.probes.count)
        takeSamples(afterStep: 0, &samples, &book)
        var checkpoint = 0
        for number in 1...steps {
            let time = Double(number) * step
            for (index, population) in populations.enumerated() {
                guard let population else {
                    // An event belongs to the step that it falls in; one on the grid ends its step.
                    given[index]?.advance(to: time + 1e-9 * step)
                    if let spikes = given[index]?.current { book.note(spikes, of: index) }
                    continue
                }
                let hasInput = !plan.incoming[index].isEmpty
                if hasInput { population.beginStep() }
                for route in plan.incoming[index] { deliver(route, to: population) }
                population.endStep(hasBegun: hasInput, at: time)
                book.note(population.spikes, at: time, of: index)
            }
            takeSamples(afterStep: number, &samples, &book)
            if number == Int((run.checkpoints[checkpoint] / step).rounded()) {
                book.checkpoint(at: run.checkpoints[checkpoint]) { place in
                    plan.readout.flatMap { populations[$0]?.potential(place) } ?? 0
                }
                checkpoint += 1
            }
        }
        return book.finished()
    }

    private func deliver(_ number: Int, to target: ClockPopulation) {
        let route = plan.routes[number]
        let arriving = populations[route.source]?.spikes ?? given[route.source]?.current.map(\.place)
        guard let spikes = arriving, !spikes.isEmpty else { return }
        guard let sums = sites[number] else {
            for place in spikes { target.add(Int(place), 1, route.scatter) }
            return
        }
        if let only = route.onlySite {
            let sums = sums.base
            spikes.withUnsafeBufferPointer { for place in $0 { sums[Int(only[Int(place)])] += 1 } }
        } else if let table = route.sites {
            for place in spikes {
                for entry in table.entries(of: Int(place)) {
                    sums.base[Int(table.targets[entry])] += table.factors[entry]
                }
            }
        } else {
            for place in spikes { sums.base[Int(place)] += 1 }
        }
        if let gather = route.gather, let active = active[number] {
            active.collect(from: sums.base, gather)
            target.add(active, gather)
            return
        }
        for site in 0..<route.siteCount where sums.base[site] != 0 {
            target.add(site, sums.base[site], route.scatter)
            sums.base[site] = 0
        }
    }

    private func takeSamples(afterStep number: Int, _ samples: inout [Int], _ book: inout TrialBook) {
        for (index, probe) in run.probes.enumerated() {
            guard samples[index] < probe.samples, Int((probe.time(samples[index]) / step).rounded()) == number else {
                continue
            }
            book.sample(probe: index) { populations[probe.population]?.potential($0) ?? 0 }
            samples[index] += 1
        }
    }
}
