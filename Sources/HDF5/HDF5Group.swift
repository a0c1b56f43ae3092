import CSynfireHDF5

/// A group: a folder inside a file.
///
/// Paths are relative to the group, with `/` between names; one that begins with `/` starts at the root. Soft links
/// inside the file are followed; links to other files never are.
public struct HDF5Group: ~Copyable, Sendable, HDF5Object {
    /// nil for the root, which libhdf5 knows by the identifier of its file.
    private let handle: Owner?
    /// For this module only.
    public let location: HDF5Location

    /// Holds the handle.
    ///
    /// Directly inside this structure it would be destroyed in accessors that other modules may
    /// inline, at which the optimizer of Swift 6.3 stops with an assertion.
    private final class Owner: Sendable {
        let handle: HDF5Handle

        init(_ handle: consuming HDF5Handle) { self.handle = handle }
    }

    private init(_ handle: consuming HDF5Handle, in file: OpenFile, at place: HDF5Place) throws(HDF5Error) {
        location = try HDF5Location("open group", id: handle.id, file: file, place: place)
        self.handle = Owner(handle)
    }

    init(rootOf file: OpenFile) {
        location = HDF5Location(rootOf: file)
        handle = nil
    }

    init(_ path: String, from parent: hid_t, in file: OpenFile, at place: HDF5Place) throws(HDF5Error) {
        let handle = try HDF5Link.open(path, from: parent, "open group", place)
        let id = handle.id
        guard HDF5Library.quietly({ H5Iget_type(id) }) == H5I_GROUP else {
            throw HDF5Error(.wrongType, "open group", place, "it is a dataset, not a group")
        }
        try self.init(handle, in: file, at: place)
    }

    /// Opens a group below this one.
    ///
    /// - Throws: `.notFound` with the part of the path that is missing, `.wrongType` for a dataset, `.unsupported` for
    ///   a link to another file.
    public func group(_ path: String) throws(HDF5Error) -> HDF5Group {
        try HDF5Group(path, from: location.id, in: location.file, at: location.place.child(path))
    }

    /// Makes a group, and those on the way to it.
    ///
    /// - Throws: `.exists`, `.outOfSpace`, `.writeFailed`.
    @discardableResult
    public func createGroup(_ path: String) throws(HDF5Error) -> HDF5Group {
        let (id, place) = (location.id, location.place.child(path))
        try HDF5Link.checkNew(path, from: id, "create group", place)
        let links = try HDF5Link.creationProperties(path, "create group", place)
        let handle = try HDF5Handle(.group, "create group", place, orElse: .writeFailed) {
            H5Gcreate2(id, path, links.id, synfire_H5P_DEFAULT(), synfire_H5P_DEFAULT())
        }
        return try HDF5Group(handle, in: location.file, at: place)
    }

    /// Opens a group, or makes it where it is missing.
    public func groupOrNew(_ path: String) throws(HDF5Error) -> HDF5Group {
        try exists(path) ? group(path) : createGroup(path)
    }

    /// Whether a path leads to a group or dataset of this file.
    public func exists(_ path: String) throws(HDF5Error) -> Bool {
        try HDF5Link.exists(path, from: location.id, location.place.child(path))
    }

    /// Gives an object a second name, and makes the groups on the way to it.
    public func createHardLink(_ path: String, to target: String) throws(HDF5Error) {
        let (id, place) = (location.id, location.place.child(path))
        try HDF5Link.checkNew(path, from: id, "create link", place)
        guard try exists(target) else {
            throw HDF5Error(.notFound, "create link", place, "there is no '\(target)' to link to")
        }
        let links = try HDF5Link.creationProperties(path, "create link", place)
        try HDF5Library.exec("create link", place, orElse: .writeFailed) {
            H5Lcreate_hard(id, target, id, path, links.id, synfire_H5P_DEFAULT())
        }
    }

    // MARK: References

    /// A reference to a group or dataset below this group, to be stored in the same file.
    public func reference(to path: String) throws(HDF5Error) -> HDF5Reference {
        let (id, place) = (location.id, location.place.child(path))
        // Opened first, so that a wrong path gets a good message.
        _ = try HDF5Link.open(path, from: id, "refer to", place)
        var address = hobj_ref_t()
        try HDF5Library.exec("refer to", place) { synfire_create_reference(id, path, &address) }
        guard let catalogue = location.file.catalogue else { return HDF5Reference(address: address) }
        // The stand-in has other addresses than the file.
        guard let object = catalogue.object(ObjectIdentity(reference: address)) else {
            throw HDF5Error(.notFound, "refer to", place, "it has no place in the file")
        }
        return HDF5Reference(address: object.identity.reference)
    }

    /// The path, from the root, of what a reference of this file refers to.
    ///
    /// - Throws: `.notFound` for a reference that leads nowhere.
    /// - Complexity: O(objects of the file), which are searched for it.
    public func path(of reference: HDF5Reference) throws(HDF5Error) -> String {
        let (id, place) = (location.id, location.place)
        if let catalogue = location.file.catalogue {
            guard let identity = catalogue.standIn(of: ObjectIdentity(reference: reference.address)),
                let path = try HDF5Group(rootOf: location.file).path(of: identity)
            else { throw HDF5Error(.notFound, "follow a reference of", place, "it leads to nothing in this file") }
            return "/" + path
        }
        var address = reference.address
        let object = try HDF5Handle(.object, "follow a reference of", place, orElse: .notFound) {
            synfire_dereference(id, &address, synfire_H5P_DEFAULT())
        }
        // Not H5Iget_name, which walks the file too, but crashes where a link is damaged.
        let identity = try ObjectIdentity.read(object.id, place).identity
        guard let path = try HDF5Group(rootOf: location.file).path(of: identity) else {
            throw HDF5Error(.notFound, "follow a reference of", place, "the object it leads to has no name")
        }
        return "/" + path
    }
}
