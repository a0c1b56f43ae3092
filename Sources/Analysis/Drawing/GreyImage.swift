/// A small grey picture, embedded in a page as a PNG.
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
    public var png: [UInt8] { PNG.encode(width: width, height: height, kind: .grey, pixels: pixels) }

    /// An address that holds the picture itself.
    var dataAddress: String { PNG.dataAddress(png) }
}
