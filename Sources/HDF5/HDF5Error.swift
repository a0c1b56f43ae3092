import SynfireUnits

/// Why a file could not be read or written.
public struct HDF5Error: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, for programs that act on it.
    public enum Code: String, Sendable, CaseIterable {
        /// No such file, group, dataset or attribute.
        case notFound
        /// The file is there but is not HDF5.
        case notHDF5
        /// The file ends before its own description says it should.
        case truncated
        /// The content contradicts itself.
        case corrupt
        /// Another class of elements is stored than the one asked for.
        case wrongType
        /// Another number of elements or of dimensions is stored, or was given, than needed.
        case wrongShape
        /// A number does not fit into the integer asked for, or a text into its place.
        case outOfRange
        /// Something of that name exists already.
        case exists
        /// No room is left on the device, or the file may not grow.
        case outOfSpace
        /// Writing failed for another reason.
        case writeFailed
        /// More memory would be needed than is allowed or plausible.
        case tooLarge
        /// A feature of HDF5 that Synfire does not use, or refuses for safety.
        case unsupported
        /// The system refuses access.
        case notPermitted
        /// Anything else.
        case other
    }

    /// One entry of libhdf5's own error stack, innermost first.
    public struct Frame: Sendable, Hashable {
        /// The function that failed.
        public let function: String
        /// What it says.
        public let message: String

        init(function: String, message: String) {
            self.function = function
            self.message = Self.withoutAddresses(message)
        }

        /// Without where in memory something was, which some messages tell after a colon.
        private static func withoutAddresses(_ text: String) -> String {
            guard let number = text.firstRange(of: "0x") else { return text }
            let before = text[..<number.lowerBound]
            guard let colon = before.lastIndex(of: ":") else { return String(before) + "..." }
            return String(before[..<colon])
        }
    }

    /// The kind of failure.
    public let code: Code
    /// What was being done, such as "open dataset".
    public let operation: String
    /// The file, as it was named by the caller.
    public let file: String
    /// The path inside the file; `/` for the file itself, `path@name` for an attribute.
    public let path: String
    /// What was wrong, without where.
    public let reason: String
    /// What libhdf5 said, innermost first; empty where Synfire found the mistake.
    public let stack: [Frame]

    init(_ code: Code, _ operation: String, _ place: HDF5Place, _ reason: String, stack: [Frame] = []) {
        self.code = code
        self.operation = operation
        self.file = place.file
        self.path = place.path
        self.reason = reason
        self.stack = stack
    }

    /// One sentence: what could not be done, where, and why.
    public var description: String { sentence.printable }

    private var sentence: String {
        path.isEmpty || path == "/"
            ? "cannot \(operation) '\(file)': \(reason)"
            : "cannot \(operation) '\(path)' in '\(file)': \(reason)"
    }
}
