import Parallel
import Synchronization
import Tensors

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
    private var evaluator: Evaluator?

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

    /// The network's output for a batch.
    ///
    /// - Parameter batch: Images of shape (N, …), N of any size.
    /// - Returns: Shape (N, …) with the output's shape.
    /// - Throws: ``NetworkError/inputShape(expected:found:)``, ``NetworkError/inputNotFinite(position:)``.
    public func predict(_ batch: Tensor) throws -> Tensor {
        let name = graph.output.name
        guard let output = try activations(of: [name], for: batch)[name] else {
            throw NetworkError.unknownLayer(name: name, nearest: nil)
        }
        return output
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

    /// The values of some layers for a batch.
    ///
    /// - Parameters:
    ///   - names: Layers' names, or ``Graph/inputName``.
    ///   - batch: Images of shape (N, …).
    /// - Returns: By name, shape (N, C, H, W) or (N, F), in plain order.
    /// - Throws: ``NetworkError`` for an unknown layer, or a batch of another shape or with numbers that are not finite.
    public func activations(of names: [String], for batch: Tensor) throws -> [String: Tensor] {
        let names = Set(names).sorted()
        for name in names where name != Graph.inputName { _ = try graph.index(of: name) }
        try graph.checkInput(batch)
        let count = batch.shape[0]
        return try lock.withLock { _ in
            let plan = try plans[names] ?? makePlan(names)
            plans[names] = plan
            let results = try names.map { try FloatBuffer(count: count * (graph.shapes[$0] ?? []).reduce(1, *)) }
            let destinations = Dictionary(uniqueKeysWithValues: zip(names, results.map(\.base)))
            try batch.scalars.withUnsafeBufferPointer { images in
                guard count > 0, let first = images.baseAddress else { return }
                try plan.forward(first, count: count, into: destinations)
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
            purpose: ExecutionPlan.Purpose(capacity: ExecutionPlan.shardImages, wanted: names))
    }

    /// Loss and accuracy over labelled images.
    ///
    /// - Parameters:
    ///   - data: The images.
    ///   - progress: Told how many images are done, of how many; what it throws ends the work.
    /// - Throws: ``NetworkError`` where data and network do not fit, and whatever the data and `progress` throw.
    public func evaluate(
        _ data: any TrainingData, progress: ((_ done: Int, _ of: Int) throws -> Void)? = nil
    ) throws -> Evaluation {
        try graph.checkFits(data, purpose: "evaluation")
        return try lock.withLock { _ in
            let evaluator = try self.evaluator ?? Evaluator(graph, store: store, pool: pool)
            self.evaluator = evaluator
            return try evaluator.evaluate(data, progress: progress)
        }
    }
}

extension Graph {
    /// The network's output for a batch of images (N, …), on all cores.
    ///
    /// Makes a ``Predictor`` for the one batch; keep one yourself for several.
    public func predict(_ batch: Tensor) throws -> Tensor { try Predictor(self).predict(batch) }

    func checkInput(_ batch: Tensor) throws(NetworkError) {
        guard batch.shape.count == inputShape.count + 1, Array(batch.shape.dropFirst()) == inputShape else {
            throw .inputShape(expected: inputShape, found: batch.shape)
        }
        if let position = batch.firstNonFinite { throw .inputNotFinite(position: position) }
    }
}
