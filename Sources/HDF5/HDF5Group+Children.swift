import CSynfireHDF5

/// A member of a group.
public struct HDF5Child: Sendable, Hashable {
    /// What a name in a group leads to.
    public enum Kind: Sendable, Hashable {
        /// A group.
        case group
        /// A dataset.
        case dataset
        /// A path in the same file, which may lead nowhere.
        case softLink
        /// An object of another file; never followed.
        case externalLink
        /// A stored type, or something that this version of HDF5 does not know.
        case other
    }

    /// The name, or for descendants the path from where the walk began.
    public let name: String
    /// What it is.
    public let kind: Kind

    /// A member of a group.
    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

extension HDF5Group {
    /// The members, sorted by name.
    ///
    /// - Complexity: O(n log n), with one look at each object.
    public func children() throws(HDF5Error) -> [HDF5Child] {
        try members().map { HDF5Child(name: $0.name, kind: $0.kind) }
    }

    /// All that lies below, each object once (at the first path that leads to it, in sorted order), parents first.
    ///
    /// A file in which a group contains itself ends the walk like any other.
    /// - Parameter maximumDepth: How many levels may lie below this group.
    /// - Throws: `.tooLarge` beyond that depth.
    public func descendants(maximumDepth: Int = 256) throws(HDF5Error) -> [HDF5Child] {
        var result: [HDF5Child] = []
        try walk(maximumDepth: maximumDepth) { child, _ in
            result.append(child)
            return true
        }
        return result.sorted { $0.name < $1.name }
    }

    /// The path, from here, of what an identity belongs to; nil if it is not below.
    ///
    /// Empty for this group itself.
    func path(of identity: ObjectIdentity) throws(HDF5Error) -> String? {
        if try ObjectIdentity.read(location.id, location.place).identity == identity { return "" }
        var path: String?
        try walk(maximumDepth: 256) { child, found in
            if found == identity { path = child.name }
            return path == nil
        }
        return path
    }

    /// Visits each object below once, until `visit` returns false.
    private func walk(
        maximumDepth: Int, _ visit: (HDF5Child, ObjectIdentity?) -> Bool
    ) throws(HDF5Error) {
        let (id, place) = (location.id, location.place)
        var seen: Set<ObjectIdentity> = [try ObjectIdentity.read(id, place).identity]
        // Groups yet to be looked into, the next one last.
        var pending: [(path: String, depth: Int)] = [("", 0)]
        while let (path, depth) = pending.popLast() {
            let members = path.isEmpty ? try members() : try group(path).members()
            var groups: [(path: String, depth: Int)] = []
            for member in members {
                let memberPath = path.isEmpty ? member.name : path + "/" + member.name
                if let identity = member.identity, !seen.insert(identity).inserted { continue }
                guard visit(HDF5Child(name: memberPath, kind: member.kind), member.identity) else { return }
                guard member.kind == .group else { continue }
                guard depth < maximumDepth else {
                    throw HDF5Error(
                        .tooLarge, "list", place.child(memberPath), "groups are nested deeper than \(maximumDepth)")
                }
                groups.append((memberPath, depth + 1))
            }
            pending += groups.reversed()
        }
    }

    private struct Member {
        let name: String
        let kind: HDF5Child.Kind
        /// nil for links that are not followed.
        let identity: ObjectIdentity?
    }

    private func members() throws(HDF5Error) -> [Member] {
        let (id, place) = (location.id, location.place)
        var links = LinkList()
        // libhdf5 1.10 crashes in listing links of which one is damaged. Looking for one that does not exist decodes
        // all of them and reports that as an error.
        try HDF5Library.exec("list", place, orElse: .corrupt) { H5Lexists(id, "\u{1}", synfire_H5P_DEFAULT()) }
        try HDF5Library.exec("list", place, orElse: .corrupt) { links.fill(id) }
        guard !links.hasBrokenName else { throw HDF5Error(.corrupt, "list", place, "a name is not valid UTF-8") }
        return try links.entries.sorted { $0.name < $1.name }.map { (entry) throws(HDF5Error) in
            switch entry.kind {
            case .soft: return Member(name: entry.name, kind: .softLink, identity: nil)
            case .external: return Member(name: entry.name, kind: .externalLink, identity: nil)
            case .other, .missing: return Member(name: entry.name, kind: .other, identity: nil)
            case .hard: break
            }
            let memberPlace = place.child(entry.name)
            let object = try HDF5Handle(.object, "open", memberPlace, orElse: .corrupt) {
                H5Oopen(id, entry.name, synfire_H5P_DEFAULT())
            }
            let (identity, kind) = try ObjectIdentity.read(object.id, memberPlace)
            try location.file.checkReadable(identity, "open", memberPlace)
            return Member(name: entry.name, kind: kind, identity: identity)
        }
    }

    /// The names in a group.
    ///
    /// The library's lock must be held.
    static func linkNames(_ id: hid_t) -> [String] {
        var links = LinkList()
        return links.fill(id) < 0 ? [] : links.entries.map(\.name).sorted()
    }
}

/// Names and kinds of links, as libhdf5 tells them one by one.
private struct LinkList {
    var entries: [(name: String, kind: HDF5Link.Kind)] = []
    var hasBrokenName = false

    /// Adds all links of a group.
    ///
    /// The library's lock must be held.
    mutating func fill(_ group: hid_t) -> herr_t {
        withUnsafeMutablePointer(to: &self) { list in
            synfire_iterate_links(
                group,
                { name, kind, context in
                    guard let name, let context else { return -1 }
                    let list = context.assumingMemoryBound(to: LinkList.self)
                    if let name = String(validatingCString: name) {
                        list.pointee.entries.append((name, HDF5Link.Kind(library: kind)))
                    } else {
                        list.pointee.hasBrokenName = true
                    }
                    return 0
                }, list)
        }
    }
}

/// What tells an object from every other of its file.
struct ObjectIdentity: Hashable {
    private let high: UInt64
    private let low: UInt64

    /// What 16 bytes say.
    init(_ bytes: UnsafeRawBufferPointer) {
        high = bytes.loadUnaligned(as: UInt64.self)
        low = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    }

    /// What a reference has.
    init(reference: hobj_ref_t) {
        high = UInt64(littleEndian: UInt64(reference))
        low = 0
    }

    /// What a reference to it has.
    var reference: hobj_ref_t { hobj_ref_t(UInt64(littleEndian: high)) }

    static func read(
        _ object: hid_t, _ place: HDF5Place
    ) throws(HDF5Error) -> (identity: ObjectIdentity, kind: HDF5Child.Kind) {
        var info = synfire_object_info()
        try HDF5Library.exec("look at", place, orElse: .corrupt) { synfire_object_get_info(object, &info) }
        let identity = withUnsafeBytes(of: info.identity) { ObjectIdentity($0) }
        let kind: HDF5Child.Kind =
            switch info.kind {
            case Int32(SYNFIRE_OBJECT_GROUP): .group
            case Int32(SYNFIRE_OBJECT_DATASET): .dataset
            default: .other
            }
        return (identity, kind)
    }
}
