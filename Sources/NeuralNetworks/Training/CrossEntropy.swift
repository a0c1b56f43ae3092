import Tensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The loss of a classifier: the mean over images of −log softmax(scores)[label].
enum CrossEntropy {
    /// The loss of one image, in nats.
    ///
    /// - Parameters:
    ///   - scores: A score for each class.
    ///   - gradient: Gets the loss's derivatives by the scores, times `weight`; nil for none.
    ///   - weight: One over the number of images in the batch.
    static func loss(
        _ scores: UnsafePointer<Float>, classes: Int, label: Int, gradient: UnsafeMutablePointer<Float>?,
        weight: Double
    ) -> Double {
        // The largest score is taken off first, so that no exponential overflows.
        var largest = scores[0]
        for index in 1..<max(1, classes) where scores[index] > largest { largest = scores[index] }
        var sum = 0.0
        for index in 0..<classes { sum += exp(Double(scores[index] - largest)) }
        if let gradient {
            for index in 0..<classes {
                let probability = exp(Double(scores[index] - largest)) / sum
                gradient[index] = Float((probability - (index == label ? 1 : 0)) * weight)
            }
        }
        return log(sum) - Double(scores[label] - largest)
    }

    /// The loss of one image that was mixed from two: the mean of that for each class, by its share.
    ///
    /// - Parameters:
    ///   - scores: A score for each class.
    ///   - mix: The other class, and the share of `label`.
    ///   - gradient: Gets the loss's derivatives by the scores, times `weight`.
    ///   - weight: One over the number of images in the batch.
    static func loss(
        _ scores: UnsafePointer<Float>, classes: Int, label: Int, mix: BatchTargets.Mix,
        gradient: UnsafeMutablePointer<Float>, weight: Double
    ) -> Double {
        var largest = scores[0]
        for index in 1..<max(1, classes) where scores[index] > largest { largest = scores[index] }
        var sum = 0.0
        for index in 0..<classes { sum += exp(Double(scores[index] - largest)) }
        for index in 0..<classes {
            let target = (index == label ? mix.weight : 0) + (index == mix.partner ? 1 - mix.weight : 0)
            gradient[index] = Float((exp(Double(scores[index] - largest)) / sum - target) * weight)
        }
        return log(sum) - mix.weight * Double(scores[label] - largest)
            - (1 - mix.weight) * Double(scores[mix.partner] - largest)
    }

    /// The class of the largest score; the first of equal ones.
    static func choice(_ scores: UnsafePointer<Float>, classes: Int) -> Int {
        var best = 0
        for index in 1..<max(1, classes) where scores[index] > scores[best] { best = index }
        return best
    }
}

/// What the loss needs of a batch and leaves behind, a shard at a time.
///
/// Unchecked `Sendable`: the batch is set while no step runs; each shard writes entries of its own.
final class LossState: @unchecked Sendable {
    var targets = BatchTargets(labels: [])
    private var losses: [Double]
    private var correct: [Int]
    private let classes: Int

    init(shards: Int, classes: Int) {
        losses = [Double](repeating: 0, count: shards)
        correct = [Int](repeating: 0, count: shards)
        self.classes = classes
    }

    /// Takes the loss of a shard and writes its gradient.
    func run(_ shard: Shard, _ output: ValueBuffer, _ gradient: ValueBuffer) {
        let (scores, derivatives) = (output.pointer(shard), gradient.pointer(shard))
        let weight = 1 / Double(targets.labels.count)
        var (sum, hits) = (0.0, 0)
        for image in 0..<shard.images {
            let row = scores + image * classes
            let label = targets.labels[shard.first + image]
            let slope = derivatives + image * classes
            if let mix = targets.mixed?[shard.first + image] {
                sum += CrossEntropy.loss(
                    row, classes: classes, label: label, mix: mix, gradient: slope, weight: weight)
            } else {
                sum += CrossEntropy.loss(row, classes: classes, label: label, gradient: slope, weight: weight)
            }
            if CrossEntropy.choice(row, classes: classes) == targets.mainLabel(shard.first + image) { hits += 1 }
        }
        losses.withUnsafeMutableBufferPointer { $0[shard.index] = sum }
        correct.withUnsafeMutableBufferPointer { $0[shard.index] = hits }
    }

    /// The summed loss and the number of right answers over the first `shards` shards, in order.
    func total(shards: Int) -> (loss: Double, correct: Int) {
        (losses[0..<shards].reduce(0, +), correct[0..<shards].reduce(0, +))
    }
}
