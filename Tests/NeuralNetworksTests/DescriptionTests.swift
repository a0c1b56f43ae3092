import SynfireFormats
import SynfireNeuralNetworks
import Testing

@Suite("Descriptions of layers")
struct DescriptionTests {
    @Test("hold every setting of every kind", arguments: try LayerSamples.all.get())
    func roundTrip(sample: LayerSamples.Sample) throws {
        let inputs = sample.inputs.enumerated().map { Graph.Input("in\($0)", shape: $1) }
        let graph = try Graph(
            name: "one", inputs: inputs, nodes: [Graph.Node("layer", sample.layer, inputs: inputs.map(\.name))])
        let text = try ModelDescription.yaml(for: graph)
        let found = try ModelDescription(parsing: text, file: "one.yaml").graph
        #expect(found.nodes.map(\.layer.kind) == graph.nodes.map(\.layer.kind))
        #expect(found.nodes.map(\.layer.hyperparameters) == graph.nodes.map(\.layer.hyperparameters), "\(text)")
        #expect(found.nodes.map(\.inputs) == graph.nodes.map(\.inputs))
        #expect(found.shapes == graph.shapes)
    }

    @Test("hold inputs, outputs, shared layers and how parameters start")
    func structure() throws {
        let text = """
            name: twins
            inputs: {left: [2, 6], right: [2, 6]}
            outputs: [score, joined]
            layers:
              - {name: flat, type: Flatten, inputs: [left]}
              - {name: dense, type: Linear, initializer: {type: orthogonal, gain: 2, bias: 0.5}, in_features: 12, out_features: 4}
              - {name: flat.right, type: Flatten, inputs: [right]}
              - {name: dense.right, shares: dense}
              - {name: joined, type: Add, inputs: [dense, dense.right]}
              - {name: score, type: Linear, initializer: kaiming_uniform, in_features: 4, out_features: 1}
              - {name: unused.in.first, type: ReLU, inputs: [joined]}
            """
        let graph = try ModelDescription(parsing: text, file: "twins.yaml").graph
        #expect(graph.inputs.map(\.name) == ["left", "right"])
        #expect(graph.outputs == ["score", "joined"])
        #expect(graph["dense.right"]?.sharedWith == "dense")
        #expect(graph["dense.right"]?.inputs == ["flat.right"])
        #expect(graph["dense"]?.initializer == Initializer(.orthogonal, gain: 2, bias: 0.5))
        #expect(graph["score"]?.initializer == Initializer(.heUniform))
        #expect(graph["dense"]?.layer.parameters == graph["dense.right"]?.layer.parameters)
        let again = try ModelDescription(parsing: ModelDescription.yaml(for: graph), file: "again.yaml").graph
        #expect(try ModelDescription.yaml(for: again) == ModelDescription.yaml(for: graph))
        #expect(again.nodes.map(\.layer.parameters) == graph.nodes.map(\.layer.parameters))
    }

    @Test(
        "say where a structure is wrong",
        arguments: [
            (
                "inputs: {}", "- {name: a, type: ReLU}",
                "'inputs' of the description is empty, but must be a name and shape each"
            ),
            (
                "inputs: {x: [3], y: [3]}", "- {name: a, type: ReLU}",
                "No output depends on the input 'y': let a layer on the way to one read it, or leave it out."
            ),
            ("input: [3]", "- {name: c, type: ReLU}\n  - {name: a, shares: b}", "there is no layer before it 'b'"),
            ("input: [3]", "- {name: a, type: ReLU, initializer: zeros}", "ReLU has no parameter 'weight'"),
            (
                "input: [3]", "- {name: a, type: Linear, in_features: 3, out_features: 2, initializer: xavier_unifrom}",
                "did you mean 'xavier_uniform'"
            ),
            ("input: [3]\noutputs: [aa]", "- {name: a, type: ReLU}", "The network has no layer 'aa'"),
        ])
    func wrong(head: String, layer: String, sentence: String) {
        let text = "name: n\n\(head)\nlayers:\n  \(layer)\n"
        do {
            _ = try ModelDescription(parsing: text, file: "n.yaml")
            Issue.record("accepted: \(text)")
        } catch {
            #expect("\(error)".contains(sentence), "\(error)")
            #expect("\(error)".hasPrefix("n.yaml:"), "\(error)")
        }
    }
}
