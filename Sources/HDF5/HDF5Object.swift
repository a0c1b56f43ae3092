import CSynfireHDF5

/// What an object is known by: its identifier, its file, and where it lies in it.
///
/// For this module only.
public struct HDF5Location: Sendable {
    let id: hid_t
    let file: OpenFile
    let place: HDF5Place
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
