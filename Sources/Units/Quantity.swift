/// A physical quantity: one number in a fixed unit.
///
/// Each quantity is a type of its own, so that a time cannot be given where a potential is asked for, and none can be
/// made from a bare number without naming the unit.
public protocol Quantity: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The symbol of the unit that `value` is counted in, such as `ms`.
    static var unit: String { get }

    /// The number, in ``unit``.
    var value: Double { get }

    /// Makes a quantity from a number that is already in ``unit``.
    init(inUnit value: Double)
}

extension Quantity {
    /// Orders two quantities of one kind by their numbers.
    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }

    /// The sum of two quantities of one kind.
    public static func + (left: Self, right: Self) -> Self { Self(inUnit: left.value + right.value) }

    /// The difference of two quantities of one kind.
    public static func - (left: Self, right: Self) -> Self { Self(inUnit: left.value - right.value) }

    /// A quantity times a number.
    public static func * (left: Self, right: Double) -> Self { Self(inUnit: left.value * right) }

    /// The number and its unit, such as `2.5 ms`.
    public var description: String {
        let whole = value == value.rounded() && abs(value) < 1e15
        return (whole ? String(Int64(value)) : String(value)) + " " + Self.unit
    }
}

/// A membrane potential or a jump of one, in millivolts.
@frozen public struct Millivolts: Quantity {
    /// Millivolts are written `mV`.
    public static var unit: String { "mV" }
    /// The potential in millivolts.
    public var value: Double
    /// Makes a potential from a number of millivolts.
    public init(inUnit value: Double) { self.value = value }
    /// A potential of `value` millivolts.
    public static func millivolts(_ value: Double) -> Self { Self(inUnit: value) }
}

/// A current, in picoamperes.
@frozen public struct Picoamperes: Quantity {
    /// Picoamperes are written `pA`.
    public static var unit: String { "pA" }
    /// The number in pA.
    public var value: Double
    /// Makes a quantity from a number in pA.
    public init(inUnit value: Double) { self.value = value }
    /// A quantity of `value` pA.
    public static func picoamperes(_ value: Double) -> Self { Self(inUnit: value) }
    /// A quantity of `value` nA.
    public static func nanoamperes(_ value: Double) -> Self { Self(inUnit: value * 1000) }
}

/// A conductance, in nanosiemens.
@frozen public struct Nanosiemens: Quantity {
    /// Nanosiemens are written `nS`.
    public static var unit: String { "nS" }
    /// The number in nS.
    public var value: Double
    /// Makes a quantity from a number in nS.
    public init(inUnit value: Double) { self.value = value }
    /// A quantity of `value` nS.
    public static func nanosiemens(_ value: Double) -> Self { Self(inUnit: value) }
}

/// A capacitance, in picofarads.
@frozen public struct Picofarads: Quantity {
    /// Picofarads are written `pF`.
    public static var unit: String { "pF" }
    /// The number in pF.
    public var value: Double
    /// Makes a quantity from a number in pF.
    public init(inUnit value: Double) { self.value = value }
    /// A quantity of `value` pF.
    public static func picofarads(_ value: Double) -> Self { Self(inUnit: value) }
}

/// A rate, in events a second.
@frozen public struct Hertz: Quantity {
    /// Hertz are written `Hz`.
    public static var unit: String { "Hz" }
    /// The number in Hz.
    public var value: Double
    /// Makes a quantity from a number in Hz.
    public init(inUnit value: Double) { self.value = value }
    /// A quantity of `value` Hz.
    public static func hertz(_ value: Double) -> Self { Self(inUnit: value) }
}
