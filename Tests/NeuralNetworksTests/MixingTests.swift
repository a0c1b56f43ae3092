import Foundation
import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

/// Leaves images as they are but mixes their classes by a given share.
private struct ClassesOnly: BatchAugmentation {
    static let schema = AugmentationSchema(
        "classes_only", "Mixes classes only.", draws: .slot(200), needsImages: false,
        rows: [AugmentationRow("share", .number, allowed: .closed(0...1), "The share.")])

    let values: AugmentationValues

    init(_ values: AugmentationValues) throws {
        self.values = values
    }

    func mix(
        _ images: UnsafeMutablePointer<Float>, count: Int, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) -> Double { values.number("share") }
}

@Suite("Mixing of images and classes")
struct MixingTests {
    /// A batch after mixing.
    private func mixed(
        _ changes: [any Augmentation], _ images: [Float], labels: [Int], shape: [Int], batch: Int = 0, epoch: Int = 0,
        seed: UInt64 = 1
    ) throws -> ([Float], BatchTargets) {
        let augmenter = try Augmenter(changes, inputShape: shape)
        var (images, targets) = (images, BatchTargets(labels: labels))
        var scratch = [Float](repeating: .nan, count: augmenter.scratchCount)
        images.withUnsafeMutableBufferPointer { images in
            scratch.withUnsafeMutableBufferPointer { scratch in
                guard let first = images.baseAddress, let memory = scratch.baseAddress else { return }
                augmenter.mix(first, &targets, batch: batch, epoch: epoch, seed: seed, scratch: memory)
            }
        }
        return (images, targets)
    }

    @Test("mixup is a weighted sum of each image and the one before it", arguments: [1, 2, 5])
    func mixUp(count: Int) throws {
        let shape = [2, 3, 4]
        let images = try randomTensor([count] + shape, seed: 5).scalars
        let labels = (0..<count).map { $0 * 3 % 7 }
        for batch in 0..<20 {
            let (found, targets) = try mixed([MixUp()], images, labels: labels, shape: shape, batch: batch)
            let mix = try #require(targets.mixed)
            let weight = mix[0].weight
            #expect((0...1).contains(weight))
            #expect(targets.labels == labels)
            for image in 0..<count {
                let partner = (image + count - 1) % count
                #expect(mix[image] == BatchTargets.Mix(partner: labels[partner], weight: weight))
                for i in 0..<24 {
                    let expected =
                        weight * Double(images[image * 24 + i]) + (1 - weight) * Double(images[partner * 24 + i])
                    #expect(abs(Double(found[image * 24 + i]) - expected) < 1e-6)
                }
            }
        }
    }

    @Test("mixup's weights have their Beta distribution, drawn by seed, epoch and batch")
    func beta() throws {
        func weights(_ alpha: Double, seed: UInt64 = 51) throws -> [Double] {
            try (0..<3000).map { batch in
                let (_, targets) = try mixed(
                    [MixUp(alpha: alpha)], [0], labels: [0], shape: [1], batch: batch % 1500, epoch: batch / 1500,
                    seed: seed)
                return try #require(targets.mixed)[0].weight
            }
        }
        let flat = try weights(1)
        #expect(distance(of: flat) { $0 } < 1.95, "seed 51")
        #expect(try distance(of: weights(0.5)) { 2 / .pi * asin($0.squareRoot()) } < 1.95, "seed 51")
        #expect(try distance(of: weights(2)) { $0 * $0 * (3 - 2 * $0) } < 1.95, "seed 51")
        #expect(Set(flat).count == 3000)
        #expect(try weights(1, seed: 52) != flat)
        // Of a tiny α nearly all are 0 or 1, each as often, and none is lost in rounding.
        let extreme = try weights(0.001)
        #expect(extreme.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(abs(extreme.filter { $0 > 0.5 }.count - 1500) < 110)
        #expect(extreme.filter { $0 > 0.01 && $0 < 0.99 }.count < 60)
    }

