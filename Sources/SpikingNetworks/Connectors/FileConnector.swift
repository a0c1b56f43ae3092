/// Connects the pairs of a text file: columns `source`, `target` and, where it has them, `weight` and `delay`.
///
///     source,target,weight,delay
///     0,3,87.8,1.5
///
/// Columns are separated by commas, or by blanks and tabs. The first line names them, in any order (`pre` or `i` for
/// `source`, `post` or `j` for `target`); without it they are source, target, weight and delay, as many as there are.
/// Lines that begin with `#` and empty lines are skipped, except that `# columns = ["i", "j", "weight"]`, as PyNN
/// writes it, names the columns. Indices count from 0 among sources and targets, weights are in the receptor's unit,
/// delays in milliseconds. Use ``SynapseValue/listed`` for weight and delay of the synapses to take those of the file.
public struct FileConnector: Connector {
    /// `from_file`.
    public static let kind = "from_file"
    /// The path of the file.
    public var path: String

    /// Makes the connector.
    public init(path: String) { self.path = path }

    /// Nothing is known before the file is read.
    public func fault(_ site: ConnectionSite) -> String? { path.isEmpty ? "the path of the file is empty" : nil }

    /// About the number of lines, by the length of the file and of its first lines; 0 for a file that cannot be read.
    public func expectedCount(_ site: ConnectionSite) -> Double { ConnectionFile.estimatedLines(path) }

    /// The path with the length of the file and when it was changed.
    public var fingerprint: String { "\(Self.kind) \(path) \(ConnectionFile.state(path))" }

    /// Reads the file, line by line, and sorts its connections by target.
    ///
    /// - Throws: ``ConnectionFileError`` with line and column for anything that is not as it should be.
    /// - Complexity: O(connections), with 16 to 32 bytes each while it is read.
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker {
        let columns = try ConnectionFile.read(path, sources: site.sources, targets: site.targets)
        return TargetRows(
            sources: columns.sources, targets: columns.targets, weights: columns.weights, delays: columns.delays,
            targetCount: site.targets)
    }
}

/// What is wrong with a file of connections.
public struct ConnectionFileError: Error, Equatable, CustomStringConvertible {
    /// The path of the file.
    public let path: String
    /// The line, counted from 1; `nil` where the whole file is meant.
    public let line: Int?
    /// What is wrong, in words.
    public let fault: String

    /// One sentence with file, line and fault.
    public var description: String {
        "file '\(path)'\(line.map { ", line \($0)" } ?? ""): \(fault)"
    }
}
