import SynfireParallel

/// What random numbers of this module are for: the low byte of their stream.
///
/// The numbers are part of what a seed means; they never change.
enum RandomPurpose: UInt32 {
    case parameters = 1
    case shuffling = 2
    case dropout = 3
    case augmentation = 4
    case validationSplit = 5

    /// The stream of this purpose for a layer or other part.
    func stream(part: Int = 0) -> UInt32 {
        UInt32(truncatingIfNeeded: part) << 8 | rawValue
    }
}
