import CSynfireHDF5
import CSynfireHDF5Reader

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// All that a file says of itself, found out by a process of its own, and the file's bytes.
///
/// libhdf5 in this process never sees the file. It is given a stand-in: a file in memory that it has written itself,
/// with the same groups, names and links, and an empty object where the file has a dataset. Types, shapes and the values
/// of attributes are kept here, values of datasets are read from the file where they lie.
final class FileCatalogue: Sendable {
    let bytes: FileBytes
    let objects: [StoredObject]
    /// Sizes in bytes of addresses and of lengths in the file, and where the file proper begins.
    let addressSize: Int
    let lengthSize: Int
    let base: UInt64
    /// Indices by what the stand-in calls them.
    private let standIns: [ObjectIdentity: Int]
    private let identities: [ObjectIdentity]
    private let indices: [ObjectIdentity: Int]

    /// What the reading process may send.
    private static let largestCatalogue: UInt64 = 1 << 30

    /// Reads what the file says of itself.
    ///
    /// - Returns: The catalogue, and the stand-in as the bytes of a file.
    static func read(_ bytes: FileBytes, _ place: HDF5Place) throws(HDF5Error) -> (FileCatalogue, standIn: [UInt8]) {
        let content = try ask(bytes, place)
        guard let root = content.objects.first else { throw damaged(place, "it has no root") }
        if case .unreadable(let failure) = root.kind { throw failure.error("open", place) }
        guard case .group = root.kind else { throw damaged(place, "its root is not a group") }
        let standIn = try StandIn.make(content.objects, place)
        return (FileCatalogue(bytes, content, standIn.identities), standIn.bytes)
    }

    private init(_ bytes: FileBytes, _ content: CatalogueParser.Content, _ identities: [ObjectIdentity]) {
        self.bytes = bytes
        objects = content.objects
        (addressSize, lengthSize, base) = (content.addressSize, content.lengthSize, content.base)
        self.identities = identities
        standIns = Dictionary(zip(identities, objects.indices)) { first, _ in first }
        indices = Dictionary(zip(content.objects.map(\.identity), objects.indices)) { first, _ in first }
    }

    /// The object that one of the stand-in stands for.
    func object(_ standIn: ObjectIdentity) -> StoredObject? { standIns[standIn].map { objects[$0] } }

    /// What the stand-in calls the object that a reference of the file leads to.
    func standIn(of reference: ObjectIdentity) -> ObjectIdentity? { indices[reference].map { identities[$0] } }

    /// The bytes that a text or list of variable length has in its place.
    var descriptorSize: Int { 8 + addressSize }

    // MARK: The reading process

    private static func ask(_ bytes: FileBytes, _ place: HDF5Place) throws(HDF5Error) -> CatalogueParser.Content {
        var reader = synfire_reader()
        let failure = bytes.withSource { descriptor, image in
            HDF5Library.quietly { synfire_reader_start(descriptor, image, UInt64(bytes.count), &reader) }
        }
        guard failure == 0 else {
            throw HDF5Error(
                .other, "open", place, "no process can be started to read it: \(FileSystem.words(for: failure))")
        }
        let result = synfire_reader_collect(reader, largestCatalogue)
        defer { free(result.bytes) }
        switch result.signal {
        case 0: break
        case SIGKILL, SIGXCPU: throw damaged(place, "what it says of itself takes too long to follow")
        case let signal: throw damaged(place, "libhdf5 crashes in reading what it says of itself (signal \(signal))")
        }
        guard result.was_stopped == 0 else {
            throw HDF5Error(.tooLarge, "open", place, "what it says of itself is larger, or takes longer, than allowed")
        }
        var parser = CatalogueParser(
            UnsafeRawBufferPointer(start: result.bytes, count: result.count), fileSize: bytes.count)
        guard let answer = try? parser.parse() else {
            throw damaged(place, "what it says of itself is larger than allowed or contradicts itself")
        }
        switch answer {
        case .success(let content): return content
        case .failure(let failure): throw failure.error("open", place)
        }
    }

    private static func damaged(_ place: HDF5Place, _ reason: String) -> HDF5Error {
        HDF5Error(.corrupt, "open", place, "the content is damaged; \(reason)")
    }
}

/// A file in memory with the names and links of another.
private enum StandIn {
    static func make(
        _ objects: [StoredObject], _ place: HDF5Place
    ) throws(HDF5Error) -> (identities: [ObjectIdentity], bytes: [UInt8]) {
        let file = try HDF5File.inMemory()
        let fileID = file.file.id
        func failed(_ reason: String) -> HDF5Error {
            HDF5Error(.corrupt, "open", place, "the content is damaged; \(reason)")
        }
        // Open while the links are made; an object is made by the first link that leads to it.
        var made = [hid_t](repeating: -1, count: objects.count)
        made[0] = fileID
        defer { HDF5Library.quietly { for id in made.dropFirst() where id >= 0 { _ = H5Oclose(id) } } }
        var identities = objects.map(\.identity)
        identities[0] = try ObjectIdentity.read(fileID, place).identity
        var pending = [0]
        while let index = pending.popLast() {
            guard case .group(let links) = objects[index].kind else { continue }
            let group = made[index]
            for link in links {
                guard !link.name.isEmpty, !link.name.contains(UInt8(ascii: "/")), link.name != [UInt8(ascii: ".")]
                else { throw failed("one of its names is not a name") }
                var target = -1
                if case .object(let number) = link.target {
                    guard objects.indices.contains(number) else { throw failed("one of its links leads nowhere") }
                    target = number
                }
                let isNew = target >= 0 && made[target] < 0
                let id = try HDF5Library.exec("open", place, orElse: .corrupt) {
                    link.name.withCString { name -> hid_t in
                        if isNew { return create(objects[target], name, in: group) }
                        return hid_t(self.link(link.target, made, name, in: group))
                    }
                }
                guard isNew else { continue }
                made[target] = id
                identities[target] = try ObjectIdentity.read(id, place).identity
                pending.append(target)
            }
        }
        return (identities, try file.bytes())
    }

    private static func link(
        _ target: StoredLink.Target, _ made: [hid_t], _ name: UnsafePointer<CChar>, in group: hid_t
    ) -> herr_t {
        let usual = synfire_H5P_DEFAULT()
        switch target {
        case .object(0): return H5Lcreate_hard(made[0], "/", group, name, usual, usual)
        case .object(let index): return H5Olink(made[index], group, name, usual, usual)
        case .soft(let path): return path.withCString { H5Lcreate_soft($0, group, name, usual, usual) }
        case .external, .other: return H5Lcreate_external("?", "/", group, name, usual, usual)
        }
    }

    /// An empty object of the same kind; for one that cannot be read a group, which says so when it is opened.
    private static func create(_ object: StoredObject, _ name: UnsafePointer<CChar>, in group: hid_t) -> hid_t {
        switch object.kind {
        case .group, .unreadable:
            return H5Gcreate2(group, name, synfire_H5P_DEFAULT(), synfire_H5P_DEFAULT(), synfire_H5P_DEFAULT())
        case .dataset: return synfire_reader_stand_in_dataset(group, name)
        case .other: return synfire_reader_stand_in_type(group, name)
        }
    }
}
