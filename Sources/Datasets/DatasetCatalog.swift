/// The data sets Synfire knows by name, and the one door to those that users bring.
///
/// A new one is a file that describes it and a line here.
public enum DatasetCatalog {
    /// Every data set, in the order in which they are listed.
    public static let all: [DatasetEntry] = [
        .mnist,
        .fashionMNIST,
        .fashionMNISTSample,
        .kuzushijiMNIST,
        .cifar10,
        .cifar100,
        .cifar100Coarse,
        .digits,
        .iris,
        .wine,
        .breastCancer,
    ]

    /// Reads the samples a reference selects.
    ///
    ///     let images = try DatasetCatalog.open("fashion-mnist:test:1000")
    ///
    /// - Parameters:
    ///   - reference: What the user wrote, see ``DatasetReference``.
    ///   - defaultSplit: The split if the reference names none; where the data set has only one, that one.
    ///   - locator: The places to look at.
    ///   - options: What holds where the reference does not say it.
    /// - Throws: `DatasetError`.
    public static func open(
        _ reference: String, defaultSplit: String = "train", locator: DatasetLocator = DatasetLocator(),
        options: DatasetOptions = DatasetOptions()
    ) throws(DatasetError) -> LabelledDataset {
        try open(DatasetReference(reference), defaultSplit: defaultSplit, locator: locator, options: options)
    }

    /// Reads the samples a reference selects.
    ///
    /// - Parameters:
    ///   - reference: Data set, file or folder, split and part.
    ///   - defaultSplit: The split if the reference names none; where the data set has only one, that one. Files and folders
    ///     without it are read whole.
    ///   - locator: The places to look at.
    ///   - options: What holds where the reference does not say it.
    /// - Throws: `DatasetError`.
    public static func open(
        _ reference: DatasetReference, defaultSplit: String = "train", locator: DatasetLocator = DatasetLocator(),
        options: DatasetOptions = DatasetOptions()
    ) throws(DatasetError) -> LabelledDataset {
        let imageSize = reference.imageSize ?? options.imageSize
        if imageSize != nil, reference.kind == .table {
            throw .inapplicable(option: "--image-size", reference: reference.text, allowed: "images")
        }
        if options.labelColumn != nil, reference.kind != .table {
            throw .inapplicable(
                option: "--label-column", reference: reference.text, allowed: "tables (.csv and .tsv files)")
        }
        let samples: LabelledDataset
        switch reference.kind {
        case .name:
            let entry = try entry(named: reference.name)
            let split = reference.split ?? (entry.splits.count == 1 ? entry.splits[0] : defaultSplit)
            guard entry.splits.contains(split) else {
                throw .unknownSplit(dataset: entry.name, split: split, known: entry.splits)
            }
            samples = try entry.open(split, locator)
        case .hdf5:
            samples = try LabelledDataset(
                synfireFile: reference.name, split: reference.split, defaultSplit: defaultSplit)
        case .table:
            if let split = reference.split {
                throw .unknownSplit(dataset: reference.name, split: split, known: ["no splits, being one table"])
            }
            samples = try CSVTable.read(
                path: reference.name, labelColumn: reference.labelColumn ?? options.labelColumn)
        case .folder:
            samples = try open(folder: reference, defaultSplit: defaultSplit, imageSize: imageSize)
        }
        let selected = try samples.selecting(reference.selection, as: reference.text)
        return try imageSize.map { size throws(DatasetError) in try selected.resized(to: size) } ?? selected
    }

    private static func open(
        folder reference: DatasetReference, defaultSplit: String, imageSize: ImageSize?
    ) throws(DatasetError) -> LabelledDataset {
        let folder = try ImageFolder(path: reference.name)
        if folder.splits.isEmpty {
            if let split = reference.split {
                throw .unknownSplit(
                    dataset: reference.name, split: split,
                    known: ["no splits, which are folders named train and test with the classes in them"])
            }
            return try folder.read(split: nil, imageSize: imageSize)
        }
        let split = reference.split ?? (folder.splits.count == 1 ? folder.splits[0] : defaultSplit)
        guard folder.splits.contains(split) else {
            throw .unknownSplit(dataset: reference.name, split: split, known: folder.splits)
        }
        return try folder.read(split: split, imageSize: imageSize)
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
    let open: @Sendable (_ split: String, _ locator: DatasetLocator) throws(DatasetError) -> LabelledDataset
}

/// What holds for every reference that does not say it itself.
public struct DatasetOptions: Sendable {
    /// The size that images are brought to; nil leaves them as they are.
    public var imageSize: ImageSize?
    /// The name of the column of labels of a table; nil for one named label, class or target, or else the last.
    public var labelColumn: String?

    /// Makes options.
    public init(imageSize: ImageSize? = nil, labelColumn: String? = nil) {
        self.imageSize = imageSize
        self.labelColumn = labelColumn
    }
}
