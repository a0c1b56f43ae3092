import SynfireNeuralNetworks
import SynfireTensors
import Testing

/// Layers whose inputs are parts of one vector, in every layout.
@Suite("Agreement of layers with PyTorch")
struct ReferenceLayerTests {
    /// A case of `Reference/make_reference.py`.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let sample: LayerSamples.Sample

        init(_ name: String, _ layer: any Layer, _ inputs: [Int]..., output: [Int]? = nil) {
            self.name = name
            sample = LayerSamples.Sample(layer, inputs: inputs, output ?? inputs[0])
        }

        var testDescription: String { name }
    }

    static let cases: Result<[Case], any Error> = Result { try activations + normalisations + structure }

    private static var activations: [Case] {
        get throws {
            [
                Case("leakyrelu", try LeakyReLU(), [7]),
                Case("leakyrelu-slope", try LeakyReLU(negativeSlope: 0.3), [5, 2, 3]),
                Case("prelu", try PReLU(), [3, 4]), Case("prelu-channels", try PReLU(5), [5, 2, 3]),
                Case("prelu-features", try PReLU(6), [6]), Case("relu6", ReLU6(), [9]), Case("elu", try ELU(), [7]),
                Case("elu-alpha", try ELU(alpha: 0.4), [5, 2, 3]), Case("selu", SELU(), [9]),
                Case("gelu", GELU(), [3, 5]), Case("gelu-tanh", GELU(.tanh), [3, 5]), Case("silu", SiLU(), [9]),
                Case("mish", Mish(), [9]), Case("softplus", try Softplus(), [9]),
                Case("softplus-beta", try Softplus(beta: 3, threshold: 2), [9]),
                Case("sigmoid", Sigmoid(), [5, 3, 1]), Case("logsigmoid", LogSigmoid(), [9]), Case("tanh", Tanh(), [9]),
                Case("softsign", Softsign(), [9]), Case("hardtanh", try Hardtanh(), [9]),
                Case("hardtanh-range", try Hardtanh(minimum: 0.2, maximum: 0.9), [5, 3, 1]),
                Case("hardsigmoid", Hardsigmoid(), [9]), Case("hardswish", Hardswish(), [9]),
                Case("softmax", try Softmax(), [7]), Case("softmax-channels", try Softmax(), [5, 2, 3]),
                Case("softmax-last", try Softmax(axis: -1), [2, 3, 11]), Case("logsoftmax", try LogSoftmax(), [10]),
                Case("logsoftmax-rows", try LogSoftmax(axis: 2), [2, 5, 3]),
            ]
        }
    }

    private static var normalisations: [Case] {
        get throws {
            [
                Case("batchnorm1d", try BatchNorm1d(5, epsilon: 1e-3, momentum: 0.3), [5]),
                Case("batchnorm1d-16", try BatchNorm1d(16), [16]),
                Case("batchnorm1d-signal", try BatchNorm1d(3), [3, 7]),
                Case("batchnorm1d-plain", try BatchNorm1d(4, isAffine: false), [4, 3]),
                Case("batchnorm2d-plain", try BatchNorm2d(4, isAffine: false), [4, 3, 1]),
                Case("layernorm", try LayerNorm([9]), [9]),
                Case("layernorm-image", try LayerNorm([3, 2, 5], epsilon: 1e-3), [3, 2, 5]),
                Case("layernorm-sequence", try LayerNorm([17], bias: false), [4, 17]),
                Case("layernorm-plain", try LayerNorm([2, 3], isAffine: false), [5, 2, 3]),
                Case("groupnorm", try GroupNorm(groups: 2, 6), [6, 3, 2]),
                Case("groupnorm-signal", try GroupNorm(groups: 1, 5, epsilon: 1e-3), [5, 4]),
                Case("groupnorm-plain", try GroupNorm(groups: 4, 8, isAffine: false), [8, 2, 1]),
                Case("groupnorm-features", try GroupNorm(groups: 3, 12), [12]),
            ]
        }
    }

    private static var structure: [Case] {
        get throws {
            [
                Case("linear-sequence", try Linear(5, 3), [4, 5], output: [4, 3]),
                Case("linear-image", try Linear(6, 7), [2, 3, 6], output: [2, 3, 7]),
                Case("flatten", Flatten(), [3, 2, 4], output: [24]),
                Case("flatten-rows", try Flatten(from: 2), [3, 2, 4], output: [3, 8]),
                Case("flatten-channels", try Flatten(from: 1, to: 2), [3, 2, 4], output: [6, 4]),
                Case("unflatten", try Unflatten(sizes: [2, 2, 3]), [12], output: [2, 2, 3]),
                Case("permute", try Permute([0, 3, 1, 2]), [5, 2, 3], output: [3, 5, 2]),
                Case("zeropad1d", try ZeroPad1d([2, 1]), [3, 4], output: [3, 7]),
                Case("zeropad2d", try ZeroPad2d([1, 0, 2, 3]), [5, 1, 2], output: [5, 6, 3]),
                Case("add", Add(), [5, 2, 3], [5, 2, 3]), Case("add-channels", Add(), [5, 3, 2], [5, 1, 1]),
                Case("multiply", Multiply(), [5, 2, 3], [5, 2, 3]),
                Case("multiply-channels", Multiply(), [5, 2, 3], [5, 1, 1]),
                Case("multiply-positions", Multiply(), [3, 2, 4], [1, 2, 4]),
                Case("concat", try Concat(), [3, 2, 2], [8, 2, 2], [1, 2, 2], output: [12, 2, 2]),
                Case("concat-rows", try Concat(axis: 2), [5, 2, 3], [5, 1, 3], output: [5, 3, 3]),
            ]
        }
    }

    @Test("one layer, forward and backward, in training and in use", arguments: try cases.get(), [1, 8, 16])
    func agree(one: Case, block: Int) throws {
        let reference = try #require(try Reference.stored.get().layers[one.name])
        let faults = LayoutFaults()
        var graph = try one.sample.network(block: block, faults: faults, seed: 1)
        #expect(graph.outputShape == one.sample.output)
        #expect(
            Set(graph["layer"]?.layer.parameters.map(\.name) ?? []) == Set(reference.state.keys),
            "parameters are named as in PyTorch")
        for (parameter, values) in reference.state {
            try graph.setParameter(parameter, of: "layer", to: values.tensor())
        }
        let images = reference.input.shape[0]
        let input = try reference.input.tensor().reshaped(to: [images, one.sample.inputSize])
        let probe = try graph.probeGradients(for: input, weights: reference.weights.tensor())
        // A few dozen roundings of single precision.
        let tolerance: Float = 1e-5
        expectClose(probe.output, try reference.output.tensor(), tolerance: tolerance, "output")
        expectClose(
            probe.input, try reference.inputGradient.tensor().reshaped(to: input.shape), tolerance: tolerance,
            "input gradient")
        #expect(probe.parameters["layer"]?.count ?? 0 == reference.gradients.count)
        for (parameter, values) in reference.gradients {
            let found = try #require(probe.parameters["layer"]?[parameter])
            expectClose(found, try values.tensor(), tolerance: 2 * tolerance, "gradient of \(parameter)")
        }
        for (parameter, values) in reference.stateAfter where parameter.hasPrefix("running") {
            let found = try #require(probe.statistics["layer"]?[parameter])
            expectClose(found, try values.tensor(), tolerance: tolerance, parameter)
            try graph.setParameter(parameter, of: "layer", to: values.tensor())
        }
        expectClose(
            try graph.predict(input), try reference.outputInUse.tensor(), tolerance: tolerance, "output in use")
        #expect(faults.count == 0, "filling of blocks that is not zero")
    }
}
