import SynfireUnits

/// Everything about a neuron model but its dynamics, written once.
///
/// Validation, storage, the command's help and the documentation tables are made from these rows.
public struct ModelSchema: Sendable {
    /// The name in descriptions and files, such as `if`.
    public let name: String
    /// The names that NEST and PyNN have for it.
    public let aliases: [String]
    /// One sentence on what the model is.
    public let summary: String
    /// Its equations, a line each.
    public let equations: [String]
    /// Where the model is from: authors, year, DOI.
    public let source: String
    /// Numbers that may differ from neuron to neuron.
    public let parameters: [ParameterRow]
    /// Choices that hold for a whole population.
    public let options: [OptionRow]
    /// Variables that change while the model runs; what may be recorded.
    public let state: [ParameterRow]
    /// Where spikes and weights go in, in the order of a kernel's inputs; empty for sources.
    public let receptors: [ReceptorRow]
    /// Lists of numbers, one for the population or one for each neuron, such as spike times.
    public let tables: [TableRow]
    /// Whether the model emits spikes.
    public let emitsSpikes: Bool

    /// Takes the rows of a model; ``ModelCatalog``'s tests say what they must hold.
    public init(
        name: String, aliases: [String] = [], summary: String, equations: [String], source: String,
        parameters: [ParameterRow], options: [OptionRow] = [], state: [ParameterRow], receptors: [ReceptorRow] = [],
        tables: [TableRow] = [], emitsSpikes: Bool = true
    ) {
        self.name = name
        self.aliases = aliases
        self.summary = summary
        self.equations = equations
        self.source = source
        self.parameters = parameters
        self.options = options
        self.state = state
        self.receptors = receptors
        self.tables = tables
        self.emitsSpikes = emitsSpikes
    }

    /// The row of a parameter or a state variable.
    public func row(_ symbol: String) -> ParameterRow? {
        parameters.first { $0.symbol == symbol } ?? state.first { $0.symbol == symbol }
    }

    /// Whether NEST or PyNN call the model so; capitals do not count.
    public func isKnown(as name: String) -> Bool { NearestName.isAlias(name, of: aliases) }
}

/// One parameter or state variable of a model.
public struct ParameterRow: Sendable {
    /// The name in descriptions and files, such as `v_threshold`.
    public let symbol: String
    /// The unit as text, such as `mV`; `1` for none.
    public let unit: String
    /// The value where none is given.
    public let defaultValue: Double
    /// The values that are allowed.
    public let allowed: ParameterRange
    /// The name that PyNN has for it, where it has one.
    public let pyNN: String?
    /// The name that NEST has for it, where it has one.
    public let nest: String?
    /// The parameter whose value is taken where none is given, instead of ``defaultValue``.
    public let follows: String?
    /// Whether it is a weight, in the unit of the receptor that it goes into.
    public let isWeight: Bool
    /// One sentence on what it is.
    public let summary: String

    /// A row with its names, default and range.
    public init(
        _ symbol: String, unit: String, default value: Double, follows: String? = nil,
        allowed: ParameterRange = .finite,
        pyNN: String? = nil, nest: String? = nil, isWeight: Bool = false, _ summary: String
    ) {
        self.symbol = symbol
        self.unit = unit
        self.defaultValue = value
        self.allowed = allowed
        self.follows = follows
        self.pyNN = pyNN
        self.nest = nest
        self.isWeight = isWeight
        self.summary = summary
    }

    /// Whether NEST or PyNN call it so; capitals do not count.
    public func isKnown(as name: String) -> Bool {
        // A row has several names where a tool has several.
        [pyNN, nest].compactMap { $0 }.contains { names in
            NearestName.isAlias(name, of: names.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        }
    }
}

/// A place where spikes go in: each has its own time course.
public struct ReceptorRow: Sendable {
    /// What weights it takes.
    public enum Sign: Sendable, Equatable {
        /// Of either sign, such as currents.
        case any
        /// At least 0, such as conductances.
        case notNegative
        /// At most 0: inhibitory currents.
        case notPositive
    }

    /// The name in descriptions, such as `excitatory`.
    public let name: String
    /// The unit of weights, such as `pA`.
    public let unit: String
    /// What weights it takes.
    public let sign: Sign
    /// One sentence on what a spike does there.
    public let summary: String

    /// A receptor, by the unit of the weights that it takes.
    public init(_ name: String, unit: String, sign: Sign = .any, _ summary: String) {
        self.name = name
        self.unit = unit
        self.sign = sign
        self.summary = summary
    }
}

/// A list of numbers that a model needs besides its parameters, such as the times of spikes.
public struct TableRow: Sendable {
    /// The name in descriptions, such as `spike_times`.
    public let symbol: String
    /// The unit as text.
    public let unit: String
    /// The values that are allowed.
    public let allowed: ParameterRange
    /// Whether the numbers must not fall along the list.
    public let isAscending: Bool
    /// One sentence on what it is.
    public let summary: String

    /// A table, by the unit of its numbers.
    public init(
        _ symbol: String, unit: String, allowed: ParameterRange = .finite, isAscending: Bool = false, _ summary: String
    ) {
        self.symbol = symbol
        self.unit = unit
        self.allowed = allowed
        self.isAscending = isAscending
        self.summary = summary
    }
}

/// A choice among names that holds for a whole population.
public struct OptionRow: Sendable {
    /// The name in descriptions and files, such as `reset`.
    public let symbol: String
    /// The names that may be chosen; the first is taken where none is given.
    public let choices: [String]
    /// One sentence on what it decides.
    public let summary: String
}

/// The values that a parameter may have: never NaN and never infinite.
public enum ParameterRange: Sendable, Equatable, CustomStringConvertible {
    /// Any finite number.
    case finite
    /// Greater than the bound.
    case above(Double)
    /// The bound or greater.
    case atLeast(Double)
    /// Between the bounds, both included.
    case between(Double, Double)

    /// Whether `value` is in the range.
    public func contains(_ value: Double) -> Bool {
        guard value.isFinite else { return false }
        switch self {
        case .finite: return true
        case .above(let bound): return value > bound
        case .atLeast(let bound): return value >= bound
        case .between(let low, let high): return value >= low && value <= high
        }
    }

    /// The range in words.
    public var description: String {
        switch self {
        case .finite: "any finite number"
        case .above(let bound): "a finite number above \(bound)"
        case .atLeast(let bound): "a finite number of at least \(bound)"
        case .between(let low, let high): "a number from \(low) to \(high)"
        }
    }
}
