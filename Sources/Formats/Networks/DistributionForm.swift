import SynfireSpikingModels

/// A distribution as descriptions write it: its name and its parameters, in their order.
///
/// A distribution is one line in ``all``, beside its case of `Distribution`.
public struct DistributionForm: Sendable {
    /// The name, such as `normal`.
    public let name: String
    /// One sentence on what is drawn.
    public let summary: String
    /// The parameters, in the order of a list.
    public let arguments: [ArgumentRow]
    /// Whether the parameters are pure numbers although what is drawn has a unit.
    let isPure: Bool
    let make: @Sendable ([Double]) -> Distribution

    private init(
        _ name: String, _ summary: String, _ arguments: [ArgumentRow], isPure: Bool = false,
        _ make: @escaping @Sendable ([Double]) -> Distribution
    ) {
        self.name = name
        self.summary = summary
        self.arguments = arguments
        self.isPure = isPure
        self.make = make
    }

    private static let mean = ArgumentRow("mean", .number, "The mean.")
    private static let deviation = ArgumentRow("sd", .number, "The standard deviation, at least 0.")
    private static let low = ArgumentRow("low", .number, default: "-inf", "The lower bound.")
    private static let high = ArgumentRow("high", .number, default: "inf", "The upper bound.")

    /// Every distribution, in the order of the documentation.
    public static let all: [DistributionForm] = [
        DistributionForm("normal", "Normal.", [mean, deviation]) {
            .normal(mean: $0[0], standardDeviation: $0[1])
        },
        DistributionForm(
            "normal_clipped", "Normal; what is outside the bounds is set to the nearer one.",
            [mean, deviation, low, high]
        ) { .clippedNormal(mean: $0[0], standardDeviation: $0[1], low: $0[2], high: $0[3]) },
        DistributionForm(
            "normal_redrawn", "Normal; what is outside the bounds is drawn again (PyNN's normal_clipped).",
            [mean, deviation, low, high]
        ) { .redrawnNormal(mean: $0[0], standardDeviation: $0[1], low: $0[2], high: $0[3]) },
        DistributionForm(
            "lognormal", "The exponential of a normal number; the parameters are pure numbers.",
            [
                ArgumentRow("mu", .number, "The mean of the logarithm."),
                ArgumentRow("sigma", .number, "The standard deviation of the logarithm, at least 0."),
            ], isPure: true
        ) { .lognormal(mu: $0[0], sigma: $0[1]) },
        DistributionForm(
            "uniform", "Uniform, the upper bound excluded.",
            [ArgumentRow("low", .number, "The lower bound."), ArgumentRow("high", .number, "The upper bound.")]
        ) { .uniform(low: $0[0], high: $0[1]) },
        DistributionForm("exponential", "Exponential (PyNN's exponential, by beta).", [mean]) {
            .exponential(mean: $0[0])
        },
    ]
}

/// One argument of a connector or a distribution.
public struct ArgumentRow: Sendable {
    /// What an argument is.
    public enum Kind: String, Sendable {
        /// A number, which may be an expression.
        case number
        /// A whole number.
        case integer = "whole number"
        /// True or false.
        case flag = "true or false"
        /// A function of the distance `d`.
        case expression = "expression in d"
        /// One name of several.
        case text
        /// A file, from the folder of the description.
        case file
        /// Rows of numbers.
        case rows = "list of lists"
    }

    /// The name in descriptions.
    public let symbol: String
    /// What it is.
    public let kind: Kind
    /// What is taken where it is not given; `nil` where it must be.
    public let defaultText: String?
    /// One sentence on what it decides.
    public let summary: String

    init(_ symbol: String, _ kind: Kind, default text: String? = nil, _ summary: String) {
        self.symbol = symbol
        self.kind = kind
        defaultText = text
        self.summary = summary
    }
}
