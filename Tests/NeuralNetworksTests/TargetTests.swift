import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

@Suite("Targets that are numbers")
struct TargetTests {
    /// Points and what a linear map with an offset makes of them.
    private func data(_ count: Int, seed: UInt64) throws -> InMemoryTargets {
        let images = try randomTensor([count, 3], seed: seed)
        let weights: [[Float]] = [[1, -2, 0.5], [0.25, 0, -1]]
        var outputs: [Float] = []
        for image in 0..<count {
            for (row, offset) in zip(weights, [0.75, -0.5] as [Float]) {
                outputs.append((0..<3).reduce(offset) { $0 + row[$1] * images.scalars[image * 3 + $1] })
            }
        }
        return try InMemoryTargets(images: images, outputs: Tensor(shape: [count, 2], scalars: outputs))
    }

    private func network() throws -> Graph {
        var graph = try Graph(name: "linear", inputShape: [3], sequence: [("fc", Linear(3, 2))])
        graph.initializeParameters(seed: 1)
        return graph
    }

    @Test("a linear map is found by every loss of a regression")
    func regression() throws {
        for loss in [MSELoss(), L1Loss(), HuberLoss()] as [any LossFunction] {
            let settings = TrainingSettings(
                epochs: 60, batchSize: 16, loss: loss, optimizer: Adam(),
                schedule: LearningRateSchedule(base: 0.05, course: .cosine(final: 0)), validation: .fraction(0.2),
                workers: 1)
            let data = try data(120, seed: 5)
            let result = try Trainer(settings).train(network(), on: data)
            let found = try #require(result.graph["fc"]?.layer.parameters)
            expectClose(
                found[0].tensor, try Tensor(shape: [2, 3], scalars: [1, -2, 0.5, 0.25, 0, -1]), tolerance: 0.01,
                "weights by \(type(of: loss).name)")
            expectClose(found[1].tensor, Tensor([0.75, -0.5]), tolerance: 0.01, "bias by \(type(of: loss).name)")
            #expect(try #require(result.history.last?.validationLoss) < 0.01)
            // Nothing can be told right of images without labels.
            #expect(result.history.last?.accuracy == 0)
        }
    }

    @Test("the loss of an evaluation is the mean over all of the data")
    func evaluation() throws {
        let graph = try network()
        let data = try data(700, seed: 6)
        let outputs = try graph.predict(data.images)
        for loss in [MSELoss(), HuberLoss(delta: 0.3)] as [any LossFunction] {
            let expected = try loss.evaluate(outputs, targets: data.outputs).loss
            let found = try Predictor(graph).evaluate(data, loss: loss).loss
            #expect(abs(found - expected) < 1e-12 * (1 + expected))
        }
        // Weighted classes: by the weight of all images, not a mean of batches' means.
        let labels = (0..<700).map { $0 % 7 == 0 ? 1 : 0 }
        let classes = try InMemoryData(images: data.images, labels: labels, classes: 2)
        let loss = CrossEntropyLoss(weight: [0.2, 3])
        let found = try Predictor(graph).evaluate(classes, loss: loss)
        #expect(abs(found.loss - (try loss.evaluate(outputs, labels: labels).loss)) < 1e-12)
        #expect(found.correct == zip(found.predictions, labels).count { $0 == $1 })
    }

    @Test("classes as probabilities train as classes do")
    func probabilities() throws {
        let images = try randomTensor([40, 3], seed: 7)
        let labels = (0..<40).map { $0 * 7 % 2 }
        let settings = TrainingSettings(epochs: 2, batchSize: 16, seed: 3, workers: 1)
        let one = try Trainer(settings).train(
            network(), on: InMemoryData(images: images, labels: labels, classes: 2))
        let outputs = try Tensor(shape: [40, 2], scalars: labels.flatMap { $0 == 0 ? [1, 0] : [0, 1] })
        let other = try Trainer(settings).train(network(), on: InMemoryTargets(images: images, outputs: outputs))
        let (found, expected) = (
            try #require(other.graph["fc"]?.layer.parameters[0].tensor),
            try #require(one.graph["fc"]?.layer.parameters[0].tensor)
        )
        expectClose(found, expected, tolerance: 1e-6, "weights")
        #expect(abs(other.history[1].loss - one.history[1].loss) < 1e-6)
    }

    @Test("say what does not fit")
    func errors() throws {
        func text(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "no error"
            } catch { return "\(error)" }
        }
        let images = try Tensor(shape: [2, 3])
        let prefix = "The data do not fit the network: "
        #expect(
            text { _ = try InMemoryTargets(images: images, outputs: Tensor(shape: [3, 2])) }
                == prefix + "there are 2 images but 3 targets.")
        let wide = try InMemoryTargets(images: images, outputs: Tensor(shape: [2, 4]))
        var settings = TrainingSettings(loss: MSELoss())
        #expect(
            text { _ = try Trainer(settings).train(network(), on: wide) }
                == prefix + "targets have shape [4], but the network's output has shape [2].")
        settings.loss = KLDivLoss()
        let negative = try InMemoryTargets(images: images, outputs: Tensor(shape: [2, 2], scalars: [0, 1, 2, -1]))
        #expect(
            text { _ = try Trainer(settings).train(network(), on: negative) }.hasPrefix(prefix + "target "))
        #expect(
            text { _ = try Predictor(network()).evaluate(negative, loss: BCEWithLogitsLoss()) }
                == prefix + "target 0 of an image is 2.0, but must be 0 to 1 for BCEWithLogitsLoss.")
        settings.loss = CrossEntropyLoss(weight: [1, 2, 3])
        #expect(
            text { _ = try Trainer(settings).train(network(), on: negative) }
                == "The setting 'weight' is a list of 3, but must be a list of 2, one for each class.")
    }
}
