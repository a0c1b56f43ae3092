import SynfireFormats
import SynfireSpikingNetworks
import Testing

@Suite("Functions of distance in descriptions")
struct ExperimentDistanceTests {
    @Test("weights and delays may be functions of d, with constants and units")
    func distance() throws {
        let network = try Experiment(
            parsing: """
                network: n
                constants: {reach: 200, w: 0.1}
                populations: {a: {size: 4, model: lif_curr_exp, positions: {grid: {spacing: [1]}}}}
                projections:
                  p:
                    from: a
                    to: a
                    connect: all_to_all
                    weight: w * exp(-d / reach) nA
                    delay: 1 + d / 10
                    receptor: excitatory
                """, file: "n.yaml"
        ).network
        guard case .synapses(_, let synapse, _) = network.projections[0].transmission,
            case .ofDistance = synapse.weight, case .ofDistance = synapse.delay
        else {
            Issue.record("weight and delay are functions of distance")
            return
        }
    }
}
