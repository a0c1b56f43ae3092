import SynfireParallel

/// Turns images about their middle.
///
/// As `torchvision.transforms.RandomRotation`, without `expand` and `center`: a positive angle turns against the clock.
/// With bilinear interpolation the edge of what is filled in is weighted once, by `grid_sample`'s weights.
public struct RandomRotation: ImageAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "rotation", "Turns images about their middle.", draws: .slot(4),
        rows: [
            AugmentationRow(
                "degrees", .numberOrList([2]), "The largest angle to either side, or the range of angles, in degrees."),
            AugmentationRow(
                "interpolation", .word(Interpolation.allCases.map(\.rawValue)), default: .word("nearest"),
                "How values between pixels are found."),
            AugmentationRow("fill", .number, default: .number(0), "What comes in from outside."),
        ])

    /// The settings.
    public let values: AugmentationValues

    private let degrees: ClosedRange<Double>
    private let interpolation: Interpolation
    private let fill: Float

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
        degrees = try values.range("degrees")
        interpolation = values.word("interpolation").flatMap(Interpolation.init) ?? .nearest
        fill = Float(values.number("fill"))
    }

    /// Makes a change.
    ///
    /// - Parameters:
    ///   - degrees: The range of angles, in degrees against the clock.
    ///   - interpolation: How values between pixels are found.
    ///   - fill: What comes in from outside.
    public init(degrees: ClosedRange<Double>, interpolation: Interpolation = .nearest, fill: Double = 0) throws {
        try self.init(settings: [
            "degrees": .list([degrees.lowerBound, degrees.upperBound]), "interpolation": .word(interpolation.rawValue),
            "fill": .number(fill),
        ])
    }

    /// What the sampler needs.
    public func scratchCount(for shape: ImageShape) -> Int { AffineSampler.scratchCount(for: shape) }

    /// Turns the image.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        let angle = random.uniform(within: degrees)
        AffineSampler(shape: shape, interpolation: interpolation, fill: fill).sample(
            image, along: AffineMap(angle: -angle), scratch: scratch)
    }
}

extension RandomStream {
    /// A uniform number in a range; draws two words.
    mutating func uniform(within range: ClosedRange<Double>) -> Double {
        range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
    }
}
