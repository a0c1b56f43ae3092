import Foundation
import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks

/// Small networks with random weights, and what a reference in another language needs to know of them.
struct TestNetwork: Sendable {
    var network: Network
    var input: [Float]
    /// The same as JSON.
    var json: Data
}

/// Numbers from a seeded stream.
struct Draw {
    var generator: RandomStream
    init(_ seed: UInt64) { generator = RandomStream(seed: seed, stream: 0) }

    mutating func uniform(_ range: ClosedRange<Float>) -> Float { Float.random(in: range, using: &generator) }
    mutating func uniform(_ range: ClosedRange<Float>, count: Int) -> [Float] {
        (0..<count).map { _ in uniform(range) }
    }
    /// Multiples of `unit`, so that sums of them are exact in any order.
    mutating func grid(_ range: ClosedRange<Int>, unit: Float, count: Int) -> [Float] {
        (0..<count).map { _ in Float(Int.random(in: range, using: &generator)) * unit }
    }
}

extension TestNetwork {
    /// conv 3×3 → IF → average pooling 2×2 → conv (grouped, strided or dilated) → IF → flatten → dense → IF.
    ///
    /// - Parameter onGrid: Weights, currents and inputs are multiples of 2⁻⁸ (weights behind pooling 2⁻⁶), which makes
    ///   single-precision sums exact.
    static func convolutional(
        seed: UInt64, reset: String = "subtract", variant: Int, onGrid: Bool, onsets: [Double] = [0, 0, 0]
    ) throws -> Self {
        var draw = Draw(seed)
        func numbers(_ low: Float, _ high: Float, _ count: Int) -> [Float] {
            onGrid
                ? draw.grid(Int(low * 64)...Int(high * 64), unit: 1 / 64, count: count)
                : draw.uniform(low...high, count: count)
        }
        let (stride, padding, dilation, groups) = [(1, 1, 1, 1), (2, 1, 1, 1), (1, 2, 2, 1), (1, 1, 1, 2)][variant]
        let first = numbers(-0.4, 0.7, 4 * 9)
        let second = numbers(-0.7, 0.9, 6 * (4 / groups) * 9)
        let pair = ConvolutionOperator.Pair(repeating: 1)
        let convolution1 = try ConvolutionOperator(
            outputChannels: 4, channelsPerGroup: 1, kernelSize: 3 &* pair, padding: pair, weight: first)
        let pool = try PoolingOperator(.average(countsPadding: true), kernelSize: 2 &* pair, stride: 2 &* pair)
        let convolution2 = try ConvolutionOperator(
            outputChannels: 6, channelsPerGroup: 4 / groups, kernelSize: 3 &* pair, stride: stride &* pair,
            padding: padding &* pair, dilation: dilation &* pair, groups: groups, weight: second)
        let shape2 = try convolution2.outputShape(for: [4, 4, 4])
        let inputs = shape2.reduce(1, *)
        let third = numbers(-0.6, 0.7, 5 * inputs)
        let dense = try DenseOperator(inputs: inputs, outputs: 5, weight: third)
        let currents = [numbers(-0.05, 0.1, 4), numbers(-0.1, 0.15, 6), numbers(-0.2, 0.2, 5)]
        let threshold: Double = 1
        let start: Double = reset == "subtract" ? 0.5 : 0
        func population(
            _ name: String, _ shape: [Int], _ current: [Float], _ onset: Double
        ) throws -> Population {
            try Population(
                name, shape: shape, model: IntegrateAndFire.self,
                parameters: [
                    "i": .perChannel(current.map(Double.init)), "v_threshold": .uniform(threshold),
                    "onset": .uniform(onset),
                ],
                options: ["reset": reset], initialValues: ["v": .uniform(start)])
        }
        let network = try Network(
            name: "test",
            populations: [
                Population("input", shape: [1, 8, 8], model: AnalogInput.self),
                population("a", [4, 8, 8], currents[0], onsets[0]),
                population("b", shape2, currents[1], onsets[1]),
                population("c", [5], currents[2], onsets[2]),
            ],
            projections: [
                Projection("in", from: "input", to: "a", operators: [convolution1]),
                Projection("ab", from: "a", to: "b", operators: [pool, convolution2]),
                Projection("bc", from: "b", to: "c", operators: [FlattenOperator(), dense]),
            ], readout: "c")
        func expanded(_ current: [Float], _ shape: [Int]) -> [Double] {
            Column.perChannel(current.map(Double.init)).expanded(shape: shape)
        }
        func described(_ current: [Float], _ shape: [Int], _ onset: Double) -> [String: Any] {
            [
                "threshold": threshold, "reset": reset == "subtract" ? NSNull() : 0.0 as Any,
                "initial": [Double](repeating: start, count: shape.reduce(1, *)), "current": expanded(current, shape),
                "onset": onset,
            ]
        }
        func conv(_ shape: [Int], _ weight: [Float], _ s: Int, _ p: Int, _ d: Int, _ g: Int) -> [String: Any] {
            [
                "kind": "conv", "shape": shape, "weight": weight.map(Double.init), "stride": s, "padding": p,
                "dilation": d, "groups": g,
            ]
        }
        let projections: [[String: Any]] = [
            [
                "source": NSNull(), "target": 0, "shape": [1, 8, 8],
                "operators": [conv([4, 1, 3, 3], first, 1, 1, 1, 1)],
            ],
            [
                "source": 0, "target": 1, "shape": [4, 8, 8],
                "operators": [
                    ["kind": "average", "size": 2] as [String: Any],
                    conv([6, 4 / groups, 3, 3], second, stride, padding, dilation, groups),
                ],
            ],
            [
                "source": 1, "target": 2, "shape": shape2,
                "operators": [
                    ["kind": "flatten"] as [String: Any],
                    ["kind": "dense", "shape": [5, inputs], "weight": third.map(Double.init)],
                ],
            ],
        ]
        let input = onGrid ? draw.grid(0...16, unit: 1 / 16, count: 64) : draw.uniform(0...1, count: 64)
        let description: [String: Any] = [
            "populations": [
                described(currents[0], [4, 8, 8], onsets[0]), described(currents[1], shape2, onsets[1]),
                described(currents[2], [5], onsets[2]),
            ],
            "projections": projections, "input": input.map(Double.init),
        ]
        return TestNetwork(
            network: network, input: input, json: try JSONSerialization.data(withJSONObject: description))
    }
}
