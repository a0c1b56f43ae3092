import SynfireParallel
import SynfireSpikingModels
import SynfireUnits

/// Checks of what connects a network's populations, as far as they need no random numbers.
package struct NetworkCheck {
    private let populations: [String: Population]
    private let names: [String]

    init(_ populations: [String: Population], _ names: [String]) {
        self.populations = populations
        self.names = names
    }

    package init(_ populations: [Population]) {
        self.init(
            Dictionary(uniqueKeysWithValues: populations.map { ($0.name, $0) }), populations.map(\.name))
    }

    package func check(_ recorders: [Recorder]) throws(SpikingNetworkError) {
        for recorder in recorders { _ = try find(recorder.neurons, "a recorder") }
    }

    func check(_ projection: Projection) throws(SpikingNetworkError) {
        let user = "projection '\(projection.name)'"
        let sources = try find(projection.sources, user)
        let targets = try find(projection.targets, user)
        for target in targets {
            if case .analog = target.dynamics {
                throw .sourceAsTarget(projection: projection.name, population: target.name)
            }
        }
        switch projection.transmission {
        case .operators:
            let shapes = try projection.shapes(from: sources[0].shape)
            guard let end = shapes.last, end == targets[0].shape else {
                throw .projectionShape(
                    projection: projection.name, found: shapes.last ?? [], target: targets[0].name,
                    expected: targets[0].shape)
            }
        case .synapses(let connector, let synapse, let receptor):
            if synapse.storage == .procedural, let fault = Self.proceduralFault(connector, synapse) {
                throw .unfitParameters(user, "its synapses cannot be procedural: \(fault)")
            }
            for source in sources where !source.model.schema.emitsSpikes {
                throw .unfitParameters(
                    user, "population '\(source.name)' (model '\(source.model.schema.name)') emits no spikes")
            }
            for target in targets { try check(synapse, receptor, onto: target, projection: projection.name) }
        }
    }

    /// Why synapses must be stored, in words; `nil` where they need not be.
    package static func proceduralFault(_ connector: any Connector, _ synapse: Synapse) -> String? {
        if synapse.longTerm != nil { return "weights that learn have to be stored" }
        guard connector is any ProceduralConnector else {
            return "'\(type(of: connector).kind)' does not draw its connections source by source; those that do are "
                + ConnectorCatalog.proceduralNames.joined(separator: ", ")
        }
        for (what, value) in [("weights", synapse.weight), ("delays", synapse.delay)] where value == .listed {
            return "listed \(what) have to be stored"
        }
        return nil
    }

    func check(_ stimulus: Stimulus) throws(SpikingNetworkError) {
        let owner = "stimulus '\(stimulus.name)'"
        let targets = try find(stimulus.target, owner)
        for target in targets {
            let schema = target.model.schema
            guard !schema.receptors.isEmpty else {
                throw .sourceAsTarget(projection: stimulus.name, population: target.name)
            }
            guard stimulus.model.effect == .receptor else { continue }
            let row = schema.receptors[try Self.receptor(of: stimulus, schema)]
            for weight in stimulus.model.schema.parameters where weight.isWeight {
                let given = stimulus.parameters[weight.symbol]
                try Self.check(given?.weightUnit, of: weight.symbol, row, owner)
                if let fault = Self.signFault(
                    given?.column.bounds ?? 0...0, row, schema, isExact: given?.isExact ?? true)
                {
                    throw .unfitParameters(owner, "'\(weight.symbol)': \(fault)")
                }
            }
        }
        // Lengths are known only when views are resolved; names, ranges and units are checked here.
        let uniform = stimulus.parameters.mapValues { value in
            if case .perNeuron(let numbers) = value.column, let first = numbers.first {
                ParameterValue(.uniform(first), unit: value.unit)
            } else {
                value
            }
        }
        _ = try ModelValues.checked(
            stimulus.model.schema, owner: owner, shape: [1], parameters: uniform, options: stimulus.options)
    }

    private func check(
        _ synapse: Synapse, _ receptor: String?, onto target: Population, projection: String
    ) throws(SpikingNetworkError) {
        let schema = target.model.schema
        guard !schema.receptors.isEmpty else { throw .sourceAsTarget(projection: projection, population: target.name) }
        for (what, value) in [("weight", synapse.weight), ("delay", synapse.delay)] {
            switch value {
            case .uniform(let number) where !number.isFinite:
                throw .unfitParameters("projection '\(projection)'", "the \(what) is \(number): it must be finite")
            case .drawn(let distribution):
                if let fault = distribution.fault {
                    throw .unfitParameters("projection '\(projection)'", "the distribution of the \(what): \(fault)")
                }
            default: break
            }
        }
        let owner = "projection '\(projection)'"
        let bounds = synapse.weight.bounds
        let row = schema.receptors[try Self.receptor(receptor, bounds, schema, owner)]
        if let longTerm = synapse.longTerm {
            for (symbol, unit) in longTerm.weightUnits.sorted(by: { $0.key < $1.key }) {
                try Self.check(unit, of: symbol, row, owner)
            }
            let reached = longTerm.model.weightBounds(longTerm.values)
            if row.sign == .notNegative && reached.lowerBound < 0 || row.sign == .notPositive && reached.upperBound > 0
            {
                throw .unfitParameters(
                    owner,
                    "plasticity may lead to weights from \(reached.lowerBound) to \(reached.upperBound), but receptor "
                        + "'\(row.name)' of '\(schema.name)' takes none \(row.sign == .notNegative ? "below" : "above") 0"
                )
            }
        }
        if let fault = Self.signFault(bounds, row, schema, isExact: false) { throw .unfitParameters(owner, fault) }
        if let longTerm = synapse.longTerm {
            let kept = longTerm.model.weightBounds(longTerm.values)
            // A bound that a distribution does not have is looked at when weights are drawn.
            let isOut = [bounds.lowerBound, bounds.upperBound].contains { $0.isFinite && !kept.contains($0) }
            if isOut {
                let words =
                    "\(bounds.lowerBound)" + (bounds.upperBound > bounds.lowerBound ? " to \(bounds.upperBound)" : "")
                throw .unfitParameters(owner, "the weight is \(words): \(SynapseDraw.plasticityFault(longTerm, kept))")
            }
        }
    }

    /// Why a receptor does not take weights within bounds, in words.
    ///
    /// - Parameter isExact: Whether the bounds themselves are weights; otherwise only weights of one sign are known to be
    ///   wrong, and others are looked at when they are drawn.
    private static func signFault(
        _ bounds: ClosedRange<Double>, _ row: ReceptorRow, _ schema: ModelSchema, isExact: Bool
    ) -> String? {
        let (low, high) = isExact ? (bounds.lowerBound, bounds.upperBound) : (bounds.upperBound, bounds.lowerBound)
        let isWrong = row.sign == .notNegative && low < 0 || row.sign == .notPositive && high > 0
        guard isWrong else { return nil }
        return "receptor '\(row.name)' of '\(schema.name)' takes weights "
            + "\(row.sign == .notNegative ? "of at least" : "of at most") 0"
    }

    private static func check(
        _ unit: String?, of symbol: String, _ row: ReceptorRow, _ owner: String
    ) throws(SpikingNetworkError) {
        guard let unit, unit != row.unit else { return }
        throw .wrongUnit(owner: owner, parameter: symbol, found: unit, expected: row.unit)
    }

    /// The index of the receptor that weights within bounds go into.
    ///
    /// Without a name it is the only one, or the excitatory or inhibitory one where the weights are all of one sign.
    package static func receptor(
        _ name: String?, _ bounds: ClosedRange<Double>, _ schema: ModelSchema, _ owner: String
    ) throws(SpikingNetworkError) -> Int {
        let names = schema.receptors.map(\.name)
        if let name {
            guard let index = names.firstIndex(of: name) else {
                throw .unknownReceptor(owner: owner, model: schema.name, name, valid: names)
            }
            return index
        }
        if names.count == 1 { return 0 }
        if bounds.lowerBound >= 0, let index = names.firstIndex(of: "excitatory") { return index }
        if bounds.upperBound <= 0, let index = names.firstIndex(of: "inhibitory") { return index }
        throw .unfitParameters(
            owner, "the weights do not tell the receptor: name one of \(names.joined(separator: ", "))")
    }

    /// The index of the receptor that a projection's weights go into.
    package static func receptor(
        _ name: String?, _ weight: SynapseValue, _ schema: ModelSchema, projection: String
    ) throws(SpikingNetworkError) -> Int {
        try receptor(name, weight.bounds, schema, "projection '\(projection)'")
    }

    /// The index of the receptor that a stimulus acts on.
    package static func receptor(
        of stimulus: Stimulus, _ schema: ModelSchema
    ) throws(SpikingNetworkError) -> Int {
        let weight = stimulus.model.schema.parameters.first(where: \.isWeight)
        let bounds = weight.flatMap { stimulus.parameters[$0.symbol]?.column.bounds } ?? 0...0
        return try receptor(stimulus.receptor, bounds, schema, "stimulus '\(stimulus.name)'")
    }

    /// Refuses weights of a stimulus that were drawn with a sign that its receptor does not take.
    ///
    /// - Parameter positions: Some of its targets.
    package static func checkWeights(
        of stimulus: Stimulus, _ values: ModelValues, _ positions: Range<Int>, into row: ReceptorRow
    ) throws(SpikingNetworkError) {
        guard row.sign != .any else { return }
        for parameter in stimulus.model.schema.parameters where parameter.isWeight {
            guard case .perNeuron(let weights) = values[parameter.symbol] else { continue }
            for position in positions where row.sign == .notNegative ? weights[position] < 0 : weights[position] > 0 {
                throw .unfitParameters(
                    "stimulus '\(stimulus.name)'",
                    "'\(parameter.symbol)'[\(position)] is \(weights[position]): receptor '\(row.name)' takes weights "
                        + "\(row.sign == .notNegative ? "of at least" : "of at most") 0")
            }
        }
    }

    private func find(_ assembly: Assembly, _ user: String) throws(SpikingNetworkError) -> [Population] {
        guard !assembly.views.isEmpty else { throw .unfitParameters(user, "no population is named") }
        var found: [Population] = []
        for view in assembly.views {
            guard let population = populations[view.population] else {
                throw .unknownPopulation(view.population, usedBy: user, valid: names)
            }
            if let fault = view.fault(count: population.count) {
                throw .unfitParameters(user, "the view of population '\(view.population)': \(fault)")
            }
            found.append(population)
        }
        return found
    }
}

