/// Where a data set comes from: what a reader of results needs in order to find the same data.
public struct DatasetProvenance: Sendable, Equatable {
    /// Who made it and where it is described.
    public let source: String
    /// The licence it is under, as an SPDX name.
    public let licence: String
    /// The files it was read from.
    public let files: [String]

    /// Makes a provenance of its parts.
    public init(source: String, licence: String, files: [String]) {
        self.source = source
        self.licence = licence
        self.files = files
    }
}
