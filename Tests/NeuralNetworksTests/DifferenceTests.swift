import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

/// Kernels against formulas in double precision: their values, and their gradients as differences of those.
@Suite("Every layer against its formula in double precision")
struct DifferenceTests {
    /// A sample with the layout in which its inputs come and the number of images.
    struct Case: Sendable, CustomTestStringConvertible {
        let sample: LayerSamples.Sample
        let forward: DoubleForward
        let block: Int
        let images: Int

        var testDescription: String { "\(sample.testDescription) in blocks of \(block), \(images) images" }
    }

    /// 11 images are a full shard and a part of one.
    static let cases: Result<[Case], any Error> = LayerSamples.all.map { samples in
        samples.flatMap { sample -> [Case] in
            guard let forward = LayerReference.forward(of: sample.layer) else { return [] }
            let blocks = sample.inputs.contains { $0.count > 1 } ? [1, 8, 16] : [1]
            // A single number a channel has no variance.
            let needsMany = sample.layer.kind.hasPrefix("BatchNorm") && sample.inputs[0].count == 1
            return blocks.map { Case(sample: sample, forward: forward, block: $0, images: 11) }
                + (needsMany ? [] : [Case(sample: sample, forward: forward, block: 1, images: 1)])
        }
    }

    /// The inputs of a layer, cut out of the network's vectors.
    private func inputs(_ sample: LayerSamples.Sample, _ batch: Tensor) -> [DoubleArray] {
        var first = 0
        var arrays: [DoubleArray] = []
        for shape in sample.inputs {
            let part = cut(batch, first, shape.reduce(1, *))
            arrays.append(DoubleArray([batch.shape[0]] + shape, part.map { Double($0) }))
            first += shape.reduce(1, *)
        }
        return arrays
    }

    /// `size` numbers of each vector of a batch, from the one at `first`.
    private func cut(_ batch: Tensor, _ first: Int, _ size: Int) -> [Float] {
        var numbers: [Float] = []
        for image in 0..<batch.shape[0] {
            let start = image * batch.shape[1] + first
            numbers += batch.scalars[start..<start + size]
        }
        return numbers
    }

    private func expectClose(
        _ found: [Float], _ expected: [Double], _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.count == expected.count, "\(what)", sourceLocation: sourceLocation)
        let scale = 1 + (expected.map { abs($0) }.max() ?? 0)
        var worst = 0.0
        for (a, b) in zip(found, expected) {
            let error = abs(Double(a) - b) / scale
            if !(error <= worst) { worst = error }
        }
        // Some dozen roundings of single precision.
        #expect(worst < 2e-6, "\(what): off by \(worst)", sourceLocation: sourceLocation)
    }

    @Test("values and gradients", arguments: try cases.get())
    func agree(one: Case) throws {
        let (sample, images) = (one.sample, one.images)
        let faults = LayoutFaults()
        let graph = try sample.network(block: one.block, faults: faults, seed: 71)
        // Wide enough to reach the bends of every function.
        let batch = try randomTensor([images, sample.inputSize], seed: 72, scale: 2.5)
        let weights = try randomTensor([images] + sample.output, seed: 73)
        let probe = try graph.probeGradients(for: batch, weights: weights, seed: 3)
        let layer = try #require(graph["layer"]).layer
        let parameters = Dictionary(
            uniqueKeysWithValues: layer.parameters.map { ($0.name, DoubleArray($0.tensor)) })

        let call = ReferenceCall(
            inputs(sample, batch), parameters, isTraining: true, made: probe.output.scalars.map(Double.init))
        expectClose(probe.output.scalars, one.forward(call), "output in training")
        let inUse = ReferenceCall(call.inputs, parameters, isTraining: false, made: [])
        expectClose(try graph.predict(batch).scalars, one.forward(inUse), "output in use")

        // Differences of the formula against what the kernel says.
        func loss(_ call: ReferenceCall) -> Double {
            var sum = 0.0
            for (value, weight) in zip(one.forward(call), weights.scalars) { sum += value * Double(weight) }
            return sum
        }
        var stream = RandomStream(seed: 74, stream: 0)
        func check(_ gradient: [Float], _ name: String, _ moved: (Int, Double) -> ReferenceCall) {
            let largest = Double(gradient.map { abs($0) }.max() ?? 0)
            for _ in 0..<min(16, gradient.count) {
                let index = stream.integer(below: gradient.count)
                let step = 1e-5
                let slope = (loss(moved(index, step)) - loss(moved(index, -step))) / (2 * step)
                #expect(
                    abs(Double(gradient[index]) - slope) < 1e-5 * (1 + largest),
                    "\(name) at \(index): \(gradient[index]), slope \(slope)")
            }
        }
        var first = 0
        for (number, shape) in sample.inputs.enumerated() {
            let size = shape.reduce(1, *)
            check(cut(probe.input, first, size), "input \(number)") { index, step in
                var call = call
                call.inputs[number].values[index] += step
                return call
            }
            first += size
        }
        for parameter in layer.parameters where parameter.isTrainable {
            let gradient = try #require(probe.parameters["layer"]?[parameter.name])
            check(gradient.scalars, parameter.name) { index, step in
                var call = call
                call.parameters[parameter.name]?.values[index] += step
                return call
            }
        }
        #expect(faults.count == 0, "filling of blocks that is not zero")
    }
}
