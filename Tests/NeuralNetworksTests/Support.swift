import Foundation
import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

/// Numbers drawn from a seed.
func randomTensor(_ shape: [Int], seed: UInt64, scale: Double = 1) throws -> Tensor {
    var stream = RandomStream(seed: seed, stream: 99)
    return try Tensor(
        shape: shape, scalars: (0..<shape.reduce(1, *)).map { _ in Float(scale * stream.normal()) })
}

/// Expects two tensors to agree within `tolerance` times one plus the size of the expected number.
func expectClose(
    _ found: Tensor, _ expected: Tensor, tolerance: Float, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.shape == expected.shape, "\(what)", sourceLocation: sourceLocation)
    guard found.shape == expected.shape else { return }
    var worst: (error: Float, index: Int) = (0, 0)
    for (index, (a, b)) in zip(found.scalars, expected.scalars).enumerated() {
        let error = abs(a - b) / (1 + abs(b))
        if !(error <= worst.error) { worst = (error, index) }
    }
    #expect(
        worst.error <= tolerance,
        """
        \(what) at \(found.position(at: worst.index)): \(found.scalars[worst.index]), \
        expected \(expected.scalars[worst.index])
        """, sourceLocation: sourceLocation)
}

/// A layer with random parameters in a network of its own.
func network(of layer: any Layer, inputShape: [Int], seed: UInt64) throws -> Graph {
    // A layer of several inputs reads the one there is several times.
    let inputs = Array(repeating: Graph.inputName, count: type(of: layer).inputCount.lowerBound)
    var graph = try Graph(
        name: "one", inputShape: inputShape, nodes: [Graph.Node("layer", layer, inputs: inputs)])
    try setRandomParameters(of: layer, in: &graph, seed: seed)
    return graph
}

/// Gives the layer named 'layer' random parameters that it may have.
func setRandomParameters(of layer: any Layer, in graph: inout Graph, seed: UInt64) throws {
    for (index, parameter) in layer.parameters.enumerated() {
        var values = try randomTensor(parameter.tensor.shape, seed: seed &+ 100 &+ UInt64(index), scale: 0.5)
        if parameter.name == "running_var" || parameter.name == "threshold" {
            values = try Tensor(shape: values.shape, scalars: values.scalars.map { abs($0) + 0.1 })
        }
        try graph.setParameter(parameter.name, of: "layer", to: values)
    }
}

/// Layers of every kind in the catalog, each with inputs that it takes and the shape that must come out.
enum LayerSamples {
    struct Sample: Sendable, CustomTestStringConvertible {
        let layer: any Layer
        let inputs: [[Int]]
        let output: [Int]
        /// Whether the layer is taken for smoother on the way back than it is, so that differences do not tell it.
        let isStraightThrough: Bool

        init(_ layer: any Layer, inputs: [[Int]], _ output: [Int], isStraightThrough: Bool = false) {
            self.layer = layer
            self.inputs = inputs
            self.output = output
            self.isStraightThrough = isStraightThrough
        }

        /// A sample whose inputs all have one shape.
        init(_ layer: any Layer, _ input: [Int], _ output: [Int], isStraightThrough: Bool = false) {
            let count = type(of: layer).inputCount.lowerBound
            self.init(
                layer, inputs: Array(repeating: input, count: count), output, isStraightThrough: isStraightThrough)
        }

        /// How many numbers an image of the network has: those of all inputs.
        var inputSize: Int { inputs.reduce(0) { $0 + $1.reduce(1, *) } }

        /// A network of the layer, with random parameters, that reads parts of a vector as its inputs.
        ///
        /// - Parameters:
        ///   - block: The block of channels in which the inputs come.
        ///   - faults: Counts filling that is not zero, before and behind the layer.
        func network(block: Int = 1, faults: LayoutFaults = LayoutFaults(), seed: UInt64) throws -> Graph {
            var nodes: [Graph.Node] = []
            var first = 0
            for (index, shape) in inputs.enumerated() {
                let part = Part(from: first, ValueLayout(shape: shape, block: block), faults)
                nodes.append(Graph.Node("part\(index)", part, inputs: [Graph.inputName]))
                first += shape.reduce(1, *)
            }
            nodes.append(Graph.Node("layer", layer, inputs: nodes.map(\.name)))
            nodes.append(Graph.Node("outlet", Outlet(faults), inputs: ["layer"]))
            var graph = try Graph(name: "one", inputShape: [first], nodes: nodes)
            try setRandomParameters(of: layer, in: &graph, seed: seed)
            return graph
        }

