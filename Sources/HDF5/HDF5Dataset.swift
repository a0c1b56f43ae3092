import CSynfireHDF5

/// An n-dimensional array in a file, row-major.
public struct HDF5Dataset: ~Copyable, Sendable, HDF5Object {
    /// What one read may take if nothing else is said: 4 GiB.
    public static let defaultMaximumBytes = 4 << 30

    private let handle: HDF5Handle
    /// For this module only.
    public let location: HDF5Location
    /// What the elements are.
    public let elementType: HDF5ElementType

    private init(_ handle: consuming HDF5Handle, in file: OpenFile, at place: HDF5Place) throws(HDF5Error) {
        let id = handle.id
        let location = try HDF5Location("open dataset", id: id, file: file, place: place)
        let elementType = try Self.elementType(location)
        (self.location, self.elementType) = (location, elementType)
        self.handle = handle
    }

    private static func elementType(_ location: HDF5Location) throws(HDF5Error) -> HDF5ElementType {
        let (id, place) = (location.id, location.place)
        if let stored = location.storedDataset {
            try HDF5Storage.checkIsInside(stored, place)
            return try stored.type.elementType(place)
        }
        let type = try HDF5Handle(.datatype, "open dataset", place, orElse: .corrupt) { H5Dget_type(id) }
        return try HDF5ElementType(type, place)
    }

    init(_ path: String, from parent: hid_t, in file: OpenFile, at place: HDF5Place) throws(HDF5Error) {
        let handle = try HDF5Link.open(path, from: parent, "open dataset", place)
        let id = handle.id
        _ = try file.stored(id, "open dataset", place)
        guard HDF5Library.quietly({ H5Iget_type(id) }) == H5I_DATASET else {
            throw HDF5Error(.wrongType, "open dataset", place, "it is a group, not a dataset")
        }
        try self.init(handle, in: file, at: place)
    }

    /// Makes a dataset.
    init(
        creating path: String, type: HDF5ElementType, shape: [Int], maxShape: [Int?]?, options: HDF5DatasetOptions,
        from parent: hid_t, in file: OpenFile, at place: HDF5Place
    ) throws(HDF5Error) {
        let operation = "create dataset"
        try HDF5Link.checkNew(path, from: parent, operation, place)
        let space = try HDF5Shape.makeSpace(shape, maximum: maxShape, place)
        let fileType = try type.makeHandle(place)
        let links = try HDF5Link.creationProperties(path, operation, place)
        let layout = try HDF5Storage.makeLayout(options, type: fileType, shape: shape, maximum: maxShape, place)
        let handle = try HDF5Handle(.dataset, operation, place, orElse: .writeFailed) {
            H5Dcreate2(parent, path, fileType.id, space.id, links.id, layout.id, synfire_H5P_DEFAULT())
        }
        try self.init(handle, in: file, at: place)
    }

    // MARK: Shape

    /// The sizes along each dimension: `[]` for a single value, `[0]` for a dataset without any value.
    public var shape: [Int] {
        get throws(HDF5Error) { try HDF5Shape.read(space(), location.place) ?? [0] }
    }

    /// The largest sizes that the dataset may grow to; nil for a dimension without limit.
    public var maxShape: [Int?] {
        get throws(HDF5Error) { try HDF5Shape.readLargest(space(), location.place) }
    }

    /// The number of elements.
    ///
    /// - Throws: `.tooLarge` if it does not fit into an `Int`, which only a hostile file has.
    public var count: Int {
        get throws(HDF5Error) {
            let shape = try shape
            guard let count = HDF5Shape.count(shape) else {
                throw HDF5Error(
                    .tooLarge, "read the shape of", location.place,
                    "its shape \(HDF5Shape.text(shape)) is beyond any memory")
            }
            return count
        }
    }

    /// Whether there is no value at all, not even an empty list (a null dataspace, `h5py.Empty`).
    public var isNull: Bool {
        get throws(HDF5Error) { try HDF5Shape.read(space(), location.place) == nil }
    }

    func space() throws(HDF5Error) -> HDF5Handle {
        if let stored = location.storedDataset { return try stored.space.makeHandle(location.place) }
        let id = location.id
        return try HDF5Handle(.dataspace, "read the shape of", location.place, orElse: .corrupt) { H5Dget_space(id) }
    }

    /// Makes the dataset larger or smaller within `maxShape`; new elements have the fill value.
    public func resize(to shape: [Int]) throws(HDF5Error) {
        let (id, place) = (location.id, location.place)
        let (old, limits) = (try self.shape, try maxShape)
        let fits = zip(shape, limits).allSatisfy { size, limit in size >= 0 && (limit.map { size <= $0 } ?? true) }
        guard shape.count == old.count, fits else {
            throw HDF5Error(
                .wrongShape, "resize", place, "\(HDF5Shape.text(shape)) is not within what it may grow to")
        }
        let sizes = shape.map { hsize_t($0) }
        try HDF5Library.exec("resize", place, orElse: .writeFailed) { H5Dset_extent(id, sizes) }
    }

    /// Closes and reports whether everything that was written reached the file's buffers.
    ///
    /// Without it the dataset is
    /// closed when it goes out of scope, and a failure shows when the file is committed.
    public consuming func close() throws(HDF5Error) {
        let place = location.place
        try handle.close("write", place)
    }
}
