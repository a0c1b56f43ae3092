/// Why a tensor could not be made.
public enum TensorError: Error, Equatable, CustomStringConvertible {
    /// An axis has a negative extent.
    case negativeExtent(shape: [Int])
    /// The numbers would not fit into memory.
    case tooLarge(shape: [Int])
    /// The shape holds another count of numbers than were given.
    case countMismatch(shape: [Int], expected: Int, found: Int)

    /// One sentence on what is wrong.
    public var description: String {
        switch self {
        case .negativeExtent(let shape):
            "A tensor of shape \(shape) cannot exist: an extent is negative."
        case .tooLarge(let shape):
            "A tensor of shape \(shape) is too large for this machine."
        case .countMismatch(let shape, let expected, let found):
            "A tensor of shape \(shape) holds \(expected) numbers, but \(found) were given."
        }
    }
}
