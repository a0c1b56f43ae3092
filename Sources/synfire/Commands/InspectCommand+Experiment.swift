import SynfireFormats
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

extension InspectCommand {
    /// What a description of a spiking network comes to, without building it.
    static func experiment(_ path: String) throws -> Contents {
        let experiment = try Experiment.read(path)
        let network = experiment.network
        let projections = network.projections.map {
            ProjectionEstimate($0, in: network, seed: experiment.settings.seed)
        }
        let synapses = projections.reduce(0) { $0 + $1.synapses }
        let stored = projections.filter { !$0.isProcedural }.reduce(0) { $0 + $1.synapses }
        let memory = MemoryEstimate(network, storedSynapses: stored, workers: WorkerPool.availableCores)
        var contents = Contents(kind: "a spiking network, described")
        contents.facts = [
            "name": .text(network.name), "source": network.metadata["source"].map { .text($0) } ?? .nothing,
            "neurons": .whole(network.neuronCount), "synapses expected": .optional(synapses, shown: Format.count),
            "memory, about": .optional(memory.total, unit: "bytes", shown: Format.bytes),
            "time": .optional(experiment.settings.duration?.value, unit: "ms") { Format.biological(.milliseconds($0)) },
            "step": .time(experiment.settings.step.value), "seed": .seed(experiment.settings.seed),
        ]
        contents.tables = [
            .init(
                title: "populations", header: ["population", "model", "shape", "neurons"],
                rows: network.populations.map {
                    [.text($0.name), .text($0.model.schema.name), .shape($0.shape), .whole($0.count)]
                }),
            .init(
                title: "projections",
                header: ["projection", "connector", "from", "to", "receptor", "synapses expected"],
                rows: projections.map { estimate in
                    let projection = estimate.projection
                    let words = [
                        projection.name, estimate.connector, projection.sources.words, projection.targets.words,
                        estimate.receptor ?? "by sign",
                    ]
                    return words.map { .text($0) } + [estimate.count]
                }),
            .init(
                title: "stimuli", header: ["stimulus", "model", "to"],
                rows: network.stimuli.map { [.text($0.name), .text($0.model.schema.name), .text($0.target.words)] }),
            .init(
                title: "recorded", header: ["what", "of", "every"],
                rows: experiment.recorders.map { recorder in
                    switch recorder.quantity {
                    case .spikes: ["spikes", .text(recorder.neurons.words), .nothing]
                    case .variable(let symbol):
                        [.text(symbol), .text(recorder.neurons.words), .time(recorder.interval)]
                    }
                }),
        ]
        return contents
    }
}

extension InspectCommand {
    /// What a file of built synapses holds.
    static func builtNetwork(_ path: String) throws -> Contents {
        let file = try NetworkTableFile(path)
        var contents = Contents(kind: "the synapses of a built network (use it with 'synfire simulate --network-file')")
        contents.facts = [
            "network": .text(file.network), "step": .time(file.step), "seed": .seed(file.seed),
            "written by": "Synfire \(file.synfireVersion)",
            "synapses": .count(file.tables.reduce(0) { $0 + $1.synapses.reduce(0, +) }),
        ]
        contents.tables = [
            .init(
                title: "tables", header: ["table", "sources", "parts", "synapses"],
                rows: file.tables.map {
                    [.text($0.name), .whole($0.rows), .whole($0.synapses.count), .count($0.synapses.reduce(0, +))]
                })
        ]
        return contents
    }
}

extension Recorder {
    /// What is recorded of which neurons, such as `v of exc[0-9]`.
    var words: String {
        switch quantity {
        case .spikes: "spikes of \(neurons.words)"
        case .variable(let symbol): "\(symbol) of \(neurons.words)"
        }
    }
}

extension Assembly {
    /// The neurons as descriptions write them.
    fileprivate var words: String {
        views.map { view in
            switch view.selection {
            case .all: view.population
            case .range(let range): "\(view.population)[\(range.lowerBound)-\(range.upperBound - 1)]"
            case .indices(let indices): "\(view.population)[\(indices.count) neurons]"
            case .random(let count): "\(view.population)[\(count) at random]"
            }
        }.joined(separator: " + ")
    }
}

/// How many synapses a projection will have.
private struct ProjectionEstimate {
    let projection: Projection
    var connector = "operators"
    var receptor: String?
    /// Exactly, or on average.
    var synapses = 0.0
    /// Whether synapses are drawn again at each spike.
    var isProcedural = false
    /// Why the connector cannot connect, where it cannot.
    var fault: String?

    init(_ projection: Projection, in network: Network, seed: UInt64) {
        self.projection = projection
        guard case .synapses(let connector, let synapse, let receptor) = projection.transmission else { return }
        isProcedural = synapse.storage == .procedural
        self.connector = type(of: connector).kind
        self.receptor = receptor
        let counts = (projection.sources.count(in: network), projection.targets.count(in: network))
        let site = ConnectionSite(
            sources: counts.0, targets: counts.1,
            twins: counts.0 + counts.1 <= Self.mostListed ? Self.twins(projection, in: network, seed: seed) : nil,
            shapes: Self.shapes(projection, in: network), seed: seed, projection: projection.name)
        if let fault = connector.fault(site) {
            self.fault = fault
        } else {
            synapses = connector.expectedCount(site)
        }
    }

    /// The number; where the connector cannot connect, why.
    var count: InspectCommand.Value {
        let remark = isProcedural ? " (procedural)" : ""
        if let fault { return .text(fault + remark) }
        return .optional(synapses) { Format.count($0) + remark }
    }

    /// Of more neurons no lists are made: without autapses, a synapse in so many is counted too many.
    private static let mostListed = 1 << 20

    /// For each target its index among the sources, or −1; `nil` where no neuron is on both sides.
    private static func twins(_ projection: Projection, in network: Network, seed: UInt64) -> [Int32]? {
        var places: [Neuron: Int32] = [:]
        for (place, neuron) in neurons(projection.sources, in: network, seed: seed).enumerated() {
            places[neuron] = Int32(place)
        }
        let twins = neurons(projection.targets, in: network, seed: seed).map { places[$0] ?? -1 }
        return twins.contains { $0 >= 0 } ? twins : nil
    }

    private struct Neuron: Hashable {
        let population: Int
        let index: Int32
    }

    private static func neurons(_ assembly: Assembly, in network: Network, seed: UInt64) -> [Neuron] {
        assembly.views.flatMap { view -> [Neuron] in
            guard let place = network.populations.firstIndex(where: { $0.name == view.population }) else { return [] }
            return view.indices(count: network.populations[place].count, seed: seed)
                .map { Neuron(population: place, index: $0) }
        }
    }

    private static func shapes(_ projection: Projection, in network: Network) -> (source: [Int], target: [Int])? {
        func whole(_ assembly: Assembly) -> [Int]? {
            guard assembly.views.count == 1, let view = assembly.views.first, view.selection == .all else { return nil }
            return network.population(named: view.population)?.shape
        }
        guard let source = whole(projection.sources), let target = whole(projection.targets) else { return nil }
        return (source, target)
    }
}
