import Foundation
import SynfireNeuralNetworks
import SynfireTensors

extension [UInt8] {
    func write(to path: String) throws { try Data(self).write(to: URL(fileURLWithPath: path)) }

    init(contentsOf path: String) throws { self = Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
}

/// Numbers from -1 to 1 that look random and are always the same.
func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Float(Double(state >> 40) / Double(1 << 23) - 1)
    }
}

/// A small network with every kind of parameter, all of them away from their first values.
func smallNetwork(seed: UInt64 = 1) throws -> Graph {
    var graph = try Graph(
        name: "small", inputShape: [2, 9, 8],
        sequence: [
            ("conv", Conv2d(2, 4, kernelSize: 3, padding: Padding(Pair(1, 0)))), ("bn", try BatchNorm2d(4)),
            ("relu", ReLU()),
            ("pool", try AvgPool2d(kernelSize: Pair(3, 2))), ("flat", Flatten()), ("fc", try Linear(36, 3)),
        ])
    graph.initializeParameters(seed: seed)
    for (index, name) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
        let values = numbers(4, seed: seed + UInt64(index) + 10)
        let scalars = name == "running_var" || name == "weight" ? values.map { abs($0) + 0.1 } : values
        try graph.setParameter(name, of: "bn", to: Tensor(scalars))
    }
    return graph
}
