import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// Makes the strips of a simulation in continuous time.
struct EventBuilder {
    let index: NeuronIndex
    let network: Network
    let seed: UInt64
    let pool: WorkerPool
    /// Whether neurons that share their parameters may have kernels that add up their input.
    let allowsSums: Bool

    /// What was built.
    struct Result {
        let strips: [EventStrip]
        let schedule: EventSchedule
        let synapses: Int
        let bytes: Int
    }

    func build(memoryLimit: Int?, progress: (Int, Int) throws -> Void) throws -> Result {
        if let reason = EventSupport.reasons(against: network).first { throw reason }
        let projections = try network.projections.map { try ProjectionPlan($0, index, seed: seed, step: nil) }
        let maker = EventSynapseMaker(index: index, projections: projections, pool: pool)
        let parts = maker.parts()
        let expected = projections.reduce(0) { $0 + $1.expected }
        try check(parts, projections, limit: memoryLimit)
        let total = Int(min(expected, 1e18))
        try progress(0, total)
        let tables = try maker.make(parts) { try progress($0, total) }
        let made = tables.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
        let schedule = try EventSchedule(
            index.populations, edges: edges(parts, projections, tables),
            eventRate: network.eventRate(synapses: synapsesOfProjections(parts, tables), seed: seed))
        let input = try inputs(parts, tables)
        let strips = try (0..<index.workers).map { worker in
            try strip(
                worker, parts, projections, tables.map { $0[worker] }, input, slice: Ticks.milliseconds(schedule.slice))
        }
        return Result(
            strips: strips, schedule: schedule, synapses: made,
            bytes: tables.reduce(0) { $0 + $1.reduce(0) { $0 + $1.bytes } })
    }

    private func check(
        _ parts: [EventPart], _ projections: [ProjectionPlan], limit: Int?
    ) throws(SimulationError) {
        let available = MemoryEstimate.available(limit: limit)
        let bytes = projections.enumerated().reduce(0.0) { sum, item in
            let part = parts.first { $0.projection == item.offset }
            return sum + item.element.expected
                * Double(4 + (part?.weight == nil ? 4 : 0) + (part?.delay == nil ? 8 : 0))
        }
        guard available > 0, bytes > 0.95 * available else { return }
        let expected = projections.reduce(0) { $0 + $1.expected }
        throw .tooManySynapses(
            expected: expected, bytes: bytes, available: available, fitting: expected * 0.95 * available / bytes,
            procedural: nil)
    }

    /// The ways between populations, with the least delay of each.
    private func edges(
        _ parts: [EventPart], _ projections: [ProjectionPlan], _ tables: [[EventRows]]
    ) -> [EventSchedule.Edge] {
        zip(parts, tables).flatMap { part, tables -> [EventSchedule.Edge] in
            guard tables.contains(where: { $0.count > 0 }) else { return [] }
            let delay = part.delay ?? tables.compactMap(\.delayBounds?.lowerBound).min() ?? 0
            return sourcePopulations(projections[part.projection]).map {
                EventSchedule.Edge(source: $0, target: part.members.population, delay: delay)
            }
        }
    }

    /// How many synapses each projection has.
    private func synapsesOfProjections(_ parts: [EventPart], _ tables: [[EventRows]]) -> [Double] {
        var counts = network.projections.map { _ in 0.0 }
        for (part, rows) in zip(parts, tables) { counts[part.projection] += Double(rows.reduce(0) { $0 + $1.count }) }
        return counts
    }

    private func sourcePopulations(_ projection: ProjectionPlan) -> [Int] {
        Set(projection.sources.map { number in index.offsets.lastIndex { $0 <= Int(number) } ?? 0 }).sorted()
    }

    /// What is known of each population's input.
    private func inputs(_ parts: [EventPart], _ tables: [[EventRows]]) throws -> [EventInput] {
        var bounds = index.populations.map { $0.model.schema.receptors.map { _ in (low: 0.0, high: 0.0) } }
        var hasCurrents = index.populations.map { _ in false }
        var bias = index.populations.map { _ in 0.0 }
        func note(_ population: Int, _ receptor: Int, _ low: Double, _ high: Double) {
            bounds[population][receptor].low = min(bounds[population][receptor].low, low)
            bounds[population][receptor].high = max(bounds[population][receptor].high, high)
        }
        for (part, rows) in zip(parts, tables) {
            for table in rows where table.count > 0 {
                let own = part.weight.map { ($0, $0) } ?? table.weightBounds
                note(part.members.population, part.receptor, own.0, own.1)
            }
        }
        for stimulus in network.stimuli {
            if let constant = try constantCurrent(stimulus) {
                for view in stimulus.target.views { bias[index.population(named: view.population)] += constant }
                continue
            }
            let members = index.members(stimulus.target, seed: seed)
            let values = try stimulus.values(count: members.count, seed: seed)
            let weights = values.columns["weight"]
            for part in members.parts {
                guard stimulus.model.effect == .receptor else {
                    hasCurrents[part.population] = true
                    continue
                }
                let receptor = try index.receptor(of: stimulus, part.population)
                try NetworkCheck.checkWeights(
                    of: stimulus, values, part.first..<part.first + part.neurons.count,
                    into: index.populations[part.population].model.schema.receptors[receptor])
                for position in 0..<part.neurons.count {
                    let weight = weights?.value(at: part.first + position, neuronsPerChannel: 1) ?? 0
                    note(part.population, receptor, weight, weight)
                }
            }
        }
        return index.populations.indices.map { number in
            EventInput(
                weights: bounds[number].map { $0.low...$0.high },
                hasCurrents: hasCurrents[number], bias: bias[number])
        }
    }

