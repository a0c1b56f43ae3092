import Parallel
import Tensors

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

    /// Images that are fetched at once.
    private static let batchSize = 512

    init(_ graph: Graph, store: ParameterStore, pool: WorkerPool) throws {
        self.graph = graph
        classes = graph.outputShape.reduce(1, *)
        scores = try FloatBuffer(count: Self.batchSize * classes)
        plan = try ExecutionPlan(
            graph, store: store, pool: pool,
            purpose: ExecutionPlan.Purpose(capacity: ExecutionPlan.shardImages, wanted: [graph.output.name]))
    }

    func markParametersChanged() { plan.markParametersChanged() }

    func evaluate(
        _ data: any TrainingData, progress: ((Int, Int) throws -> Void)? = nil,
        scored: ((ScoredImage) throws -> Void)? = nil
    ) throws -> Evaluation {
        var (correct, loss) = (0, 0.0)
        var predictions: [Int] = []
        predictions.reserveCapacity(data.count)
        for first in stride(from: 0, to: data.count, by: Self.batchSize) {
            let indices = Array(first..<min(first + Self.batchSize, data.count))
            let (images, labels) = try data.batch(indices)
            guard images.shape.first == labels.count else {
                throw NetworkError.inputShape(expected: graph.inputShape, found: images.shape)
            }
            try graph.checkInput(images)
            try checkLabels(labels, classes: classes, positions: indices)
            try images.scalars.withUnsafeBufferPointer { images in
                guard let start = images.baseAddress else { return }
                try plan.forward(start, count: labels.count, into: [graph.output.name: scores.base])
            }
            for (image, label) in labels.enumerated() {
                let row = scores.base + image * classes
                let choice = CrossEntropy.choice(row, classes: classes)
                predictions.append(choice)
                if choice == label { correct += 1 }
                try scored?(
                    ScoredImage(
                        index: first + image, label: label, prediction: choice,
                        scores: UnsafeBufferPointer(start: row, count: classes)))
                loss += CrossEntropy.loss(row, classes: classes, label: label, gradient: nil, weight: 0)
            }
            try progress?(first + labels.count, data.count)
        }
        return Evaluation(
            count: data.count, correct: correct, loss: loss / Double(data.count), predictions: predictions)
    }
}