extension SynapseValue {
    /// What no value is outside of, as far as is known without the neurons.
    var bounds: ClosedRange<Double> {
        switch self {
        case .uniform(let value): value...value
        case .drawn(let distribution): distribution.bounds
        case .ofDistance, .listed: -Double.infinity...Double.infinity
        }
    }
}

extension Column {
    /// What no number is outside of, as far as is known before it is drawn.
    var bounds: ClosedRange<Double> {
        switch self {
        case .uniform(let value): value...value
        case .perChannel(let values), .perNeuron(let values): (values.min() ?? 0)...(values.max() ?? 0)
        case .drawn(let distribution): distribution.bounds
        case .computed: -Double.infinity...Double.infinity
        }
    }
}

extension ParameterValue {
    /// Whether the numbers are known.
    fileprivate var isExact: Bool { !column.isDrawn }
}

extension PopulationView {
    /// What is wrong with the selection, in words.
    func fault(count: Int) -> String? {
        switch selection {
        case .all: return nil
        case .range(let range):
            guard range.lowerBound >= 0, range.upperBound <= count, !range.isEmpty else {
                return
                    "neurons \(range.lowerBound) to \(range.upperBound - 1) are asked for; there are 0 to \(count - 1)"
            }
            return nil
        case .indices(let indices):
            if indices.isEmpty { return "it has no neuron" }
            if let wrong = indices.first(where: { !(0..<count).contains($0) }) {
                return "neuron \(wrong) is asked for; there are 0 to \(count - 1)"
            }
            if Set(indices).count != indices.count { return "a neuron is named more than once" }
            return nil
        case .random(let number):
            return (1...count).contains(number) ? nil : "\(number) neurons are asked for; there are \(count)"
        }
    }

