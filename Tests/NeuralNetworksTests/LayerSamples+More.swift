import SynfireNeuralNetworks

extension LayerSamples {
    /// Functions of single numbers: a vector, a signal, and feature maps that fill blocks of channels or do not.
    static var pointwise: [Sample] {
        get throws {
            let layers: [any Layer] = [
                try LeakyReLU(), try LeakyReLU(negativeSlope: 0.3), try LeakyReLU(negativeSlope: -0.5), ReLU6(),
                try ELU(),
                try ELU(alpha: 0.4), try ELU(alpha: -0.7), SELU(), GELU(), GELU(.tanh), SiLU(), Mish(), try Softplus(),
                try Softplus(beta: 3, threshold: 2), Sigmoid(), LogSigmoid(), Tanh(), Softsign(), try Hardtanh(),
                try Hardtanh(minimum: 0.2, maximum: 0.9), Hardsigmoid(), Hardswish(), Identity(),
            ]
            let shapes = [[7], [3, 5], [5, 2, 3], [16, 1, 1]]
            return layers.enumerated().flatMap { index, layer in
                // Two shapes each, in turn.
                [shapes[index % 4], shapes[(index + 1) % 4]].map { Sample(layer, $0, $0) }
            } + [
                Sample(try PReLU(), [6], [6]), Sample(try PReLU(6), [6], [6]), Sample(try PReLU(3), [3, 4], [3, 4]),
                Sample(try PReLU(), [5, 3, 2], [5, 3, 2]), Sample(try PReLU(19), [19, 2, 3], [19, 2, 3]),
                Sample(try PReLU(2, initialSlope: 0.5), [2, 1, 1], [2, 1, 1]),
                Sample(try Dropout1d(0.3), [9, 4], [9, 4]), Sample(try Dropout2d(), [5, 3, 2], [5, 3, 2]),
                Sample(try Dropout2d(0.2), [16, 1, 1], [16, 1, 1]),
                Sample(try QCFS(levels: 3, initialThreshold: 2), [5], [5], isStraightThrough: true),
                Sample(try QCFS(), [3, 1, 1], [3, 1, 1], isStraightThrough: true),
            ]
        }
    }

    /// Layers that normalise, or make numbers add up.
    static var normalising: [Sample] {
        get throws {
            [
                Sample(try BatchNorm1d(5), [5], [5]), Sample(try BatchNorm1d(16, momentum: 0.4), [16], [16]),
                Sample(try BatchNorm1d(24, epsilon: 1e-2), [24], [24]), Sample(try BatchNorm1d(3), [3, 7], [3, 7]),
                Sample(try BatchNorm1d(10, isAffine: false), [10, 2], [10, 2]),
                Sample(try BatchNorm2d(5, isAffine: false), [5, 2, 3], [5, 2, 3]),
                Sample(try BatchNorm2d(8), [8, 1, 4], [8, 1, 4]),
                Sample(try LayerNorm([9]), [9], [9]), Sample(try LayerNorm([17], bias: false), [4, 17], [4, 17]),
                Sample(try LayerNorm([3, 2, 5], epsilon: 1e-3), [3, 2, 5], [3, 2, 5]),
                Sample(try LayerNorm([2, 3], isAffine: false), [5, 2, 3], [5, 2, 3]),
                Sample(try LayerNorm([600]), [2, 600], [2, 600]),
                Sample(try GroupNorm(groups: 2, 6), [6, 3, 2], [6, 3, 2]),
                Sample(try GroupNorm(groups: 1, 5, epsilon: 1e-3), [5, 4], [5, 4]),
                Sample(try GroupNorm(groups: 4, 8, isAffine: false), [8, 2, 1], [8, 2, 1]),
                Sample(try GroupNorm(groups: 3, 12), [12], [12]),
                Sample(try Softmax(), [7], [7]), Sample(try Softmax(), [5, 3, 2], [5, 3, 2]),
                Sample(try Softmax(axis: -1), [2, 3, 11], [2, 3, 11]), Sample(try Softmax(axis: 2), [3, 70], [3, 70]),
                Sample(try Softmax(axis: 2), [2, 4, 70], [2, 4, 70]), Sample(try Softmax(), [1, 2, 2], [1, 2, 2]),
                Sample(try LogSoftmax(), [10], [10]), Sample(try LogSoftmax(), [4, 3, 3], [4, 3, 3]),
                Sample(try LogSoftmax(axis: -2), [2, 5, 3], [2, 5, 3]),
            ]
        }
    }

