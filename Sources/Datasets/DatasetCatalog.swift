/// The data sets Synfire knows by name.
///
/// A new one is a file that describes it and a line here.
public enum DatasetCatalog {
    /// Every data set, in the order in which they are listed.
    public static let all: [DatasetEntry] = [
        .fashionMNIST,
        .fashionMNISTSample,
    ]

    /// Reads the images a reference selects.
    ///
    ///     let images = try DatasetCatalog.open("fashion-mnist:test:1000")
    ///
    /// - Parameters:
    ///   - reference: What the user wrote, see ``DatasetReference``.
    ///   - defaultSplit: The split if the reference names none; where the data set has only one, that one.
    ///   - locator: The places to look at.
    /// - Throws: `DatasetError`.
    public static func open(
        _ reference: String, defaultSplit: String = "train", locator: DatasetLocator = DatasetLocator()
    ) throws(DatasetError) -> ImageDataset {
        try open(DatasetReference(reference), defaultSplit: defaultSplit, locator: locator)
    }

    /// Reads the images a reference selects.
    ///
    /// - Parameters:
    ///   - reference: Data set or file, split and part.
    ///   - defaultSplit: The split if the reference names none; where the data set has only one, that one.
    ///   - locator: The places to look at.
    /// - Throws: `DatasetError`.
    public static func open(
        _ reference: DatasetReference, defaultSplit: String = "train", locator: DatasetLocator = DatasetLocator()
    ) throws(DatasetError) -> ImageDataset {
        let images: ImageDataset
        if reference.isFile {
            if let split = reference.split {
                throw .unknownSplit(dataset: reference.name, split: split, known: ["no splits, being one file"])
            }
            images = try ImageDataset(synfireFile: reference.name)
        } else {
            let entry = try entry(named: reference.name)
            let split = reference.split ?? (entry.splits.count == 1 ? entry.splits[0] : defaultSplit)
            guard entry.splits.contains(split) else {
                throw .unknownSplit(dataset: entry.name, split: split, known: entry.splits)
            }
            images = try entry.open(split, locator)
        }
        return try images.selecting(reference.selection, as: reference.text)
    }

    /// The entry of a name.
    ///
    /// - Throws: `DatasetError.unknownDataset`, which says the nearest name.
    public static func entry(named name: String) throws(DatasetError) -> DatasetEntry {
        guard let entry = all.first(where: { $0.name == name }) else {
            throw .unknownDataset(name: name, known: all.map(\.name))
        }
        return entry
    }
}

/// A data set that can be asked for by name.
public struct DatasetEntry: Sendable {
    /// The name users write: lower case, words joined by hyphens.
    public let name: String
    /// One sentence on what it holds.
    public let summary: String
    /// Its parts, such as `train` and `test`.
    public let splits: [String]
    /// Reads one of the splits.
    let open: @Sendable (_ split: String, _ locator: DatasetLocator) throws(DatasetError) -> ImageDataset
}
