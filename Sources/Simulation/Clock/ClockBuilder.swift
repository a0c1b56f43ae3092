import CSupport
import Parallel
import SpikingModels
import SpikingNetworks

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
        let makers: [any ConnectionMaker]
        let synapses: Int
        /// The least delay of all synapses, in steps.
        let leastDelay: Int
    }

    func build(
        memoryLimit: Int?, progress: (ClockSimulation.BuildProgress) throws -> Void
    ) throws -> Result {
        let projections = try network.projections.map { try ProjectionPlan($0, index, seed: seed, step: step) }
        try checkMemory(projections, limit: memoryLimit)
        let expected = Int(min(projections.reduce(0) { $0 + $1.expected }, 1e18))
        try progress(ClockSimulation.BuildProgress(synapses: 0, expected: expected))
        var makers: [any ConnectionMaker] = []
        for projection in projections {
            makers.append(try projection.maker())
            try progress(ClockSimulation.BuildProgress(synapses: 0, expected: expected))
        }
        let slots = SlotMap(index)
        var maker = SynapseMaker(
            index: index, slots: slots, projections: projections, makers: makers, pool: pool)
        let made = try maker.make(progress: progress)
        let longestDelays = projections.indices.map { number in
            made.flatMap { $0.plastic.filter { $0.projection == number }.map(\.rows.greatestDelay) }.max() ?? 0
        }
        let strips = try (0..<index.workers).map { worker in
            try strip(
                worker, slots: slots, projections: projections, made: made[worker], longestDelays: longestDelays)
        }
        return Result(
            strips: strips, projections: projections, makers: makers, synapses: made.reduce(0) { $0 + $1.count },
            leastDelay: made.map(\.leastDelay).min() ?? Int.max)
    }

    /// The bytes that may be taken: the limit, or what the machine has free, 0 where it does not say.
    static func availableMemory(limit: Int?) -> Double {
        limit.map(Double.init) ?? Double(synfire_available_memory())
    }

    private func checkMemory(_ projections: [ProjectionPlan], limit: Int?) throws(SimulationError) {
        let expected = projections.reduce(0.0) { $0 + $1.expected }
        let bytes = expected * Double(SynapseRows.bytesPerSynapse)
        let available = Self.availableMemory(limit: limit)
        if available > 0, bytes > available * 0.95 {
            throw .tooManySynapses(expected: expected, bytes: bytes, available: available)
        }
    }

    private func strip(
        _ worker: Int, slots: SlotMap, projections: [ProjectionPlan], made: MadeSynapses, longestDelays: [Int]
    ) throws -> WorkerStrip {
        let input = WorkBuffer<Float>(repeating: 0, count: slots.count(worker))
        let hasCurrent = populationsWithCurrent()
        let populations = try index.populations.enumerated().map { number, population in
            let neurons = index.strip(number, of: worker)
            let setup = KernelSetup(
                neurons: neurons, neuronsPerChannel: population.neuronsPerChannel, step: step,
                values: population.values,
                seed: seed, stream: RandomStream.number(of: population.name))
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
                            maximumDelay: longestDelays[part.projection]))
                })
        }
        for synapses in plastic where synapses.watchesTargets {
            populations[synapses.population].watchers.append(synapses)
        }
        return WorkerStrip(
            populations: populations, input: input, constant: StaticSynapses(made.constant), plastic: plastic)
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
                let receptor =
                    stimulus.receptor.flatMap { name in schema.receptors.firstIndex { $0.name == name } } ?? 0
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
    private static func runs(of positions: [Int]) -> [Range<Int>] {
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

/// Where the input of each receptor of each population begins in a worker's input.
struct SlotMap: Sendable {
    private let firsts: [[[Int]]]
    private let counts: [Int]

    init(_ index: NeuronIndex) {
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
}
