import Parallel
import Tensors

/// An optimiser at work on the parameters of a plan, with what it remembers of them.
final class OptimizerMemory {
    private struct Entry: Sendable {
        let layer: String
        let parameter: ParameterBuffer
        let state: [FloatBuffer]
    }

    private let optimizer: any Optimizer
    private let entries: [Entry]
    /// Parts of parameters that are changed at once.
    private let tiles: [(entry: Int, range: Range<Int>)]

    private static let valuesPerTile = 16_384

    init(_ optimizer: any Optimizer, _ graph: Graph, _ store: ParameterStore) throws {
        self.optimizer = optimizer
        var entries: [Entry] = []
        for (node, parameters) in zip(graph.nodes, store.buffers) {
            for parameter in parameters where parameter.isTrainable && parameter.owner == nil {
                let state = try optimizer.stateNames.map { _ in try FloatBuffer(count: parameter.count) }
                entries.append(Entry(layer: node.name, parameter: parameter, state: state))
            }
        }
        self.entries = entries
        tiles = entries.enumerated().flatMap { index, entry in
            stride(from: 0, to: entry.parameter.count, by: Self.valuesPerTile).map {
                (index, $0..<min($0 + Self.valuesPerTile, entry.parameter.count))
            }
        }
    }

    /// Changes all parameters by their gradients.
    func step(on pool: WorkerPool, rate: Double, step: Int) throws {
        let (optimizer, entries, tiles) = (optimizer, entries, tiles)
        pool.parallelFor(tiles.count) { range in
            for (index, part) in tiles[range] {
                let entry = entries[index]
                optimizer.update(
                    entry.parameter.values.base + part.lowerBound,
                    gradient: entry.parameter.gradient.base + part.lowerBound,
                    state: entry.state.map { $0.base + part.lowerBound }, count: part.count, rate: rate, step: step)
            }
        }
    }

    /// What it remembers, for a checkpoint.
    func state() -> [TrainingCheckpoint.OptimizerState] {
        entries.flatMap { entry in
            zip(optimizer.stateNames, entry.state).map { name, buffer in
                TrainingCheckpoint.OptimizerState(
                    layer: entry.layer, parameter: entry.parameter.name, name: name,
                    tensor: Tensor(unchecked: entry.parameter.shape, buffer.array(count: buffer.count)))
            }
        }
    }

    /// Takes over what a checkpoint holds.
    ///
    /// - Throws: ``NetworkError/checkpointMismatch(reason:)`` where it is not this optimiser's on this network.
    func restore(_ states: [TrainingCheckpoint.OptimizerState]) throws(NetworkError) {
        func key(_ layer: String, _ parameter: String, _ name: String) -> String { "\(layer)/\(parameter)/\(name)" }
        var found: [String: Tensor] = [:]
        for state in states { found[key(state.layer, state.parameter, state.name)] = state.tensor }
        for entry in entries {
            for (name, buffer) in zip(optimizer.stateNames, entry.state) {
                let path = key(entry.layer, entry.parameter.name, name)
                guard let tensor = found.removeValue(forKey: path) else {
                    throw .checkpointMismatch(reason: "it lacks the optimiser's '\(path)'")
                }
                guard tensor.shape == entry.parameter.shape else {
                    throw .checkpointMismatch(
                        reason: "the optimiser's '\(path)' has shape \(tensor.shape), not \(entry.parameter.shape)")
                }
                buffer.load(tensor.scalars)
            }
        }
        if let extra = found.keys.min() {
            throw .checkpointMismatch(reason: "it holds '\(extra)', which the optimiser does not use")
        }
    }
}
