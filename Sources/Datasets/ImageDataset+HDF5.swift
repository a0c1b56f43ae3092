import HDF5

extension ImageDataset {
    /// Reads images from an HDF5 file of Synfire's layout.
    ///
    /// | Path | Type | Shape |
    /// |---|---|---|
    /// | `/images` | uint8 | (count, rows, columns) or (count, channels, rows, columns) |
    /// | `/labels` | integer | (count) |
    /// | `/class_names` | string | (classes) |
    ///
    /// The attributes `source` and `licence` of the file are taken over where they are there.
    ///
    /// - Throws: `DatasetError`; what the HDF5 module objects to is in its text.
    public init(synfireFile path: String) throws(DatasetError) {
        do {
            try self.init(contentsOf: HDF5File.open(path), path: path)
        } catch let error as DatasetError {
            throw error
        } catch {
            throw .storage(message: "\(error)")
        }
    }

    private init(contentsOf file: consuming HDF5File, path: String) throws {
        let root = file.root
        let images = try root.dataset("images")
        let labels = try root.dataset("labels")

        guard case .integer(bytes: 1, isSigned: false, _) = images.elementType else {
            throw DatasetError.unexpectedElementType(
                path: path, found: "\(images.elementType) in /images", expected: "uint8")
        }
        let shape = try images.shape
        guard shape.count == 3 || shape.count == 4, shape.allSatisfy({ $0 > 0 }) else {
            throw DatasetError.unexpectedShape(
                path: path, field: "/images", found: shape,
                expected: "[count, rows, columns] or [count, channels, rows, columns], none of them 0")
        }
        guard case .integer = labels.elementType else {
            throw DatasetError.unexpectedElementType(
                path: path, found: "\(labels.elementType) in /labels", expected: "integers")
        }
        let labelShape = try labels.shape
        guard labelShape.count == 1 else {
            throw DatasetError.unexpectedShape(path: path, field: "/labels", found: labelShape, expected: "[count]")
        }
        guard labelShape[0] == shape[0] else {
            throw DatasetError.countMismatch(path: path, images: shape[0], labels: labelShape[0])
        }
        let provenance = DatasetProvenance(
            source: try root.hasAttribute("source") ? root.attribute("source", as: String.self) : "not stated",
            licence: try root.hasAttribute("licence") ? root.attribute("licence", as: String.self) : "not stated",
            files: [path])
        try self.init(
            name: path, shape: (shape.count == 3 ? [1] : []) + shape.dropFirst(), pixels: images.read(as: UInt8.self),
            labels: labels.read(as: UInt8.self), classNames: root.strings("class_names"), provenance: provenance)
    }
}
