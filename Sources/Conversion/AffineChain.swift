import SynfireNeuralNetworks
import SynfireSpikingNetworks
import SynfireTensors

/// A trained network as the pipeline works on it: weighted steps with batch normalisation folded in, pooling, and the
/// places where neurons stand.
struct AffineChain {
    /// A step of the chain.
    enum Step {
        /// Weights of any geometry: row-major with the output channel first, and one bias an output channel.
        case weighted(Weighted)
        /// Average pooling.
        case pool(PoolingOperator, name: String)
        /// All axes become one.
        case flatten
        /// Rectification: neurons stand here. `activation` names the layer whose values they stand for.
        case neurons(activation: String)
    }

    /// A weighted layer, in double precision until it is emitted.
    struct Weighted {
        var name: String
        var weight: [Double]
        var bias: [Double]
        /// Input channels of one output channel, and weights of one input channel.
        var inputsPerOutput: Int
        var weightsPerInput: Int
        var groups: Int
        var emit: @Sendable ([Float]) throws(SpikingNetworkError) -> any ConnectionOperator
        /// Whether an input value outside the image counts as zero.
        var isPadded: Bool

        var outputs: Int { bias.count }

        /// Multiplies all weights of each input channel, and each output with its bias, by factors.
        mutating func scale(input: [Double]?, output: [Double]?) {
            let perOutput = inputsPerOutput * weightsPerInput
            for out in 0..<outputs {
                let group = out / (outputs / groups)
                for inside in 0..<inputsPerOutput {
                    let factor = (input?[group * inputsPerOutput + inside] ?? 1) * (output?[out] ?? 1)
                    for index in 0..<weightsPerInput {
                        weight[out * perOutput + inside * weightsPerInput + index] *= factor
                    }
                }
                bias[out] *= output?[out] ?? 1
            }
        }

        /// The sum of all weights of each output, each times its input channel's number.
        func sums(of input: [Double]) -> [Double] {
            let perOutput = inputsPerOutput * weightsPerInput
            return (0..<outputs).map { out in
                let group = out / (outputs / groups)
                return (0..<inputsPerOutput).reduce(0) { sum, inside in
                    let first = out * perOutput + inside * weightsPerInput
                    return sum + weight[first..<first + weightsPerInput].reduce(0, +)
                        * input[group * inputsPerOutput + inside]
                }
            }
        }
    }

    /// x ↦ factor·x + shift for each channel, waiting for the next weighted step to take it in.
    struct Pending {
        var layer: String
        var factor: [Double]
        var shift: [Double]
    }

    private(set) var steps: [Step] = []
    private var pending: Pending?

    /// Walks through a graph, applying each layer's rule.
    ///
    /// - Throws: ``ConversionError`` for a layer without a rule or a branch.
    init(_ graph: Graph) throws {
        var previous = graph.inputs[0].name
        for node in graph.nodes {
            guard node.inputs == [previous] else {
                throw ConversionError.notAChain(layer: node.name, inputs: node.inputs, expected: previous)
            }
            for parameter in node.layer.parameters {
                if let index = parameter.tensor.scalars.firstIndex(where: { !$0.isFinite }) {
                    throw ConversionError.badWeight(
                        layer: node.name, parameter: parameter.name, index: index,
                        value: parameter.tensor.scalars[index])
                }
            }
            guard let rule = ConversionRules.rule(for: node.layer) else {
                throw ConversionError.unsupportedLayer(
                    name: node.name, kind: node.layer.kind,
                    hint: "convertible layers are \(ConversionRules.kinds.joined(separator: ", "))")
            }
            try rule.apply(node, graph.inputShapes(of: node)[0], &self)
            previous = node.name
        }
        if let pending {
            throw ConversionError.cannotFold(layer: pending.layer, reason: "no weighted layer follows it")
        }
    }

    /// Appends a weighted step, taking in what is pending.
    mutating func append(_ weighted: Weighted) throws {
        var weighted = weighted
        if let waiting = pending {
            if weighted.isPadded && waiting.shift.contains(where: { $0 != 0 }) {
                throw ConversionError.cannotFold(
                    layer: waiting.layer,
                    reason: "the convolution '\(weighted.name)' behind it pads with zeros, which it would shift")
            }
            let shift = weighted.sums(of: waiting.shift)
            for (index, value) in shift.enumerated() { weighted.bias[index] += value }
            weighted.scale(input: waiting.factor, output: nil)
            pending = nil
        }
        steps.append(.weighted(weighted))
    }

    /// Appends a step without weights.
    mutating func append(_ step: Step) { steps.append(step) }

    /// Applies x ↦ factor·x + shift to each channel: in the weighted step before where there is one, else in the next.
    mutating func normalize(_ layer: String, factor: [Double], shift: [Double]) {
        // Average pooling does not change the order of the two, as what is constant over a window is its own mean;
        // only zeros around the image that count as elements would change it.
        var index = steps.count - 1
        while index >= 0, case .pool(let pool, _) = steps[index],
            pool.padding == .zero || pool.reduction == .average(countsPadding: false)
        {
            index -= 1
        }
        if pending == nil, index >= 0, case .weighted(var weighted) = steps[index],
            weighted.outputs == factor.count
        {
            weighted.scale(input: nil, output: factor)
            for channel in shift.indices { weighted.bias[channel] += shift[channel] }
            steps[index] = .weighted(weighted)
            return
        }
        let before = pending
        pending = Pending(
            layer: layer, factor: zip(before?.factor ?? factor.map { _ in 1 }, factor).map { $0 * $1 },
            shift: zip(before?.shift ?? shift.map { _ in 0 }, zip(factor, shift)).map { $0 * $1.0 + $1.1 })
    }

    /// What is pending, for each element instead of each channel.
    mutating func spreadPending(over elements: Int) {
        guard let waiting = pending else { return }
        pending = Pending(
            layer: waiting.layer,
            factor: waiting.factor.flatMap { Array(repeating: $0, count: elements) },
            shift: waiting.shift.flatMap { Array(repeating: $0, count: elements) })
    }

    /// Whether a batch normalisation waits for the next weighted step.
    var waiting: String? { pending?.layer }
}
