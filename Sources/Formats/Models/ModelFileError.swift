import SynfireUnits

/// What is wrong with the content of a model file or a checkpoint; a file that cannot be read at all is an `HDF5Error`.
public struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// The file is HDF5, but not of the format; `found` says what it is instead.
        case wrongFormat(found: String, expected: String)
        /// A later version of Synfire has written it.
        case newerVersion(found: Int, known: Int)
        /// The network needs a dataset that is not there.
        case missing(known: [String])
        /// There is something that the network has no use for.
        case unexpected(known: [String])
        /// A dataset has another shape than the network needs.
        case wrongShape(found: [Int], expected: [Int])
        /// A dataset holds something else than floating-point numbers.
        case wrongType(found: String)
        /// A number is infinite or not a number.
        case notFinite(index: [Int], value: String)
        /// A variance is negative.
        case negative(index: [Int], value: Float)
        /// A value is not possible.
        case impossible(value: String, allowed: String)
    }

    /// The file, as it was named by the caller.
    public let file: String
    /// The path inside the file; `/` for the file itself, `path@name` for an attribute.
    public let path: String
    /// What is wrong.
    public let reason: Reason

    /// One sentence: where, what is wrong, and what is allowed.
    public var description: String { sentence.printable }

    private var sentence: String {
        switch reason {
        case .wrongFormat(let found, let expected): "'\(file)' is \(found), not \(expected)"
        case .newerVersion(let found, let known):
            "'\(file)' has version \(found) of its format, but this Synfire reads only up to version \(known); "
                + "use the Synfire that wrote it or a newer one"
        case .missing(let known):
            "'\(path)' is missing in '\(file)'" + (known.isEmpty ? "" : "; \(hint(known))")
        case .unexpected(let known):
            "'\(path)' in '\(file)' belongs to no part of the network" + (known.isEmpty ? "" : "; \(hint(known))")
        case .wrongShape(let found, let expected):
            "'\(path)' in '\(file)' has shape \(found), but the network needs \(expected)"
        case .wrongType(let found):
            "'\(path)' in '\(file)' holds \(found), but must hold floating-point numbers (float32)"
        case .notFinite(let index, let value):
            "'\(path)' in '\(file)' is \(value) at \(index), but all its numbers must be finite"
        case .negative(let index, let value):
            "'\(path)' in '\(file)' is \(value) at \(index), but must not be negative"
        case .impossible(let value, let allowed):
            "'\(path)' in '\(file)' is \(value), but must be \(allowed)"
        }
    }

    private func hint(_ known: [String]) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return NearestName.hint(name, among: known)
    }
}
