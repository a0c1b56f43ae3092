import SynfireParallel
import SynfireTensors

/// What one way forward and back through a network in training gives.
package struct GradientProbe: Sendable {
    /// The network's first output, shape (N, …).
    package var output: Tensor { outputs[0] }
    /// The derivatives by the images of the first input, in their shape.
    package var input: Tensor { inputs[0] }
    /// The network's outputs, each of shape (N, …).
    package let outputs: [Tensor]
    /// The derivatives by the images of each input, in their shape.
    package let inputs: [Tensor]
    /// The derivatives by the trainable parameters: layer, then parameter; of shared ones at their owner.
    package let parameters: [String: [String: Tensor]]
    /// The statistics that layers have gathered: layer, then parameter.
    package let statistics: [String: [String: Tensor]]
    /// The memory that values between layers took.
    package let memory: ActivationMemory
}

extension Graph {
    /// As the general function, for a network of one input and one output.
    package func probeGradients(
        for batch: Tensor, weights: Tensor, workers: Int = 1, seed: UInt64 = 0
    ) throws -> GradientProbe {
        try probeGradients(for: [batch], weights: [weights], workers: workers, seed: seed)
    }

    /// The derivatives of Σ weights · outputs by images and parameters, as training computes them.
    ///
    /// - Parameters:
    ///   - batches: For each input, images of shape (N, …), N at least 1.
    ///   - weights: For each output, a weight for each of its numbers, shape (N, …).
    ///   - seed: The seed of what layers do at random.
    package func probeGradients(
        for batches: [Tensor], weights: [Tensor], workers: Int = 1, seed: UInt64 = 0
    ) throws -> GradientProbe {
        let count = try checkInputs(batches)
        guard count > 0 else { throw NetworkError.noData(purpose: "a gradient") }
        for (name, weight) in zip(outputs, weights) where weight.shape != [count] + (shapes[name] ?? []) {
            throw NetworkError.inputShape(expected: shapes[name] ?? [], found: weight.shape)
        }
        let store = try ParameterStore(self)
        let losses = weights.map { weights -> ExecutionPlan.Loss in
            let size = weights.count / count
            return { shard, _, gradient in
                weights.scalars.withUnsafeBufferPointer { weights in
                    guard let first = weights.baseAddress else { return }
                    gradient.pointer(shard).update(from: first + shard.first * size, count: shard.images * size)
                }
            }
        }
        let plan = try ExecutionPlan(
            self, store: store, pool: WorkerPool(workers: workers),
            purpose: ExecutionPlan.Purpose(
                isTraining: true, capacity: count, needsInputGradient: true, seed: seed, losses: losses))
        try withPointers(to: batches) { try plan.forward($0, count: count) }
        try plan.backward()

        var parameters: [String: [String: Tensor]] = [:]
        var statistics: [String: [String: Tensor]] = [:]
        for (node, buffers) in zip(nodes, store.buffers) where node.sharedWith == nil {
            for buffer in buffers {
                if buffer.isTrainable {
                    parameters[node.name, default: [:]][buffer.name] = Tensor(
                        unchecked: buffer.shape, buffer.gradient.array(count: buffer.count))
                } else {
                    statistics[node.name, default: [:]][buffer.name] = buffer.tensor
                }
            }
        }
        func tensor(_ values: ValueBuffer, _ shape: [Int]) -> Tensor {
            Tensor(
                unchecked: shape, Array(UnsafeBufferPointer(start: values.base, count: shape.reduce(1, *))))
        }
        return GradientProbe(
            outputs: zip(plan.outputs, weights).map { tensor($0, $1.shape) },
            inputs: zip(plan.inputGradients, batches).map { tensor($0, $1.shape) }, parameters: parameters,
            statistics: statistics, memory: plan.memory)
    }

    /// The memory that values between layers take.
    ///
    /// - Parameters:
    ///   - batch: How many images a batch has in training, where each keeps its values until the way back.
    ///   - training: Whether for training, as opposed to use, where each worker has the values of some images at a time.
    ///   - workers: How many workers there are.
    public func activationMemory(batch: Int, training: Bool, workers: Int) throws -> ActivationMemory {
        let losses: [ExecutionPlan.Loss] = outputs.map { _ in { _, _, _ in } }
        let purpose = ExecutionPlan.Purpose(
            isTraining: training, capacity: training ? batch : min(batch, ExecutionPlan.shardImages(inUseOf: self)),
            isForecast: true, losses: training ? losses : [])
        return try ExecutionPlan(
            self, store: ParameterStore(self), pool: WorkerPool(workers: workers), purpose: purpose
        ).memory
    }
}
