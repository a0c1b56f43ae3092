import SynfireNeuralNetworks
import SynfireUnits

/// What is wrong with the description of a network, and where.
public struct ModelDescriptionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A place in a text; both count from 1, columns in Unicode scalars.
    public struct Position: Sendable, Hashable {
        /// The line.
        public let line: Int
        /// The column in it.
        public let column: Int

        /// Names a place.
        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// The system does not let the file be read.
        case unreadable(String)
        /// The bytes are no UTF-8 text.
        case notUTF8
        /// There is nothing in it.
        case empty
        /// It is not YAML.
        case syntax(String)
        /// An anchor, which descriptions do without.
        case anchor
        /// A value is not what its key needs.
        case wrongKind(what: String, found: String, expected: String)
        /// A section has no such key.
        case unknownKey(String, section: String, known: [String])
        /// A section lacks a key.
        case missingKey(String, section: String)
        /// A section has a key more than once.
        case duplicateKeys([String])
        /// A number is outside its range.
        case outOfRange(what: String, value: String, allowed: String)
        /// Nothing of the kind has this name.
        case unknownName(String, what: String, known: [String])
        /// More than is plausible, or than fits into memory.
        case tooLarge(what: String, limit: String)
        /// Two things contradict each other.
        case conflict(String)
        /// A layer or a setting is not possible.
        case network(NetworkError)
    }

    /// The file, as it was named by the caller.
    public let file: String
    /// Where in it, nil for the file as a whole.
    public let position: Position?
    /// What is wrong.
    public let reason: Reason

    /// Says what is wrong and where.
    public init(file: String, position: Position?, reason: Reason) {
        self.file = file
        self.position = position
        self.reason = reason
    }

    /// `file:line:column: what is wrong, what is allowed`.
    public var description: String { sentence.printable }

    private var sentence: String {
        let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
        return "\(place): \(reason.description)"
    }
}

extension ModelDescriptionError.Reason: CustomStringConvertible {
    /// What is wrong and what is allowed, in one sentence without the place.
    public var description: String {
        switch self {
        case .unreadable(let why): why
        case .notUTF8: "this is not UTF-8 text, as a description in YAML must be"
        case .empty:
            "the description is empty; a conventional network needs at least 'name', 'input' and 'layers', a spiking one "
                + "'network' and 'populations'"
        case .syntax(let problem): "this is not valid YAML: \(problem)"
        case .anchor: "anchors ('&name') are not used in descriptions; write the value out where it is needed"
        case .wrongKind(let what, let found, let expected): "\(what) is \(found), but must be \(expected)"
        case .unknownKey(let key, let section, let known):
            "\(section) has no key '\(Self.shortened(key))'; " + NearestName.hint(key, among: known)
        case .missingKey(let key, let section): "\(section) lacks the key '\(key)'"
        case .duplicateKeys(let keys):
            keys.map { "'\(Self.shortened($0))'" }.joined(separator: ", ")
                + (keys.count == 1
                    ? " is given more than once; give it once" : " are given more than once; give each once")
        case .outOfRange(let what, let value, let allowed): "\(what) is \(value), but must be \(allowed)"
        case .unknownName(let name, let what, let known):
            "there is no \(what) '\(Self.shortened(name))'; " + NearestName.hint(name, among: known)
        case .tooLarge(let what, let limit): "\(what) is too large; the limit is \(limit)"
        case .conflict(let text): text
        case .network(let error): "\(error)"
        }
    }

    /// A text for a message, cut where it is long.
    static func shortened(_ text: String) -> String { text.count > 60 ? text.prefix(60) + "…" : text }
}