    /// The current of a stimulus that injects the same all the time into whole populations; `nil` for any other.
    private func constantCurrent(_ stimulus: Stimulus) throws -> Double? {
        guard stimulus.model.effect == .current, stimulus.target.views.allSatisfy({ $0.selection == .all }) else {
            return nil
        }
        let count = index.members(stimulus.target, seed: seed).count
        let values = try stimulus.values(count: count, seed: seed)
        // One neuron stands for all where nothing differs.
        guard values.isUniform else { return nil }
        let setup = KernelSetup(
            neurons: 0..<1, neuronsPerChannel: 1, step: 1, values: values, seed: seed, stream: 0)
        guard case .currents(let courses)? = stimulus.model.makeEventStimulus(setup), let first = courses.first?.first,
            first.time == 0, courses[0].dropFirst().allSatisfy({ $0.time >= Self.forever })
        else { return nil }
        return first.level
    }

    /// No run is so long [ms].
    private static let forever = 1e12

    private func strip(
        _ worker: Int, _ parts: [EventPart], _ projections: [ProjectionPlan], _ rows: [EventRows],
        _ input: [EventInput], slice: Double
    ) throws -> EventStrip {
        let tables = zip(parts, rows).map { part, rows -> EventTable in
            let projection = projections[part.projection]
            return EventTable(
                part, rows: rows, sourcePopulations: sourcePopulations(projection),
                rowOfNeuron: projection.rowOfNeuron,
                shortTerm: projection.synapse.shortTerm.map {
                    $0.model.makeKernel($0.values, sources: projection.sources.count, step: 1)
                }, plastic: plastic(part, rows, projection, worker))
        }
        let populations = try index.populations.enumerated().map { number, population in
            let neurons = index.strip(number, of: worker)
            let setup = KernelSetup(
                neurons: neurons, neuronsPerChannel: population.neuronsPerChannel, step: slice,
                values: population.values, seed: seed, stream: RandomStream.number(of: population.name))
            var known = input[number]
            known.isStatic =
                allowsSums && !tables.contains { $0.part.members.population == number && $0.plastic != nil }
            setup.input = known
            guard let kernel = population.model.makeEventKernel(setup) else {
                throw EventSupport.noClosedForm(population)
            }
            return EventStripPopulation(
                index: number, neurons: neurons, kernel: kernel, memory: setup.columns,
                tables: tables.filter { $0.part.members.population == number && $0.rows.count > 0 })
        }
        for stimulus in network.stimuli where try constantCurrent(stimulus) == nil {
            try add(stimulus, to: populations, worker: worker, slice: slice)
        }
        return EventStrip(populations)
    }

    private func plastic(
        _ part: EventPart, _ rows: EventRows, _ projection: ProjectionPlan, _ worker: Int
    ) -> PlasticEventSynapses? {
        guard let mechanism = projection.synapse.longTerm else { return nil }
        let targets = index.strip(part.members.population, of: worker).count
        var setup = PlasticitySetup(
            values: mechanism.values, sources: projection.sources.count, targets: targets, step: 0)
        setup.longestExactDelay = part.delay ?? rows.delayBounds?.upperBound ?? 0
        return mechanism.model.makeExactKernel(setup).map {
            PlasticEventSynapses(
                rows, delay: part.delay, weight: projection.initialWeight, targets: targets, kernel: $0)
        }
    }

    private func add(
        _ stimulus: Stimulus, to populations: [EventStripPopulation], worker: Int, slice: Double
    ) throws {
        let members = index.members(stimulus.target, seed: seed)
        let values = try stimulus.values(count: members.count, seed: seed)
        for part in members.parts {
            let strip = index.strip(part.population, of: worker)
            let positions = part.neurons.positions(in: strip)
            // A kernel serves targets that follow each other in the assembly.
            for run in ClockBuilder.runs(of: positions) {
                let setup = KernelSetup(
                    neurons: part.first + run.lowerBound..<part.first + run.upperBound, neuronsPerChannel: 1,
                    step: slice, values: values, seed: seed,
                    stream: RandomStream.number(of: stimulus.name + "/stimulus"))
                let places = run.map { Int32(truncatingIfNeeded: part.neurons[$0] - strip.lowerBound) }
                switch stimulus.model.makeEventStimulus(setup) {
                case .currents(let courses)?: populations[part.population].currents.add(courses) { places[$0] }
                case .spikes(let drive)?:
                    let receptor = try index.receptor(of: stimulus, part.population)
                    populations[part.population].drives.append(StripDrive(drive, receptor: receptor, places: places))
                case nil: throw EventSupport.noClosedForm(stimulus)
                }
            }
        }
    }
}

extension NeuronIndex {
    /// The receptor of a population that a stimulus acts on.
    fileprivate func receptor(of stimulus: Stimulus, _ population: Int) throws(SpikingNetworkError) -> Int {
        try NetworkCheck.receptor(of: stimulus, populations[population].model.schema)
    }
}
