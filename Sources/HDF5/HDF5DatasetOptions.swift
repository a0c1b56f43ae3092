/// How a new dataset is laid out.
public struct HDF5DatasetOptions: Sendable, Hashable {
    /// Sizes of the chunks that are stored, compressed and read as a whole.
    ///
    /// nil chooses some of about 64 KiB where chunks are needed (compression or growth). A dataset without either is stored in one piece.
    public var chunk: [Int]?
    /// Level of gzip compression, 1 to 9; nil for none.
    public var gzip: Int?
    /// Whether the bytes of the numbers are sorted by significance before compression, which helps it.
    public var shuffle: Bool
    /// The value of elements that are never written; zero if nil.
    public var fill: Double?
    /// Whether the values lie beside what describes them: for a few that change, as those of one flush do.
    public var isCompact = false

    /// The layout of a new dataset.
    ///
    /// A single value and an empty dataset that cannot grow are stored in one piece
    /// whatever is asked for, since neither can have chunks.
    public init(chunk: [Int]? = nil, gzip: Int? = nil, shuffle: Bool = false, fill: Double? = nil) {
        self.chunk = chunk
        self.gzip = gzip
        self.shuffle = shuffle
        self.fill = fill
    }

    /// In one piece, uncompressed.
    public static let plain = HDF5DatasetOptions()

    /// At most 64 KiB that lie beside what describes them, and so change together with all that a flush changes.
    public static var compact: HDF5DatasetOptions {
        var options = HDF5DatasetOptions()
        options.isCompact = true
        return options
    }

    /// Chunk sizes for a shape, nil for storage in one piece.
    func chunks(shape: [Int], maximum: [Int?]?, bytesPerElement: Int) -> [Int]? {
        let grows = maximum.map { zip(shape, $0).contains { $0 != $1 } } ?? false
        guard !shape.isEmpty, grows || chunk != nil || gzip != nil || shuffle else { return nil }
        let limits = maximum ?? shape.map(Optional.some)
        // A dimension that stays empty has no room for a chunk.
        if limits.contains(0) { return nil }
        let wanted = chunk ?? Self.guess(shape: shape, limits: limits, bytesPerElement: bytesPerElement)
        return zip(wanted, limits).map { size, limit in limit.map { min(size, $0) } ?? size }
    }

    /// Halves the longest side until a chunk has at most 64 KiB.
    private static func guess(shape: [Int], limits: [Int?], bytesPerElement: Int) -> [Int] {
        let target = max(1, (64 << 10) / max(1, bytesPerElement))
        var sizes = zip(shape, limits).map { size, limit in
            limit == nil ? max(size, shape.count == 1 ? target : 64) : max(1, max(size, min(limit ?? 1, 1024)))
        }
        while (HDF5Shape.count(sizes) ?? .max) > target, let longest = sizes.max(), longest > 1,
            let index = sizes.firstIndex(of: longest)
        {
            sizes[index] = (longest + 1) / 2
        }
        return sizes
    }
}
