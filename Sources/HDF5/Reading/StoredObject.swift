/// A group, a dataset or something else, as the catalogue of a file has it.
struct StoredObject: Sendable {
    enum Kind: Sendable {
        case group([StoredLink])
        case dataset(StoredDataset)
        case other
        /// What is damaged, with the reason.
        case unreadable(StoredFailure)
    }

    /// What references call it.
    let identity: ObjectIdentity
    let kind: Kind
    let attributes: Result<[String: Result<StoredAttribute, StoredFailure>], StoredFailure>
}

/// A link of a group.
struct StoredLink: Sendable {
    enum Target: Sendable {
        /// One of the file's objects.
        case object(Int)
        /// A path.
        case soft([UInt8])
        /// Another file, or an unknown kind.
        case external, other
    }

    let name: [UInt8]
    let target: Target
}

/// Why something of a file cannot be had.
struct StoredFailure: Error, Sendable {
    let code: HDF5Error.Code
    /// Empty where libhdf5 found the mistake.
    let reason: String
    let frames: [HDF5Error.Frame]

    func error(_ operation: String, _ place: HDF5Place) -> HDF5Error {
        reason.isEmpty
            ? HDF5Error(operation, place, stack: frames, orElse: code)
            : HDF5Error(code, operation, place, reason, stack: frames)
    }
}

struct StoredAttribute: Sendable {
    let type: StoredType
    let space: StoredSpace
    /// The elements as they are in the file.
    let bytes: [UInt8]
}

/// Sizes along each dimension.
enum StoredSpace: Sendable {
    case null
    case scalar
    case simple(sizes: [UInt64], largest: [UInt64])

    /// The sizes, if all are numbers that memory could have.
    var shape: [Int]? {
        switch self {
        case .null: return [0]
        case .scalar: return []
        case .simple(let sizes, _):
            let shape = sizes.compactMap { Int(exactly: $0) }
            return shape.count == sizes.count ? shape : nil
        }
    }
}

/// What an element is in the file.
indirect enum StoredType: Sendable {
    case integer(StoredInteger)
    case float(layout: Int, isBigEndian: Bool)
    case fixedText(byteCount: Int, padding: HDF5StringKind.Padding, encoding: HDF5StringKind.Encoding)
    case variableText(HDF5StringKind.Encoding)
    case enumeration(base: StoredInteger, members: [(name: [UInt8], value: [UInt8])])
    case reference
    case sequence(StoredType)
    /// What Synfire does not read, named for messages.
    case unknown(String)
}

struct StoredInteger: Sendable {
    let bytes: Int
    let isSigned: Bool
    let isBigEndian: Bool
    let precision: Int
    let offset: Int
}

/// A dataset: what it is and where its values lie.
final class StoredDataset: Sendable {
    enum Fill: Sendable {
        case zeros
        case value([UInt8])
        /// A text or a list.
        case untold
    }

    enum Layout: Sendable {
        case compact([UInt8])
        case contiguous(address: UInt64?, size: UInt64)
        case chunked(shape: [UInt64], filters: [Filter], chunks: [Chunk])
        case external
        case virtual
    }

    struct Filter: Sendable {
        let number: Int
        let parameter: UInt32
    }

    struct Chunk: Sendable {
        /// Where it is in the row-major grid of all chunks.
        let place: UInt64
        let address: UInt64
        let size: UInt64
        /// Which filters were left out.
        let mask: UInt32
    }

    let type: StoredType
    let space: StoredSpace
    let fill: Fill
    let layout: Layout
    /// Chunks of which only a part was asked for: the next call often wants another.
    let recent = RecentChunks()

    init(type: StoredType, space: StoredSpace, fill: Fill, layout: Layout) {
        (self.type, self.space, self.fill, self.layout) = (type, space, fill, layout)
    }

    /// The bytes that the elements take in the file.
    var storageSize: UInt64 {
        switch layout {
        case .compact(let bytes): UInt64(bytes.count)
        case .contiguous(let address, let size): address == nil ? 0 : size
        case .chunked(_, _, let chunks):
            chunks.reduce(0) { sum, chunk in
                let (next, overflow) = sum.addingReportingOverflow(chunk.size)
                return overflow ? .max : next
            }
        case .external, .virtual: 0
        }
    }
}
