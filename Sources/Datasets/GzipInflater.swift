import CSynfireZlib

/// Undoes gzip, a chunk at a time, over any number of members one after the other (RFC 1952).
final class GzipInflater {
    /// The two bytes each gzip member starts with.
    static let magic: [UInt8] = [0x1F, 0x8B]

    private let path: String
    /// Owned by this object: zlib keeps a pointer to it, so it must not move between calls.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether all members begun so far have ended, with their checksums right.
    private(set) var isBetweenMembers = false

    init(path: String) throws(DatasetError) {
        self.path = path
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15: the largest window; + 16: a gzip header, not zlib's.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        if status != Z_OK { throw .corruptGzip(path: path, reason: "zlib could not start (status \(status))") }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Inflates some of `input`, appending at most `limit` bytes.
    ///
    /// - Returns: The bytes of `input` that were used up.
    /// - Throws: `DatasetError.corruptGzip`.
    func inflate(_ input: [UInt8], upTo limit: Int, into output: inout [UInt8]) throws(DatasetError) -> Int {
        if isBetweenMembers {
            guard input[0] == Self.magic[0] else {
                throw .corruptGzip(path: path, reason: "bytes that are not gzip follow its end")
            }
            inflateReset(stream)
            isBetweenMembers = false
        }
        var status: Int32 = Z_OK
        var consumed = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            input.withUnsafeBufferPointer { bytes in
                // zlib does not write through next_in; its type predates const.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                stream.pointee.avail_in = uInt(bytes.count)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = uInt(limit)
                status = CSynfireZlib.inflate(stream, Z_NO_FLUSH)
                consumed = bytes.count - Int(stream.pointee.avail_in)
                count = limit - Int(stream.pointee.avail_out)
            }
        }
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        switch status {
        case Z_STREAM_END: isBetweenMembers = true
        case Z_OK, Z_BUF_ERROR: break
        default:
            throw .corruptGzip(
                path: path, reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib status \(status)")
        }
        output.append(contentsOf: chunk)
        return consumed
    }
}
