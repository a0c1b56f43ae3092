import SynfireHDF5
import SynfireUnits

/// What can be wrong with recordings in the SONATA layout, beside what ``HDF5Error`` tells.
public enum SONATAError: Error, CustomStringConvertible {
    /// A recording of a population that the network does not have.
    case unknownPopulation(String, valid: [String])
    /// A population whose spikes are requested twice.
    case duplicatePopulation(String)
    /// A neuron that the population does not have, or that is asked for twice.
    case badNeuron(population: String, neuron: Int, reason: String)
    /// Probes of one population that cannot share a report.
    case differentIntervals(population: String, [Double])
    /// An interval that leaves a gap between trials.
    case uneven(population: String, interval: Double, duration: Double)
    /// A trial that is not the next one.
    case trialOrder(found: Int, expected: Int)
    /// A trial whose recordings are not those that were announced.
    case badTrace(trial: Int, reason: String)
    /// A stretch of a run whose recordings are not those that were announced.
    case badSegment(String)
    /// A writer that was finished or that failed.
    case closed(String)
    /// A file that is HDF5 but holds no recordings.
    case notRecordings(file: String, reason: String)
    /// A part of a file that contradicts the format.
    case malformed(file: String, path: String, reason: String)
    /// A population, report or trial that the file does not have.
    case notRecorded(file: String, what: String, name: String, valid: [String])

    /// One sentence: what was wrong, where, and what is allowed.
    public var description: String { sentence.printable }

    private var sentence: String {
        switch self {
        case .unknownPopulation(let name, let valid):
            return "the recording names the population '\(name)', which the network does not have; "
                + NearestName.hint(name, among: valid)
        case .duplicatePopulation(let name): return "the recording names the population '\(name)' twice"
        case .badNeuron(let population, let neuron, let reason):
            return "the recording of potentials of '\(population)' names neuron \(neuron), \(reason)"
        case .differentIntervals(let population, let intervals):
            return "the potentials of '\(population)' are requested at intervals of "
                + intervals.map { "\($0) ms" }.joined(separator: " and ")
                + ": one population's must be the same, since they share a report"
        case .uneven(let population, let interval, let duration):
            return "potentials of '\(population)' every \(interval) ms do not fit a trial of \(duration) ms: with more "
                + "than one trial the interval must divide the duration, since a report has no gaps"
        case .trialOrder(let found, let expected):
            return "trial \(found) was to be recorded where trial \(expected) is next"
        case .badTrace(let trial, let reason): return "trial \(trial) cannot be recorded: \(reason)"
        case .badSegment(let reason): return "a stretch of the run cannot be recorded: \(reason)"
        case .closed(let path): return "'\(path)' is closed: nothing more can be recorded in it"
        case .notRecordings(let file, let reason): return "'\(file)' holds no recordings in SONATA's layout: \(reason)"
        case .malformed(let file, let path, let reason): return "'\(path)' in '\(file)' is not valid: \(reason)"
        case .notRecorded(let file, let what, let name, let valid):
            let hint = valid.isEmpty ? "it has none" : NearestName.hint(name, among: valid)
            return "'\(file)' has no \(what) '\(name)'; \(hint)"
        }
    }
}
