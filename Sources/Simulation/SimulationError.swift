import Units

/// What can be wrong with a run that is asked for.
public enum SimulationError: Error, Equatable, CustomStringConvertible {
    /// A duration, step or interval that is not a positive finite number.
    case badTime(what: String, value: Double)
    /// A duration or time that is not a whole number of steps.
    case notWholeSteps(what: String, value: Double, step: Double)
    /// More steps or time slices than can be counted.
    case tooLong(duration: Double, step: Double)
    /// A name that the network does not have.
    case unknownPopulation(String, usedBy: String, valid: [String])
    /// A request to record something that a population does not have.
    case nothingToRecord(population: String, what: String)
    /// A neuron that a population does not have.
    case neuronOutOfRange(population: String, neuron: Int, count: Int)
    /// A checkpoint after the end.
    case checkpointAfterEnd(time: Double, duration: Double)
    /// An input of another size than the source's.
    case inputSize(population: String, found: Int, expected: Int, shape: [Int], trial: Int)
    /// An input that is not finite.
    case badInput(population: String, index: Int, value: Float, trial: Int)
    /// Another number of inputs than sources.
    case inputCount(found: Int, expected: [String])
    /// A chain of operators that would need too large a table.
    case tableTooLarge(projection: String)
    /// A neuron that would spike without end at one instant.
    case unboundedSpikes(population: String, neuron: Int, time: Double)
    /// The run was asked to stop.
    case interrupted(trials: Int, of: Int)

    /// One sentence: what was wrong, where, and what is allowed.
    public var description: String {
        switch self {
        case .badTime(let what, let value): return "\(what) is \(value) ms: it must be a finite number above 0"
        case .notWholeSteps(let what, let value, let step):
            return "\(what) of \(value) ms is not a whole number of steps of \(step) ms"
        case .tooLong(let duration, let step):
            return "\(duration) ms in parts of \(step) ms are too many to count: take a longer step or a shorter run"
        case .unknownPopulation(let name, let user, let valid):
            return "\(user) names the population '\(name)', which the network does not have; "
                + NearestName.hint(name, among: valid)
        case .nothingToRecord(let population, let what): return "population '\(population)' has no \(what) to record"
        case .neuronOutOfRange(let population, let neuron, let count):
            return "population '\(population)' has no neuron \(neuron): its neurons are 0 to \(count - 1)"
        case .checkpointAfterEnd(let time, let duration):
            return "a result is asked for at \(time) ms, but the run ends at \(duration) ms"
        case .inputSize(let population, let found, let expected, let shape, let trial):
            return "input \(trial) has \(found) values, but '\(population)' takes \(expected) (shape \(shape))"
        case .badInput(let population, let index, let value, let trial):
            return "input \(trial) for '\(population)' has the value \(value) at index \(index): "
                + "values must be finite"
        case .inputCount(let found, let expected):
            return "\(found) inputs are given for the sources \(expected.joined(separator: ", "))"
        case .tableTooLarge(let projection):
            return "projection '\(projection)' would need a table of more than 2^31 entries"
        case .unboundedSpikes(let population, let neuron, let time):
            return "neuron \(neuron) of '\(population)' would spike more than a million times at \(time) ms: "
                + "its input is far above its threshold"
        case .interrupted(let trials, let all): return "interrupted after \(trials) of \(all) trials"
        }
    }
}
