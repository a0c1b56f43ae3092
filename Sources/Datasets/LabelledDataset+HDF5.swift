import SynfireHDF5

extension LabelledDataset {
    /// Reads labelled samples from an HDF5 file of Synfire's layout.
    ///
    /// | Path | Type | Shape |
    /// |---|---|---|
    /// | `/images` | uint8, float32 or float64 | (count, rows, columns) or (count, channels, rows, columns) |
    /// | or `/features` | a number | (count, features) or (count, channels, length) |
    /// | `/labels` | integer | (count) |
    /// | `/class_names` | string | (classes) |
    /// | `/feature_names`, where there are names | string | (features) |
    /// | `/splits/NAME`, any number of them | integer | positions from 0 of the samples of the split |
    ///
    /// Bytes of images stand for fractions of 255, or of the attribute `maximum` of `/images`; floats are taken as they are. The
    /// attributes `source` and `licence` of the file are taken over where they are there.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - split: The split to read; `all` for every sample, in the order of the file.
    ///   - defaultSplit: The split to read if none is asked for and the file has it; otherwise every sample.
    /// - Throws: `DatasetError`; what the HDF5 module objects to is in its text.
    public init(synfireFile path: String, split: String? = nil, defaultSplit: String = "all") throws(DatasetError) {
        do {
            self = try HDF5Samples.read(HDF5File.open(path), path: path, split: split, defaultSplit: defaultSplit)
        } catch let error as DatasetError {
            throw error
        } catch {
            throw .storage(message: "\(error)")
        }
    }
}

/// How labelled samples lie in an HDF5 file.
private enum HDF5Samples {
    static func read(
        _ file: consuming HDF5File, path: String, split: String?, defaultSplit: String
    ) throws -> LabelledDataset {
        let root = file.root
        let hasFeatures = try root.exists("features")
        if hasFeatures, try root.exists("images") {
            throw DatasetError.storage(message: "\(path): it has both /images and /features; one of them is expected")
        }
        let labels = try root.dataset("labels")
        guard case .integer = labels.elementType else {
            throw DatasetError.unexpectedElementType(
                path: path, found: "\(labels.elementType) in /labels", expected: "integers")
        }
        let labelShape = try labels.shape
        guard labelShape.count == 1 else {
            throw DatasetError.unexpectedShape(path: path, field: "/labels", found: labelShape, expected: "[count]")
        }
        let provenance = DatasetProvenance(
            source: try root.hasAttribute("source") ? root.attribute("source", as: String.self) : "not stated",
            licence: try root.hasAttribute("licence") ? root.attribute("licence", as: String.self) : "not stated",
            files: [path])
        let samples = try root.dataset(hasFeatures ? "features" : "images")
        let shape = try shape(of: samples, hasFeatures: hasFeatures, labels: labelShape[0], path: path)
        let classNames = try root.strings("class_names")
        let set: LabelledDataset
        if case .integer(bytes: 1, isSigned: false, _) = samples.elementType, !hasFeatures {
            let maximum = try samples.hasAttribute("maximum") ? samples.attribute("maximum", as: UInt8.self) : 255
            set = try LabelledDataset(
                name: path, shape: shape, pixels: samples.read(as: UInt8.self), maximum: maximum,
                labels: labels.read(as: Int.self), classNames: classNames, provenance: provenance)
        } else {
            let featureNames = try hasFeatures && root.exists("feature_names") ? root.strings("feature_names") : []
            set = try LabelledDataset(
                name: path, shape: shape, values: samples.read(as: Float.self), labels: labels.read(as: Int.self),
                classNames: classNames, featureNames: featureNames, provenance: provenance)
        }
        let splits = try root.exists("splits") ? root.group("splits").children().map(\.name) : []
        let split = split ?? (splits.contains(defaultSplit) ? defaultSplit : "all")
        if split == "all" { return set }
        guard splits.contains(split) else {
            throw DatasetError.unknownSplit(dataset: path, split: split, known: splits + ["all"])
        }
        let indices = try root.dataset("splits/\(split)").read(as: Int.self)
        if let index = indices.first(where: { $0 < 0 || $0 >= set.count }) {
            throw DatasetError.indexOutOfRange(dataset: "\(path): /splits/\(split)", index: index, available: set.count)
        }
        return try set.samples(indices)
    }

    /// The shape of one sample, if that of all is right and goes with the labels.
    private static func shape(
        of samples: borrowing HDF5Dataset, hasFeatures: Bool, labels: Int, path: String
    ) throws -> [Int] {
        let field = hasFeatures ? "/features" : "/images"
        switch samples.elementType {
        case .float: break
        case .integer(bytes: 1, isSigned: false, _): break
        case .integer where hasFeatures: break
        default:
            throw DatasetError.unexpectedElementType(
                path: path, found: "\(samples.elementType) in \(field)",
                expected: hasFeatures ? "numbers" : "uint8, float32 or float64")
        }
        let shape = try samples.shape
        let ranks = hasFeatures ? 2...3 : 3...4
        guard ranks.contains(shape.count), shape.allSatisfy({ $0 > 0 }) else {
            throw DatasetError.unexpectedShape(
                path: path, field: field, found: shape,
                expected: hasFeatures
                    ? "[count, features] or [count, channels, length], none of them 0"
                    : "[count, rows, columns] or [count, channels, rows, columns], none of them 0")
        }
        guard labels == shape[0] else {
            throw DatasetError.countMismatch(path: path, samples: shape[0], labels: labels)
        }
        return (shape.count == 3 && !hasFeatures ? [1] : []) + shape.dropFirst()
    }
}
