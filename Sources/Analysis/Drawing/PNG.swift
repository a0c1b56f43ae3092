/// Pictures in PNG, written without compression.
///
/// Stored deflate blocks: right for pictures of a few hundred pixels, and they need no library.
///
/// - Source: PNG specification, third edition (W3C); RFC 1950 and 1951.
enum PNG {
    /// What a pixel is made of.
    enum Kind: UInt8 {
        case grey = 0, colour = 2

        /// Bytes a pixel.
        var bytes: Int { self == .grey ? 1 : 3 }
    }

    /// The bytes of a file.
    ///
    /// - Precondition: `pixels` holds `width * height` pixels of that kind, and both are at least 1.
    static func encode(width: Int, height: Int, kind: Kind, pixels: [UInt8]) -> [UInt8] {
        let length = width * kind.bytes
        precondition(
            width > 0 && height > 0 && pixels.count == length * height,
            "\(pixels.count) bytes of \(width) x \(height) pixels")
        var rows: [UInt8] = []
        rows.reserveCapacity((length + 1) * height)
        for row in 0..<height {
            rows.append(0)  // no filter
            rows += pixels[row * length..<(row + 1) * length]
        }
        let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, kind.rawValue, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + chunk("IDAT", zlibStored(rows)) + chunk("IEND", [])
    }

    /// An address that holds the picture itself.
    static func dataAddress(_ file: [UInt8]) -> String { "data:image/png;base64," + base64(file) }

    private static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
        let content = Array(kind.utf8) + data
        return bigEndian(UInt32(data.count)) + content + bigEndian(crc32(content))
    }

    private static func zlibStored(_ data: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + 65535, data.count)
            let length = UInt16(end - start)
            stream.append(end == data.count ? 1 : 0)
            for value in [length, ~length] { stream += [UInt8(value & 0xFF), UInt8(value >> 8)] }
            stream += data[start..<end]
            start = end
        } while start < data.count
        var low: UInt32 = 1, high: UInt32 = 0
        for byte in data {
            low = (low + UInt32(byte)) % 65521
            high = (high + low) % 65521
        }
        return stream + bigEndian(high << 16 | low)
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~remainder
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for position in 0..<4 {
                text.append(position <= group.count ? digits[Int(value >> (18 - 6 * UInt32(position)) & 63)] : 61)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
