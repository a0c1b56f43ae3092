/// An array read from a file in the IDX format, plain or gzipped.
///
/// IDX is the format MNIST and its successors are published in: two zero bytes, one byte for the element type, one for the
/// rank, a 32-bit big-endian extent for each axis, then the elements in row-major order, big-endian.
///
///     let file = try IDXFile(path: "train-images-idx3-ubyte.gz")
///     file.shape                                  // [60000, 28, 28]
///     let pixels = try file.elements(as: UInt8.self)
///
/// Whether a file is gzipped is told by its first bytes, not by its name. The elements must fill the file exactly: a file that
/// is shorter or longer than its header says is refused.
///
/// - Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section "The IDX file format".
public struct IDXFile: Sendable {
    /// The types an element may have, with the byte that stands for each in the header.
    public enum ElementType: UInt8, Sendable, CaseIterable {
        /// An unsigned byte.
        case uint8 = 0x08
        /// A signed byte.
        case int8 = 0x09
        /// A signed integer of two bytes.
        case int16 = 0x0B
        /// A signed integer of four bytes.
        case int32 = 0x0C
        /// An IEEE 754 number of four bytes.
        case float32 = 0x0D
        /// An IEEE 754 number of eight bytes.
        case float64 = 0x0E

        /// The bytes an element takes in the file.
        public var byteCount: Int {
            switch self {
            case .uint8, .int8: 1
            case .int16: 2
            case .int32, .float32: 4
            case .float64: 8
            }
        }
    }

    /// Where the array was read from.
    public let path: String
    /// The type of the elements in the file.
    public let elementType: ElementType
    /// The extent of each axis, outermost first; at least one axis.
    public let shape: [Int]
    /// The elements as they are in the file: row-major, big-endian.
    let payload: [UInt8]

    /// The number of elements, the product of `shape`.
    public var count: Int { payload.count / elementType.byteCount }

    /// Reads the whole file.
    ///
    /// - Throws: `DatasetError` if the file is missing, empty, not IDX, corrupt, or not as long as its header says.
    /// - Complexity: O(size of the array). Memory follows the bytes that are really there, never the header alone.
    public init(path: String) throws(DatasetError) {
        let source = try ByteSource(path: path)
        var head: [UInt8] = []
        try source.append(upTo: 4, to: &head)
        if head.isEmpty { throw .emptyFile(path: path) }
        guard head.count == 4, head[0] == 0, head[1] == 0, head[3] > 0 else {
            throw .notIDX(path: path, found: head)
        }
        guard let elementType = ElementType(rawValue: head[2]) else {
            throw .unknownElementType(path: path, code: head[2])
        }
        let rank = Int(head[3])
        var extents: [UInt8] = []
        try source.append(upTo: 4 * rank, to: &extents)
        guard extents.count == 4 * rank else {
            throw .truncated(path: path, expected: 4 + 4 * rank, actual: 4 + extents.count)
        }
        let shape = (0..<rank).map { axis in
            extents[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        let header = 4 + 4 * rank
        guard let size = Self.byteCount(of: shape, elementSize: elementType.byteCount), size <= Int.max - header else {
            throw .impossibleShape(path: path, shape: shape)
        }
        // Refused before anything is allocated if the file could not hold that much even at deflate's best ratio.
        if size > source.largestPossibleSize {
            throw .truncated(path: path, expected: header + size, actual: nil)
        }
        var payload: [UInt8] = []
        payload.reserveCapacity(min(size, source.plausibleSize))
        try source.append(upTo: size, to: &payload)
        if payload.count < size {
            throw .truncated(path: path, expected: header + size, actual: header + payload.count)
        }
        guard try source.isAtEnd() else {
            throw .trailingBytes(path: path, expected: header + size)
        }
        self.path = path
        self.elementType = elementType
        self.shape = shape
        self.payload = payload
    }

    /// The product of the extents and the element size, or nil if it does not fit an `Int`.
    private static func byteCount(of shape: [Int], elementSize: Int) -> Int? {
        // An array with an empty axis is empty, whatever the product of the others would be.
        if shape.contains(0) { return 0 }
        var size = elementSize
        for extent in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            size = product
        }
        return size
    }
}
