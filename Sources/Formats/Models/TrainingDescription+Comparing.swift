/// A key of a training's description that two of them do not have in common.
public struct TrainingDifference: Sendable, Equatable {
    /// The key, such as `batch_size`.
    public let key: String
    /// The value of the one that is compared, as descriptions write it; `nil` where it has none.
    public let own: String?
    /// The value of the other.
    public let other: String?
}

extension TrainingDescription {
    /// The keys in which it differs from another, in the order in which descriptions are written.
    ///
    /// - Throws: ``ModelDescriptionError`` where one of them cannot be described.
    public func differences(from other: TrainingDescription) throws -> [TrainingDifference] {
        let (own, others) = (try fields(), try other.fields())
        let keys = own.map(\.0) + others.map(\.0).filter { key in !own.contains { $0.0 == key } }
        return keys.compactMap { key in
            let (mine, theirs) = (own.first { $0.0 == key }?.1, others.first { $0.0 == key }?.1)
            return mine == theirs ? nil : TrainingDifference(key: key, own: mine, other: theirs)
        }
    }
}
