import SynfireSpikingModels
import SynfireSpikingNetworks

/// A network as the engines run it: columns in memory order and routes for spikes, every check behind it.
struct Plan: Sendable {
    let populations: [PlanPopulation]
    let routes: [Route]
    /// The same in memory that stays where it is, for the inner loops.
    let routeTable: ReadOnly<Route>
    /// For each population, which routes carry spikes into it.
    let incoming: [[Int]]
    /// For each population, which routes carry analog numbers into it.
    let driving: [[Int]]
    /// For each population, the number of targets that a spike of each place changes.
    let fanOut: [[Int]]
    /// What the routes point into.
    private let arena: Arena
    /// The populations given from outside, in the order that their numbers are given in.
    let analogInputs: [Int]
    /// Whether those are given events, which travel as spikes do.
    let takesEvents: Bool
    /// The population that is read out.
    let readout: Int?

    /// Lowers a network, which has been checked when it was made.
    ///
    /// - Parameter takesEvents: Whether sources are given events instead of numbers.
    init(_ network: Network, takesEvents: Bool = false) throws(SimulationError) {
        self.takesEvents = takesEvents
        try Plan.check(network)
        let index = Dictionary(uniqueKeysWithValues: network.populations.enumerated().map { ($1.name, $0) })
        func place(_ name: String) -> Int {
            guard let found = index[name] else { fatalError("the network has no population '\(name)'") }
            return found
        }
        let arena = Arena()
        self.arena = arena
        var lowered: [Route] = []
        for projection in network.projections {
            let (from, to) = (place(projection.source), place(projection.target))
            let router = try SpikeRouter(
                projection, from: network.populations[from].shape, to: network.populations[to].shape)
            lowered.append(
                Route(router, from: from, to: to, shape: network.populations[to].shape, in: arena))
        }
        let routes = lowered
        self.routes = routes
        routeTable = ReadOnly(arena.store(routes))
        let isSource = network.populations.map { if case .analog = $0.dynamics { true } else { false } }
        let isAnalog = isSource.map { $0 && !takesEvents }
        let everyPopulation = network.populations.indices
        incoming = everyPopulation.map { target in
            routes.indices.filter { routes[$0].target == target && !isAnalog[routes[$0].source] }
        }
        let driving = everyPopulation.map { target in
            routes.indices.filter { routes[$0].target == target && isAnalog[routes[$0].source] }
        }
        self.driving = driving
        populations = everyPopulation.map {
            PlanPopulation(network.populations[$0], isDriven: !driving[$0].isEmpty)
        }
        fanOut = everyPopulation.map { index in
            let leaving = routes.filter { $0.source == index && !isAnalog[index] }
            return (0..<network.populations[index].count).map { place in
                leaving.reduce(0) { $0 + $1.fanOut(ofPlace: place) }
            }
        }
        analogInputs = everyPopulation.filter { isSource[$0] }
        readout = network.readout.map(place)
    }
}

extension Plan {
    /// Refuses what has no closed form here, or acts outside trials.
    private static func check(_ network: Network) throws(SimulationError) {
        for population in network.populations {
            guard !population.isDrawn else { throw .notDrawn(population: population.name) }
            guard case .stepped = population.dynamics else { continue }
            throw .needsClockSimulation("population '\(population.name)' (model '\(population.model.schema.name)')")
        }
        for projection in network.projections where projection.operatorChain == nil {
            throw .needsClockSimulation("projection '\(projection.name)', which has synapses with delays,")
        }
        if let stimulus = network.stimuli.first { throw .needsClockSimulation("stimulus '\(stimulus.name)'") }
    }
}

/// One population as the engines run it.
///
/// A column has `period` numbers and the neuron at place `p` has number `p % period`: one a channel where a feature
/// map has the same number all over a channel, otherwise one a neuron. Potentials are counted before the factor `r`
/// of the model (`x = v / r`), so that a spike of weight w is a jump of w.
struct PlanPopulation: Sendable {
    let name: String
    let layout: Layout
    let isAnalog: Bool
    let period: Int
    /// θ/r; `nil` where the population never spikes.
    let threshold: [Double]?
    /// v_reset/r; `nil` where the threshold is subtracted.
    let resetTo: [Double]?
    /// The constant current.
    let current: [Double]
    /// v(0)/r: one a column, or one a place.
    let initial: [Double]
    /// The time before which nothing spikes.
    let onset: [Double]
    /// r, for what is recorded.
    let resistance: [Double]

    var count: Int { layout.count }

    init(_ population: Population, isDriven: Bool) {
        name = population.name
        let layout = Layout(population.shape)
        self.layout = layout
        guard case .integrating(let dynamics) = population.dynamics else {
            isAnalog = true
            period = 1
            (threshold, resetTo, current, initial, onset, resistance) = (nil, nil, [], [], [], [])
            return
        }
        isAnalog = false
        let columns = [
            dynamics.threshold, dynamics.resetPotential, dynamics.resistance, dynamics.current,
            dynamics.onset,
        ]
        let isPerNeuron = columns.contains { if case .perNeuron? = $0 { true } else { false } }
        let period = isDriven || isPerNeuron || layout.channels == 1 ? layout.count : layout.channels
        self.period = period
        let perChannel = population.neuronsPerChannel
        func lowered(_ column: Column) -> [Double] {
            (0..<period).map { column.value(at: layout.rowMajor(ofPlace: $0), neuronsPerChannel: perChannel) }
        }
        let factor = lowered(dynamics.resistance)
        func divided(_ column: Column) -> [Double] { zip(lowered(column), factor).map { $0 / $1 } }
        threshold = dynamics.threshold.map(divided)
        resetTo = dynamics.reset == .toValue ? divided(dynamics.resetPotential) : nil
        current = lowered(dynamics.current)
        onset = lowered(dynamics.onset)
        if case .perNeuron = dynamics.initialPotential {
            initial = (0..<layout.count).map { place in
                let potential = dynamics.initialPotential.value(
                    at: layout.rowMajor(ofPlace: place), neuronsPerChannel: perChannel)
                return potential / factor[place % period]
            }
        } else {
            initial = divided(dynamics.initialPotential)
        }
        resistance = factor
    }
}
