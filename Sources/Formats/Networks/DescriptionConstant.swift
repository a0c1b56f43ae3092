import SynfireUnits

/// What a constant or a variable of `for_each` stands for.
enum DescriptionConstant {
    /// A number; with a unit, it is counted in that unit.
    case number(Double, unit: String?)
    /// A text, such as the name of a population.
    case text(String)
    /// Numbers, texts or tables in an order.
    case list([DescriptionConstant])
    /// Numbers, texts or tables by key, in the order of the file.
    case table([Row])

    /// One entry of a table.
    struct Row {
        let key: String
        let value: DescriptionConstant
    }

    /// What it is, for messages.
    var words: String {
        switch self {
        case .number(let value, let unit): "the number \(value)" + (unit.map { " \($0)" } ?? "")
        case .text(let text): "the text '\(ModelDescriptionError.Reason.shortened(text))'"
        case .list(let values): "a list of \(values.count)"
        case .table(let rows): "a table of \(rows.count)"
        }
    }

    /// How it stands in a name: texts as they are, whole numbers without a point.
    var inText: String? {
        switch self {
        case .text(let text): text
        case .number(let value, nil): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        default: nil
        }
    }
}

/// A number as it was given, with the unit behind it where there is one.
struct DescriptionQuantity {
    var number: Double
    var unit: String?
}

/// The units that Synfire counts in, and which descriptions are told about.
enum DescriptionUnits {
    /// The unit of each kind of quantity.
    static let canonical = [
        "ms", "mV", "pA", "nS", "pF", "Hz", "MOhm", "mV/ms", "pA/ms", "nS/ms", "pA/mV", "um", "1/ms",
    ]

    /// Units that are named where another was meant.
    static let known = [
        "ms", "s", "us", "mV", "V", "pA", "nA", "nS", "uS", "pF", "nF", "Hz", "kHz", "MOhm", "GOhm", "mV/ms", "um",
    ]

    /// The same quantity in the unit that Synfire counts it in; as it is where there is none.
    static func canonical(_ number: Double, unit: String) -> (number: Double, unit: String) {
        // A rate of change in 1/ms stays one, although it could be counted in Hz.
        if canonical.contains(unit) { return (number, unit) }
        for target in canonical {
            if let factor = UnitScale.factor(from: unit, to: target) { return (number * factor, target) }
        }
        return (number, unit)
    }
}
