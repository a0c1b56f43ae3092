import SynfireSpikingModels
import SynfireUnits

/// What can be wrong with the description of a network.
public enum SpikingNetworkError: Error, Equatable, CustomStringConvertible {
    /// A name that is empty or that cannot stand in a file.
    case badName(String)
    /// Two populations or two projections of one name.
    case duplicateName(String)
    /// A shape that is not one to three extents of at least 1.
    case badShape(population: String, [Int])
    /// A parameter or option that the model does not have; `ours` is what it is called here if NEST or PyNN call it so.
    case unknownParameter(owner: String, model: String, String, valid: [String], ours: String? = nil)
    /// An option's choice that the model does not have.
    case unknownChoice(owner: String, option: String, String, valid: [String])
    /// A column of another length than the population's.
    case columnLength(owner: String, String, found: Int, expected: Int)
    /// A value that the schema does not allow.
    case valueOutOfRange(owner: String, parameter: String, index: Int, value: Double, allowed: ParameterRange)
    /// A unit that measures something else than the parameter.
    case wrongUnit(owner: String, parameter: String, found: String, expected: String)
    /// Values that are each allowed but not together, or a rule that cannot be met.
    case unfitParameters(String, String)
    /// A receptor that a model does not have.
    case unknownReceptor(owner: String, model: String, String, valid: [String])
    /// A projection that the network does not have.
    case unknownProjection(String, valid: [String])
    /// A population that the network does not have.
    case unknownPopulation(String, usedBy: String, valid: [String])
    /// An operator that does not fit the shape in front of it.
    case operatorShape(kind: String, input: [Int], reason: String)
    /// A projection whose operators do not end in the shape of its target.
    case projectionShape(projection: String, found: [Int], target: String, expected: [Int])
    /// A weight that is not finite.
    case badWeight(kind: String, index: Int, value: Float)
    /// A projection into a source.
    case sourceAsTarget(projection: String, population: String)
    /// Projections that form a loop without delay.
    case loop([String])
    /// A network without what a run needs.
    case incomplete(String)

    /// One sentence: what was wrong, where, and what is allowed.
    public var description: String {
        switch self {
        case .badName(let name):
            return "'\(name)' cannot be a population's name: give a text that is not empty and has no '/'"
        case .duplicateName(let name): return "two parts of the network are called '\(name)': names must differ"
        case .badShape(let population, let shape):
            return "population '\(population)' has the shape \(shape): give one to three extents of at least 1"
        case .unknownParameter(let owner, let model, let symbol, _, let ours?):
            return "\(owner): model '\(model)' has no parameter '\(symbol)', \(NearestName.aliasHint(ours))"
        case .unknownParameter(let owner, let model, let symbol, let valid, nil):
            let hint = valid.isEmpty ? "the model has none" : NearestName.hint(symbol, among: valid)
            return "\(owner): model '\(model)' has no parameter '\(symbol)'; \(hint)"
        case .unknownChoice(let owner, let option, let choice, let valid):
            return "\(owner): option '\(option)' cannot be '\(choice)'; "
                + NearestName.hint(choice, among: valid)
        case .columnLength(let owner, let symbol, let found, let expected):
            return "\(owner): '\(symbol)' has \(found) values where \(expected) are needed"
        case .valueOutOfRange(let owner, let parameter, let index, let value, let allowed):
            return "\(owner): '\(parameter)'[\(index)] is \(value); allowed is \(allowed)"
        case .wrongUnit(let owner, let parameter, let found, let expected):
            return "\(owner): '\(parameter)' is given in '\(found)', but is measured in \(expected)"
        case .unfitParameters(let owner, let fault): return "\(owner): \(fault)"
        case .unknownReceptor(let owner, let model, let name, let valid):
            let hint = valid.isEmpty ? "the model takes no input" : NearestName.hint(name, among: valid)
            return "\(owner): model '\(model)' has no receptor '\(name)'; \(hint)"
        case .unknownProjection(let name, let valid):
            return "the network has no projection '\(name)'; \(NearestName.hint(name, among: valid))"
        case .unknownPopulation(let name, let user, let valid):
            return "\(user) names the population '\(name)', which the network does not have; "
                + NearestName.hint(name, among: valid)
        case .operatorShape(let kind, let input, let reason):
            return "operator '\(kind)' cannot take an input of shape \(input): \(reason)"
        case .projectionShape(let projection, let found, let target, let expected):
            return "projection '\(projection)' ends in the shape \(found), but its target '\(target)' has \(expected)"
        case .badWeight(let kind, let index, let value):
            return "operator '\(kind)' has the weight \(value) at index \(index): weights must be finite"
        case .sourceAsTarget(let projection, let population):
            return "projection '\(projection)' ends in '\(population)', which is a source and takes no input"
        case .loop(let names):
            return "the populations \(names.joined(separator: " → ")) form a loop without delay, "
                + "which has no defined order of spikes"
        case .incomplete(let what): return what
        }
    }
}
