import SynfireParallel

/// Moves images by a few whole pixels.
public struct RandomShift: ImageAugmentation {
    /// The name and settings.
    public static let schema = AugmentationSchema(
        "shift", "Moves images by a few whole pixels, down or up and across.",
        draws: AugmentationDraws(coin: 1 << 32, first: 0),
        rows: [
            AugmentationRow(
                "pixels", .whole, allowed: .atLeast(0), "The furthest move along the rows and along the columns."),
            AugmentationRow("fill", .number, default: .number(0), "What comes in at the edges."),
        ])

    /// The settings.
    public let values: AugmentationValues

    private let furthest: Int
    private let fill: Float

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
        furthest = values.whole("pixels")
        fill = Float(values.number("fill"))
    }

    /// Makes a change.
    ///
    /// - Parameter pixels: The furthest move along the rows and along the columns.
    public init(pixels: Int) throws {
        try self.init(settings: ["pixels": .number(Double(pixels))])
    }

    /// Checks that something of each image stays.
    public func check(_ shape: ImageShape) throws(NetworkError) {
        let largest = min(shape.rows, shape.columns) - 1
        guard furthest <= largest else {
            throw .hyperparameterOutOfRange(
                kind: name, name: "pixels", value: "\(furthest)", allowed: "0 to \(largest)")
        }
    }

    /// Moves the image.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        let down = random.integer(below: 2 * furthest + 1) - furthest
        let right = random.integer(below: 2 * furthest + 1) - furthest
        Self.move(image, shape: shape, down: down, right: right, fill: fill)
    }

    /// Moves an image in place; moves that leave nothing of it are allowed.
    static func move(_ image: UnsafeMutablePointer<Float>, shape: ImageShape, down: Int, right: Int, fill: Float) {
        guard down != 0 || right != 0 else { return }
        let (rows, columns) = (shape.rows, shape.columns)
        let kept = max(0, columns - abs(right))
        for channel in 0..<shape.channels {
            let plane = image + channel * shape.plane
            for step in 0..<rows {
                // Against the move, so that no row is overwritten before it is read.
                let row = down > 0 ? rows - 1 - step : step
                let target = plane + row * columns
                let from = row - down
                guard from >= 0, from < rows, kept > 0 else {
                    target.update(repeating: fill, count: columns)
                    continue
                }
                let source = plane + from * columns
                if right >= 0 {
                    (target + right).update(from: source, count: kept)
                    target.update(repeating: fill, count: right)
                } else {
                    target.update(from: source - right, count: kept)
                    (target + kept).update(repeating: fill, count: -right)
                }
            }
        }
    }
}
