import SynfireTensors

/// The parameters of a graph as plans work on them.
///
/// Several plans may share one: what one trains the other evaluates.
final class ParameterStore: Sendable {
    /// By node, in the order of the layer's parameters.
    let buffers: [[ParameterBuffer]]

    init(_ graph: Graph) throws {
        var buffers = try graph.nodes.map { node in
            try node.sharedWith == nil ? node.layer.parameters.map { try ParameterBuffer($0) } : []
        }
        for (index, node) in graph.nodes.enumerated() {
            guard let owner = node.sharedWith else { continue }
            buffers[index] = try buffers[graph.index(of: owner)].map { try ParameterBuffer(sharing: $0) }
        }
        self.buffers = buffers
    }

    /// Adds what layers have found for parameters that they share to their owners' gradients, in order.
    func gatherSharedGradients() {
        for buffer in buffers.joined() where buffer.isTrainable {
            guard let owner = buffer.owner else { continue }
            Elementwise.add(buffer.gradient.base, to: owner.gradient.base, count: buffer.count)
        }
    }

    /// Whether layers share parameters.
    var hasShared: Bool { buffers.joined().contains { $0.owner != nil } }

    /// Copies the parameters back into a graph of the same layers.
    ///
    /// - Throws: ``NetworkError`` where training has left a number that is not finite.
    func store(into graph: inout Graph) throws(NetworkError) {
        for (node, parameters) in zip(graph.nodes, buffers) where node.sharedWith == nil {
            for parameter in parameters {
                try graph.setParameter(parameter.name, of: node.name, to: parameter.tensor)
            }
        }
    }
}
