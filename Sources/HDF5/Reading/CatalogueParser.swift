import CSynfireHDF5
import CSynfireHDF5Reader

/// Takes the catalogue apart that the reading process has sent; see `synfire_hdf5_reader.h` for what stands where.
///
/// Every number is checked: that process has read an untrusted file.
struct CatalogueParser: ~Copyable {
    /// The catalogue is none.
    struct Nonsense: Error {}

    private let bytes: UnsafeRawBufferPointer
    private var offset = 0
    private let fileSize: UInt64

    init(_ bytes: UnsafeRawBufferPointer, fileSize: Int) {
        self.bytes = bytes
        self.fileSize = UInt64(fileSize)
    }

    struct Content {
        var addressSize = 8
        var lengthSize = 8
        var base: UInt64 = 0
        var objects: [StoredObject] = []
    }

    /// The whole; the failure to open the file instead.
    mutating func parse() throws -> Result<Content, StoredFailure> {
        guard try u8() == UInt8(ascii: "H") else { return .failure(try failure()) }
        var content = Content()
        content.addressSize = Int(try u8())
        content.lengthSize = Int(try u8())
        content.base = try u64()
        guard [2, 4, 8].contains(content.addressSize), [2, 4, 8].contains(content.lengthSize),
            content.base <= fileSize
        else { throw Nonsense() }
        while true {
            switch try u8() {
            case UInt8(ascii: "O"): content.objects.append(try object(descriptorSize: 8 + content.addressSize))
            case UInt8(ascii: "E") where offset == bytes.count: return .success(content)
            default: throw Nonsense()
            }
        }
    }

    // MARK: Objects

    private mutating func object(descriptorSize: Int) throws -> StoredObject {
        let identity = ObjectIdentity(try take(16))
        let kind = Int(try u8())
        guard try u8() == 1 else {
            let failure = try failure()
            return StoredObject(identity: identity, kind: .unreadable(failure), attributes: .failure(failure))
        }
        let attributes = try attributes(descriptorSize: descriptorSize)
        let content: StoredObject.Kind =
            switch kind {
            case SYNFIRE_READER_GROUP: .group(try links())
            case SYNFIRE_READER_DATASET: .dataset(try dataset(descriptorSize: descriptorSize))
            default: .other
            }
        return StoredObject(identity: identity, kind: content, attributes: attributes)
    }

    private mutating func links() throws -> [StoredLink] {
        try list { parser in
            let name = try parser.text()
            let target: StoredLink.Target =
                switch Int(try parser.u8()) {
                case SYNFIRE_LINK_HARD: .object(Int(try parser.u32()))
                case SYNFIRE_LINK_SOFT: .soft(try parser.text())
                case SYNFIRE_LINK_EXTERNAL: .external
                default: .other
                }
            return StoredLink(name: name, target: target)
        }
    }

    private mutating func attributes(
        descriptorSize: Int
    ) throws -> Result<[String: Result<StoredAttribute, StoredFailure>], StoredFailure> {
        guard try u8() == 1 else { return .failure(try failure()) }
        var attributes: [String: Result<StoredAttribute, StoredFailure>] = [:]
        for _ in 0..<Int(try u32()) {
            let name = String(decoding: try text(), as: UTF8.self)
            guard try u8() == 1 else {
                attributes[name] = .failure(try failure())
                continue
            }
            let (type, space, bytes) = (try type(depth: 0), try space(), try text())
            // As many bytes as the shape needs, for whatever is read at all.
            if case .unknown = type {
            } else {
                let size = type.byteCount(descriptorSize: descriptorSize)
                let needed = space.shape.flatMap(HDF5Shape.count)?.multipliedReportingOverflow(by: size)
                guard let needed, !needed.overflow, needed.partialValue == bytes.count else { throw Nonsense() }
            }
            attributes[name] = .success(StoredAttribute(type: type, space: space, bytes: bytes))
        }
        return .success(attributes)
    }

    private mutating func failure() throws -> StoredFailure {
        let codes: [HDF5Error.Code] = [.corrupt, .unsupported, .tooLarge]
        let code = Int(try u8())
        let reason = Self.printable(try text())
        let frames = try list {
            HDF5Error.Frame(function: Self.printable(try $0.text()), message: Self.printable(try $0.text()))
        }
        return StoredFailure(
            code: codes.indices.contains(code) ? codes[code] : .corrupt, reason: reason, frames: frames)
    }

