import SynfireParallel
import SynfireTensors

/// One run of the perceptron's rule: its weights, their sums for the average, and the way over the samples.
final class PerceptronSession {
    private let settings: Perceptron
    private var graph: Graph
    private let layer: String
    private var weights: PerceptronWeights
    /// Σ (t − 1) · change of sample t: w − this / samples is the mean of the weights after each sample.
    private var lag: PerceptronWeights
    private var seen = 0

    init(_ settings: Perceptron, graph: Graph, layer: String, continuing: Bool) throws {
        self.settings = settings
        self.graph = graph
        self.layer = layer
        guard let linear = graph[layer]?.layer as? Linear else {
            throw NetworkError.unknownLayer(name: layer, nearest: nil)
        }
        lag = PerceptronWeights(rows: linear.outputFeatures, columns: linear.inputFeatures, hasBias: linear.bias != nil)
        weights = lag
        if continuing { weights.load(linear) }
    }

    func run(
        on data: any TrainingData, validation: (any TrainingData)?, hooks: Perceptron.Hooks
    ) throws -> Perceptron.Result {
        var (history, mistakes): ([EpochMetrics], [Int]) = ([], [])
        var (converged, wasStopped) = (false, false)
        let clock = ContinuousClock()
        while mistakes.count < settings.epochs, !converged {
            let start = clock.now
            guard let (loss, wrong) = try runEpoch(mistakes.count, data, hooks) else {
                wasStopped = true
                break
            }
            let seconds = (clock.now - start).seconds
            let held = try validation.map { try assess($0, with: result) }
            mistakes.append(wrong)
            converged = wrong == 0
            let metrics = EpochMetrics(
                epoch: mistakes.count, loss: loss / Double(data.count), accuracy: share(wrong, of: data.count),
                imagesPerSecond: seconds > 0 ? Double(data.count) / seconds : 0,
                validationLoss: held.map { $0.loss / Double(validation?.count ?? 1) },
                validationAccuracy: held.map { share($0.wrong, of: validation?.count ?? 1) })
            history.append(metrics)
            try hooks.finishedEpoch?(metrics)
        }
        let final = result.rounded
        try final.store(in: &graph, layer: layer)
        return Perceptron.Result(
            graph: graph, history: history, mistakes: mistakes, converged: converged,
            misclassified: try assess(data, with: final).wrong, count: data.count, wasStopped: wasStopped)
    }

    private func share(_ wrong: Int, of count: Int) -> Double { Double(count - wrong) / Double(count) }

    /// The weights as they would be handed out now.
    private var result: PerceptronWeights {
        settings.isAveraged && seen > 0 ? weights.adding(lag, times: -1 / Double(seen)) : weights
    }

    /// One pass over all samples.
    ///
    /// - Returns: The summed loss and the mistakes, or nil where it was stopped.
    private func runEpoch(
        _ epoch: Int, _ data: any TrainingData, _ hooks: Perceptron.Hooks
    ) throws -> (loss: Double, mistakes: Int)? {
        var order = Array(0..<data.count)
        if settings.shuffles {
            var stream = RandomStream(
                seed: settings.seed, stream: RandomPurpose.shuffling.stream(),
                entity: UInt32(truncatingIfNeeded: epoch))
            stream.shuffle(&order)
        }
        var (loss, mistakes) = (0.0, 0)
        for first in stride(from: 0, to: order.count, by: Perceptron.chunk) {
            if hooks.shouldStop?() == true { return nil }
            let indices = Array(order[first..<min(first + Perceptron.chunk, order.count)])
            try forEachSample(data, indices) { sample, label in
                seen += 1
                let answer = weights.answer(to: sample, label: label)
                loss += max(0, -answer.margin)
                guard answer.margin <= 0 else { return }
                mistakes += 1
                weights.change(answer, by: settings.learningRate, sample)
                if settings.isAveraged { lag.change(answer, by: settings.learningRate * Double(seen - 1), sample) }
            }
            hooks.progress?(
                Perceptron.Progress(
                    epoch: epoch + 1, epochs: settings.epochs, done: first + indices.count, count: data.count,
                    mistakes: mistakes))
        }
        return (loss, mistakes)
    }

    /// The summed loss and the mistakes of weights that stay as they are.
    private func assess(
        _ data: any TrainingData, with weights: PerceptronWeights
    ) throws -> (loss: Double, wrong: Int) {
        var (loss, wrong) = (0.0, 0)
        for first in stride(from: 0, to: data.count, by: Perceptron.chunk) {
            try forEachSample(data, Array(first..<min(first + Perceptron.chunk, data.count))) { sample, label in
                let margin = weights.answer(to: sample, label: label).margin
                loss += max(0, -margin)
                if margin <= 0 { wrong += 1 }
            }
        }
        return (loss, wrong)
    }

