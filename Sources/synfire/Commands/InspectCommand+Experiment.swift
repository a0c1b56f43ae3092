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
        let site = ConnectionSite(projection, in: network, seed: seed)
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
}
