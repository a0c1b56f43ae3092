import SynfireParallel
import SynfireTensors

extension Tensor {
    /// Fills with uniform numbers in [−bound, bound), each drawn by its position from the parameter's own stream.
    ///
    /// PyTorch starts linear and convolution layers with Kaiming's uniform rule for a = √5, which comes to a bound of
    /// 1/√(inputs of a neuron) for weights and biases alike.
    mutating func fillUniformly(within bound: Double, seed: UInt64, layer: Int, parameter: UInt32) {
        var stream = RandomStream(seed: seed, stream: RandomPurpose.parameters.stream(part: layer), entity: parameter)
        withMutableScalars { scalars in
            for index in scalars.indices { scalars[index] = Float((2 * stream.uniform() - 1) * bound) }
        }
    }
}
