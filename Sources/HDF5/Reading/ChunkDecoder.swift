import CSynfireHDF5Reader
import CSynfireZlib
import Synchronization

/// Chunks of a dataset that were read in part lately, as they are without their filters.
final class RecentChunks: Sendable {
    private static let mostBytes = 16 << 20

    private struct Content {
        var chunks: [UInt64: [UInt8]] = [:]
        var byteCount = 0
    }

    private let content = Mutex(Content())

    subscript(number: UInt64) -> [UInt8]? { content.withLock { $0.chunks[number] } }

    func keep(_ chunk: [UInt8], _ number: UInt64) {
        guard chunk.count <= Self.mostBytes else { return }
        content.withLock { content in
            if content.byteCount + chunk.count > Self.mostBytes { content = Content() }
            if content.chunks.updateValue(chunk, forKey: number) == nil { content.byteCount += chunk.count }
        }
    }
}

/// Reads chunks, or pieces of an array that has none, and undoes their filters, each with the size that is declared.
struct ChunkDecoder {
    private let dataset: StoredDataset
    private let bytes: FileBytes
    private let chunkSize: Int
    private let place: HDF5Place

    /// One gzip byte makes at most 1,032; a few more for tiny chunks.
    private static let largestExpansion = 1_100

    init(_ dataset: StoredDataset, _ bytes: FileBytes, chunkSize: Int, _ place: HDF5Place) {
        (self.dataset, self.bytes, self.chunkSize, self.place) = (dataset, bytes, chunkSize, place)
    }

    var isChunked: Bool {
        if case .chunked = dataset.layout { return true }
        return false
    }

