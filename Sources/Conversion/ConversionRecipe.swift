import SynfireUnits

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

    /// How the resolution of a layer is shared out among its channels.
    public enum Allocation: String, Sendable, CaseIterable {
        /// Each threshold by its own statistic.
        case even
        /// The same number of synaptic operations, spent where they take most noise from the layers behind.
        ///
        /// A spike of channel c has f targets and stands for λ_c; rounding to spikes is noise of variance λ_c²/12,
        /// which arrives in the next layer as λ_c²·s_c/12, counted in levels of the statistic there. The least sum of
        /// noise for a given number of operations, a_c·f/λ_c with the mean activation a_c, has λ_c³ ∝ f·a_c/s_c.
        case economical
    }

    /// What the potentials of a layer's neurons are at the start.
    public enum Start: String, Sendable, CaseIterable {
        /// The same everywhere.
        case same
        /// Spread evenly over one threshold, in every 2×2 and every 4×4 block of a feature map.
        ///
        /// Neurons with the same activation then spike in turn, and the mean of a block is known to a fraction of one
        /// spike; with the same potential everywhere they round alike, and all err in one direction. Neurons that are
        /// no feature map have the middle of the spread.
        case spread
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
    /// How resolution is shared out among channels.
    public var allocation: Allocation
    /// Whether all potentials of a layer are the same at the start; if they are spread, ``initialPotential`` is their
    /// middle, and is a half.
    public var start: Start
    /// The time before which the neurons of each layer do not spike [ms], first to last; the last number holds for all
    /// layers that follow.
    ///
    /// What a layer adds up before its onset it sends when it begins. The later that is, the better it knows
    /// what comes in, and the fewer spikes it sends that later input would have prevented.
    public var onsets: [Double]

    /// Makes a recipe.
    ///
    /// - Throws: ``ConversionError/badRecipe(_:)`` where a number is outside its range.
    public init(
        name: String = "custom", granularity: Granularity = .channel, statistic: Statistic = .percentile(99.9),
        reset: Reset = .subtract, initialPotential: Double = 0.5, allocation: Allocation = .even, start: Start = .same,
        onsets: [Double] = [0]
    ) throws(ConversionError) {
        guard !onsets.isEmpty, onsets.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw .badRecipe("the onsets \(onsets) are not one or more times of at least 0 ms")
        }
        if case .percentile(let percent) = statistic, !(percent > 0 && percent <= 100) {
            throw .badRecipe("the percentile \(percent) is not above 0 and at most 100")
        }
        guard initialPotential >= 0, initialPotential < 1 else {
            throw .badRecipe("the initial potential \(initialPotential) is not at least 0 and below 1 threshold")
        }
        if start == .spread, initialPotential != 0.5 {
            throw .badRecipe("potentials that are spread at the start have 0.5 thresholds as their middle")
        }
        if allocation == .economical, granularity == .layer {
            throw .badRecipe("resolution can be shared out among channels only where each has a threshold of its own")
        }
        self.init(
            unchecked: name, granularity: granularity, statistic: statistic, reset: reset,
            initialPotential: initialPotential, allocation: allocation, start: start)
        self.onsets = onsets
    }

    private init(
        unchecked name: String, granularity: Granularity, statistic: Statistic, reset: Reset = .subtract,
        initialPotential: Double = 0.5, allocation: Allocation = .even, start: Start = .same
    ) {
        self.name = name
        self.granularity = granularity
        self.statistic = statistic
        self.reset = reset
        self.initialPotential = initialPotential
        self.allocation = allocation
        self.start = start
        onsets = [0]
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
        ConversionRecipe(
            unchecked: "rate-economical", granularity: .channel, statistic: .percentile(99.9), allocation: .economical,
            start: .spread),
    ]

    /// The recipe of a name.
    ///
    /// - Throws: ``ConversionError/unknownRecipe(_:)``.
    public static func named(_ name: String) throws(ConversionError) -> ConversionRecipe {
        guard let recipe = named.first(where: { $0.name == name }) else { throw .unknownRecipe(name) }
        return recipe
    }

    private var onsetsInWords: String { onsets.map { "\($0)" }.joined(separator: ", ") + " ms" }

    /// The choices in words.
    public var summary: String {
        "\(name): one threshold a \(granularity.rawValue) from the \(statistic) of activations"
            + "\(allocation == .economical ? " and what a spike costs" : ""), reset by "
            + "\(reset == .subtract ? "subtraction" : "setting to zero"), "
            + (start == .spread ? "v(0) spread over θ" : "v(0) = \(initialPotential) θ")
            + (onsets.contains { $0 > 0 } ? ", onset at " + onsetsInWords : "")
    }
}
