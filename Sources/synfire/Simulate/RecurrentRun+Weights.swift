import SynfireFormats
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireUnits

extension RecurrentRun {
    /// Writes the synapses of the projections that learn, with their weights as they are now.
    func saveWeights(_ simulation: any RecurrentSimulation, to path: String, replacing: Bool) throws {
        let bar = ProgressBar("writing weights", unit: "projections")
        defer { bar.finish() }
        let learning = simulation.network.learningProjections
        let writer = try SONATAEdgesWriter(path: path, replacing: replacing)
        for (done, projection) in learning.enumerated() {
            if Interrupt.isRequested {
                throw InterruptError("interrupted while the weights were written; '\(path)' was not")
            }
            try writer.append(simulation.edges(of: projection))
            bar.update(done + 1, of: learning.count)
        }
        try writer.finish()
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
