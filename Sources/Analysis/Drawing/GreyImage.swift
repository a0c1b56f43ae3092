/// A small grey picture, embedded in a page as a PNG.
///
/// Written without compression (stored deflate blocks): right for pictures of a few hundred pixels, and it needs no library.
///
/// - Source: PNG specification, third edition (W3C); RFC 1950 and 1951.
public struct GreyImage: Sendable, Equatable {
    /// The size in pixels.
    public let width: Int, height: Int
    /// Brightness from 0 (black) to 255, row by row.
    public let pixels: [UInt8]

    /// Makes a picture.
    ///
    /// - Precondition: `pixels` holds `width * height` values, and both are at least 1.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(
            width > 0 && height > 0 && pixels.count == width * height, "\(pixels.count) pixels of \(width) x \(height)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The bytes of a PNG file.
    public var png: [UInt8] {
        var rows: [UInt8] = []
        for row in 0..<height {
            rows.append(0)  // no filter
            rows += pixels[row * width..<(row + 1) * width]
        }
        let header = Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height)) + [8, 0, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", header)
            + Self.chunk("IDAT", Self.zlibStored(rows)) + Self.chunk("IEND", [])
    }

    /// An address that holds the picture itself.
    var dataAddress: String { "data:image/png;base64," + Self.base64(png) }

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
