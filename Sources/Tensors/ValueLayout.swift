/// How the values of one image lie in memory.
///
/// Feature maps (C, H, W) and signals (C, L) are cut into blocks of channels: the order is (C / block, H, W, block), the
/// last block filled up with zeros. A block of 1 is the plain order; 8 and 16 fill a vector register, and convolutions
/// want them. Vectors (F) are always plain. Images follow each other, so a part of a batch is contiguous.
public struct ValueLayout: Hashable, Sendable {
    /// The logical shape of one image's values: (C, H, W), (C, L) or (F).
    public let shape: [Int]
    /// How many channels lie side by side: 1, 8 or 16.
    public let block: Int

    /// The layout of a shape; `block` does not count for vectors.
    public init(shape: [Int], block: Int = 1) {
        self.shape = shape
        self.block = shape.count >= 2 ? block : 1
    }

    /// The same values in plain order.
    public var plain: ValueLayout { ValueLayout(shape: shape) }

    /// Whether the values lie in plain order.
    public var isPlain: Bool { block == 1 }

    /// The first extent: channels of a feature map, length of a vector.
    public var channels: Int { shape.first ?? 1 }

    /// The number of channel blocks.
    public var blocks: Int { (channels + block - 1) / block }

    /// The number of positions in a channel: H · W, or 1.
    public var positions: Int { shape.dropFirst().reduce(1, *) }

    /// The rows of a feature map; 1 for signals and vectors.
    public var rows: Int { shape.count >= 3 ? shape[1] : 1 }

    /// The columns of a feature map, more axes counted in; the length of a signal.
    public var columns: Int { positions / max(1, rows) }

    /// The numbers that one image takes, filling included.
    public var imageStride: Int { blocks * positions * block }
}