    /// Layers that join, move and rename values.
    static var structural: [Sample] {
        get throws {
            [
                Sample(try Linear(5, 3), [4, 5], [4, 3]), Sample(try Linear(6, 33), [2, 3, 6], [2, 3, 33]),
                Sample(try Linear(1, 1, bias: false), [1], [1]),
                Sample(Add(), inputs: [[3, 2, 4], [3, 2, 4], [3, 2, 4]], [3, 2, 4]),
                Sample(Add(), inputs: [[5, 3, 2], [5, 1, 1]], [5, 3, 2]), Sample(Add(), inputs: [[1], [6]], [6]),
                Sample(Add(), inputs: [[1, 3, 1], [4, 1, 2], [4, 3, 2]], [4, 3, 2]),
                Sample(Multiply(), inputs: [[7], [7]], [7]),
                Sample(Multiply(), inputs: [[5, 2, 3], [5, 2, 3]], [5, 2, 3]),
                Sample(Multiply(), inputs: [[5, 2, 3], [5, 1, 1]], [5, 2, 3]),
                Sample(Multiply(), inputs: [[19, 1, 1], [19, 3, 2]], [19, 3, 2]),
                Sample(Multiply(), inputs: [[3, 2, 4], [1, 2, 4]], [3, 2, 4]),
                Sample(Multiply(), inputs: [[3, 1], [1, 5], [3, 5]], [3, 5]),
                Sample(Multiply(), inputs: [[1, 1], [1, 1]], [1, 1]),
                Sample(try Concat(), inputs: [[3], [4], [1]], [8]),
                Sample(try Concat(), inputs: [[8, 2, 3], [5, 2, 3]], [13, 2, 3]),
                Sample(try Concat(), inputs: [[3, 2, 2], [16, 2, 2], [1, 2, 2]], [20, 2, 2]),
                Sample(try Concat(axis: 2), inputs: [[5, 2, 3], [5, 1, 3]], [5, 3, 3]),
                Sample(try Concat(axis: -1), inputs: [[5, 2, 1], [5, 2, 4]], [5, 2, 5]),
                Sample(try Concat(axis: 2), inputs: [[3, 4], [3, 2]], [3, 6]),
                Sample(try Flatten(from: 2), [3, 4, 5], [3, 20]),
                Sample(try Flatten(from: 1, to: 2), [3, 4, 5], [12, 5]),
                Sample(try Flatten(from: -1), [3, 4], [3, 4]),
                Sample(try Reshape(to: [4, -1]), [3, 2, 4], [4, 6]),
                Sample(try Reshape(to: [2, 3, 2, 1]), [12], [2, 3, 2, 1]),
                Sample(try Unflatten(sizes: [2, -1, 3]), [12], [2, 2, 3]),
                Sample(try Unflatten(axis: -1, sizes: [3, 2]), [5, 6], [5, 3, 2]),
                Sample(try Permute([3, 1, 2]), [5, 2, 3], [3, 5, 2]), Sample(try Permute([0, 2, 1]), [4, 7], [7, 4]),
                Sample(try Permute([1, 3, 2]), [5, 2, 3], [5, 3, 2]), Sample(try Permute([1]), [4], [4]),
                Sample(try ZeroPad1d([2]), [3, 4], [3, 8]), Sample(try ZeroPad1d([0, 3]), [16, 1], [16, 4]),
                Sample(try ZeroPad2d([1]), [5, 2, 3], [5, 4, 5]),
                Sample(try ZeroPad2d([1, 0, 2, 3]), [8, 1, 2], [8, 6, 3]),
            ]
        }
    }
}
