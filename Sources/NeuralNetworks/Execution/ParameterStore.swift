import Tensors

/// The parameters of a graph as plans work on them.
///
/// Several plans may share one: what one trains the other evaluates.
final class ParameterStore: Sendable {
    /// By node, in the order of the layer's parameters.
    let buffers: [[ParameterBuffer]]

    init(_ graph: Graph) throws {
        buffers = try graph.nodes.map { try $0.layer.parameters.map { try ParameterBuffer($0) } }
    }

    /// Those that an optimiser changes, in order.
    var trainable: [ParameterBuffer] { buffers.joined().filter(\.isTrainable) }

    /// Copies the parameters back into a graph of the same layers.
    ///
    /// - Throws: ``NetworkError`` where training has left a number that is not finite.
    func store(into graph: inout Graph) throws(NetworkError) {
        for (node, parameters) in zip(graph.nodes, buffers) {
            for parameter in parameters {
                try graph.setParameter(parameter.name, of: node.name, to: parameter.tensor)
            }
        }
    }
}
