import SynfireFormats
import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

/// Weights of plasticity and stimuli in descriptions: their units and receptors.
@Suite("Units of weights in descriptions")
struct WeightUnitTests {
    private func described(_ model: String, _ more: String) throws -> Network {
        try Experiment(
            parsing: """
                network: n
                populations:
                  a: {size: 10, model: poisson_source}
                  b: {size: 4, model: \(model)}
                \(more)
                """, file: "n.yaml"
        ).network
    }

    private func bounds(_ model: String, _ bounds: String, weight: String = "2") throws -> (Double, Double) {
        let network = try described(
            model,
            "projections: {p: {from: a, to: b, connect: all_to_all, weight: \(weight), delay: 1, receptor: excitatory, "
                + "long_term: {stdp_pair: {\(bounds)}}}}")
        guard case .synapses(_, let synapse, _) = network.projections[0].transmission,
            let values = synapse.longTerm?.values,
            case .uniform(let low) = values["w_min"], case .uniform(let high) = values["w_max"]
        else { return (.nan, .nan) }
        return (low, high)
    }

    @Test("The bounds of plasticity are read in the receptor's unit, or one like it")
    func plasticity() throws {
        #expect(try bounds("lif_curr_exp", "w_max: 1000 pA", weight: "200 pA") == (0, 1000))
        #expect(try bounds("lif_curr_exp", "w_min: 0.1 nA, w_max: 1 nA", weight: "0.2 nA") == (100, 1000))
        #expect(try bounds("lif_cond_exp", "w_max: 3 nS") == (0, 3))
        #expect(try bounds("lif_curr_exp", "w_max: 50") == (0, 50))
        #expect {
            _ = try bounds("lif_cond_exp", "w_max: 50 pA")
        } throws: { "\($0)".contains("is given in 'pA', but is measured in nS") }
        #expect {
            _ = try bounds("lif_curr_exp", "tau_plus: 20", weight: "200 pA")
        } throws: {
            "\($0)".contains("the weight is 200.0: stdp_pair keeps weights from 0.0 to 100.0")
        }
    }

    @Test("The weight of a stimulus tells the receptor, and has its sign and unit")
    func stimulus() throws {
        func stimulus(_ model: String, _ weight: String, _ more: String = "") throws {
            _ = try described(
                model,
                "stimuli: {d: {model: poisson_input, to: b\(more), parameters: {rate: 1 kHz, weight: \(weight)}}}")
        }
        try stimulus("lif_curr_exp", "-50 pA")
        try stimulus("lif_cond_exp", "1 nS", ", receptor: inhibitory")
        for receptor in ["", ", receptor: excitatory", ", receptor: inhibitory"] {
            #expect {
                try stimulus("lif_cond_exp", "-1 nS", receptor)
            } throws: { "\($0)".contains("takes weights of at least 0") }
        }
        #expect {
            try stimulus("lif_curr_exp", "{normal: [5, 2]}")
        } throws: { "\($0)".contains("stimulus 'd': the weights do not tell the receptor") }
        #expect {
            try stimulus("lif_curr_exp", "1 nS")
        } throws: { "\($0)".contains("is given in 'nS', but is measured in pA") }
    }
}
