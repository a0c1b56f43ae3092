/// Labelled images of one size: bytes in memory, numbers from 0 to 1 when they are taken out.
///
/// Pixels stay bytes because the 60,000 images of Fashion-MNIST then take 47 MB and not 188; a batch is converted when it is
/// asked for. Subsets share the bytes of the set they come from.
public struct ImageDataset: Sendable {
    /// How the user called it, such as `fashion-mnist:test:1000`.
    public let name: String
    /// The shape of one image: channels, rows, columns.
    public let shape: [Int]
    /// The names of the classes; a label is an index into them.
    public let classNames: [String]
    /// Where the data come from.
    public let provenance: DatasetProvenance

    /// The bytes of all images of the set this one is a part of.
    private let pixels: [UInt8]
    private let allLabels: [UInt8]
    /// Which of those images belong to this set.
    private let part: Range<Int>

    /// Makes a data set of images held in memory.
    ///
    /// - Parameters:
    ///   - name: How messages call it.
    ///   - shape: Channels, rows and columns of an image; each at least 1.
    ///   - pixels: Images one after the other, each in the order (channel, row, column); 0 is 0.0 and 255 is 1.0.
    ///   - labels: One class index an image.
    ///   - classNames: As many as there are classes.
    /// - Throws: `DatasetError` if the parts do not fit each other.
    public init(
        name: String, shape: [Int], pixels: [UInt8], labels: [UInt8], classNames: [String],
        provenance: DatasetProvenance
    ) throws(DatasetError) {
        let path = provenance.files.first ?? name
        guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
            throw .unexpectedShape(path: path, field: "an image", found: shape, expected: "[channels, rows, columns]")
        }
        let size = shape.reduce(1, *)
        guard pixels.count % size == 0 else {
            throw .unexpectedShape(
                path: path, field: "images", found: [pixels.count], expected: "a multiple of \(size)")
        }
        guard pixels.count / size == labels.count else {
            throw .countMismatch(path: path, images: pixels.count / size, labels: labels.count)
        }
        if let index = labels.firstIndex(where: { Int($0) >= classNames.count }) {
            throw .labelOutOfRange(
                path: path, index: index, label: Int(labels[index]), classes: classNames.count)
        }
        self.init(
            name: name, shape: shape, classNames: classNames, provenance: provenance, pixels: pixels,
            allLabels: labels, part: 0..<labels.count)
    }

    private init(
        name: String, shape: [Int], classNames: [String], provenance: DatasetProvenance, pixels: [UInt8],
        allLabels: [UInt8], part: Range<Int>
    ) {
        self.name = name
        self.shape = shape
        self.classNames = classNames
        self.provenance = provenance
        self.pixels = pixels
        self.allLabels = allLabels
        self.part = part
    }

    /// The number of images.
    public var count: Int { part.count }

    /// The number of values in one image: the product of `shape`.
    public var valuesPerImage: Int { shape.reduce(1, *) }

    /// The class of each image, in order.
    public var labels: [Int] { allLabels[part].map(Int.init) }

    /// The first `count` images.
    ///
    /// - Throws: `DatasetError.beyondEnd` if there are fewer.
    /// - Complexity: O(1); the bytes are shared.
    public func first(_ count: Int) throws(DatasetError) -> ImageDataset {
        try range(0..<max(0, count))
    }

    /// The images with the given indices.
    ///
    /// - Throws: `DatasetError.beyondEnd` if the range reaches beyond the last image.
    /// - Complexity: O(1); the bytes are shared.
    public func range(_ range: Range<Int>) throws(DatasetError) -> ImageDataset {
        guard range.lowerBound >= 0 else {
            throw .indexOutOfRange(dataset: name, index: range.lowerBound, available: count)
        }
        guard range.upperBound <= count else {
            throw .beyondEnd(dataset: name, requested: range.upperBound, available: count)
        }
        return ImageDataset(
            name: name, shape: shape, classNames: classNames, provenance: provenance, pixels: pixels,
            allLabels: allLabels, part: part.lowerBound + range.lowerBound..<part.lowerBound + range.upperBound)
    }

    /// The same images under another name.
    public func named(_ name: String) -> ImageDataset {
        ImageDataset(
            name: name, shape: shape, classNames: classNames, provenance: provenance, pixels: pixels,
            allLabels: allLabels, part: part)
    }

    /// The bytes of one image in the order (channel, row, column).
    ///
    /// - Precondition: `index` is in `0..<count`.
    public func pixels(of index: Int) -> ArraySlice<UInt8> {
        precondition(index >= 0 && index < count, "image \(index) of \(count)")
        let start = (part.lowerBound + index) * valuesPerImage
        return pixels[start..<start + valuesPerImage]
    }

    /// The images with the given indices, in that order, as numbers from 0 to 1: a byte divided by 255.
    ///
    /// - Returns: Shape (number of indices, channels, rows, columns), row-major.
    /// - Precondition: Each index is in `0..<count`.
    /// - Complexity: O(number of values); one allocation.
    public func scalars(of indices: some Sequence<Int>) -> [Float] {
        let indices = Array(indices)
        let size = valuesPerImage
        return [Float](unsafeUninitializedCapacity: indices.count * size) { values, initialized in
            pixels.withUnsafeBufferPointer { bytes in
                for (position, index) in indices.enumerated() {
                    precondition(index >= 0 && index < count, "image \(index) of \(count)")
                    let source = UnsafeBufferPointer(
                        rebasing: bytes[(part.lowerBound + index) * size..<(part.lowerBound + index + 1) * size])
                    for offset in 0..<size {
                        values.initializeElement(at: position * size + offset, to: Float(source[offset]) / 255)
                    }
                }
            }
            initialized = indices.count * size
        }
    }

    /// The classes of the images with the given indices, in that order.
    ///
    /// - Precondition: Each index is in `0..<count`.
    public func labels(of indices: some Sequence<Int>) -> [Int] {
        indices.map { index in
            precondition(index >= 0 && index < count, "image \(index) of \(count)")
            return Int(allLabels[part.lowerBound + index])
        }
    }
}
