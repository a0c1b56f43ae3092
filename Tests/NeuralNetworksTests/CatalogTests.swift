import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

@Suite("Every layer of the catalog")
struct CatalogTests {
    @Test("has a sample here, a schema that says everything, and an equal copy from its hyperparameters")
    func schemas() throws {
        let samples = try LayerSamples.all.get()
        for type in LayerCatalog.all {
            #expect(samples.contains { $0.layer.kind == type.schema.kind }, "\(type.schema.kind) has no sample")
            #expect(!type.schema.summary.isEmpty)
            for row in type.schema.rows { #expect(row.summary.hasSuffix("."), "\(type.schema.kind).\(row.name)") }
        }
        for sample in samples {
            let values = sample.layer.hyperparameters
            #expect(Set(values.values.keys) == Set(type(of: sample.layer).schema.rows.map(\.name)))
            let copy = try LayerCatalog.makeLayer(sample.layer.kind, values.values)
            #expect(copy.hyperparameters == values)
            #expect(copy.parameters.map(\.name) == sample.layer.parameters.map(\.name))
            #expect(copy.parameters.map(\.tensor.shape) == sample.layer.parameters.map(\.tensor.shape))
        }
    }

    @Test("has a formula in double precision, that its values and gradients are checked against")
    func formulas() throws {
        for sample in try LayerSamples.all.get() {
            #expect(
                LayerReference.forward(of: sample.layer) != nil || ConvolutionTests.covers(sample.layer)
                    || sample.isStraightThrough, "\(sample.testDescription)")
        }
    }

    @Test("gives values of the shape that it says, in training and in use", arguments: try LayerSamples.all.get())
    func shapes(sample: LayerSamples.Sample) throws {
        let graph = try sample.network(seed: 5)
        #expect(graph.outputShape == sample.output)
        for count in [1, 3, 8, 19] {
            let batch = try randomTensor([count, sample.inputSize], seed: 6)
            #expect(try graph.predict(batch).shape == [count] + sample.output)
            let weights = try Tensor(shape: [count] + sample.output, repeating: 1)
            #expect(try graph.probeGradients(for: batch, weights: weights).output.shape == [count] + sample.output)
        }
    }

    @Test(
        "has gradients that agree with finite differences, where no formula is written",
        arguments: try LayerSamples.all.get().filter {
            !$0.isStraightThrough && LayerReference.forward(of: $0.layer) == nil
        })
    func gradients(sample: LayerSamples.Sample) throws {
        // 11 images: a full shard and a part of one.
        let graph = try sample.network(seed: 7)
        let batch = try randomTensor([11, sample.inputSize], seed: 8)
        let weights = try randomTensor([11] + sample.output, seed: 9)
        let probe = try graph.probeGradients(for: batch, weights: weights, seed: 3)

        func value(_ graph: Graph, _ batch: Tensor) throws -> Double {
            let output = try graph.probeGradients(for: batch, weights: weights, seed: 3).output
            return zip(output.scalars, weights.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let centre = try value(graph, batch)
        var checked = 0
        var skipped = 0

        func check(_ tensor: Tensor, _ gradient: Tensor, _ name: String, _ change: (Tensor) throws -> Double) throws {
            // Some positions of each tensor, chosen by a fixed stream.
            var stream = RandomStream(seed: 10, stream: 0)
            let largest = gradient.scalars.map { abs($0) }.max() ?? 0
            for _ in 0..<min(12, tensor.count) {
                let index = stream.integer(below: tensor.count)
                let step: Float = 0.02
                func moved(_ by: Float) throws -> Double {
                    var scalars = tensor.scalars
                    scalars[index] += by
                    return try change(Tensor(shape: tensor.shape, scalars: scalars))
                }
                let (ahead, behind) = (try moved(step), try moved(-step))
                let found = Double(gradient.scalars[index])
                let slope = (ahead - behind) / Double(2 * step)
                // Rounding of single precision in sums of some hundred terms, over the step.
                let tolerance = 2e-3 * (1 + Double(largest))
                // The two one-sided slopes differ where a kink lies between: no derivative there.
                let oneSided = abs((ahead - centre) - (centre - behind)) / Double(step)
                if oneSided > 4 * tolerance {
                    skipped += 1
                    continue
                }
                checked += 1
                #expect(
                    abs(found - slope) <= tolerance + oneSided / 4,
                    "\(name) at \(tensor.position(at: index)): \(found), slope \(slope)")
            }
        }

        try check(batch, probe.input, "input") { try value(graph, $0) }
        for parameter in graph["layer"]?.layer.parameters ?? [] where parameter.isTrainable {
            let gradient = try #require(probe.parameters["layer"]?[parameter.name])
            try check(parameter.tensor, gradient, parameter.name) {
                var changed = graph
                try changed.setParameter(parameter.name, of: "layer", to: $0)
                return try value(changed, batch)
            }
        }
        #expect(checked > skipped)
    }

    @Test("gives the same bits with 1, 2, 3 and 7 workers", arguments: try LayerSamples.all.get())
    func workers(sample: LayerSamples.Sample) throws {
        let graph = try sample.network(seed: 11)
        let batch = try randomTensor([43, sample.inputSize], seed: 12)
        let weights = try randomTensor([43] + sample.output, seed: 13)
        let one = try graph.probeGradients(for: batch, weights: weights, workers: 1, seed: 4)
        let used = try Predictor(graph, pool: WorkerPool(workers: 1)).predict(batch)
        for workers in [2, 3, 7] {
            let many = try graph.probeGradients(for: batch, weights: weights, workers: workers, seed: 4)
            #expect(many.output == one.output)
            #expect(many.input == one.input)
            #expect(many.parameters == one.parameters)
            #expect(many.statistics == one.statistics)
            #expect(try Predictor(graph, pool: WorkerPool(workers: workers)).predict(batch) == used)
        }
    }
}
