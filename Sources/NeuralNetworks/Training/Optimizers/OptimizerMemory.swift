import SynfireParallel
import SynfireTensors

/// An optimiser at work on parameters, with what it remembers of them.
final class OptimizerMemory {
    private struct Entry: Sendable {
        let parameter: TrainedParameter
        let state: [FloatBuffer]
    }

    private let optimizer: any Optimizer
    private let entries: [Entry]
    private let tiles: Tiles

    init(_ optimizer: any Optimizer, _ parameters: [TrainedParameter]) throws {
        self.optimizer = optimizer
        entries = try parameters.map { parameter in
            let state = try optimizer.stateNames.map { name in
                let buffer = try FloatBuffer(count: parameter.buffer.count)
                let initial = optimizer.initialValue(of: name)
                if initial != 0 { buffer.base.update(repeating: initial, count: buffer.count) }
                return buffer
            }
            return Entry(parameter: parameter, state: state)
        }
        tiles = Tiles(parameters.map(\.buffer.count))
    }

    /// Changes all parameters by their gradients.
    func step(on pool: WorkerPool, rate: Double, step: Int) {
        let (optimizer, entries) = (optimizer, entries)
        tiles.forEach(on: pool) { index, part in
            let (buffer, state) = (entries[index].parameter.buffer, entries[index].state)
            optimizer.update(
                buffer.values.base + part.lowerBound, gradient: buffer.gradient.base + part.lowerBound,
                state: state.map { $0.base + part.lowerBound }, count: part.count, rate: rate, step: step)
        }
    }

    /// What it remembers, for a checkpoint.
    func state() -> [TrainingCheckpoint.OptimizerState] {
        entries.flatMap { entry in
            let buffer = entry.parameter.buffer
            return zip(optimizer.stateNames, entry.state).map { name, state in
                TrainingCheckpoint.OptimizerState(
                    layer: entry.parameter.layer, parameter: buffer.name, name: name,
                    tensor: Tensor(unchecked: buffer.shape, state.array(count: state.count)))
            }
        }
    }

    /// The first state with a number that is not finite.
    func firstNonFinite() -> (layer: String, parameter: String, state: String)? {
        for entry in entries {
            for (name, state) in zip(optimizer.stateNames, entry.state) where state.firstNonFinite != nil {
                return (entry.parameter.layer, entry.parameter.buffer.name, name)
            }
        }
        return nil
    }

    /// Takes over what a checkpoint holds.
    ///
    /// - Throws: ``NetworkError/checkpointMismatch(reason:)`` where it is not this optimiser's on this network.
    func restore(_ states: [TrainingCheckpoint.OptimizerState]) throws(NetworkError) {
        func key(_ layer: String, _ parameter: String, _ name: String) -> String { "\(layer)/\(parameter)/\(name)" }
        var found: [String: Tensor] = [:]
        for state in states { found[key(state.layer, state.parameter, state.name)] = state.tensor }
        for entry in entries {
            let buffer = entry.parameter.buffer
            for (name, state) in zip(optimizer.stateNames, entry.state) {
                let path = key(entry.parameter.layer, buffer.name, name)
                guard let tensor = found.removeValue(forKey: path) else {
                    throw .checkpointMismatch(reason: "it lacks the optimiser's '\(path)'")
                }
                guard tensor.shape == buffer.shape else {
                    throw .checkpointMismatch(
                        reason: "the optimiser's '\(path)' has shape \(tensor.shape), not \(buffer.shape)")
                }
                state.load(tensor.scalars)
            }
        }
        if let extra = found.keys.min() {
            throw .checkpointMismatch(reason: "it holds '\(extra)', which the optimiser does not use")
        }
    }
}

extension FloatBuffer {
    /// The position of the first number that is infinite or not a number.
    var firstNonFinite: Int? { UnsafeBufferPointer(start: base, count: count).firstIndex { !$0.isFinite } }
}