    @Test("cutmix replaces a rectangle by the image before, and weighs classes by what is left")
    func cutMix() throws {
        let (shape, size) = ([2, 28, 28], 1568)
        let images = (0..<3).flatMap { [Float](repeating: Float($0), count: size) }
        var weights: [Double] = []
        for batch in 0..<4000 {
            let (found, targets) = try mixed(
                [CutMix()], images, labels: [4, 5, 6], shape: shape, batch: batch, seed: 53)
            let mix = try #require(targets.mixed)
            weights.append(mix[0].weight)
            guard batch < 100 else { continue }
            #expect(mix.map(\.partner) == [6, 4, 5])
            let replaced = (0..<size).filter { found[$0] == 2 }
            #expect(abs(1 - Double(replaced.count) / Double(size) - mix[0].weight) < 1e-12)
            for image in 0..<3 {
                let partner = Float((image + 2) % 3)
                #expect(
                    (0..<size).allSatisfy { i in
                        found[image * size + i] == partner || found[image * size + i] == Float(image)
                    })
                #expect((0..<size).filter { found[image * size + $0] == partner } == replaced)
            }
            // A rectangle, the same in both channels.
            let plane = replaced.filter { $0 < 784 }
            #expect(plane.map { $0 + 784 } == replaced.filter { $0 >= 784 })
            #expect(Set(plane.map { $0 / 28 }).count * Set(plane.map { $0 % 28 }).count == plane.count)
        }
        let reference = try AugmentationReference.load().cutmix
        let mean = weights.reduce(0, +) / 4000
        let error = reference.deviation * (1.0 / 4000 + 1 / Double(reference.count)).squareRoot()
        #expect(abs(mean - reference.mean) < 4 * error, "seed 53: \(mean), torchvision \(reference.mean)")
    }

    @Test("of two kinds of mixes a batch gets one, and some batches none where probabilities say so")
    func choice() throws {
        let images = counting([2, 1, 8, 8])
        var counts = ["mixup": 0, "cutmix": 0, "none": 0]
        let changes: [any Augmentation] = try [
            MixUp(settings: ["p": .number(0.5)]), CutMix(settings: ["alpha": .number(50)]),
        ]
        for batch in 0..<800 {
            let (found, targets) = try mixed(
                changes, images, labels: [0, 1], shape: [1, 8, 8], batch: batch, seed: 54)
            let isCut = try mixed([changes[1]], images, labels: [0, 1], shape: [1, 8, 8], batch: batch, seed: 54)
            if targets.mixed == nil {
                counts["none", default: 0] += 1
                #expect(found == images)
            } else {
                counts[found == isCut.0 ? "cutmix" : "mixup", default: 0] += 1
            }
        }
        // 400, 200 and 200; standard deviations 14 and 12.
        #expect(abs((counts["cutmix"] ?? 0) - 400) < 60, "seed 54: \(counts)")
        #expect(abs((counts["mixup"] ?? 0) - 200) < 50, "seed 54: \(counts)")
    }

    @Test("the loss of mixed classes and its gradient are PyTorch's")
    func loss() throws {
        let reference = try AugmentationReference.load().mixedLoss
        // Images that pick one column of the weights each: the scores are the weights. They are placed so that the
        // shuffled batch has them in the reference's order.
        var order = Array(0..<6)
        var stream = RandomStream(seed: 3, stream: 2)
        stream.shuffle(&order)
        var (images, labels) = ([Float](repeating: 0, count: 36), [Int](repeating: 0, count: 6))
        for (position, index) in order.enumerated() {
            images[index * 6 + position] = 1
            labels[index] = reference.labels[position]
        }
        func transposed(_ numbers: [Float]) throws -> Tensor {
            try Tensor(shape: [5, 6], scalars: (0..<30).map { numbers[$0 % 6 * 5 + $0 / 6] })
        }
        var graph = try Graph(name: "linear", inputShape: [6], sequence: [("fc", Linear(6, 5, bias: false))])
        let before = try transposed(reference.scores.values)
        try graph.setParameter("weight", of: "fc", to: before)
        let settings = try TrainingSettings(
            epochs: 1, batchSize: 6, seed: 3, optimizer: SGD(), schedule: .constant(0.5),
            augmentation: [ClassesOnly(settings: ["share": .number(reference.weight)])], workers: 1)
        let data = try InMemoryData(
            images: Tensor(shape: [6, 6], scalars: images), labels: labels, classes: 5)
        let result = try Trainer(settings).train(graph, on: data)
        #expect(abs(result.history[0].loss - reference.loss) < 1e-6)
        let after = try #require(result.graph["fc"]?.layer.parameters.first?.tensor)
        let gradient = try transposed(reference.gradient.values)
        let expected = zip(before.scalars, gradient.scalars).map { $0 - 0.5 * $1 }
        expectClose(after, try Tensor(shape: [5, 6], scalars: expected), tolerance: 1e-6, "weights after a step")
        // An image counts as told right where its larger share is: here the one mixed in.
        let hits = (0..<6).filter { image in
            let scores = reference.scores.values[image * 5..<image * 5 + 5]
            return scores.firstIndex(of: scores.max() ?? 0) == image * 5 + reference.labels[(image + 5) % 6]
        }
        #expect(result.history[0].accuracy == Double(hits.count) / 6)
    }

    @Test("training with mixes gives the same bits for any workers, batches ahead, and after a stop")
    func sameBits() throws {
        func settings(workers: Int, prefetch: Int) throws -> TrainingSettings {
            try TrainingSettings(
                epochs: 2, batchSize: 29, seed: 4, augmentation: [RandomHorizontalFlip(), MixUp(alpha: 0.4), CutMix()],
                workers: workers, prefetch: prefetch)
        }
        func bits(_ graph: Graph) -> [UInt32] {
            graph.nodes.flatMap { $0.layer.parameters.flatMap { $0.tensor.scalars.map(\.bitPattern) } }
        }
        let data = Bars(count: 120, seed: 16)
        let one = try Trainer(settings(workers: 1, prefetch: 0)).train(barNetwork(), on: data)
        for (workers, prefetch) in [(3, 0), (2, 2)] {
            let other = try Trainer(settings(workers: workers, prefetch: prefetch)).train(barNetwork(), on: data)
            #expect(bits(other.graph) == bits(one.graph))
            #expect(other.history.map(\.loss) == one.history.map(\.loss))
        }
        var asked = 0
        let hooks = TrainingHooks(shouldStop: {
            asked += 1
            return asked > 3
        })
        let stopped = try Trainer(settings(workers: 1, prefetch: 2)).train(barNetwork(), on: data, hooks: hooks)
        let rest = try Trainer(settings(workers: 2, prefetch: 1)).resume(stopped.checkpoint, on: data)
        #expect(bits(rest.graph) == bits(one.graph))
    }

    @Test("mixes stand last, and cutmix needs images")
    func refused() throws {
        func sentence(_ changes: [any Augmentation], _ shape: [Int]) -> String? {
            #expect(throws: NetworkError.self) { try Augmenter(changes, inputShape: shape) }?.description
        }
        #expect(
            try sentence([MixUp(), GaussianNoise()], [4])
                == "The augmentation is not possible: the augmentation 'noise' changes single images, so it must stand "
                + "before 'mixup', which mixes those of a batch.")
        #expect(try sentence([CutMix()], [4])?.contains("the network's input is a list of features") == true)
        #expect(throws: NetworkError.self) { try MixUp(alpha: 0) }
        _ = try Augmenter([GaussianNoise(), MixUp()], inputShape: [4])
    }
}
