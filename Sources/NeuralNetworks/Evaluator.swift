import SynfireParallel
import SynfireTensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How well a network does on labelled images.
public struct Evaluation: Sendable, Hashable {
    /// How many images there were.
    public let count: Int
    /// How many were told right.
    public let correct: Int
    /// The mean loss.
    public let loss: Double
    /// The class that was told for each image, in the data's order.
    public let predictions: [Int]

    /// The part that was told right.
    public var accuracy: Double { Double(correct) / Double(count) }
}

/// What a network says of one labelled image.
public struct ScoredImage {
    /// The image's position in its data.
    public let index: Int
    /// The image's class.
    public let label: Int
    /// The class with the largest score, the first of equal ones.
    public let prediction: Int
    /// A score for each class; valid only while the closure runs that is given it.
    public let scores: UnsafeBufferPointer<Float>

    /// The softmax of the prediction's score, from 1/classes to 1.
    public var probability: Double {
        let largest = Double(scores[prediction])
        // The prediction's own term is exp(0).
        return 1 / scores.reduce(0) { $0 + exp(Double($1) - largest) }
    }
}

/// Takes labelled images through a plan and counts.
final class Evaluator {
    private let graph: Graph
    private let plan: ExecutionPlan
    private let classes: Int
    private let scores: FloatBuffer
    private let loss: any LossFunction

    /// Images that are fetched at once.
    private static let batchSize = 512

    init(_ graph: Graph, store: ParameterStore, pool: WorkerPool, loss: any LossFunction) throws {
        self.graph = graph
        self.loss = loss
        classes = graph.outputShape.reduce(1, *)
        scores = try FloatBuffer(count: Self.batchSize * classes)
        plan = try ExecutionPlan(
            graph, store: store, pool: pool,
            purpose: ExecutionPlan.Purpose(
                capacity: ExecutionPlan.shardImages(inUseOf: graph), wanted: [graph.output.name]))
    }

    func markParametersChanged() { plan.markParametersChanged() }

    func evaluate(
        _ data: any TrainingData, progress: ((Int, Int) throws -> Void)? = nil,
        scored: ((ScoredImage) throws -> Void)? = nil
    ) throws -> Evaluation {
        var (correct, sum, weight) = (0, 0.0, 0.0)
        var predictions: [Int] = []
        predictions.reserveCapacity(data.count)
        for first in stride(from: 0, to: data.count, by: Self.batchSize) {
            let indices = Array(first..<min(first + Self.batchSize, data.count))
            let (images, labels) = try data.batch(indices)
            guard images.shape.first == indices.count else {
                throw NetworkError.inputShape(expected: graph.inputShape, found: images.shape)
            }
            try graph.checkInput(images)
            let targets = try data.checkedTargets(indices, labels: labels, outputs: classes, loss: loss)
            try images.scalars.withUnsafeBufferPointer { images in
                guard let start = images.baseAddress else { return }
                try plan.forward(start, count: indices.count, into: [graph.output.name: scores.base])
            }
            for image in indices.indices {
                let choice = CrossEntropy.choice(scores.base + image * classes, classes: classes)
                predictions.append(choice)
                if !labels.isEmpty, choice == labels[image] { correct += 1 }
                try scored?(
                    ScoredImage(
                        index: first + image, label: labels.isEmpty ? -1 : labels[image], prediction: choice,
                        scores: UnsafeBufferPointer(start: scores.base + image * classes, count: classes)))
            }
            add(indices.count, labels, targets, to: &sum, &weight)
            try progress?(first + indices.count, data.count)
        }
        return Evaluation(
            count: data.count, correct: correct, loss: weight > 0 ? sum / weight : 0, predictions: predictions)
    }

    /// Adds the losses of the images whose scores are there.
    private func add(_ count: Int, _ labels: [Int], _ targets: [Float]?, to sum: inout Double, _ weight: inout Double) {
        func add(_ image: Int, _ target: LossTarget) {
            weight += loss.weight(of: target, outputs: classes)
            sum += loss.loss(scores.base + image * classes, count: classes, target: target, gradient: nil, scale: 0)
        }
        guard let targets else {
            for image in 0..<count { add(image, .label(labels[image])) }
            return
        }
        targets.withUnsafeBufferPointer { targets in
            guard let first = targets.baseAddress else { return }
            for image in 0..<count { add(image, .dense(first + image * classes)) }
        }
    }
}
