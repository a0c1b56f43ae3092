import Synchronization
import SynfireParallel
import SynfireTensors

/// Uses a network: takes batches of images through it, on all workers.
///
/// Kernels are compiled and weights packed once, so keep a predictor for many batches. It may be shared by threads; their
/// batches go one after the other.
///
/// Unchecked `Sendable`: plans and evaluator are used only under `lock`.
public final class Predictor: @unchecked Sendable {
    /// The network.
    public let graph: Graph

    private let pool: WorkerPool
    private let store: ParameterStore
    private let lock = Mutex(())
    private var plans: [[String]: ExecutionPlan] = [:]
    private var evaluators: [String: Evaluator] = [:]

    /// Makes a network ready for use.
    ///
    /// - Parameters:
    ///   - graph: The network.
    ///   - pool: The workers; by default as many as there are cores.
    public init(_ graph: Graph, pool: WorkerPool? = nil) throws {
        self.graph = graph
        self.pool = try pool ?? WorkerPool()
        store = try ParameterStore(graph)
    }

    /// The network's first output for a batch, for a network of one input.
    ///
    /// - Parameter batch: Images of shape (N, …), N of any size.
    /// - Returns: Shape (N, …) with the output's shape.
    /// - Throws: ``NetworkError/inputShape(expected:found:)``, ``NetworkError/inputNotFinite(position:)``.
    public func predict(_ batch: Tensor) throws -> Tensor { try predict([batch])[0] }

    /// The network's outputs for a batch.
    ///
    /// - Parameter batches: For each input, in order, images of shape (N, …); N of any size, and one for all.
    /// - Returns: For each output, in order, shape (N, …) with its shape.
    /// - Throws: As ``predict(_:)``, and ``NetworkError/dataMismatch(reason:)`` for another count of inputs.
    public func predict(_ batches: [Tensor]) throws -> [Tensor] {
        let found = try activations(of: graph.outputs, for: batches)
        return graph.outputs.compactMap { found[$0] }
    }

    /// The classes with the largest scores for a batch; of equal ones the first.
    public func classify(_ batch: Tensor) throws -> [Int] {
        let scores = try predict(batch)
        let classes = graph.outputShape.reduce(1, *)
        return scores.scalars.withUnsafeBufferPointer { scores in
            guard let first = scores.baseAddress else { return [] }
            return (0..<scores.count / classes).map {
                CrossEntropy.choice(first + $0 * classes, classes: classes)
            }
        }
    }

    /// The values of some layers for a batch, for a network of one input.
    ///
    /// - Parameters:
    ///   - names: Layers' names, or inputs'.
    ///   - batch: Images of shape (N, …).
    /// - Returns: By name, shape (N, C, H, W) or (N, F), in plain order.
    /// - Throws: ``NetworkError`` for an unknown layer, or a batch of another shape or with numbers that are not finite.
    public func activations(of names: [String], for batch: Tensor) throws -> [String: Tensor] {
        try activations(of: names, for: [batch])
    }

    /// The values of some layers for a batch: for each input, in order, images of shape (N, …).
    public func activations(of names: [String], for batches: [Tensor]) throws -> [String: Tensor] {
        let names = Set(names).sorted()
        for name in names where graph.shapes[name] == nil { _ = try graph.index(of: name) }
        let count = try graph.checkInputs(batches)
        return try lock.withLock { _ in
            let plan = try plans[names] ?? makePlan(names)
            plans[names] = plan
            let results = try names.map { try FloatBuffer(count: count * (graph.shapes[$0] ?? []).reduce(1, *)) }
            let destinations = Dictionary(uniqueKeysWithValues: zip(names, results.map(\.base)))
            if count > 0 {
                try graph.withPointers(to: batches) { try plan.forward($0, count: count, into: destinations) }
            }
            return Dictionary(
                uniqueKeysWithValues: zip(names, results).map { name, values in
                    (name, Tensor(unchecked: [count] + (graph.shapes[name] ?? []), values.array(count: values.count)))
                })
        }
    }

    private func makePlan(_ names: [String]) throws -> ExecutionPlan {
        try ExecutionPlan(
            graph, store: store, pool: pool,
            purpose: ExecutionPlan.Purpose(capacity: ExecutionPlan.shardImages(inUseOf: graph), wanted: names))
    }

    /// Loss and accuracy over labelled images, or images with targets.
    ///
    /// - Parameters:
    ///   - data: The images.
    ///   - loss: The loss to measure.
    ///   - progress: Told how many images are done, of how many; what it throws ends the work.
    ///   - scored: Given each image's scores, in the data's order; what it throws ends the work.
    /// - Throws: ``NetworkError`` where data and network do not fit, and whatever the data and the closures throw.
    public func evaluate(
        _ data: any TrainingData, loss: any LossFunction = CrossEntropyLoss(),
        progress: ((_ done: Int, _ of: Int) throws -> Void)? = nil, scored: ((ScoredImage) throws -> Void)? = nil
    ) throws -> Evaluation {
        try graph.checkFits(data, purpose: "evaluation")
        try loss.validate()
        try loss.check(outputs: graph.outputShape.reduce(1, *))
        return try lock.withLock { _ in
            let evaluator =
                try evaluators[loss.summary] ?? Evaluator(graph, store: store, pool: pool, loss: loss)
            evaluators[loss.summary] = evaluator
            return try evaluator.evaluate(data, progress: progress, scored: scored)
        }
    }
}

extension Graph {
    /// The network's output for a batch of images (N, …), on all cores.
    ///
    /// Makes a ``Predictor`` for the one batch; keep one yourself for several.
    public func predict(_ batch: Tensor) throws -> Tensor { try Predictor(self).predict(batch) }

    func checkInput(_ batch: Tensor) throws(NetworkError) { _ = try checkInputs([batch]) }

    /// Checks batches, one for each input, and gives the number of their images.
    func checkInputs(_ batches: [Tensor]) throws(NetworkError) -> Int {
        guard batches.count == inputs.count else {
            throw .dataMismatch(
                reason: "the network has \(inputs.count) inputs (\(inputs.map(\.name).joined(separator: ", "))), "
                    + "but \(batches.count) are given")
        }
        for (input, batch) in zip(inputs, batches) {
            guard batch.shape.count == input.shape.count + 1, Array(batch.shape.dropFirst()) == input.shape else {
                throw .inputShape(expected: input.shape, found: batch.shape)
            }
            if let position = batch.firstNonFinite { throw .inputNotFinite(position: position) }
        }
        let counts = batches.map { $0.shape[0] }
        guard Set(counts).count == 1 else {
            throw .dataMismatch(reason: "the inputs have \(counts) images, which must be as many for each")
        }
        return counts[0]
    }

    /// Hands out where batches lie in memory; none of them may be empty.
    func withPointers<Result>(
        to batches: [Tensor], _ body: ([UnsafePointer<Float>]) throws -> Result
    ) throws -> Result {
        func next(_ rest: ArraySlice<Tensor>, _ pointers: [UnsafePointer<Float>]) throws -> Result {
            guard let first = rest.first else { return try body(pointers) }
            return try first.scalars.withUnsafeBufferPointer { scalars in
                guard let base = scalars.baseAddress else { return try body(pointers) }
                return try next(rest.dropFirst(), pointers + [base])
            }
        }
        return try next(batches[...], [])
    }
}