    /// Gives the bytes of a chunk, from those read lately if they are there.
    ///
    /// - Parameter start: Where it is in an array that has no chunks.
    func withChunk(
        _ number: UInt64, at start: Int, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(HDF5Error) {
        if let known = dataset.recent[number] { return known.withUnsafeBytes(body) }
        var chunk = [UInt8](repeating: 0, count: chunkSize)
        let result = chunk.withUnsafeMutableBytes { target -> Result<Void, HDF5Error> in
            do throws(HDF5Error) { return .success(try self.chunk(number, at: start, into: target)) } catch {
                return .failure(error)
            }
        }
        try result.get()
        dataset.recent.keep(chunk, number)
        chunk.withUnsafeBytes(body)
    }

    /// Fills `target`, which has the size of a chunk, with one.
    func chunk(_ number: UInt64, at start: Int, into target: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
        guard case .chunked(_, let filters, let chunks) = dataset.layout else {
            return try piece(at: start, into: target)
        }
        guard let chunk = Self.find(number, chunks) else { return try fill(target) }
        try decode(chunk, filters, into: target)
    }

    /// Fills `target` with bytes of an array that has no chunks, as far as it goes.
    func piece(at start: Int, into target: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
        switch dataset.layout {
        case .contiguous(.none, _): try fill(target)
        case .contiguous(.some(let address), let size):
            let available = min(target.count, Int(clamping: size) - start)
            guard available >= 0 else { throw truncated }
            try fetch(address + UInt64(start), into: .init(rebasing: target[..<available]))
        case .compact(let values):
            let available = min(target.count, values.count - start)
            guard available >= 0 else { throw truncated }
            values.withUnsafeBytes {
                target.copyMemory(from: .init(rebasing: $0[start..<start + available]))
            }
        case .chunked, .external, .virtual:
            throw HDF5Error(.unsupported, "read", place, "its values are not in one piece")
        }
    }

    private func fetch(_ address: UInt64, into target: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
        guard bytes.read(at: address, into: target) else { throw truncated }
    }

    private var truncated: HDF5Error {
        HDF5Error(.truncated, "read", place, "the file is truncated: it ends before its values do")
    }

    /// Writes what elements are that were never written.
    private func fill(_ target: UnsafeMutableRawBufferPointer) throws(HDF5Error) {
        switch dataset.fill {
        case .zeros: target.initializeMemory(as: UInt8.self, repeating: 0)
        case .untold:
            throw HDF5Error(.unsupported, "read", place, "some of its texts were never written and have a default")
        case .value(let value):
            for start in stride(from: 0, to: target.count - value.count + 1, by: value.count) {
                UnsafeMutableRawBufferPointer(rebasing: target[start..<start + value.count]).copyBytes(from: value)
            }
        }
    }

    private static func find(_ number: UInt64, _ chunks: [StoredDataset.Chunk]) -> StoredDataset.Chunk? {
        var (low, high) = (0, chunks.count)
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].place < number { low = middle + 1 } else { high = middle }
        }
        return low < chunks.count && chunks[low].place == number ? chunks[low] : nil
    }

    // MARK: Filters

    /// Reads what is stored of a chunk and undoes its filters, last first.
    private func decode(
        _ chunk: StoredDataset.Chunk, _ filters: [StoredDataset.Filter], into target: UnsafeMutableRawBufferPointer
    ) throws(HDF5Error) {
        let active = filters.enumerated().filter { chunk.mask & (1 << UInt32($0.offset)) == 0 }.map(\.element)
        guard let stored = Int(exactly: chunk.size), stored <= bytes.count else { throw truncated }
        let isDeflated = active.contains { $0.number == Filter.deflate }
        // What each filter was given: the chunk, and 4 bytes more after each checksum, up to the compression.
        var sizes = [chunkSize]
        for filter in active {
            sizes.append((sizes.last ?? 0) + (filter.number == Filter.checksum ? 4 : 0))
        }
        guard isDeflated ? chunkSize <= stored * Self.largestExpansion : stored == sizes.last else {
            throw StoredValues.damaged(
                place, "a chunk of \(chunkSize) bytes is stored with \(stored), which cannot be all of it")
        }
        if active.isEmpty { return try fetch(chunk.address, into: target) }
        guard var data = bytes.read(at: chunk.address, count: stored) else { throw truncated }
        for (index, filter) in active.enumerated().reversed() {
            data = try undo(filter, data, size: sizes[index])
        }
        guard data.count == target.count else {
            throw StoredValues.damaged(place, "a chunk has \(data.count) bytes, not \(target.count)")
        }
        target.copyBytes(from: data)
    }

    private enum Filter {
        static let deflate = 1
        static let shuffle = 2
        static let checksum = 3
    }

    /// - Parameter size: What the filter was given when the chunk was written.
    private func undo(_ filter: StoredDataset.Filter, _ data: [UInt8], size: Int) throws(HDF5Error) -> [UInt8] {
        switch filter.number {
        case Filter.deflate: return try inflate(data, size: size)
        case Filter.checksum:
            guard synfire_reader_has_checksum(data, data.count) != 0 else {
                throw StoredValues.damaged(place, "a chunk does not have the checksum that is stored with it")
            }
            return Array(data.dropLast(4))
        default:
            guard filter.parameter > 0 else {
                throw StoredValues.damaged(place, "its bytes are said to be sorted, but not how many an element has")
            }
            return [UInt8](unsafeUninitializedCapacity: data.count) { buffer, count in
                synfire_reader_unshuffle(data, buffer.baseAddress, data.count, Int(filter.parameter))
                count = data.count
            }
        }
    }

    private func inflate(_ data: [UInt8], size: Int) throws(HDF5Error) -> [UInt8] {
        var isExact = false
        let content = [UInt8](unsafeUninitializedCapacity: max(size, 1)) { buffer, count in
            var filled = uLongf(size)
            let status = uncompress(buffer.baseAddress, &filled, data, uLong(data.count))
            isExact = status == Z_OK && filled == uLongf(size)
            count = isExact ? size : 0
        }
        guard isExact else {
            throw StoredValues.damaged(place, "a chunk does not decompress to the \(size) bytes that it has")
        }
        return content
    }
}
