import Parallel
import Tensors

/// What one way forward and back through a network in training gives.
package struct GradientProbe: Sendable {
    /// The network's output, shape (N, …).
    package let output: Tensor
    /// The derivatives by the images, in their shape.
    package let input: Tensor
    /// The derivatives by the trainable parameters: layer, then parameter.
    package let parameters: [String: [String: Tensor]]
    /// The statistics that layers have gathered: layer, then parameter.
    package let statistics: [String: [String: Tensor]]
}

extension Graph {
    /// The derivatives of Σ weights · output by images and parameters, as training computes them.
    ///
    /// - Parameters:
    ///   - batch: Images of shape (N, …), N at least 1.
    ///   - weights: A weight for each number of the output, shape (N, …).
    ///   - seed: The seed of what layers do at random.
    package func probeGradients(
        for batch: Tensor, weights: Tensor, workers: Int = 1, seed: UInt64 = 0
    ) throws -> GradientProbe {
        try checkInput(batch)
        let count = batch.shape[0]
        guard count > 0 else { throw NetworkError.noData(purpose: "a gradient") }
        guard weights.shape == [count] + outputShape else {
            throw NetworkError.inputShape(expected: outputShape, found: weights.shape)
        }
        let size = outputShape.reduce(1, *)
        let store = try ParameterStore(self)
        let plan = try ExecutionPlan(
            self, store: store, pool: WorkerPool(workers: workers),
            purpose: ExecutionPlan.Purpose(
                isTraining: true, capacity: count, needsInputGradient: true, seed: seed,
                loss: { shard, _, gradient in
                    weights.scalars.withUnsafeBufferPointer { weights in
                        guard let first = weights.baseAddress else { return }
                        gradient.pointer(shard).update(from: first + shard.first * size, count: shard.images * size)
                    }
                }))
        try batch.scalars.withUnsafeBufferPointer { images in
            guard let first = images.baseAddress else { return }
            try plan.forward(first, count: count)
        }
        try plan.backward()

        var parameters: [String: [String: Tensor]] = [:]
        var statistics: [String: [String: Tensor]] = [:]
        for (node, buffers) in zip(nodes, store.buffers) {
            for buffer in buffers {
                if buffer.isTrainable {
                    parameters[node.name, default: [:]][buffer.name] = Tensor(
                        unchecked: buffer.shape, buffer.gradient.array(count: buffer.count))
                } else {
                    statistics[node.name, default: [:]][buffer.name] = buffer.tensor
                }
            }
        }
        let inputGradient = plan.inputGradient?.base
        return GradientProbe(
            output: Tensor(
                unchecked: weights.shape, Array(UnsafeBufferPointer(start: plan.output.base, count: weights.count))),
            input: Tensor(
                unchecked: batch.shape, Array(UnsafeBufferPointer(start: inputGradient, count: batch.count))),
            parameters: parameters, statistics: statistics)
    }
}
