import SynfireParallel

/// Pads images on all sides and cuts a piece of their old size out at random.
///
/// As `torchvision.transforms.RandomCrop` with the images' own size.
public struct RandomCrop: ImageAugmentation {
    /// What the padding is made of, as in PyTorch.
    public enum PaddingMode: String, Sendable, CaseIterable {
        /// A constant.
        case constant
        /// The pixels of the edge again and again.
        case edge
        /// The image mirrored at the middle of the pixels of its edge.
        case reflect
        /// The image mirrored at its edge.
        case symmetric

        /// The pixel that stands for position `index` along an extent of `count` pixels.
        func source(of index: Int, count: Int) -> Int {
            switch self {
            case .constant, .edge: min(max(index, 0), count - 1)
            case .reflect: index < 0 ? -index : index >= count ? 2 * count - 2 - index : index
            case .symmetric: index < 0 ? -1 - index : index >= count ? 2 * count - 1 - index : index
            }
        }
    }

    /// The name and settings.
    public static let schema = AugmentationSchema(
        "random_crop", "Pads images on all sides and cuts a piece of their old size out at random.", draws: .slot(3),
        rows: [
            AugmentationRow("padding", .whole, allowed: .closed(0...65_536), "How many pixels are added on each side."),
            AugmentationRow("fill", .number, default: .number(0), "What constant padding is made of."),
            AugmentationRow(
                "padding_mode", .word(PaddingMode.allCases.map(\.rawValue)), default: .word("constant"),
                "What the padding is made of."),
        ])

    /// The settings.
    public let values: AugmentationValues

    private let padding: Int
    private let fill: Float
    private let mode: PaddingMode

    /// Makes a change from checked settings.
    public init(_ values: AugmentationValues) throws {
        self.values = values
        padding = values.whole("padding")
        fill = Float(values.number("fill"))
        mode = values.word("padding_mode").flatMap(PaddingMode.init) ?? .constant
    }

    /// Makes a change.
    ///
    /// - Parameters:
    ///   - padding: How many pixels are added on each side.
    ///   - fill: What constant padding is made of.
    ///   - mode: What the padding is made of.
    public init(padding: Int, fill: Double = 0, mode: PaddingMode = .constant) throws {
        try self.init(settings: [
            "padding": .number(Double(padding)), "fill": .number(fill), "padding_mode": .word(mode.rawValue),
        ])
    }

    /// Checks that the image is large enough to be mirrored.
    public func check(_ shape: ImageShape) throws(NetworkError) {
        let largest: Int
        switch mode {
        case .constant, .edge: return
        case .reflect: largest = min(shape.rows, shape.columns) - 1
        case .symmetric: largest = min(shape.rows, shape.columns)
        }
        guard padding <= largest else {
            throw .hyperparameterOutOfRange(
                kind: name, name: "padding", value: "\(padding)",
                allowed: "0 to \(largest) for padding_mode '\(mode.rawValue)'")
        }
    }

    /// A copy of the image, but for constant padding.
    public func scratchCount(for shape: ImageShape) -> Int { mode == .constant ? 0 : shape.count }

    /// Cuts a piece out.
    public func apply(
        to image: UnsafeMutablePointer<Float>, shape: ImageShape, scratch: UnsafeMutablePointer<Float>,
        random: inout RandomStream
    ) {
        let down = padding - random.integer(below: 2 * padding + 1)
        let right = padding - random.integer(below: 2 * padding + 1)
        guard mode != .constant else {
            RandomShift.move(image, shape: shape, down: down, right: right, fill: fill)
            return
        }
        guard down != 0 || right != 0 else { return }
        let (rows, columns) = (shape.rows, shape.columns)
        scratch.update(from: image, count: shape.count)
        // The columns whose source is inside: they are copied in one go.
        let inside = min(columns, max(0, right))..<max(min(columns, max(0, right)), min(columns, columns + right))
        for channel in 0..<shape.channels {
            for row in 0..<rows {
                let source = scratch + channel * shape.plane + mode.source(of: row - down, count: rows) * columns
                let target = image + channel * shape.plane + row * columns
                for column in 0..<inside.lowerBound {
                    target[column] = source[mode.source(of: column - right, count: columns)]
                }
                (target + inside.lowerBound).update(from: source + inside.lowerBound - right, count: inside.count)
                for column in inside.upperBound..<columns {
                    target[column] = source[mode.source(of: column - right, count: columns)]
                }
            }
        }
    }
}
