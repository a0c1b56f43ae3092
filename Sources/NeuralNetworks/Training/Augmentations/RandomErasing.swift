import SynfireParallel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Overwrites a rectangle of random place, area and sides.
///
/// As `torchvision.transforms.RandomErasing`: up to ten rectangles are drawn until one is smaller than the image both
/// ways; if none is, the image stays as it is.
/// - Source: Zhong, Zheng, Kang, Li & Yang 2020, "Random erasing data augmentation". arXiv:1708.04896
public struct RandomErasing: ImageAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "erasing", "Overwrites a rectangle of random place, area and sides.", draws: .slot(8), probability: 0.5,
        rows: [
            AugmentationRow(
                "scale", .range, default: .list([0.02, 0.33]), allowed: .closed(0...1),
                "The range of the rectangle's area, as a part of the image's."),
            AugmentationRow(
                "ratio", .range, default: .list([0.3, 3.3]), allowed: .above(0),
                "The range of the rectangle's height over its width."),
            AugmentationRow(
                "value", .numberOrWord(["random"]), default: .number(0),
                "What is written: a number, or normal numbers with mean 0 and standard deviation 1."),
        ])

    /// The settings.
    public let values: AugmentationValues

    private let scale: ClosedRange<Double>
    private let logRatio: ClosedRange<Double>
    /// Nil for random numbers.
    private let value: Float?

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
        scale = try values.range("scale")
        let ratio = try values.range("ratio")
        logRatio = log(ratio.lowerBound)...log(ratio.upperBound)
        value = values.word("value") == nil ? Float(values.number("value")) : nil
    }

    /// Makes a change with the other settings' defaults.
    ///
    /// - Parameter probability: The probability that an image is changed, 0 to 1.
    public init(probability: Double = 0.5) throws {
        try self.init(settings: ["p": .number(probability)])
    }

    /// The random numbers to write.
    public func scratchCount(for shape: ImageShape) -> Int { value == nil ? (shape.count + 3) / 4 * 4 : 0 }

    /// Overwrites a rectangle.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        // The words behind those of the ten rectangles.
        var numbers = BulkRandom(
            seed: random.seed, stream: random.stream, entity: random.entity, block: (random.draw + 1024) / 4)
        guard let box = box(in: shape, &random) else { return }
        if let value {
            box.forEachRow(of: shape) { (image + $0).update(repeating: value, count: box.columns) }
        } else {
            numbers.fillNormal(scratch, blocks: (shape.channels * box.rows * box.columns + 3) / 4)
            var next = scratch
            box.forEachRow(of: shape) {
                (image + $0).update(from: next, count: box.columns)
                next += box.columns
            }
        }
    }

    func box(in shape: ImageShape, _ random: inout RandomStream) -> PixelBox? {
        for _ in 0..<10 {
            let area = random.uniform(within: scale) * Double(shape.plane)
            let ratio = exp(random.uniform(within: logRatio))
            let rows = (area * ratio).squareRoot().rounded(.toNearestOrEven)
            let columns = (area / ratio).squareRoot().rounded(.toNearestOrEven)
            guard rows < Double(shape.rows), columns < Double(shape.columns) else { continue }
            let top = random.integer(below: shape.rows - Int(rows) + 1)
            let left = random.integer(below: shape.columns - Int(columns) + 1)
            return PixelBox(top: top, left: left, rows: Int(rows), columns: Int(columns))
        }
        return nil
    }
}
