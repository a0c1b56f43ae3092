import SynfireTensors

/// What the loss needs of a batch and leaves behind, a shard at a time.
///
/// Unchecked `Sendable`: the batch is set while no step runs; each shard writes entries of its own.
final class LossState: @unchecked Sendable {
    /// What the outputs should be for the batch's images.
    var targets = BatchTargets(labels: [])
    /// What the batch's summed loss is divided by.
    private(set) var weight = 1.0

    private let function: any LossFunction
    private let outputs: Int
    private var losses: [Double]
    private var correct: [Int]

    init(_ function: any LossFunction, shards: Int, outputs: Int) {
        self.function = function
        self.outputs = outputs
        losses = [Double](repeating: 0, count: shards)
        correct = [Int](repeating: 0, count: shards)
    }

    /// Sums the weights of the batch's images, once the targets are set.
    func prepare(images: Int) {
        weight = 0
        withTargets { target in
            for image in 0..<images { weight += function.weight(of: target(image), outputs: outputs) }
        }
    }

    /// Takes the loss of a shard and writes its gradient.
    func run(_ shard: Shard, _ output: ValueBuffer, _ gradient: ValueBuffer) {
        let (scores, derivatives) = (output.pointer(shard), gradient.pointer(shard))
        // A batch of classes without weight has no loss and no gradient.
        let scale = weight > 0 ? 1 / weight : 0
        var (sum, hits) = (0.0, 0)
        withTargets { target in
            for image in 0..<shard.images {
                let row = scores + image * outputs
                sum += function.loss(
                    row, count: outputs, target: target(shard.first + image),
                    gradient: derivatives + image * outputs, scale: scale)
            }
        }
        if !targets.labels.isEmpty {
            for image in 0..<shard.images {
                let row = scores + image * outputs
                if CrossEntropy.choice(row, classes: outputs) == targets.mainLabel(shard.first + image) {
                    hits += 1
                }
            }
        }
        losses.withUnsafeMutableBufferPointer { $0[shard.index] = sum }
        correct.withUnsafeMutableBufferPointer { $0[shard.index] = hits }
    }

    private func withTargets(_ body: ((Int) -> LossTarget) -> Void) {
        if let dense = targets.dense {
            dense.withUnsafeBufferPointer { numbers in
                guard let first = numbers.baseAddress else { return }
                body { .dense(first + $0 * outputs) }
            }
        } else if let mixed = targets.mixed {
            let labels = targets.labels
            body { .mixed(labels[$0], mixed[$0].partner, share: mixed[$0].weight) }
        } else {
            let labels = targets.labels
            body { .label(labels[$0]) }
        }
    }

    /// The summed loss and the number of right answers over the first `shards` shards, in order.
    func total(shards: Int) -> (loss: Double, correct: Int) {
        (losses[0..<shards].reduce(0, +), correct[0..<shards].reduce(0, +))
    }
}
