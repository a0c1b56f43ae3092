import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks

/// Makes the strips of a simulation: kernels, stimuli and synapses.
struct ClockBuilder {
    let index: NeuronIndex
    let network: Network
    let step: Double
    let seed: UInt64
    let pool: WorkerPool

    /// What was built.
    struct Result {
        let strips: [WorkerStrip]
        let projections: [ProjectionPlan]
        let connections: [Connections]
        let synapses: Int
        let memory: MemoryEstimate
        /// The least delay of all synapses, in steps.
        let leastDelay: Int
    }

    /// - Parameters:
    ///   - tables: Where stored synapses are read from; without it they are made.
    ///   - profiling: Whether strips measure what they spend their time on.
    func build(
        memoryLimit: Int?, tables: (any SynapseTableReader)?, profiling: Bool,
        progress: (ClockSimulation.BuildProgress) throws -> Void
    ) throws -> Result {
        try withoutActuallyEscaping(progress) { progress in
            let projections = try network.projections.map { try ProjectionPlan($0, index, seed: seed, step: step) }
            let stored = projections.filter { !$0.isProcedural }.reduce(0) { $0 + $1.expected }
            let memory = MemoryEstimate(
                network, storedSynapses: stored, workers: index.workers, procedural: Self.procedural(projections))
            try check(memory, projections, stored: stored, limit: memoryLimit)
            let reporter = BuildReporter(expected: stored, memory: memory, progress)
            try reporter.report(0)
            let slots = SlotMap(index)
            var connections: [Connections] = []
            let made: [MadeSynapses]
            if let tables {
                connections = projections.map { _ in .unmade }
                made = try SynapseLoader(
                    index: index, slots: slots, projections: projections, pool: pool, memoryLimit: memoryLimit
                )
                .load(tables, reporter)
            } else {
                for projection in projections {
                    connections.append(projection.isProcedural ? .unmade : try projection.connections())
                    try reporter.report(0)
                }
                var maker = SynapseMaker(
                    index: index, slots: slots, projections: projections, connections: connections, pool: pool,
                    progress: reporter)
                made = try maker.make()
            }
            for (number, projection) in projections.enumerated() where projection.isProcedural {
                connections[number] = try projection.connections()
            }
            let delays = projections.indices.map { number in
                let rows = made.flatMap { $0.plastic.filter { $0.projection == number }.map(\.rows) }
                return (least: rows.map(\.leastDelay).min() ?? 0, greatest: rows.map(\.greatestDelay).max() ?? 0)
            }
            let strips = try (0..<index.workers).map { worker in
                try strip(
                    worker, slots: slots, projections: projections, connections: connections, made: made[worker],
                    delays: delays, profiling: profiling)
            }
            let procedural = projections.filter(\.isProcedural)
            return Result(
                strips: strips, projections: projections, connections: connections,
                synapses: made.reduce(0) { $0 + $1.count }
                    + Int(min(procedural.reduce(0) { $0 + $1.expected }.rounded(), 1e18)),
                memory: memory,
                leastDelay: min(
                    made.map(\.leastDelay).min() ?? Int.max,
                    procedural.map { Int($0.draw.leastDelay) }.min() ?? Int.max))
        }
    }

    private func check(
        _ memory: MemoryEstimate, _ projections: [ProjectionPlan], stored: Double, limit: Int?
    ) throws(SimulationError) {
        let available = MemoryEstimate.available(limit: limit)
        guard available > 0, memory.synapses + memory.building > available * 0.95 else { return }
        let fixed = projections.filter { !$0.isProcedural && !$0.couldBeProcedural }
        let rest = fixed.reduce(0) { $0 + $1.expected }
        let least = MemoryEstimate(
            network, storedSynapses: rest, workers: index.workers,
            procedural: Self.procedural(projections.filter { $0.isProcedural || $0.couldBeProcedural }, all: true))
        throw .tooManySynapses(
            expected: stored, bytes: memory.synapses + memory.building, available: available,
            fitting: stored * available * 0.95 / (memory.synapses + memory.building),
            procedural: rest < stored ? least.total : nil)
    }

    /// What procedural projections take: places of targets, and the steps that input is held for.
    private static func procedural(
        _ projections: [ProjectionPlan], all: Bool = false
    ) -> (targets: Int, neurons: Int, steps: Int) {
        let own = all ? projections : projections.filter(\.isProcedural)
        return (
            own.reduce(0) { $0 + $1.targets.count }, own.count, own.map { Int($0.draw.likelyDelay) }.max() ?? 0
        )
    }

