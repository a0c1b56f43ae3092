import Foundation
import SynfireUnits

/// The bytes of a file in order, inflated on the way if the file is gzipped.
///
/// A class because it is a position in an open file: two copies would disturb each other. It stays inside one reader's call.
final class ByteSource {
    private let path: String
    private let file: FileHandle
    private let fileSize: Int
    private var inflater: GzipInflater?
    /// Bytes read and not yet handed out: the first of the file, which tell whether it is gzipped.
    private var pending: [UInt8]
    private var isExhausted = false

    private static let chunkSize = 1 << 20

    /// Opens the file and looks at its first two bytes.
    init(path: String) throws(DatasetError) {
        self.path = path
        file = try DatasetError.open(path)
        do {
            fileSize = Int(try file.seekToEnd())
            try file.seek(toOffset: 0)
            pending = [UInt8](try file.read(upToCount: Self.chunkSize) ?? Data())
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        if pending.starts(with: GzipInflater.magic) {
            inflater = try GzipInflater(path: path)
        }
    }

    /// No array in this file is larger: the size of the file, times deflate's best ratio (1032) if it is compressed.
    var largestPossibleSize: Int {
        inflater == nil ? fileSize : fileSize.multipliedReportingOverflow(by: 1032).partialValue
    }

    /// What a text in this file may come to: a gzipped one a hundred times its size, which no text of numbers shrinks to.
    var largestText: Int {
        inflater == nil ? fileSize : max(64 << 20, fileSize.multipliedReportingOverflow(by: 100).partialValue)
    }

    /// What an array in this file is likely to need at most, good for reserving memory.
    var plausibleSize: Int {
        inflater == nil ? fileSize : fileSize * 4
    }

    /// Appends up to `count` further bytes; fewer only if the source ends before.
    func append(upTo count: Int, to bytes: inout [UInt8]) throws(DatasetError) {
        var wanted = count
        while wanted > 0 {
            if pending.isEmpty {
                try refill()
                if pending.isEmpty { return }
            }
            if inflater != nil {
                let before = bytes.count
                try inflate(upTo: wanted, into: &bytes)
                let gained = bytes.count - before
                if gained == 0 && isExhausted { return }
                wanted -= gained
            } else {
                let taken = min(wanted, pending.count)
                bytes.append(contentsOf: pending.prefix(taken))
                pending.removeFirst(taken)
                wanted -= taken
            }
        }
    }

    /// Whether no byte is left; for a gzipped file this also checks the checksum at its end.
    func isAtEnd() throws(DatasetError) -> Bool {
        var extra: [UInt8] = []
        try append(upTo: 1, to: &extra)
        return extra.isEmpty
    }

    private func refill() throws(DatasetError) {
        do {
            pending = [UInt8](try file.read(upToCount: Self.chunkSize) ?? Data())
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        if pending.isEmpty {
            isExhausted = true
            if let inflater, !inflater.isBetweenMembers {
                throw .corruptGzip(path: path, reason: "the compressed data end too early")
            }
        }
    }

    private func inflate(upTo wanted: Int, into bytes: inout [UInt8]) throws(DatasetError) {
        guard let inflater else { return }
        let consumed = try inflater.inflate(pending, upTo: min(wanted, Self.chunkSize), into: &bytes)
        // The tail of a chunk is moved at most once for each megabyte of output.
        pending.removeFirst(consumed)
    }
}
