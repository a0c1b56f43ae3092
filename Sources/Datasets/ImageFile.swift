import Foundation
import SynfireUnits

/// A PNG or JPEG file, decoded to bytes of grey or of red, green and blue.
///
///     let image = try ImageFile(path: "shoe.png")
///     image.size                                  // 28x28
///     image.pixels                                // 784 bytes, or 2,352
///
/// What a file is its first bytes say, not its name. Pixels are those that Pillow's `convert("RGB")` or `convert("L")` gives:
/// transparency is dropped, palettes are looked up, and neither gamma nor colour profiles nor the orientation that a camera noted
/// are applied. Samples of 16 bits are rounded to 8.
public struct ImageFile: Sendable {
    /// The number of rows and columns.
    public let size: ImageSize
    /// 1 for a file that holds shades of grey, 3 for one that holds colours, a palette included.
    public let channels: Int
    /// The bytes in the order (channel, row, column).
    public let pixels: [UInt8]

    /// Reads and decodes a file.
    ///
    /// - Throws: `DatasetError` for a file that is missing, neither PNG nor JPEG, damaged, or of more than
    ///   ``ImageFault/mostPixels`` pixels; the last is found before memory is taken.
    public init(path: String) throws(DatasetError) {
        let bytes = try Self.bytes(of: path)
        let header = try Self.header(of: bytes, path: path)
        let interleaved: [UInt8]
        do throws(ImageFault) {
            interleaved = try header.format.decode(bytes, header)
        } catch {
            throw .badImages(path: path, fault: error)
        }
        size = header.size
        channels = header.channels
        pixels = channels == 1 ? interleaved : Self.planes(interleaved)
    }

    /// What the beginning of a file says.
    struct Header: Sendable, Equatable {
        let format: Format
        let size: ImageSize
        let channels: Int
    }

    /// How a file is coded.
    enum Format: Sendable {
        case png, jpeg

        func decode(_ bytes: [UInt8], _ header: Header) throws(ImageFault) -> [UInt8] {
            switch self {
            case .png: try PNGDecoder.decode(bytes, header)
            case .jpeg: try JPEGDecoder.decode(bytes, header)
            }
        }
    }

    /// Size and channels of a file, held against the limit on pixels; nothing is decoded.
    static func header(path: String) throws(DatasetError) -> Header {
        try header(of: bytes(of: path), path: path)
    }

    private static func header(of bytes: [UInt8], path: String) throws(DatasetError) -> Header {
        do throws(ImageFault) {
            let header: Header
            if bytes.starts(with: PNGDecoder.signature) {
                header = try PNGDecoder.header(of: bytes)
            } else if bytes.starts(with: JPEGDecoder.signature) {
                header = try JPEGDecoder.header(of: bytes)
            } else {
                throw .unknownFormat(found: Array(bytes.prefix(4)))
            }
            let (pixels, overflow) = header.size.rows.multipliedReportingOverflow(by: header.size.columns)
            guard !overflow, pixels <= ImageFault.mostPixels else {
                throw .tooManyPixels(rows: header.size.rows, columns: header.size.columns)
            }
            return header
        } catch {
            throw .badImages(path: path, fault: error)
        }
    }

    /// No image of the pixels that are read needs a larger file.
    private static let largestFile = 1 << 30

    private static func bytes(of path: String) throws(DatasetError) -> [UInt8] {
        let file = try DatasetError.open(path)
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try file.read(upToCount: largestFile + 1) ?? Data())
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        guard bytes.count <= largestFile else {
            throw .unreadable(path: path, reason: "it has more than \(largestFile) bytes, more than an image needs")
        }
        return bytes
    }

    /// Red, green and blue of each pixel, taken apart into three planes.
    private static func planes(_ interleaved: [UInt8]) -> [UInt8] {
        let pixels = interleaved.count / 3
        return [UInt8](unsafeUninitializedCapacity: interleaved.count) { planes, count in
            for channel in 0..<3 {
                for pixel in 0..<pixels {
                    planes.initializeElement(at: channel * pixels + pixel, to: interleaved[3 * pixel + channel])
                }
            }
            count = interleaved.count
        }
    }
}
