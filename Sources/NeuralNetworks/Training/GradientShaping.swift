import SynfireParallel
import SynfireTensors

/// What happens to gradients between the way back and the optimiser: they are averaged over batches, get the penalty's
/// share, and are clipped.
final class GradientShaping {
    private let parameters: [TrainedParameter]
    private let tiles: Tiles
    /// Sums over batches, where a step takes several.
    private let sums: [FloatBuffer]
    private let regularization: Regularization?
    private let clipNorm: Double?
    private let clipValue: Double?

    init(_ settings: TrainingSettings, _ parameters: [TrainedParameter]) throws {
        self.parameters = parameters
        tiles = Tiles(parameters.map(\.buffer.count))
        sums = settings.accumulate > 1 ? try parameters.map { try FloatBuffer(count: $0.buffer.count) } : []
        regularization = settings.regularization
        clipNorm = settings.clipNorm
        clipValue = settings.clipValue
    }

    /// The penalty on the parameters as they are.
    func penalty(on pool: WorkerPool) -> Double {
        guard let regularization else { return 0 }
        let parameters = parameters
        return tiles.sum(on: pool) { index, part in
            guard regularization.includes(parameters[index]) else { return 0 }
            let values = parameters[index].buffer.values.base
            var (sizes, squares) = (0.0, 0.0)
            for position in part {
                let value = Double(values[position])
                sizes += abs(value)
                squares += value * value
            }
            return regularization.l1 * sizes + regularization.l2 * squares
        }
    }

    /// Takes in the gradients of one of the batches of a step.
    ///
    /// - Parameter number: Which of them it is, from 0.
    func collect(on pool: WorkerPool, number: Int) {
        guard !sums.isEmpty else { return }
        let (parameters, sums) = (parameters, sums)
        tiles.forEach(on: pool) { index, part in
            let (gradient, sum) = (parameters[index].buffer.gradient.base, sums[index].base)
            for position in part {
                sum[position] = number == 0 ? gradient[position] : sum[position] + gradient[position]
            }
        }
    }

    /// Leaves in the gradients what the optimiser is to follow.
    ///
    /// - Parameter batches: How many batches were collected; the step follows the mean of their gradients.
    func finish(on pool: WorkerPool, batches: Int) {
        average(on: pool, batches: batches)
        addPenalty(on: pool)
        clip(on: pool)
    }

    private func average(on pool: WorkerPool, batches: Int) {
        guard !sums.isEmpty else { return }
        let (parameters, sums) = (parameters, sums)
        let share = 1 / Float(batches)
        tiles.forEach(on: pool) { index, part in
            let (gradient, sum) = (parameters[index].buffer.gradient.base, sums[index].base)
            for position in part { gradient[position] = sum[position] * share }
        }
    }

    private func addPenalty(on pool: WorkerPool) {
        guard let regularization else { return }
        let parameters = parameters
        let (l1, l2) = (Float(regularization.l1), Float(2 * regularization.l2))
        tiles.forEach(on: pool) { index, part in
            guard regularization.includes(parameters[index]) else { return }
            let buffer = parameters[index].buffer
            let (gradient, values) = (buffer.gradient.base, buffer.values.base)
            for position in part {
                let value = values[position]
                gradient[position] += (value > 0 ? l1 : value < 0 ? -l1 : 0) + l2 * value
            }
        }
    }

    /// First by the norm of all gradients together, as PyTorch's `clip_grad_norm_`, then each number by itself, as
    /// `clip_grad_value_`.
    private func clip(on pool: WorkerPool) {
        let parameters = parameters
        if let clipNorm {
            let squares = tiles.sum(on: pool) { index, part in
                let gradient = parameters[index].buffer.gradient.base
                return part.reduce(0) { $0 + Double(gradient[$1]) * Double(gradient[$1]) }
            }
            let factor = clipNorm / (squares.squareRoot() + 1e-6)
            if factor < 1 {
                let factor = Float(factor)
                tiles.forEach(on: pool) { index, part in
                    let gradient = parameters[index].buffer.gradient.base
                    for position in part { gradient[position] *= factor }
                }
            }
        }
        if let clipValue {
            let limit = Float(clipValue)
            tiles.forEach(on: pool) { index, part in
                let gradient = parameters[index].buffer.gradient.base
                for position in part {
                    // What is not a number stays that.
                    if gradient[position] > limit { gradient[position] = limit }
                    if gradient[position] < -limit { gradient[position] = -limit }
                }
            }
        }
    }
}