    private func forEachSample(
        _ data: any TrainingData, _ indices: [Int], _ body: (UnsafePointer<Float>, Int) -> Void
    ) throws {
        let (images, labels) = try data.batch(indices)
        guard labels.count == indices.count, images.shape == [indices.count] + graph.inputShape else {
            throw NetworkError.inputShape(expected: graph.inputShape, found: images.shape)
        }
        try graph.checkInput(images)
        try checkLabels(labels, classes: data.classes, positions: indices)
        let size = weights.columns
        images.scalars.withUnsafeBufferPointer { values in
            guard let start = values.baseAddress else { return }
            for (place, label) in labels.enumerated() { body(start + place * size, label) }
        }
    }
}

/// The weights of a perceptron in double precision: a row for each output, its bias apart.
struct PerceptronWeights {
    let rows: Int
    let columns: Int
    let hasBias: Bool
    private var matrix: [Double]
    private var biases: [Double]

    /// What the weights say of a sample.
    struct Answer {
        /// How far the label's score is ahead; at most 0 for a mistake.
        let margin: Double
        /// The row whose score should be larger.
        let wanted: Int?
        /// The row whose score should be smaller.
        let unwanted: Int?
    }

    /// Zeros.
    init(rows: Int, columns: Int, hasBias: Bool) {
        (self.rows, self.columns, self.hasBias) = (rows, columns, hasBias)
        matrix = Array(repeating: 0, count: rows * columns)
        biases = Array(repeating: 0, count: rows)
    }

    mutating func load(_ layer: Linear) {
        matrix = layer.weight.scalars.map(Double.init)
        if let bias = layer.bias { biases = bias.scalars.map(Double.init) }
    }

    func store(in graph: inout Graph, layer: String) throws {
        let weight = try Tensor(shape: [rows, columns], scalars: matrix.map { Float($0) })
        try graph.setParameter("weight", of: layer, to: weight)
        if hasBias { try graph.setParameter("bias", of: layer, to: Tensor(biases.map { Float($0) })) }
    }

    /// The weights as they are stored, in single precision.
    var rounded: PerceptronWeights {
        var copy = self
        copy.matrix = matrix.map { Double(Float($0)) }
        copy.biases = biases.map { Double(Float($0)) }
        return copy
    }

    func adding(_ other: PerceptronWeights, times factor: Double) -> PerceptronWeights {
        var copy = self
        for index in matrix.indices { copy.matrix[index] += factor * other.matrix[index] }
        for index in biases.indices { copy.biases[index] += factor * other.biases[index] }
        return copy
    }

    /// The scores of a sample against its label.
    func answer(to sample: UnsafePointer<Float>, label: Int) -> Answer {
        if rows == 1 {
            let score = score(0, sample)
            return label == 1
                ? Answer(margin: score, wanted: 0, unwanted: nil) : Answer(margin: -score, wanted: nil, unwanted: 0)
        }
        var rival: (row: Int, score: Double)?
        for row in 0..<rows where row != label {
            let score = score(row, sample)
            // Of equal rivals the first.
            if score > rival?.score ?? -.infinity { rival = (row, score) }
        }
        let own = score(label, sample)
        return Answer(margin: own - (rival?.score ?? -.infinity), wanted: label, unwanted: rival?.row)
    }

    /// Moves the rows of a mistake towards the sample and away from it.
    mutating func change(_ answer: Answer, by rate: Double, _ sample: UnsafePointer<Float>) {
        for (row, step) in [(answer.wanted, rate), (answer.unwanted, -rate)] {
            guard let row else { continue }
            matrix.withUnsafeMutableBufferPointer { matrix in
                guard let start = matrix.baseAddress else { return }
                let weights = start + row * columns
                for column in 0..<columns { weights[column] += step * Double(sample[column]) }
            }
            if hasBias { biases[row] += step }
        }
    }

    private func score(_ row: Int, _ sample: UnsafePointer<Float>) -> Double {
        matrix.withUnsafeBufferPointer { matrix in
            guard let start = matrix.baseAddress else { return biases[row] }
            let weights = UnsafeRawPointer(start + row * columns)
            let values = UnsafeRawPointer(sample)
            // Eight sums side by side, in an order that is always the same.
            var sums = SIMD8<Double>.zero
            let whole = columns & ~7
            for column in stride(from: 0, to: whole, by: 8) {
                let weight = weights.loadUnaligned(fromByteOffset: column * 8, as: SIMD8<Double>.self)
                let value = values.loadUnaligned(fromByteOffset: column * 4, as: SIMD8<Float>.self)
                sums += weight * SIMD8<Double>(value)
            }
            var sum = biases[row]
            for lane in 0..<8 { sum += sums[lane] }
            for column in whole..<columns { sum += start[row * columns + column] * Double(sample[column]) }
            return sum
        }
    }
}
