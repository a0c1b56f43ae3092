import Units

/// How a trained network becomes a spiking one: the choices of a fixed pipeline.
///
/// validate → fold batch normalisation → calibrate on data → balance thresholds → emit a network of populations.
///
/// - Source: P. U. Diehl et al. 2015, IJCNN, doi:10.1109/IJCNN.2015.7280696 (data-based normalisation);
///   B. Rueckauer et al. 2017, doi:10.3389/fnins.2017.00682 (percentile, reset by subtraction, analog input);
///   S. Deng, S. Gu 2021, ICLR, arXiv:2103.00476 (initial potential of half a threshold).
public struct ConversionRecipe: Sendable, Equatable {
    /// What shares one threshold.
    public enum Granularity: String, Sendable, CaseIterable {
        /// All neurons of a layer.
        case layer
        /// The neurons of one channel; in a layer of features, each neuron by itself.
        case channel
    }

    /// Which activation a threshold stands for.
    public enum Statistic: Sendable, Equatable, CustomStringConvertible {
        /// The greatest seen.
        case maximum
        /// The value that this share of all activations does not exceed, in percent, above 0 and at most 100.
        case percentile(Double)

        /// The statistic as it is written on the command line.
        public var description: String {
            switch self {
            case .maximum: "max"
            case .percentile(let percent): "\(percent)%"
            }
        }
    }

    /// What a spike does to the potential.
    public enum Reset: String, Sendable, CaseIterable {
        /// Takes the threshold off: what was above it is kept, and with it the accuracy.
        case subtract
        /// Sets it to zero: what was above the threshold is lost.
        case zero
    }

    /// The recipe's name.
    public var name: String
    /// What shares one threshold.
    public var granularity: Granularity
    /// Which activation a threshold stands for.
    public var statistic: Statistic
    /// What a spike does.
    public var reset: Reset
    /// The potential at the start as a share of the threshold, from 0 up to below 1.
    ///
    /// A half makes the spike count the
    /// rounded, rather than the truncated, activation.
    public var initialPotential: Double

    /// Makes a recipe.
    ///
    /// - Throws: ``ConversionError/badRecipe(_:)`` where a number is outside its range.
    public init(
        name: String = "custom", granularity: Granularity = .channel, statistic: Statistic = .percentile(99.9),
        reset: Reset = .subtract, initialPotential: Double = 0.5
    ) throws(ConversionError) {
        if case .percentile(let percent) = statistic, !(percent > 0 && percent <= 100) {
            throw .badRecipe("the percentile \(percent) is not above 0 and at most 100")
        }
        guard initialPotential >= 0, initialPotential < 1 else {
            throw .badRecipe("the initial potential \(initialPotential) is not at least 0 and below 1 threshold")
        }
        self.init(
            unchecked: name, granularity: granularity, statistic: statistic, reset: reset,
            initialPotential: initialPotential)
    }

    private init(
        unchecked name: String, granularity: Granularity, statistic: Statistic, reset: Reset = .subtract,
        initialPotential: Double = 0.5
    ) {
        self.name = name
        self.granularity = granularity
        self.statistic = statistic
        self.reset = reset
        self.initialPotential = initialPotential
    }

    /// The recipes that have names; the first is the default.
    public static let named: [ConversionRecipe] = [
        ConversionRecipe(unchecked: "rate", granularity: .channel, statistic: .percentile(99.9)),
        ConversionRecipe(unchecked: "rate-max", granularity: .channel, statistic: .maximum),
        ConversionRecipe(unchecked: "rate-layer", granularity: .layer, statistic: .percentile(99.9)),
        ConversionRecipe(unchecked: "rate-layer-max", granularity: .layer, statistic: .maximum),
        ConversionRecipe(
            unchecked: "rate-zero", granularity: .channel, statistic: .percentile(99.9), reset: .zero,
            initialPotential: 0),
    ]

    /// The recipe of a name.
    ///
    /// - Throws: ``ConversionError/unknownRecipe(_:)``.
    public static func named(_ name: String) throws(ConversionError) -> ConversionRecipe {
        guard let recipe = named.first(where: { $0.name == name }) else { throw .unknownRecipe(name) }
        return recipe
    }

    /// The choices in words.
    public var summary: String {
        "\(name): one threshold a \(granularity.rawValue) from the \(statistic) of activations, reset by "
            + "\(reset == .subtract ? "subtraction" : "setting to zero"), v(0) = \(initialPotential) θ"
    }
}
