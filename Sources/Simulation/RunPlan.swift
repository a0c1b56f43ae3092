import SynfireSpikingNetworks

/// The times at which a trial is looked at, and what is recorded, by the plan's indices.
struct RunPlan: Sendable {
    let duration: Double
    /// Ascending times of intermediate results; the last is the end.
    let checkpoints: [Double]
    /// The populations whose spikes are recorded, in the order of the request.
    let spikes: [Int]
    let probes: [Probe]
    let countsPerNeuron: Bool

    struct Probe: Sendable {
        let population: Int
        let places: [Int]
        let interval: Double
        let samples: Int

        /// The time of a sample.
        func time(_ sample: Int) -> Double { Double(sample) * interval }
    }

    /// Which recorded train a population's spikes go to, for all populations.
    func recordedTrain(populations: Int) -> [Int?] {
        var trains = [Int?](repeating: nil, count: populations)
        for (train, population) in spikes.enumerated() { trains[population] = train }
        return trains
    }

    init(
        _ plan: Plan, duration: Double, step: Double?, checkpoints: [Double], recording: RecordingRequest,
        countsPerNeuron: Bool
    ) throws(SimulationError) {
        try RunPlan.check(duration, "the duration", step: step)
        for time in checkpoints {
            try RunPlan.check(time, "a result's time", step: step)
            guard time <= duration else { throw .checkpointAfterEnd(time: time, duration: duration) }
        }
        self.duration = duration
        self.checkpoints = Set(checkpoints + [duration]).sorted()
        self.countsPerNeuron = countsPerNeuron
        let names = plan.populations.filter { !$0.isAnalog }.map(\.name)
        func find(_ name: String, _ user: String) throws(SimulationError) -> Int {
            guard let index = plan.populations.firstIndex(where: { $0.name == name }) else {
                throw .unknownPopulation(name, usedBy: user, valid: names)
            }
            return index
        }
        var spikes: [Int] = []
        for name in recording.spikes {
            let index = try find(name, "the recording of spikes")
            guard plan.populations[index].threshold != nil else {
                throw .nothingToRecord(population: name, what: "spikes")
            }
            if !spikes.contains(index) { spikes.append(index) }
        }
        self.spikes = spikes
        var probes: [Probe] = []
        for request in recording.potentials {
            let index = try find(request.population, "the recording of potentials")
            let population = plan.populations[index]
            guard !population.isAnalog else {
                throw .nothingToRecord(population: request.population, what: "potential")
            }
            try RunPlan.check(request.interval, "the sampling interval", step: step)
            for neuron in request.neurons where !(0..<population.count).contains(neuron) {
                throw .neuronOutOfRange(population: request.population, neuron: neuron, count: population.count)
            }
            let samples = (duration / request.interval - 1e-9).rounded(.up)
            guard samples <= 1e9 else { throw .tooLong(duration: duration, step: request.interval) }
            probes.append(
                Probe(
                    population: index, places: request.neurons.map { population.layout.place(ofRowMajor: $0) },
                    interval: request.interval, samples: Int(samples)))
        }
        self.probes = probes
    }

    /// How many steps a time has.
    ///
    /// - Throws: ``SimulationError`` for a time that is not positive, not a whole number of steps, or beyond counting.
    static func wholeSteps(
        _ time: Double, _ what: String, step: Double, allowsZero: Bool = false
    ) throws(SimulationError) -> Int {
        if allowsZero, time == 0 { return 0 }
        try check(time, what, step: step, most: mostSteps.run)
        return Int((time / step).rounded())
    }

    /// The most steps of a run, and of a trial, that come to an end within days.
    private static let mostSteps = (run: 1e11, trial: 1e9)

    private static func check(
        _ time: Double, _ what: String, step: Double?, most: Double = mostSteps.trial
    ) throws(SimulationError) {
        guard time.isFinite, time > 0 else { throw .badTime(what: what, value: time) }
        guard let step else {
            // Beyond, a double can no longer tell times of a microsecond apart.
            guard time <= 1e9 else { throw .tooLong(duration: time, step: 1e-3) }
            return
        }
        let steps = time / step
        guard steps <= most else { throw .tooLong(duration: time, step: step) }
        guard abs(steps - steps.rounded()) <= min(0.01, 1e-9 * max(1, steps)), steps.rounded() >= 1 else {
            throw .notWholeSteps(what: what, value: time, step: step)
        }
    }
}
