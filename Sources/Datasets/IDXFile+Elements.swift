/// A type whose values IDX files hold.
public protocol IDXElement: Sendable {
    /// The type in the file that corresponds to this one.
    static var idxElementType: IDXFile.ElementType { get }
    /// Makes a value of the bytes at `offset`, most significant first.
    static func fromBigEndian(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Self
}

extension IDXFile {
    /// The elements in row-major order.
    ///
    /// - Throws: `DatasetError.unexpectedElementType` if the file holds another type: nothing is converted in silence.
    /// - Complexity: O(count).
    public func elements<Element: IDXElement>(as type: Element.Type) throws(DatasetError) -> [Element] {
        guard Element.idxElementType == elementType else {
            throw .unexpectedElementType(path: path, found: "\(elementType)", expected: "\(Element.idxElementType)")
        }
        // Already what is asked for, and the common case: no copy.
        if let bytes = payload as? [Element] { return bytes }
        let size = elementType.byteCount
        return payload.withUnsafeBytes { bytes in
            (0..<count).map { Element.fromBigEndian(bytes, at: $0 * size) }
        }
    }
}

extension IDXElement where Self: FixedWidthInteger {
    /// Makes a value of the bytes at `offset`, most significant first.
    public static func fromBigEndian(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Self {
        Self(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Self.self))
    }
}

extension UInt8: IDXElement {
    /// An unsigned byte.
    public static var idxElementType: IDXFile.ElementType { .uint8 }
}

extension Int8: IDXElement {
    /// A signed byte.
    public static var idxElementType: IDXFile.ElementType { .int8 }
}

extension Int16: IDXElement {
    /// A signed integer of two bytes.
    public static var idxElementType: IDXFile.ElementType { .int16 }
}

extension Int32: IDXElement {
    /// A signed integer of four bytes.
    public static var idxElementType: IDXFile.ElementType { .int32 }
}

extension Float: IDXElement {
    /// An IEEE 754 number of four bytes.
    public static var idxElementType: IDXFile.ElementType { .float32 }
    /// Makes a number of the four bytes at `offset`, most significant first.
    public static func fromBigEndian(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Float {
        Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
}

extension Double: IDXElement {
    /// An IEEE 754 number of eight bytes.
    public static var idxElementType: IDXFile.ElementType { .float64 }
    /// Makes a number of the eight bytes at `offset`, most significant first.
    public static func fromBigEndian(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Double {
        Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
}
