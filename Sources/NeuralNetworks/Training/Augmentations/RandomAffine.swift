import SynfireParallel

/// Turns, moves, scales and shears images.
///
/// As `torchvision.transforms.RandomAffine` without `center`: a positive angle turns with the clock. With bilinear
/// interpolation the edge of what is filled in is weighted once, by `grid_sample`'s weights.
public struct RandomAffine: ImageAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "affine", "Turns, moves, scales and shears images.", draws: .slot(5),
        rows: [
            AugmentationRow(
                "degrees", .numberOrList([2]), "The largest angle to either side, or the range of angles, in degrees."),
            AugmentationRow(
                "translate", .pair, default: .list([0, 0]), allowed: .closed(0...1),
                "The furthest moves across and down, as parts of the image's width and height."),
            AugmentationRow(
                "scale", .range, default: .list([1, 1]), allowed: .above(0), "The range of factors in size."),
            AugmentationRow(
                "shear", .numberOrList([2, 4]), default: .number(0),
                allowed: AllowedRange(lower: -90, upper: 90, includesLower: false, includesUpper: false),
                "The largest angle of a shear across, the range of angles, or two ranges, across and down, in degrees."),
            AugmentationRow(
                "interpolation", .word(Interpolation.allCases.map(\.rawValue)), default: .word("nearest"),
                "How values between pixels are found."),
            AugmentationRow("fill", .number, default: .number(0), "What comes in from outside."),
        ])

    /// The settings.
    public let values: AugmentationValues

    private let degrees: ClosedRange<Double>
    private let translate: (across: Double, down: Double)
    private let scale: ClosedRange<Double>
    private let shear: (across: ClosedRange<Double>, down: ClosedRange<Double>)
    private let interpolation: Interpolation
    private let fill: Float

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
        degrees = try values.range("degrees")
        let parts = values.list("translate")
        translate = (parts[0], parts[1])
        scale = try values.range("scale")
        let angles = values.list("shear")
        shear = angles.count == 4 ? (angles[0]...angles[1], angles[2]...angles[3]) : (try values.range("shear"), 0...0)
        interpolation = values.word("interpolation").flatMap(Interpolation.init) ?? .nearest
        fill = Float(values.number("fill"))
    }

    /// What the sampler needs.
    public func scratchCount(for shape: ImageShape) -> Int { AffineSampler.scratchCount(for: shape) }

    /// Changes the image.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        AffineSampler(shape: shape, interpolation: interpolation, fill: fill).sample(
            image, along: map(shape, &random), scratch: scratch)
    }

    private func map(_ shape: ImageShape, _ random: inout RandomStream) -> AffineMap {
        let angle = random.uniform(within: degrees)
        let (across, down) = (translate.across * Double(shape.columns), translate.down * Double(shape.rows))
        // Whole pixels, as in torchvision.
        let move = (
            random.uniform(within: -across...across).rounded(.toNearestOrEven),
            random.uniform(within: -down...down).rounded(.toNearestOrEven)
        )
        let factor = random.uniform(within: scale)
        let shears = (random.uniform(within: shear.across), random.uniform(within: shear.down))
        return AffineMap(angle: angle, translate: move, scale: factor, shear: shears)
    }
}
