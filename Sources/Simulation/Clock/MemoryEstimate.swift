import CSynfireSupport
import SynfireSpikingModels
import SynfireSpikingNetworks

/// About how much memory a network takes that runs on a clock, told before it is built.
public struct MemoryEstimate: Sendable, Equatable {
    /// Columns, inputs and lists of neurons [bytes].
    public var neurons: Double
    /// Tables of stored synapses [bytes].
    public var synapses: Double
    /// What building takes besides [bytes].
    public var building: Double

    /// All of it at once [bytes].
    public var total: Double { neurons + synapses + building }

    /// What a stored synapse takes, the lists of its source included where sources have many [bytes].
    public static let bytesPerSynapse = Double(SynapseRows.bytesPerSynapse)

    /// Estimates a network.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - storedSynapses: How many synapses are stored, exactly or on average.
    ///   - workers: How many workers there are: each has lists for all sources.
    public init(_ network: Network, storedSynapses: Double, workers: Int) {
        self.init(network, storedSynapses: storedSynapses, workers: workers, procedural: (0, 0, 0))
    }

    /// - Parameter procedural: Of procedural projections, the sum of their targets, how many they are, and the longest
    ///   delay in steps.
    init(
        _ network: Network, storedSynapses: Double, workers: Int,
        procedural: (targets: Int, neurons: Int, steps: Int)
    ) {
        let (count, columns) = network.populations.reduce((0.0, 0.0)) { sum, population in
            let schema = population.model.schema
            let columns = schema.state.count + schema.receptors.count + 2
            return (sum.0 + Double(population.count), sum.1 + Double(population.count * columns))
        }
        let inputs = network.populations.reduce(0.0) {
            $0 + Double($1.count * $1.model.schema.receptors.count)
        }
        var length = 16.0
        while length <= Double(procedural.steps) { length *= 2 }
        let held = procedural.neurons > 0 ? inputs * length * 4 : 0
        neurons =
            columns * 4 + count * Double(workers) * 32 + held
            + (Double(procedural.targets) * Double(workers) + Double(procedural.neurons) * count) * 4
        // A run of synapses with one delay is four bytes; drawn delays spread over some tens of steps.
        let rows = count * Double(workers)
        let runs = rows > 0 ? rows * min(64, storedSynapses / rows) : 0
        synapses = storedSynapses * Self.bytesPerSynapse + runs * Double(MemoryLayout<SynapseRun>.stride)
        building = storedSynapses * Double(SynapseRows.bytesWhileMade) + rows * 16
    }

    /// The bytes that may be taken: the limit, or what the machine has free; 0 where it does not say.
    package static func available(limit: Int?) -> Double {
        limit.map(Double.init) ?? Double(synfire_available_memory())
    }

    /// Refuses a network that does not fit into memory, by an estimate that takes neither memory nor time.
    ///
    /// Synapses are counted where that needs no positions; all are once more before they are made.
    ///
    /// - Parameters:
    ///   - engine: The engine, `automatic` for what either takes at least.
    ///   - limit: The most bytes that may be taken; `nil` for what the machine has free.
    /// - Throws: ``SimulationError/tooManyNeurons(_:bytes:available:)``,
    ///   ``SimulationError/tooManySynapses(expected:bytes:available:fitting:procedural:)``.
    public static func check(
        _ network: Network, engine: EngineChoice, workers: Int, limit: Int? = nil
    ) throws(SimulationError) {
        try checkNeurons(of: network, workers: workers, limit: limit, bytesEach: engine == .event ? 400 : 150)
        let available = available(limit: limit)
        let counts = network.projections.map { $0.expectedSynapses(in: network) ?? (stored: 0, fixed: 0) }
        let (stored, fixed) = counts.reduce((0.0, 0.0)) { ($0.0 + $1.stored, $0.1 + $1.fixed) }
        let memory = MemoryEstimate(network, storedSynapses: stored, workers: workers)
        // In events a synapse takes no less than the index of its target.
        let bytes = engine == .clock ? memory.synapses + memory.building : 4 * stored
        guard available > 0, bytes > available else { return }
        let rest = MemoryEstimate(network, storedSynapses: fixed, workers: workers)
        throw .tooManySynapses(
            expected: stored, bytes: bytes, available: available, fitting: stored * available * 0.95 / bytes,
            procedural: engine == .clock && fixed < stored ? rest.total : nil)
    }

    /// - Parameter bytesEach: What a neuron takes besides its columns: in the clock engine values that are drawn in double
    ///   precision before they are put into columns; in the event engine a state in double precision, its place in lists,
    ///   and parameters where neurons differ.
    private static func checkNeurons(
        of network: Network, workers: Int, limit: Int?, bytesEach: Double
    ) throws(SimulationError) {
        let neurons = network.populations.reduce(0.0) { $0 + Double($1.count) }
        let bytes = MemoryEstimate(network, storedSynapses: 0, workers: workers).total + bytesEach * neurons
        let available = MemoryEstimate.available(limit: limit)
        let inputs = network.populations.reduce(0.0) {
            $0 + Double($1.count) * Double(max(1, $1.model.schema.receptors.count))
        }
        guard max(neurons, inputs) <= Double(Int32.max) else {
            throw .tooManyNeurons(neurons, bytes: bytes, available: available)
        }
        if available > 0, neurons > 10_000, bytes > available * 0.95 {
            throw .tooManyNeurons(neurons, bytes: bytes, available: available)
        }
    }
}

extension MemoryEstimate {
    /// What lowering a network that is run trial by trial takes for each neuron, and the state of an engine [bytes]; as
    /// measured for convolutions, lists that double as they grow included.
    private static let (bytesLowered, bytesOfState) = (125.0, 60.0)

    /// Refuses a network that is to be run trial by trial and does not fit into memory: what the system refuses to a kernel
    /// would end the process.
    ///
    /// - Parameter workers: How many engines are made; 0 for what comes before.
    /// - Throws: ``SimulationError/tooManyNeurons(_:bytes:available:)``.
    static func checkTrials(of network: Network, workers: Int) throws(SimulationError) {
        let neurons = network.populations.reduce(0.0) { $0 + Double($1.count) }
        let bytes = neurons * (workers == 0 ? bytesLowered : bytesOfState * Double(workers))
        let available = available(limit: nil)
        if available > 0, neurons > 10_000, bytes > available {
            throw .tooManyNeurons(neurons, bytes: bytes, available: available)
        }
    }
}

extension Projection {
    /// About how many synapses are stored, and how many of those could not be procedural; `nil` where there are none, or
    /// the connector needs to know more than how many neurons there are.
    fileprivate func expectedSynapses(in network: Network) -> (stored: Double, fixed: Double)? {
        guard case .synapses(let connector, let synapse, _) = transmission, synapse.storage == .stored else {
            return nil
        }
        let site = ConnectionSite(
            sources: sources.count(in: network), targets: targets.count(in: network), seed: 1, projection: name)
        guard connector.fault(site) == nil else { return nil }
        let stored = connector.expectedCount(site)
        return (stored, NetworkCheck.proceduralFault(connector, synapse) == nil ? 0 : stored)
    }
}
