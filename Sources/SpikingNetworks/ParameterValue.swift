import SynfireSpikingModels
import SynfireUnits

/// What a parameter is set to: a number for all neurons, one each, or a distribution, in the parameter's unit or a named
/// one.
///
///     ["tau_m": 20, "v_threshold": .millivolts(-50), "i_e": .nanoamperes(0.3), "v": .drawn(.uniform(low: -60, high: -50))]
public struct ParameterValue: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// The numbers.
    public var column: Column
    /// The unit that they are in; `nil` for that of the parameter.
    public var unit: String?

    /// Takes numbers in a unit; `nil` is the parameter's.
    public init(_ column: Column, unit: String? = nil) {
        self.column = column
        self.unit = unit
    }

    /// A number in the parameter's unit.
    public init(floatLiteral value: Double) { self.init(.uniform(value)) }
    /// A number in the parameter's unit.
    public init(integerLiteral value: Int) { self.init(.uniform(Double(value))) }

    /// One number for all neurons.
    public static func uniform(_ value: Double) -> Self { Self(.uniform(value)) }
    /// One number for each index of the population's first axis.
    public static func perChannel(_ values: [Double]) -> Self { Self(.perChannel(values)) }
    /// One number for each neuron.
    public static func perNeuron(_ values: [Double]) -> Self { Self(.perNeuron(values)) }
    /// A number for each neuron, drawn.
    public static func drawn(_ distribution: Distribution) -> Self { Self(.drawn(distribution)) }
    /// A number for each neuron, computed from what is drawn for it.
    public static func computed(_ column: ComputedColumn) -> Self { Self(.computed(column)) }
    /// A number for each neuron, computed from numbers that are drawn for it.
    public static func computed(_ expression: Expression, of variables: [String: Distribution] = [:]) -> Self {
        Self(.computed(ComputedColumn(expression, variables: variables)))
    }
    /// A quantity for all neurons.
    public static func quantity<Q: Quantity>(_ quantity: Q) -> Self { Self(.uniform(quantity.value), unit: Q.unit) }

    /// A time.
    public static func milliseconds(_ value: Double) -> Self { quantity(Milliseconds.milliseconds(value)) }
    /// A time.
    public static func seconds(_ value: Double) -> Self { quantity(Milliseconds.seconds(value)) }
    /// A potential.
    public static func millivolts(_ value: Double) -> Self { quantity(Millivolts.millivolts(value)) }
    /// A current.
    public static func picoamperes(_ value: Double) -> Self { quantity(Picoamperes.picoamperes(value)) }
    /// A current.
    public static func nanoamperes(_ value: Double) -> Self { quantity(Picoamperes.nanoamperes(value)) }
    /// A conductance.
    public static func nanosiemens(_ value: Double) -> Self { quantity(Nanosiemens.nanosiemens(value)) }
    /// A capacitance.
    public static func picofarads(_ value: Double) -> Self { quantity(Picofarads.picofarads(value)) }
    /// A rate.
    public static func hertz(_ value: Double) -> Self { quantity(Hertz.hertz(value)) }

    /// The unit of weights, such as pA, that the unit is a multiple of; `nil` where none is given or it is none of weights.
    var weightUnit: String? {
        unit.flatMap { unit in Self.weightUnits.first { UnitScale.factor(from: unit, to: $0) != nil } }
    }

    /// The units that receptors take weights in.
    private static let weightUnits = Set(ModelCatalog.all.flatMap { $0.schema.receptors.map(\.unit) }).sorted()

    /// The numbers for a row of a schema, weights in the receptor's unit; `nil` where the units measure different things.
    func column(for row: ParameterRow) -> Column? {
        column(in: row.isWeight ? weightUnit ?? row.unit : row.unit)
    }

    /// The numbers in another unit; `nil` where the units measure different things.
    func column(in target: String) -> Column? {
        guard let unit, unit != target else { return column }
        guard let factor = UnitScale.factor(from: unit, to: target) else { return nil }
        return switch column {
        case .uniform(let value): .uniform(value * factor)
        case .perChannel(let values): .perChannel(values.map { $0 * factor })
        case .perNeuron(let values): .perNeuron(values.map { $0 * factor })
        case .drawn(let distribution): .drawn(distribution.scaled(by: factor))
        case .computed(let computed):
            .computed(
                ComputedColumn(computed.expression, variables: computed.variables, factor: computed.factor * factor))
        }
    }
}
