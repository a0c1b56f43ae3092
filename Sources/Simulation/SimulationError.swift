import SynfireUnits

/// What can be wrong with a run that is asked for.
public enum SimulationError: Error, Equatable, CustomStringConvertible {
    /// A duration, step or interval that is not a positive finite number.
    case badTime(what: String, value: Double)
    /// A duration or time that is not a whole number of steps.
    case notWholeSteps(what: String, value: Double, step: Double)
    /// More steps or time slices than can be counted.
    case tooLong(duration: Double, step: Double)
    /// A run that goes further than continuous time is counted.
    case beyondReach(duration: Double, start: Double, reach: Double)
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
    /// An event before time 0 or before the one in front of it, or of an element that the source does not have.
    case badEvent(population: String, index: Int, time: Double, element: Int, trial: Int)
    /// Another number of inputs than sources.
    case inputCount(found: Int, expected: [String])
    /// A chain of operators that would need too large a table.
    case tableTooLarge(projection: String)
    /// A neuron that would spike without end at one instant.
    case unboundedSpikes(population: String, neuron: Int, time: Double)
    /// Something that only ``ClockSimulation`` runs.
    case needsClockSimulation(String)
    /// Memory that the system did not give.
    case outOfMemory(bytes: Int)
    /// More synapses than there is memory for, told before they are made.
    ///
    /// `fitting` of them would fit; `procedural` is what the network would take where all synapses that can be are
    /// procedural.
    case tooManySynapses(expected: Double, bytes: Double, available: Double, fitting: Double, procedural: Double?)
    /// More neurons than there is memory for, or than can be counted, told before they are made.
    case tooManyNeurons(Double, bytes: Double, available: Double)
    /// Tables of synapses that are none of this network.
    case badTables(table: String, String)
    /// A population whose model has no form in steps.
    case notInSteps(population: String, model: String)
    /// A chain of operators without delay, which steps cannot have.
    case operatorsInSteps(projection: String)
    /// A state variable that a model does not have.
    case unknownVariable(population: String, model: String, String, valid: [String])
    /// A state variable that is no longer a number.
    case notFinite(population: String, neuron: Int, variable: String, time: Double)
    /// A neuron whose integrator cannot go on.
    case neuronStopped(population: String, neuron: Int, reason: String, time: Double)
    /// Parameters that are still to be drawn.
    case notDrawn(population: String)
    /// Populations that reach each other in a circle in which a projection has no delay, which continuous time does not
    /// order.
    case zeroDelayCycle([String])
    /// Synapses that are drawn again at each spike, which only the clock engine does.
    case proceduralInEvents(projection: String)
    /// Something of a network that has no closed form between events.
    case notInEvents(what: String, reason: String)
    /// The run was asked to stop.
    case interrupted(trials: Int, of: Int)

    /// One sentence: what was wrong, where, and what is allowed.
    public var description: String {
        switch self {
        case .badTime(let what, let value): return "\(what) is \(value) ms: it must be a finite number above 0"
        case .notWholeSteps(let what, let value, let step):
            return "\(what) of \(value) ms is not a whole number of steps of \(step) ms"
        case .tooLong(let duration, let step):
            return "\(duration) ms in parts of \(step) ms are too many steps: take a longer step or a shorter run"
        case .beyondReach(let duration, let start, let reach):
            return "a run of \(duration) ms from \(start) ms cannot be counted in ticks of 1e-12 ms: continuous time "
                + "goes to \(reach) ms (2 h 13 min), and a run takes at least a tick"
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
        case .badEvent(let population, let index, let time, let element, let trial):
            return "event \(index) of input \(trial) for '\(population)' is at \(time) ms at the element \(element): "
                + "events must be in the order of their times, from 0 on, at elements that there are"
        case .inputCount(let found, let expected):
            return "\(found) inputs are given for the sources \(expected.joined(separator: ", "))"
        case .tableTooLarge(let projection):
            return "projection '\(projection)' would need a table of more than 2^31 entries"
        case .unboundedSpikes(let population, let neuron, let time):
            return "neuron \(neuron) of '\(population)' would spike more than a million times at about \(time) ms: "
                + "its input is far above its threshold"
        case .outOfMemory(let bytes): return "the system has no memory left for \(Self.size(Double(bytes)))"
        case .tooManySynapses(let expected, let bytes, let available, let fitting, let procedural):
            let way = procedural.map {
                ", or draw synapses again at each spike (storage: procedural), which takes about \(Self.size($0))"
            }
            return "about \(Self.count(expected)) synapses would take \(Self.size(bytes)) of memory while they are "
                + "made, but \(Self.size(available)) are free: about \(Self.count(fitting)) fit; "
                + "make the network smaller\(way ?? "")"
        case .tooManyNeurons(let neurons, let bytes, let available):
            return "\(Self.count(neurons)) neurons would take about \(Self.size(bytes)) of memory, but "
                + "\(Self.size(available)) are free, and 2^31 - 1 can be counted: make the network smaller"
        case .badTables(let table, let fault): return "the table '\(table)' of synapses does not fit: \(fault)"
        case .notInSteps(let population, let model):
            return "population '\(population)': model '\(model)' cannot be simulated in steps"
        case .operatorsInSteps(let projection):
            return "projection '\(projection)' is a chain of operators without delay, which is run trial by trial; "
                + "give it as a connector with a delay"
        case .unknownVariable(let population, let model, let name, let valid):
            let hint = valid.isEmpty ? "it has none" : NearestName.hint(name, among: valid)
            return "population '\(population)': model '\(model)' has no variable '\(name)'; \(hint)"
        case .notFinite(let population, let neuron, let variable, let time):
            return "neuron \(neuron) of '\(population)': '\(variable)' was no finite number any more at \(time) ms: "
                + "take a shorter step or other parameters"
        case .neuronStopped(let population, let neuron, let reason, let time):
            return "neuron \(neuron) of '\(population)' stopped before \(time) ms: \(reason)"
        case .notDrawn(let population):
            return "population '\(population)' has parameters that are to be drawn: draw them with Network.drawn(seed:)"
        case .needsClockSimulation(let what):
            return "\(what) cannot be run trial by trial: simulate the network in steps"
        case .zeroDelayCycle(let names):
            return
                "spikes go in a circle through \(names.map { "'\($0)'" }.joined(separator: ", ")), and a projection "
                + "within it has no delay: give it one above 0, or, where only some neurons of a population reach "
                + "others of it, make them populations of their own"
        case .proceduralInEvents(let projection):
            return "projection '\(projection)' draws its synapses again at each spike (storage: procedural), which "
                + "only the clock engine does: store them, or take the clock engine"
        case .notInEvents(let what, let reason): return "\(what) cannot be simulated in continuous time: \(reason)"
        case .interrupted(let trials, let all): return "interrupted after \(trials) of \(all) trials"
        }
    }

    private static func size(_ bytes: Double) -> String {
        let gibibytes = bytes / 1_073_741_824
        return gibibytes >= 0.1 ? "\((gibibytes * 10).rounded() / 10) GiB" : "\((bytes / 1024).rounded(.up)) KiB"
    }

    private static func count(_ number: Double) -> String {
        number >= 1e18
            ? "10^18 or more" : number >= 1e7 ? "\(Int((number / 1e6).rounded())) million" : "\(Int(number))"
    }
}
