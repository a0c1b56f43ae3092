/// The names and numbers of an enumeration, and the integer that it is stored as.
public struct HDF5EnumType: Sendable, Hashable {
    /// The numbers by name.
    public let members: [String: Int]
    /// The integer that is stored; a signed byte by default.
    public let base: HDF5ElementType

    /// An enumeration over an integer type.
    public init(members: [String: Int], base: HDF5ElementType = .integer(bytes: 1, isSigned: true)) {
        self.members = members
        self.base = base
    }

    /// The name of a number; nil for a number that is none of the members'.
    public func name(of value: Int) -> String? { members.first { $0.value == value }?.key }

    /// The names in the order of their numbers.
    public var sortedNames: [String] {
        members.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }
}

/// One value of an enumeration, with the enumeration.
public struct HDF5Enum: Sendable, Hashable {
    /// The names, the numbers and how they are stored.
    public let type: HDF5EnumType
    /// The number.
    public let value: Int

    /// A value of an enumeration.
    public init(type: HDF5EnumType, value: Int) {
        self.type = type
        self.value = value
    }

    /// A value of an enumeration over a signed byte, or another integer.
    public init(members: [String: Int], value: Int, base: HDF5ElementType = .integer(bytes: 1, isSigned: true)) {
        self.init(type: HDF5EnumType(members: members, base: base), value: value)
    }

    /// The name of the value; nil if the file has a number that is no member.
    public var name: String? { type.name(of: value) }
}
