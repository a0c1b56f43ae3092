import CSynfireHDF5

/// What an object is known by: its identifier, its file, and where it lies in it.
///
/// For this module only.
public struct HDF5Location: Sendable {
    let id: hid_t
    let file: OpenFile
    let place: HDF5Place
    /// What the file says of it, if it is a file that is read.
    let stored: StoredObject?

    init(id: hid_t, file: OpenFile, place: HDF5Place) {
        (self.id, self.file, self.place) = (id, file, place)
        stored = nil
    }

    /// - Throws: What is damaged about the object, if anything is.
    init(_ operation: String, id: hid_t, file: OpenFile, place: HDF5Place) throws(HDF5Error) {
        (self.id, self.file, self.place) = (id, file, place)
        stored = try file.stored(id, operation, place)
    }

    /// What the file says of its root.
    init(rootOf file: OpenFile) {
        (id, self.file, place) = (file.id, file, file.place)
        stored = file.catalogue?.objects.first
    }
}

extension HDF5Location {
    /// The dataset that a file which is read has here.
    var storedDataset: StoredDataset? {
        guard case .dataset(let dataset) = stored?.kind else { return nil }
        return dataset
    }
}

/// A group or a dataset: what can have attributes.
public protocol HDF5Object: ~Copyable {
    /// For this module only.
    var location: HDF5Location { get }
}

extension HDF5Object where Self: ~Copyable {
    /// The path inside the file by which this was reached.
    public var path: String { location.place.path }

    /// The file, as the caller named it.
    public var fileName: String { location.place.file }
}