    private func strip(
        _ worker: Int, slots: SlotMap, projections: [ProjectionPlan], connections: [Connections], made: MadeSynapses,
        delays: [(least: Int, greatest: Int)], profiling: Bool
    ) throws -> WorkerStrip {
        let input = WorkBuffer<Float>(repeating: 0, count: slots.count(worker))
        let hasCurrent = populationsWithCurrent()
        let populations = try index.populations.enumerated().map { number, population in
            let neurons = index.strip(number, of: worker)
            let setup = KernelSetup(
                neurons: neurons, neuronsPerChannel: population.neuronsPerChannel, step: step,
                values: population.values,
                seed: seed, stream: RandomStream.number(of: population.name))
            if let fault = population.model.stepFault(population.values, step: step) {
                throw SpikingNetworkError.unfitParameters("population '\(population.name)'", fault)
            }
            guard let kernel = population.model.makeKernel(setup) else {
                throw SimulationError.notInSteps(population: population.name, model: population.model.schema.name)
            }
            return StripPopulation(
                index: number, neurons: neurons, firstNumber: index.offsets[number] + neurons.lowerBound,
                kernel: kernel, memory: setup.columns,
                inputs: population.model.schema.receptors.indices.map {
                    input.base + slots.first(worker: worker, population: number, receptor: $0)
                }, hasCurrent: hasCurrent.contains(number))
        }
        for stimulus in network.stimuli { try add(stimulus, to: populations, worker: worker, input, slots) }
        let plastic = made.plastic.map { part -> PlasticSynapses in
            let projection = projections[part.projection]
            let sources = projection.sources.count
            return PlasticSynapses(
                part.rows, projection: part.projection, part: part.part,
                rowOfNeuron: projection.rowOfNeuron, population: part.population,
                firstSlot: slots.first(worker: worker, population: part.population, receptor: part.receptor),
                shortTerm: projection.synapse.shortTerm.map {
                    $0.model.makeKernel($0.values, sources: sources, step: step)
                },
                longTerm: projection.synapse.longTerm.map {
                    $0.model.makeKernel(
                        PlasticitySetup(
                            values: $0.values, sources: sources,
                            targets: index.strip(part.population, of: worker).count, step: step,
                            maximumDelay: delays[part.projection].greatest,
                            minimumDelay: delays[part.projection].least))
                })
        }
        for synapses in plastic where synapses.watchesTargets {
            populations[synapses.population].watchers.append(synapses)
        }
        let ring = InputRing(width: slots.count(worker))
        let regenerated = connections.enumerated().compactMap { number, connections -> RegeneratedSynapses? in
            guard case .drawn(let outgoing) = connections else { return nil }
            let projection = projections[number]
            return RegeneratedSynapses(
                projection, number: number, outgoing, slots: targetSlots(projection, worker: worker, slots), ring: ring,
                step: step)
        }
        return WorkerStrip(
            populations: populations, input: input, constant: StaticSynapses(made.constant), plastic: plastic,
            regenerated: regenerated, ring: ring, stopwatch: Stopwatch(isRunning: profiling))
    }

    /// For each target of a projection its place in a worker's input, or −1.
    private func targetSlots(_ projection: ProjectionPlan, worker: Int, _ slots: SlotMap) -> [Int32] {
        var places = [Int32](repeating: -1, count: projection.targets.count)
        for (part, receptor) in zip(projection.targets.parts, projection.receptors) {
            let strip = index.strip(part.population, of: worker)
            let first = slots.first(worker: worker, population: part.population, receptor: receptor)
            for position in part.neurons.positions(in: strip) {
                places[part.first + position] = Int32(first + part.neurons[position] - strip.lowerBound)
            }
        }
        return places
    }

    private func populationsWithCurrent() -> Set<Int> {
        Set(
            network.stimuli.filter { $0.model.effect == .current }
                .flatMap { $0.target.views.map { index.population(named: $0.population) } })
    }

    private func add(
        _ stimulus: Stimulus, to populations: [StripPopulation], worker: Int, _ input: WorkBuffer<Float>,
        _ slots: SlotMap
    ) throws {
        let members = index.members(stimulus.target, seed: seed)
        let values = try stimulus.values(count: members.count, seed: seed)
        for part in members.parts {
            let strip = index.strip(part.population, of: worker)
            let population = populations[part.population]
            let schema = index.populations[part.population].model.schema
            let base: UnsafeMutablePointer<Float>
            switch stimulus.model.effect {
            case .current:
                guard let current = population.current else { continue }
                base = current.base
            case .receptor:
                let receptor = try NetworkCheck.receptor(of: stimulus, schema)
                try NetworkCheck.checkWeights(
                    of: stimulus, values, part.first..<part.first + part.neurons.count,
                    into: schema.receptors[receptor])
                base = input.base + slots.first(worker: worker, population: part.population, receptor: receptor)
            }
            // A kernel serves targets that follow each other in the assembly.
            for run in Self.runs(of: part.neurons.positions(in: strip)) {
                let setup = KernelSetup(
                    neurons: part.first + run.lowerBound..<part.first + run.upperBound, neuronsPerChannel: 1,
                    step: step,
                    values: values, seed: seed, stream: RandomStream.number(of: stimulus.name + "/stimulus"))
                let kernel = stimulus.model.makeKernel(setup)
                if case .range(let range) = part.neurons {
                    let place = range.lowerBound + run.lowerBound - strip.lowerBound
                    population.stimuli.append(
                        StripStimulus(kernel, memory: setup.columns, input: base + place, places: nil))
                } else {
                    let places = run.map { Int32(truncatingIfNeeded: part.neurons[$0] - strip.lowerBound) }
                    population.stimuli.append(StripStimulus(kernel, memory: setup.columns, input: base, places: places))
                }
            }
        }
    }

    /// Ascending positions as ranges of neighbours.
    static func runs(of positions: [Int]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for position in positions {
            if let last = runs.last, last.upperBound == position {
                runs[runs.count - 1] = last.lowerBound..<position + 1
            } else {
                runs.append(position..<position + 1)
            }
        }
        return runs
    }
}