    /// The neurons, by index in the population of `count`.
    ///
    /// - Precondition: ``fault(count:)`` is `nil`.
    package func indices(count: Int, seed: UInt64) -> [Int32] {
        switch selection {
        case .all: return (0..<Int32(count)).map { $0 }
        case .range(let range): return range.map(Int32.init)
        case .indices(let indices): return indices.map(Int32.init)
        case .random(let number):
            var random = BulkRandom(seed: seed, stream: RandomStream.number(of: population + "/view"))
            var chosen: [Int32] = []
            SourceDraw.distinct(number, of: count, except: -1, &random, into: &chosen)
            return chosen
        }
    }
}

extension Positions {
    /// How many numbers a point has.
    private var axes: Int {
        switch self {
        case .grid(let origin, _): origin.count
        case .random(let low, _): low.count
        case .listed(let points): points.first?.count ?? 0
        case .periodic(let positions, _): positions.axes
        }
    }

    /// What is wrong with the positions of a population, in words.
    func fault(shape: [Int]) -> String? {
        func check(_ pairs: [Double], _ others: [Double], _ what: String) -> String? {
            guard (1...3).contains(pairs.count), pairs.count == others.count else {
                return "\(what): give one to three numbers, as many for both"
            }
            return (pairs + others).allSatisfy(\.isFinite) ? nil : "\(what) must be finite"
        }
        switch self {
        case .grid(let origin, let spacing):
            if let fault = check(origin, spacing, "origin and spacing of the grid") { return fault }
            return origin.count >= shape.count
                ? nil : "the grid has \(origin.count) axes, the population \(shape.count)"
        case .random(let low, let high):
            if let fault = check(low, high, "the corners of the box") { return fault }
            return zip(low, high).allSatisfy(<=) ? nil : "the lower corner of the box is above the upper one"
        case .listed(let points):
            let count = shape.reduce(1, *)
            guard points.count == count else { return "\(points.count) positions are given for \(count) neurons" }
            guard let axes = points.first?.count, (1...3).contains(axes), points.allSatisfy({ $0.count == axes }) else {
                return "each position must have one to three numbers, all as many"
            }
            return points.allSatisfy { $0.allSatisfy(\.isFinite) } ? nil : "positions must be finite"
        case .periodic(let positions, let periods):
            if case .periodic = positions { return "a periodic space is given inside another one" }
            if let fault = positions.fault(shape: shape) { return fault }
            guard periods.count == positions.axes else {
                return "\(periods.count) periods are given for positions of \(positions.axes) dimensions"
            }
            return periods.allSatisfy { $0 > 0 } ? nil : "the periods \(periods) of space must be above 0"
        }
    }
}