        var testDescription: String {
            "\(layer.kind) \(inputs.map(\.description).joined(separator: " "))"
        }
    }

    static let all: Result<[Sample], any Error> = Result {
        try [
            Sample(try Linear(7, 5), [7], [5]),
            Sample(try Linear(33, 40, bias: false), [33], [40]),
            Sample(try Conv2d(1, 16, kernelSize: 3, padding: 1), [1, 6, 5], [16, 6, 5]),
            Sample(try Conv2d(3, 4, kernelSize: Pair(2, 3), stride: Pair(2, 1), bias: false), [3, 7, 6], [4, 3, 4]),
            Sample(try Conv2d(16, 32, kernelSize: 3, padding: 1, dilation: 1), [16, 4, 4], [32, 4, 4]),
            Sample(try Conv2d(2, 5, kernelSize: 3, padding: 2, dilation: Pair(2, 1)), [2, 5, 6], [5, 5, 8]),
            Sample(try Conv2d(8, 12, kernelSize: 3, stride: 2, padding: 1, groups: 4), [8, 5, 6], [12, 3, 3]),
            Sample(try BatchNorm2d(3), [3, 4, 5], [3, 4, 5]),
            Sample(try BatchNorm2d(16, epsilon: 1e-3, momentum: 0.2), [16, 3, 3], [16, 3, 3]),
            Sample(ReLU(), [11], [11]),
            Sample(ReLU(), [3, 4, 4], [3, 4, 4]),
            Sample(try AvgPool2d(kernelSize: 2), [3, 5, 7], [3, 2, 3]),
            Sample(
                try AvgPool2d(kernelSize: Pair(3, 2), stride: Pair(1, 2), padding: Padding(Pair(1, 0))), [16, 5, 6],
                [16, 5, 3]),
            Sample(
                try AvgPool2d(kernelSize: 3, stride: 2, padding: 1, countsPadding: false), [2, 6, 6], [2, 3, 3]),
            Sample(try MaxPool2d(kernelSize: 2), [3, 6, 4], [3, 3, 2]),
            Sample(try MaxPool2d(kernelSize: 3, stride: 2, padding: 1), [16, 7, 6], [16, 4, 3]),
            Sample(Flatten(), [3, 2, 4], [24]),
            Sample(Flatten(), [5], [5]),
            Sample(try Dropout(0.4), [4, 3, 3], [4, 3, 3]),
            Sample(try Dropout(0), [6], [6]),
            Sample(Add(), [5, 3, 4], [5, 3, 4]),
            Sample(try QCFS(levels: 4, initialThreshold: 1.5), [16, 3, 5], [16, 3, 5], isStraightThrough: true),
        ] + (try pointwise) + (try normalising) + (try structural) + ConvolutionSamples.all()
    }
}

/// What PyTorch computed: see `Reference/make_reference.py`.
struct Reference: Decodable {
    struct Numbers: Decodable {
        let shape: [Int]
        let values: [Float]

        func tensor() throws -> Tensor { try Tensor(shape: shape, scalars: values) }
    }

    struct LayerCase: Decodable {
        let input, output, weights, inputGradient, outputInUse: Numbers
        let state, stateAfter, gradients: [String: Numbers]

        enum CodingKeys: String, CodingKey {
            case input, output, weights, state, gradients
            case inputGradient = "input_gradient"
            case outputInUse = "output_in_use"
            case stateAfter = "state_after"
        }
    }

    struct OptimizerCase: Decodable {
        struct Step: Decodable {
            let gradient, after: Numbers
        }
        let start: Numbers
        let steps: [Step]
    }

    struct TrainingCase: Decodable {
        let images, outputInUse: Numbers
        let labels: [Int]
        let losses: [Double]
        let state, stateAfter: [String: Numbers]

        enum CodingKeys: String, CodingKey {
            case images, labels, losses, state
            case outputInUse = "output_in_use"
            case stateAfter = "state_after"
        }
    }

    let layers: [String: LayerCase]
    let optimizers: [String: OptimizerCase]
    let training: [String: TrainingCase]

    /// The numbers, read once.
    static let stored: Result<Reference, any Error> = Result { try load() }

    private static func load() throws -> Reference {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/reference.json")
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: path))
    }
}
