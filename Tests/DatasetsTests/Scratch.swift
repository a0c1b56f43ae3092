import Foundation

/// A folder that is removed when the test that made it is over.
final class Scratch {
    let path: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("synfire-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes bytes to a file in the folder, making the folders on the way.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }
}

/// The bytes of an IDX file.
func idx(code: UInt8 = 0x08, shape: [Int], payload: [UInt8]) -> [UInt8] {
    [0, 0, code, UInt8(shape.count)] + shape.flatMap { bigEndian(UInt32($0)) } + payload
}

func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}

/// One gzip member that holds the bytes in stored (uncompressed) blocks, written after RFC 1951 and 1952.
func gzipStored(_ bytes: [UInt8]) -> [UInt8] {
    var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
        let end = min(start + 65535, bytes.count)
        let length = UInt16(end - start)
        member.append(end == bytes.count ? 1 : 0)
        member += bigEndian(length.byteSwapped) + bigEndian((~length).byteSwapped) + bytes[start..<end]
        start = end
    } while start < bytes.count
    return member + bigEndian(crc32(bytes).byteSwapped) + bigEndian(UInt32(bytes.count).byteSwapped)
}

func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { remainder, byte in
        (0..<8).reduce(remainder ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}

/// The root of the package these tests are in.
let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
