import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// Reads a description of a spiking network, section by section.
struct ExperimentReader {
    static let keys = [
        "network", "source", "constants", "run", "populations", "projections", "stimuli", "record",
    ]

    let root: DescriptionSection
    var scope = DescriptionScope()
    var repetition = DescriptionRepetition()
    /// The populations read so far, in order.
    var populations: [Population] = []
    private var placeOfPopulation: [String: Int] = [:]

    init(_ value: DescriptionValue, overriding: [String: String]) throws {
        root = try DescriptionSection(value, keys: Self.keys)
        try scope.read(constants: root["constants"], overriding: overriding)
    }

    mutating func read() throws -> Experiment {
        let name = try scope.text(root.required("network"))
        let settings = try readSettings()
        try readPopulations()
        let projections = try readProjections()
        let stimuli = try readStimuli()
        let recorders = try readRecorders()
        var metadata: [String: String] = [:]
        if let source = root["source"] { metadata["source"] = try source.text() }
        let network: Network
        do {
            network = try Network(
                name: name, populations: populations, projections: projections.map(\.value),
                stimuli: stimuli.map(\.value), metadata: metadata)
        } catch {
            // The check of the whole names a part; its place is where that part is described.
            let text = "\(error)"
            let part = (projections.map { ($0.value.name, $0.key) } + stimuli.map { ($0.value.name, $0.key) })
                .first { text.contains("'\($0.0)'") }
            throw (part?.1 ?? root.value).failure(.conflict(text))
        }
        return Experiment(network: network, recorders: recorders, settings: settings)
    }

    private func readSettings() throws -> Experiment.RunSettings {
        var settings = Experiment.RunSettings()
        guard let value = root["run"] else { return settings }
        let section = try DescriptionSection(value, keys: ["time", "step", "seed", "engine"])
        if let time = section["time"] {
            settings.duration = .milliseconds(try scope.time(time, allowed: .above(0)))
        }
        if let step = section["step"] {
            settings.step = .milliseconds(try scope.time(step, allowed: .above(0)))
            settings.stepIsGiven = true
        }
        if let engine = section["engine"] {
            let name = try scope.text(engine)
            guard let choice = EngineChoice(rawValue: name) else {
                throw engine.failure(
                    .unknownName(name, what: "engine", known: EngineChoice.allCases.map(\.rawValue)))
            }
            settings.engine = choice
        }
        if let seed = section["seed"] { settings.seed = try seed.seed() }
        return settings
    }

    mutating func add(_ population: Population) {
        placeOfPopulation[population.name] = populations.count
        populations.append(population)
    }

    func population(named name: String) -> Population? { placeOfPopulation[name].map { populations[$0] } }

    var sizes: [(name: String, count: Int)] { populations.map { ($0.name, $0.count) } }

    // MARK: Neurons

    /// The neurons that stand somewhere.
    func assembly(_ value: DescriptionValue, _ scope: DescriptionScope) throws -> Assembly {
        guard value.isList else { return Assembly([try view(value, scope)]) }
        let views = try value.list().map { try view($0, scope) }
        guard !views.isEmpty else {
            throw value.failure(.wrongKind(what: value.what, found: "an empty list", expected: "populations"))
        }
        return Assembly(views)
    }

    private func view(_ value: DescriptionValue, _ scope: DescriptionScope) throws -> PopulationView {
        do {
            guard value.isSection else {
                let text = try scope.text(value)
                let name = String(text.prefix { $0 != "[" })
                let sizes = population(named: name).map { [($0.name, $0.count)] } ?? sizes
                return try PopulationView(parsing: text, populations: sizes)
            }
            let section = try DescriptionSection(value, keys: ["population", "neurons", "random"])
            let nameValue = try section.required("population")
            let name = try scope.text(nameValue)
            guard let population = population(named: name) else {
                throw nameValue.failure(.unknownName(name, what: "population", known: sizes.map(\.name)))
            }
            if let neurons = section["neurons"], section["random"] != nil {
                throw neurons.failure(.conflict("\(value.what) has both 'neurons' and 'random': give one of them"))
            }
            if let random = section["random"] {
                return PopulationView(name, .random(count: try scope.integer(random, 1...population.count)))
            }
            guard let neurons = section["neurons"] else { return PopulationView(name) }
            let parts = neurons.isList ? try neurons.list().map { try scope.text($0) } : [try scope.text(neurons)]
            return try PopulationView(name, neurons: parts, count: population.count)
        } catch let error as PopulationViewError {
            throw value.failure(.conflict("\(value.what): \(error)"))
        }
    }

    /// The populations of an assembly.
    func members(of assembly: Assembly) -> [Population] {
        assembly.views.compactMap { population(named: $0.population) }
    }
}

extension DescriptionEntry {
    /// Says where something stands that the network's own checks refuse.
    func located<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SpikingNetworkError {
            throw key.failure(.conflict("\(error)"))
        }
    }
}
