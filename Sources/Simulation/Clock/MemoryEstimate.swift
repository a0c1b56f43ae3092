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
    static func available(limit: Int?) -> Double { limit.map(Double.init) ?? Double(synfire_available_memory()) }

    /// Refuses more neurons than there is memory for, before any is drawn.
    ///
    /// - Parameter bytesEach: What a neuron takes besides its columns; in the clock engine, since values are drawn in double
    ///   precision before they are put into columns.
    static func checkNeurons(
        of network: Network, workers: Int, limit: Int?, bytesEach: Double = 150
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
