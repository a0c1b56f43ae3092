/// A type that this package calls as Synfire calls one of its own.
public struct Milliseconds: Equatable, Sendable {
    /// How many.
    public var count: Double

    /// So many milliseconds.
    public init(count: Double) { self.count = count }
}
