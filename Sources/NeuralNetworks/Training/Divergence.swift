import SynfireTensors

/// Where numbers first were infinite or not a number.
public enum NonFiniteOrigin: Sendable, Hashable, CustomStringConvertible {
    /// In the images: the position in the batch's tensor.
    case images(position: [Int])
    /// In a parameter of a layer.
    case parameter(layer: String, name: String, position: [Int])
    /// In the values that a layer made, from finite values and parameters.
    case values(layer: String)
    /// In what the optimiser remembers of a parameter.
    case optimizerState(layer: String, parameter: String, name: String)
    /// In the loss or the penalty, of finite outputs and parameters.
    case loss

    /// A clause that says it.
    public var description: String {
        switch self {
        case .images(let position): "the images hold a number that is not finite, first at \(position)"
        case .parameter(let layer, let name, let position):
            "the parameter '\(name)' of layer '\(layer)' is the first that is not finite, at \(position)"
        case .values(let layer): "the values of layer '\(layer)' are the first that are not finite"
        case .optimizerState(let layer, let parameter, let name):
            "the optimiser's '\(layer)/\(parameter)/\(name)' is not finite"
        case .loss: "all parameters and values are finite, but the loss of them or the penalty is not"
        }
    }
}

extension TrainingSession {
    /// The error for a batch whose loss is not finite.
    func divergence(_ prepared: PreparedBatch) -> NetworkError {
        .lossNotFinite(epoch: epoch + 1, batch: batch + 1, origin: origin(prepared.images.base, prepared.count))
    }

    /// Checks all parameters and what the optimiser remembers.
    ///
    /// - Throws: ``NetworkError/lossNotFinite(epoch:batch:origin:)``: the next loss would not be.
    func checkFinite() throws(NetworkError) {
        for (node, buffers) in zip(graph.nodes, store.buffers) {
            if let origin = Self.origin(in: buffers, layer: node.name) { throw notFinite(origin) }
        }
        if let (layer, parameter, name) = optimizer.firstNonFinite() {
            throw notFinite(.optimizerState(layer: layer, parameter: parameter, name: name))
        }
    }

    /// After the last batch of an epoch `batch` is one past it, or has gone on to the next epoch.
    private func notFinite(_ origin: NonFiniteOrigin) -> NetworkError {
        batch > 0
            ? .lossNotFinite(epoch: epoch + 1, batch: batch, origin: origin)
            : .lossNotFinite(epoch: epoch, batch: batches, origin: origin)
    }

    private static func origin(in buffers: [ParameterBuffer], layer: String) -> NonFiniteOrigin? {
        for buffer in buffers {
            if let index = buffer.values.firstNonFinite {
                return .parameter(
                    layer: layer, name: buffer.name, position: Tensor.position(of: index, in: buffer.shape))
            }
        }
        return nil
    }

    /// Takes the batch through the network again with the values of all layers, and finds the first that is not finite.
    ///
    /// A layer's parameters come before its values; statistics are left out, which the batch itself has changed.
    private func origin(_ images: UnsafePointer<Float>, _ count: Int) -> NonFiniteOrigin? {
        let size = graph.inputShape.reduce(1, *)
        if let index = UnsafeBufferPointer(start: images, count: count * size).firstIndex(where: { !$0.isFinite }) {
            return .images(position: Tensor.position(of: index, in: [count] + graph.inputShape))
        }
        // Without memory for all values, the parameters still tell something.
        let values = try? layerValues(images, count)
        for (node, buffers) in zip(graph.nodes, store.buffers) {
            if let origin = Self.origin(in: buffers.filter(\.isTrainable), layer: node.name) { return origin }
            if values?[node.name]?.firstNonFinite != nil { return .values(layer: node.name) }
        }
        return values == nil ? nil : .loss
    }

    private func layerValues(_ images: UnsafePointer<Float>, _ count: Int) throws -> [String: FloatBuffer] {
        let names = graph.nodes.map(\.name)
        let buffers = try names.map { try FloatBuffer(count: count * (graph.shapes[$0] ?? []).reduce(1, *)) }
        let again = try ExecutionPlan(
            graph, store: store, pool: pool,
            purpose: ExecutionPlan.Purpose(isTraining: true, capacity: count, wanted: names, seed: settings.seed))
        again.batch.step = plan.batch.step
        try again.forward(
            images, count: count, into: Dictionary(uniqueKeysWithValues: zip(names, buffers.map(\.base))))
        return Dictionary(uniqueKeysWithValues: zip(names, buffers))
    }
}

extension Tensor {
    /// The position along each axis of a number in plain order.
    static func position(of index: Int, in shape: [Int]) -> [Int] {
        var (rest, position) = (index, [Int]())
        for extent in shape.reversed() {
            position.append(rest % max(1, extent))
            rest /= max(1, extent)
        }
        return position.reversed()
    }
}
