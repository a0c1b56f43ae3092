import Foundation
import SynfireNeuralNetworks
import SynfireTensors
import Testing

/// What PyTorch computed: see `Reference/make_reference_conv.py`.
private struct ConvolutionReference: Decodable {
    /// A setting of a layer, of whatever kind it is.
    struct Setting: Decodable {
        let value: HyperparameterValue

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                value = .flag(flag)
            } else if let number = try? container.decode(Int.self) {
                value = .integer(number)
            } else if let number = try? container.decode(Double.self) {
                value = .real(number)
            } else if let list = try? container.decode([Int].self) {
                // A pair is read from a list of two, as in descriptions.
                value = list.count == 2 ? .pair(Pair(list[0], list[1])) : .list(list)
            } else {
                value = .text(try container.decode(String.self))
            }
        }
    }

    struct Case: Decodable {
        let kind: String
        let settings: [String: Setting]
        let input, output, weights, inputGradient: Reference.Numbers
        let state, gradients: [String: Reference.Numbers]

        enum CodingKeys: String, CodingKey {
            case kind, settings, input, output, weights, state, gradients
            case inputGradient = "input_gradient"
        }
    }

    let cases: [String: Case]

    static let all = Result {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/reference-conv.json")
        return try JSONDecoder().decode(ConvolutionReference.self, from: Data(contentsOf: path)).cases
    }
}

@Suite("Agreement of convolutions, poolings and resampling with PyTorch")
struct ConvolutionReferenceTests {
    @Test(
        "values, input gradients and parameter gradients", arguments: try ConvolutionReference.all.get().keys.sorted())
    func agreement(name: String) throws {
        let reference = try #require(try ConvolutionReference.all.get()[name])
        let layer = try LayerCatalog.makeLayer(reference.kind, reference.settings.mapValues(\.value))
        let input = try reference.input.tensor()
        var graph = try Graph(
            name: name, inputShape: Array(input.shape.dropFirst()), sequence: [("layer", layer)])
        #expect(Set(reference.state.keys) == Set(layer.parameters.map(\.name)))
        for (parameter, values) in reference.state {
            try graph.setParameter(parameter, of: "layer", to: values.tensor())
        }
        let probe = try graph.probeGradients(for: input, weights: reference.weights.tensor())
        // A few dozen roundings of single precision on either side.
        let tolerance: Float = 1e-5
        expectClose(probe.output, try reference.output.tensor(), tolerance: tolerance, "output")
        expectClose(try graph.predict(input), try reference.output.tensor(), tolerance: tolerance, "output in use")
        expectClose(probe.input, try reference.inputGradient.tensor(), tolerance: tolerance, "input gradient")
        for (parameter, gradient) in reference.gradients {
            let found = try #require(probe.parameters["layer"]?[parameter])
            expectClose(found, try gradient.tensor(), tolerance: tolerance, "gradient of \(parameter)")
        }
    }

    @Test("every kind of convolution, pooling and resampling is compared")
    func complete() throws {
        let compared = Set(try ConvolutionReference.all.get().values.map(\.kind))
        let kinds = LayerCatalog.kinds.filter { $0.contains("Conv") || $0.contains("Pool") || $0 == "Upsample" }
        #expect(Set(kinds).subtracting(compared).isEmpty)
    }
}
