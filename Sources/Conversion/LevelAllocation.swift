import SynfireNeuralNetworks
import SynfireSpikingNetworks

/// Levels that cost as many synaptic operations as those of the statistic, and leave less noise.
///
/// Rounding an activation to spikes is noise of variance λ²/12. It arrives in the next layer with the squares of the
/// weights; there it is counted in levels of the statistic, so that layers can be compared. The sum over all layers of
///
///     mean noise of a neuron of the next layer + κ · operations,    operations = Σ f·a_c/λ_c
///
/// is least for λ_c³ ∝ f·a_c/s_c, where f is the number of targets of a spike, a_c the mean activation and s_c the
/// noise for λ_c = 1. The factor that all layers share is chosen so that the operations are those of the statistic.
///
/// - Source: the allocation of distortion in transform coding (J. Huang, P. Schultheiss 1963, IEEE Trans. Commun. Syst.
///   11:289, doi:10.1109/TCOM.1963.1088759), with operations in place of bits.
struct LevelAllocation {
    /// The level of each channel, by the name of the activation layer.
    let levels: [String: [Double]]

    /// What stands behind a layer of neurons, up to the next.
    private struct Behind {
        /// Targets of one spike, on average.
        var fanOut: Double
        /// Squared weights of one spike of each channel, over all targets, each divided by the square of the target's
        /// level, and by the number of targets there are.
        var noise: [Double]
    }

    init(_ chain: AffineChain, graph: Graph, calibration: ThresholdCalibration) {
        var levels = calibration.levels
        var found: [(name: String, weight: [Double], cost: [Double])] = []
        for (index, step) in chain.steps.enumerated() {
            guard case .neurons(let name) = step, let means = calibration.means[name],
                let behind = Self.behind(chain.steps[(index + 1)...], name: name, graph: graph, calibration)
            else { continue }
            let neurons = Double((graph.shapes[name] ?? []).dropFirst().reduce(1, *))
            found.append(
                (
                    name, zip(means, behind.noise).map { $1 > 0 ? behind.fanOut * $0 / $1 : 0 },
                    means.map { behind.fanOut * $0 * neurons }
                ))
        }
        var (before, after) = (0.0, 0.0)
        for layer in found {
            for (channel, level) in (levels[layer.name] ?? []).enumerated() where layer.weight[channel] > 0 {
                before += layer.cost[channel] / level
                after += layer.cost[channel] / cubeRoot(layer.weight[channel])
            }
        }
        guard before > 0 else {
            self.levels = levels
            return
        }
        for layer in found {
            // A channel that is silent on this data, or that nothing listens to, keeps the level of the statistic.
            for channel in layer.weight.indices where layer.weight[channel] > 0 {
                levels[layer.name]?[channel] = cubeRoot(layer.weight[channel]) * after / before
            }
        }
        self.levels = levels
    }

    /// `nil` unless exactly one weighted step follows before the next neurons, behind nothing but pooling and
    /// flattening.
    private static func behind(
        _ steps: ArraySlice<AffineChain.Step>, name: String, graph: Graph, _ calibration: ThresholdCalibration
    ) -> Behind? {
        guard let shape = graph.shapes[name] else { return nil }
        var pixels = Double(shape.dropFirst().reduce(1, *))
        // Sites of a neuron, and the square of its part in each.
        var (sites, square) = (1.0, 1.0)
        var isFlat = shape.count == 1
        var result: Behind?
        loop: for step in steps {
            switch step {
            case .pool(let pool, _):
                guard result == nil else { return nil }
                let window = Double(pool.kernelSize.x * pool.kernelSize.y)
                let stride = Double(pool.stride.x * pool.stride.y)
                sites *= window / stride
                if case .average = pool.reduction { square /= window * window }
                pixels /= stride
            case .flatten: isFlat = true
            case .weighted(let weighted):
                guard result == nil, let target = graph.shapes[weighted.name] else { return nil }
                let targets = Double(target.reduce(1, *))
                let reach =
                    isFlat ? 1 : Double(target.dropFirst().reduce(1, *)) / pixels
                let next = Self.levels(behind: weighted.name, steps, calibration, count: weighted.outputs)
                let squares = weighted.squares(dividedBy: next)
                let each = max(1, squares.count / shape[0])
                result = Behind(
                    fanOut: sites * reach * Double(weighted.outputs / weighted.groups)
                        * (isFlat ? 1 : Double(weighted.weightsPerInput)),
                    noise: (0..<shape[0]).map { channel in
                        // Behind a flattening, each element of a channel has weights of its own.
                        let sum = squares[channel * each..<(channel + 1) * each].reduce(0, +) / Double(each)
                        return sites * square * reach * sum / targets
                    })
            case .neurons: break loop
            }
        }
        return result
    }

    /// The level of each output of a weighted step: of the neurons behind it, or of the readout.
    private static func levels(
        behind name: String, _ steps: ArraySlice<AffineChain.Step>, _ calibration: ThresholdCalibration, count: Int
    ) -> [Double] {
        for step in steps {
            if case .neurons(let activation) = step, let levels = calibration.levels[activation],
                levels.count == count
            {
                return levels
            }
        }
        let output = calibration.greatestOutput
        return Array(repeating: output > 0 ? output : 1, count: count)
    }
}

extension AffineChain.Weighted {
    /// For each input channel, the sum of all its squared weights, each divided by the square of its output's level.
    fileprivate func squares(dividedBy levels: [Double]) -> [Double] {
        let perOutput = inputsPerOutput * weightsPerInput
        var sums = [Double](repeating: 0, count: inputsPerOutput * groups)
        for out in 0..<outputs {
            let group = out / (outputs / groups)
            for inside in 0..<inputsPerOutput {
                for index in 0..<weightsPerInput {
                    let share = weight[out * perOutput + inside * weightsPerInput + index] / levels[out]
                    sums[group * inputsPerOutput + inside] += share * share
                }
            }
        }
        return sums
    }
}

/// The cube root by Newton's method, the same on every machine.
private func cubeRoot(_ value: Double) -> Double {
    var root = Double(sign: .plus, exponent: value.exponent / 3, significand: 1)
    for _ in 0..<60 {
        let next = (2 * root + value / (root * root)) / 3
        if next == root { break }
        root = next
    }
    return root
}
