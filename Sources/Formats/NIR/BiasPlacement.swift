import SynfireSpikingModels
import SynfireSpikingNetworks

/// Where the constant current of each population goes: the bias of a node in front of it.
///
/// A place is taken only if what a reader computes from the bias there is the current, bit for bit.
struct BiasPlacement {
    /// A bias in one projection.
    struct Bias {
        /// Where it is added: at an operator, or by a node of its own behind all of them.
        enum Position: Equatable {
            case at(Int)
            case behind
        }

        var position: Position
        /// One number a channel of a convolution, a row of dense weights, or a neuron behind all operators.
        var values: [Double]
    }

    /// The weights that a node may have whose only purpose is its bias.
    private static let largestIdentity = 1 << 24

    /// The biases by the index of their projection.
    private(set) var biases: [Int: Bias] = [:]

    init(_ network: Network) throws(NIRError) {
        for population in network.populations {
            guard let column = population.values.columns["i"], column.storedValues.contains(where: { $0 != 0 }) else {
                continue
            }
            let current = column.expanded(shape: population.shape)
            let incoming = network.projections.indices.filter { network.projections[$0].target == population.name }
            guard let (index, bias) = try Self.place(current, of: population, incoming, network) else {
                throw .notExpressible(
                    what: "the constant current of population '\(population.name)'",
                    reason: incoming.isEmpty
                        ? "NIR's currents are biases of what leads to a node, and nothing leads to it"
                        : "no node in front of it can have it as its bias, and one of its own would be too large")
            }
            biases[index] = bias
        }
    }

    private static func place(
        _ current: [Double], of population: Population, _ incoming: [Int], _ network: Network
    ) throws(NIRError) -> (Int, Bias)? {
        for index in incoming {
            let projection = network.projections[index]
            guard let source = network.population(named: projection.source) else { continue }
            do {
                if let bias = try atOperator(current, projection, from: source.shape) { return (index, bias) }
            } catch {
                throw .notExpressible(what: "projection '\(projection.name)'", reason: "\(error)")
            }
        }
        let size = current.count.multipliedReportingOverflow(by: population.shape.last ?? 1)
        guard let index = incoming.first, !size.overflow, size.partialValue <= largestIdentity else { return nil }
        return (index, Bias(position: .behind, values: current))
    }

    /// A bias of the last weighted operator, if one gives the current behind the operators that follow.
    private static func atOperator(
        _ current: [Double], _ projection: Projection, from input: [Int]
    ) throws(SpikingNetworkError) -> Bias? {
        let shapes = try projection.shapes(from: input)
        let weighted = projection.operators.lastIndex { $0 is DenseOperator || $0 is ConvolutionOperator }
        guard let weighted else { return nil }
        let shape = shapes[weighted + 1]
        let behind = Array(zip(projection.operators, shapes).dropFirst(weighted + 1))
        // Undo what follows, last first. Only what keeps a value or adds up equal ones can be undone; what comes of
        // it is checked below.
        var wanted = current
        for (item, before) in behind.reversed() {
            let after = try item.outputShape(for: before)
            switch item {
            case is FlattenOperator: break
            case let pooling as PoolingOperator:
                let each = after.dropFirst().reduce(1, *)
                let size = Double(pooling.kernelSize.x * pooling.kernelSize.y)
                let elements = before.dropFirst().reduce(1, *)
                wanted = (0..<after[0]).flatMap { channel in
                    let value = wanted[channel * each]
                    return [Double](repeating: pooling.reduction == .sum ? value / size : value, count: elements)
                }
            case let scale as ScaleOperator:
                wanted = wanted.indices.map {
                    wanted[$0] / Double(scale.factors.count == 1 ? scale.factors[0] : scale.factors[$0])
                }
            default: return nil
            }
        }
        var bias = wanted
        if projection.operators[weighted] is ConvolutionOperator {
            let each = shape.dropFirst().reduce(1, *)
            bias = (0..<shape[0]).map { wanted[$0 * each] }
            wanted = bias.flatMap { [Double](repeating: $0, count: each) }
        }
        guard bias.allSatisfy(\.isFinite) else { return nil }
        var result = wanted
        for (item, before) in behind { result = try item.applied(to: result, shape: before) }
        return result == current ? Bias(position: .at(weighted), values: bias) : nil
    }
}