    /// What may stand in a message.
    private static func printable(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(300).map { (0x20..<0x7F).contains($0) ? $0 : 0x3F }, as: UTF8.self)
    }

    // MARK: Types and shapes

    private mutating func type(depth: Int) throws -> StoredType {
        guard depth < 8 else { throw Nonsense() }
        switch Int(try u8()) {
        case SYNFIRE_TYPE_INTEGER: return .integer(try integer())
        case SYNFIRE_TYPE_FLOAT:
            let (layout, isBigEndian) = (Int(try u8()), try u8() != 0)
            guard (0...SYNFIRE_FLOAT_DOUBLE).contains(layout) else { throw Nonsense() }
            return .float(layout: layout, isBigEndian: isBigEndian)
        case SYNFIRE_TYPE_FIXED_TEXT:
            let (size, padding, isUnicode) = (try u64(), try u8(), try u8() != 0)
            guard let size = Int(exactly: size), size > 0 else { throw Nonsense() }
            return .fixedText(
                byteCount: size, padding: padding == 1 ? .nullPadded : padding == 2 ? .spacePadded : .nullTerminated,
                encoding: isUnicode ? .utf8 : .ascii)
        case SYNFIRE_TYPE_VARIABLE_TEXT: return .variableText(try u8() != 0 ? .utf8 : .ascii)
        case SYNFIRE_TYPE_ENUMERATION:
            guard try u8() == SYNFIRE_TYPE_INTEGER else { throw Nonsense() }
            let base = try integer()
            let members = try list { (name: try $0.text(), value: try $0.text()) }
            guard members.allSatisfy({ $0.value.count == base.bytes }) else { throw Nonsense() }
            return .enumeration(base: base, members: members)
        case SYNFIRE_TYPE_REFERENCE: return .reference
        case SYNFIRE_TYPE_SEQUENCE: return .sequence(try type(depth: depth + 1))
        case SYNFIRE_TYPE_UNKNOWN: return .unknown(Self.printable(try text()))
        default: throw Nonsense()
        }
    }

    private mutating func integer() throws -> StoredInteger {
        let (bytes, isSigned, isBigEndian) = (Int(try u8()), try u8() != 0, try u8() != 0)
        let (precision, offset) = (Int(try u16()), Int(try u16()))
        guard (1...8).contains(bytes), precision > 0, precision + offset <= bytes * 8 else { throw Nonsense() }
        return StoredInteger(
            bytes: bytes, isSigned: isSigned, isBigEndian: isBigEndian, precision: precision, offset: offset)
    }

    private mutating func space() throws -> StoredSpace {
        switch Int(try u8()) {
        case SYNFIRE_SPACE_NULL: return .null
        case SYNFIRE_SPACE_SCALAR: return .scalar
        case SYNFIRE_SPACE_SIMPLE:
            let rank = Int(try u8())
            guard rank <= 32 else { throw Nonsense() }
            let sizes = try (0..<rank).map { _ in try u64() }
            return .simple(sizes: sizes, largest: try (0..<rank).map { _ in try u64() })
        default: throw Nonsense()
        }
    }

    // MARK: Datasets

    private mutating func dataset(descriptorSize: Int) throws -> StoredDataset {
        let (type, space) = (try type(depth: 0), try space())
        let size = type.byteCount(descriptorSize: descriptorSize)
        let fill: StoredDataset.Fill =
            switch try u8() {
            case 0: .zeros
            case 1: .value(try text())
            default: .untold
            }
        if case .value(let bytes) = fill, bytes.count != size { throw Nonsense() }
        return StoredDataset(type: type, space: space, fill: fill, layout: try layout(space, elementSize: size, type))
    }

    private mutating func layout(
        _ space: StoredSpace, elementSize: Int, _ type: StoredType
    ) throws -> StoredDataset.Layout {
        switch Int(try u8()) {
        case SYNFIRE_LAYOUT_COMPACT:
            let bytes = try text()
            if case .unknown = type { return .compact(bytes) }
            let count = space.shape.flatMap(HDF5Shape.count)?.multipliedReportingOverflow(by: elementSize)
            guard let count, !count.overflow, count.partialValue == bytes.count else { throw Nonsense() }
            return .compact(bytes)
        case SYNFIRE_LAYOUT_CONTIGUOUS:
            let (address, size) = (try u64(), try u64())
            return .contiguous(address: address == .max ? nil : address, size: size)
        case SYNFIRE_LAYOUT_CHUNKED:
            guard case .simple(let sizes, _) = space else { throw Nonsense() }
            let shape = try sizes.map { _ in try u64() }
            guard !shape.contains(0) else { throw Nonsense() }
            let filters = try list { StoredDataset.Filter(number: Int(try $0.u32()), parameter: try $0.u32()) }
            return .chunked(shape: shape, filters: filters, chunks: try chunks())
        case SYNFIRE_LAYOUT_EXTERNAL: return .external
        case SYNFIRE_LAYOUT_VIRTUAL: return .virtual
        default: throw Nonsense()
        }
    }

    /// Chunks in ascending order that all lie in the file.
    private mutating func chunks() throws -> [StoredDataset.Chunk] {
        let count = try u64()
        guard count <= UInt64(bytes.count - offset) / 28 else { throw Nonsense() }
        var chunks: [StoredDataset.Chunk] = []
        chunks.reserveCapacity(Int(count))
        for _ in 0..<count {
            let chunk = StoredDataset.Chunk(place: try u64(), address: try u64(), size: try u64(), mask: try u32())
            if let last = chunks.last, last.place >= chunk.place { throw Nonsense() }
            chunks.append(chunk)
        }
        return chunks
    }

    // MARK: Numbers

    private mutating func take(_ size: Int) throws -> UnsafeRawBufferPointer {
        guard size <= bytes.count - offset else { throw Nonsense() }
        defer { offset += size }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size])
    }

    private mutating func u8() throws -> UInt8 { try take(1)[0] }
    private mutating func u16() throws -> UInt16 { try take(2).loadUnaligned(as: UInt16.self) }
    private mutating func u32() throws -> UInt32 { try take(4).loadUnaligned(as: UInt32.self) }
    private mutating func u64() throws -> UInt64 { try take(8).loadUnaligned(as: UInt64.self) }

    /// As many elements as a number says; room is taken only for those that come.
    private mutating func list<Element>(_ element: (inout Self) throws -> Element) throws -> [Element] {
        var elements: [Element] = []
        for _ in 0..<(try u32()) { elements.append(try element(&self)) }
        return elements
    }

    private mutating func text() throws -> [UInt8] {
        guard let size = Int(exactly: try u64()) else { throw Nonsense() }
        return Array(try take(size))
    }
}
