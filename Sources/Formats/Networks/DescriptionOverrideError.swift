import SynfireUnits

/// Values set for constants of a description that it cannot take.
public struct DescriptionOverrideError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with them.
    public enum Reason: Sendable, Equatable {
        /// The description has no such constant.
        case unknown(String, known: [String])
        /// The description is right without them, and wrong with them: what is then wrong, and where.
        case unfit(ModelDescriptionError)
    }

    /// What was set, by the names of the constants.
    public let values: [String: String]
    /// What is wrong.
    public let reason: Reason

    /// What was set, such as `n=-2`.
    public var assignments: String {
        values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(ModelDescriptionError.Reason.shortened($0.value))" }.joined(separator: ", ")
    }

    /// One sentence: what cannot be set, and why; with the nearest name where there is no such constant.
    public var description: String { "'\(assignments)' cannot be set: \(cause)".printable }

    /// Why they cannot be set.
    public var cause: String {
        switch reason {
        case .unknown(_, let known) where known.isEmpty: return "the description has no constants"
        case .unknown(let name, let known):
            return ModelDescriptionError.Reason.unknownName(name, what: "constant to set", known: known).description
        case .unfit(let error):
            let place = error.position.map { "\(error.file):\($0.line):\($0.column)" } ?? error.file
            return "\(error.reason.description) (used at \(place))".printable
        }
    }
}
