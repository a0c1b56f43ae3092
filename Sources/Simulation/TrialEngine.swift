import SynfireSpikingNetworks

/// An engine with the state of one worker: runs one trial after another, each from rest.
protocol TrialEngine: AnyObject {
    /// Runs one trial.
    ///
    /// - Parameters:
    ///   - trial: Its number, for the result.
    ///   - input: What each source is given, in the plan's order; already checked.
    func run(trial: Int, input: TrialInput) throws(SimulationError) -> TrialResult
}

/// What both engines gather in a trial.
struct TrialBook {
    private let plan: Plan
    private let run: RunPlan
    private let trains: [Int?]
    private var result: TrialResult
    private var operations = 0
    private var totals: [Int]

    init(plan: Plan, run: RunPlan, trial: Int) {
        self.plan = plan
        self.run = run
        trains = run.recordedTrain(populations: plan.populations.count)
        totals = Array(repeating: 0, count: plan.populations.count)
        let counts = plan.populations.indices.map { index in
            let isNeeded = run.countsPerNeuron || index == plan.readout
            let count = isNeeded && plan.populations[index].threshold != nil ? plan.populations[index].count : 0
            return [UInt32](repeating: 0, count: count)
        }
        result = TrialResult(
            trial: trial, checkpoints: [], spikeCounts: counts,
            trace: TrialTrace(
                trial: trial, spikes: run.spikes.map { _ in SpikeTrain() },
                potentials: run.probes.map { _ in [] }))
    }

    /// Takes a population's spikes that follow on those before.
    mutating func note(_ spikes: [Spike], of population: Int) {
        guard !spikes.isEmpty else { return }
        totals[population] += spikes.count
        operations += plan.fanOut[population].withUnsafeBufferPointer { fanOut in
            spikes.reduce(0) { $0 + fanOut[Int($1.place)] }
        }
        if !result.spikeCounts[population].isEmpty {
            result.spikeCounts[population].withUnsafeMutableBufferPointer { counts in
                for spike in spikes { counts[Int(spike.place)] += 1 }
            }
        }
        if let train = trains[population] {
            let layout = plan.populations[population].layout
            result.trace.spikes[train].times.append(contentsOf: spikes.lazy.map(\.time))
            result.trace.spikes[train].neurons.append(
                contentsOf: spikes.lazy.map { UInt32(truncatingIfNeeded: layout.rowMajor(ofPlace: Int($0.place))) })
        }
    }

    /// Takes the places of a population's spikes at one instant.
    mutating func note(_ places: [Int32], at time: Double, of population: Int) {
        let needsEach = trains[population] != nil || !result.spikeCounts[population].isEmpty
        guard !needsEach else { return note(places.map { Spike(time: time, place: $0) }, of: population) }
        totals[population] += places.count
        operations += plan.fanOut[population].withUnsafeBufferPointer { fanOut in
            places.reduce(0) { $0 + fanOut[Int($1)] }
        }
    }

    /// Takes a sample of a probe.
    mutating func sample(probe: Int, _ potential: (Int) -> Double) {
        result.trace.potentials[probe].append(contentsOf: run.probes[probe].places.map { Float(potential($0)) })
    }

    /// Takes the state of affairs at a time that has been reached.
    mutating func checkpoint(at time: Double, potential: (Int) -> Double) {
        var readout: [Double] = []
        if let index = plan.readout {
            let population = plan.populations[index]
            readout = (0..<population.count).map { neuron in
                let place = population.layout.place(ofRowMajor: neuron)
                return population.threshold == nil ? potential(place) : Double(result.spikeCounts[index][place])
            }
        }
        result.checkpoints.append(
            TrialResult.Checkpoint(time: time, readout: readout, spikes: totals, synapticOperations: operations))
    }

    /// The result, with counts in row-major order.
    consuming func finished() -> TrialResult {
        var finished = result
        for (index, population) in plan.populations.enumerated() where !finished.spikeCounts[index].isEmpty {
            if !run.countsPerNeuron {
                finished.spikeCounts[index] = []
                continue
            }
            let counts = finished.spikeCounts[index]
            finished.spikeCounts[index] = (0..<population.count).map {
                counts[population.layout.place(ofRowMajor: $0)]
            }
        }
        return finished
    }
}
