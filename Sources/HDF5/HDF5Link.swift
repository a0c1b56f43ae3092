import CSynfireHDF5

/// Following and making links.
enum HDF5Link {
    enum Kind: Sendable {
        case hard, soft, external, other, missing

        init(library: Int32) {
            switch library {
            case Int32(SYNFIRE_LINK_HARD): self = .hard
            case Int32(SYNFIRE_LINK_SOFT): self = .soft
            case Int32(SYNFIRE_LINK_EXTERNAL): self = .external
            case ..<0: self = .missing
            default: self = .other
            }
        }
    }

    /// The kind of the link of one name (not a path) in a group.
    static func kind(of name: String, in group: hid_t) -> Kind {
        HDF5Library.quietly {
            H5Lexists(group, name, synfire_H5P_DEFAULT()) > 0
                ? Kind(library: synfire_link_kind(group, name)) : .missing
        }
    }

    /// Opens a group or a dataset, never in another file.
    static func open(
        _ path: String, from group: hid_t, _ operation: String, _ place: HDF5Place
    ) throws(HDF5Error) -> HDF5Handle {
        try check(path, operation, place)
        guard HDF5Library.quietly({ H5Iis_valid(group) }) > 0 else {
            throw HDF5Error(.other, operation, place, "the file has been closed")
        }
        let access = try HDF5Handle(.properties, operation, place) { H5Pcreate(synfire_H5P_LINK_ACCESS()) }
        try HDF5Library.exec(operation, place) { synfire_refuse_external_links(access.id) }
        do throws(HDF5Error) {
            return try HDF5Handle(.object, operation, place, orElse: .corrupt) { H5Oopen(group, path, access.id) }
        } catch {
            throw explain(error, path, from: group, operation, place)
        }
    }

    /// Whether a path leads to an object of the same file.
    static func exists(_ path: String, from group: hid_t, _ place: HDF5Place) throws(HDF5Error) -> Bool {
        do throws(HDF5Error) {
            _ = try open(path, from: group, "look for", place)
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }

    /// Properties of a new link that make the groups on the way.
    static func creationProperties(
        _ path: String, _ operation: String, _ place: HDF5Place
    ) throws(HDF5Error) -> HDF5Handle {
        let properties = try HDF5Handle(.properties, operation, place) { H5Pcreate(synfire_H5P_LINK_CREATE()) }
        try HDF5Library.exec(operation, place) { () -> herr_t in
            guard H5Pset_create_intermediate_group(properties.id, 1) >= 0 else { return -1 }
            // As h5py: a name that is said to be UTF-8 needs the newer kind of group, which older readers do not know.
            guard !path.utf8.allSatisfy({ $0 < 0x80 }) else { return 0 }
            return H5Pset_char_encoding(properties.id, H5T_CSET_UTF8)
        }
        return properties
    }

    /// Throws unless `path` may be given to libhdf5, which would read it up to a zero byte.
    static func check(_ path: String, _ operation: String, _ place: HDF5Place) throws(HDF5Error) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw HDF5Error(.unsupported, operation, place, "a path has at least one byte and none is zero")
        }
    }

    /// Throws unless a new object may get this path.
    static func checkNew(
        _ path: String, from group: hid_t, _ operation: String, _ place: HDF5Place
    ) throws(HDF5Error) {
        try check(path, operation, place)
        guard let last = path.split(separator: "/").last, last != "." else {
            throw HDF5Error(.unsupported, operation, place, "the last part of the path is not a name")
        }
        if try exists(path, from: group, place) {
            throw HDF5Error(.exists, operation, place, "something of that name exists already")
        }
    }

    /// Finds the part of a path that does not lead on, and says so.
    private static func explain(
        _ error: HDF5Error, _ path: String, from group: hid_t, _ operation: String, _ place: HDF5Place
    ) -> HDF5Error {
        var parent = path.hasPrefix("/") ? "/" : "."
        for part in path.split(separator: "/").map(String.init) where part != "." {
            let step = parent == "." ? part : parent == "/" ? "/" + part : parent + "/" + part
            let (kind, names) = HDF5Library.quietly { () -> (Kind, [String]?) in
                let id = H5Oopen(group, parent, synfire_H5P_DEFAULT())
                guard id >= 0 else { return (.missing, nil) }
                defer { H5Oclose(id) }
                guard H5Iget_type(id) == H5I_GROUP else { return (.missing, nil) }
                guard H5Lexists(id, part, synfire_H5P_DEFAULT()) > 0 else {
                    return (.missing, HDF5Group.linkNames(id))
                }
                return (Kind(library: synfire_link_kind(id, part)), nil)
            }
            func refuse(_ code: HDF5Error.Code, _ reason: String) -> HDF5Error {
                HDF5Error(code, operation, place, reason, stack: error.stack)
            }
            switch kind {
            case .missing:
                let shown = parent == "." ? "the group" : "'\(parent)'"
                guard let names else { return refuse(.notFound, "\(shown) is not a group that could hold '\(part)'") }
                return refuse(.notFound, "\(shown) has no '\(part)'" + HDF5Error.hint(part, among: names))
            case .external: return refuse(.unsupported, "'\(step)' is a link to another file, which is not followed")
            case .other: return refuse(.unsupported, "'\(step)' is a link of an unknown kind")
            case .soft where error.stack.contains { $0.function.contains("extern_traverse") }:
                return refuse(.unsupported, "'\(step)' leads to another file, which is not followed")
            case .soft:
                let leads = HDF5Library.quietly { H5Oexists_by_name(group, step, synfire_H5P_DEFAULT()) } > 0
                if !leads { return refuse(.notFound, "'\(step)' is a soft link that leads nowhere in this file") }
            case .hard: break
            }
            parent = step
        }
        return error
    }
}
