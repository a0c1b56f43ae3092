import SynfireFormats
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireUnits

extension RecurrentRun {
    /// Writes the synapses of the projections that learn, with their weights as they are now.
    ///
    /// - Parameter heedsInterrupt: Whether Ctrl-C ends it; after one, a second ends the process itself.
    func saveWeights(
        _ simulation: any RecurrentSimulation, to path: String, replacing: Bool, heedsInterrupt: Bool = true
    ) throws {
        let bar = ProgressBar("writing weights", unit: "projections")
        defer { bar.finish() }
        let learning = simulation.network.learningProjections
        let writer = try SONATAEdgesWriter(path: path, replacing: replacing)
        for (done, projection) in learning.enumerated() {
            if heedsInterrupt, Interrupt.isRequested {
                throw InterruptError("interrupted while the weights were written; '\(path)' was not")
            }
            try writer.append(simulation.edges(of: projection))
            bar.update(done + 1, of: learning.count)
        }
        try writer.finish()
    }

    /// Writes what a run that is stopped has learned, where that is asked for: beside, as traces of such runs are, since
    /// under the name itself stands what a whole run has learned.
    ///
    /// - Returns: What to say of it; empty where nothing was asked for.
    func saveWeightsAtStop(_ simulation: any RecurrentSimulation) throws -> String {
        guard let path = command.saveWeights else { return "" }
        let partial = TraceFile.partialName(of: path)
        try saveWeights(simulation, to: partial, replacing: true, heedsInterrupt: false)
        return "; the weights at the stop are in \(partial)"
    }
}

extension RecurrentSimulation {
    /// The synapses of a projection as a file of SONATA has them.
    fileprivate func edges(of projection: Projection) throws -> SONATAEdgePopulation {
        func whole(_ assembly: Assembly) -> String? {
            assembly.views.count == 1 && assembly.views[0].selection == .all ? assembly.views[0].population : nil
        }
        var edges = SONATAEdgePopulation(
            name: projection.name, sourcePopulation: whole(projection.sources),
            targetPopulation: whole(projection.targets))
        if let clock = self as? ClockSimulation {
            let list = try clock.synapses(of: projection.name)
            (edges.sources, edges.targets) = (list.sources, list.targets)
            edges.weights = list.weights.map(Double.init)
            edges.delays = list.delays.map { Double($0) * clock.step.value }
        } else if let exact = self as? EventSimulation {
            let list = try exact.synapses(of: projection.name)
            (edges.sources, edges.targets) = (list.sources, list.targets)
            (edges.weights, edges.delays) = (list.weights, list.delays)
        }
        return edges
    }
}

extension Network {
    /// The projections whose weights change while the network runs.
    var learningProjections: [Projection] {
        projections.filter {
            if case .synapses(_, let synapse, _) = $0.transmission { synapse.longTerm != nil } else { false }
        }
    }
}
