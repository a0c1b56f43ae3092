/// What one element of a dataset or attribute is, as the file has it.
public indirect enum HDF5ElementType: Sendable, Hashable {
    /// A whole number.
    case integer(bytes: Int, isSigned: Bool, isBigEndian: Bool = false)
    /// A floating-point number; 2 bytes are IEEE half precision.
    case float(bytes: Int, isBigEndian: Bool = false)
    /// Text.
    case string(HDF5StringKind)
    /// True or false, stored as h5py does: an enumeration FALSE = 0, TRUE = 1 over a signed byte.
    case boolean
    /// One of some named whole numbers.
    case enumeration(HDF5EnumType)
    /// A reference to a group or dataset of the same file.
    case objectReference
    /// A list whose length differs from element to element.
    case sequence(of: HDF5ElementType)
    /// Anything that Synfire does not read, named for messages.
    case other(String)
}

extension HDF5ElementType: CustomStringConvertible {
    /// A short name such as `float32`, `uint64` or `string`.
    public var description: String {
        switch self {
        case .integer(let bytes, let isSigned, let isBigEndian):
            (isSigned ? "int" : "uint") + "\(bytes * 8)" + (isBigEndian && bytes > 1 ? " big-endian" : "")
        case .float(let bytes, let isBigEndian): "float\(bytes * 8)" + (isBigEndian ? " big-endian" : "")
        case .string(let kind): kind.description
        case .boolean: "bool"
        case .enumeration(let type): "enum (\(type.sortedNames.joined(separator: ", ")))"
        case .objectReference: "object reference"
        case .sequence(let element): "variable-length \(element)"
        case .other(let name): name
        }
    }

    /// Whether numbers of this type may become numbers of `other` without changing what they are: any number may
    /// become a float, integers become integers (a value that does not fit is an error when it is met), and a float
    /// does not silently become an integer.
    func converts(to other: HDF5ElementType) -> Bool {
        switch (self, other) {
        case (.integer, .integer), (.integer, .float), (.float, .float): true
        default: false
        }
    }
}

/// How text is stored.
public struct HDF5StringKind: Sendable, Hashable, CustomStringConvertible {
    /// What follows a text that is shorter than its place.
    public enum Padding: Sendable, Hashable {
        /// A zero byte ends the text, so that one byte fewer is there for it.
        case nullTerminated
        /// Zero bytes.
        case nullPadded
        /// Spaces.
        case spacePadded
    }

    /// How characters become bytes.
    public enum Encoding: Sendable, Hashable {
        /// Seven bits.
        case ascii
        /// Unicode.
        case utf8
    }

    /// The number of bytes of each text; nil where each has its own.
    public let byteCount: Int?
    /// What follows a shorter text, where `byteCount` is set.
    public let padding: Padding
    /// What the file says about the characters.
    public let encoding: Encoding

    /// Variable length, UTF-8.
    public static let variable = HDF5StringKind(byteCount: nil, padding: .nullTerminated, encoding: .utf8)

    /// Variable length.
    public static func variable(_ encoding: Encoding) -> HDF5StringKind {
        HDF5StringKind(byteCount: nil, padding: .nullTerminated, encoding: encoding)
    }

    /// A fixed number of bytes, at least 1.
    public static func fixed(
        _ byteCount: Int, padding: Padding = .nullPadded, encoding: Encoding = .utf8
    ) -> HDF5StringKind {
        precondition(byteCount > 0, "a fixed-length string needs at least one byte")
        return HDF5StringKind(byteCount: byteCount, padding: padding, encoding: encoding)
    }

    init(byteCount: Int?, padding: Padding, encoding: Encoding) {
        self.byteCount = byteCount
        self.padding = padding
        self.encoding = encoding
    }

    /// `string`, or `string of 8 bytes`.
    public var description: String { byteCount.map { "string of \($0) bytes" } ?? "string" }
}
