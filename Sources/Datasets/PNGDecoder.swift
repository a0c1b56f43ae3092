import CSynfirePNG

/// Decodes PNG by libpng's simplified interface (ISO/IEC 15948).
enum PNGDecoder {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Reads the header chunk, which has to be the first.
    static func header(of bytes: [UInt8]) throws(ImageFault) -> ImageFile.Header {
        guard bytes.count >= 33, number(in: bytes, at: 8) == 13, bytes[12..<16].elementsEqual("IHDR".utf8) else {
            throw .undecodable(reason: "the PNG header is missing or cut short")
        }
        let (columns, rows) = (number(in: bytes, at: 16), number(in: bytes, at: 20))
        guard rows > 0, columns > 0 else {
            throw .undecodable(reason: "the PNG header says that it has \(rows) rows and \(columns) columns")
        }
        // Colour types 0 and 4 are grey without and with alpha; 2, 3 and 6 are colours, a palette, colours with alpha.
        let isGrey = bytes[25] == 0 || bytes[25] == 4
        return ImageFile.Header(format: .png, size: ImageSize(unchecked: rows, columns), channels: isGrey ? 1 : 3)
    }

    /// The pixels, those of colours interleaved.
    static func decode(_ bytes: [UInt8], _ header: ImageFile.Header) throws(ImageFault) -> [UInt8] {
        let bytes = criticalChunks(of: bytes)
        // libpng keeps a pointer to the structure, so it must not move between calls.
        let image = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
        image.initialize(to: png_image())
        image.pointee.version = png_uint_32(PNG_IMAGE_VERSION)
        defer {
            png_image_free(image)
            image.deinitialize(count: 1)
            image.deallocate()
        }
        let samples = header.channels + 1
        let pixels = header.size.rows * header.size.columns
        var isDone = false
        let decoded = [UInt8](unsafeUninitializedCapacity: pixels * samples) { target, count in
            bytes.withUnsafeBytes { source in
                guard png_image_begin_read_from_memory(image, source.baseAddress, source.count) != 0,
                    Int(image.pointee.width) == header.size.columns, Int(image.pointee.height) == header.size.rows
                else { return }
                // Alpha is asked for even where there is none: without it libpng would blend onto a background.
                image.pointee.format = header.channels == 1 ? synfire_PNG_FORMAT_GA() : synfire_PNG_FORMAT_RGBA()
                // Otherwise samples of 16 bits would be taken for linear light.
                image.pointee.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
                isDone =
                    png_image_finish_read(
                        image, nil, target.baseAddress, png_int_32(samples * header.size.columns), nil) != 0
                if isDone { count = pixels * samples }
            }
        }
        guard isDone else { throw .undecodable(reason: message(of: image)) }
        return [UInt8](unsafeUninitializedCapacity: pixels * header.channels) { target, count in
            for pixel in 0..<pixels {
                for channel in 0..<header.channels {
                    target.initializeElement(
                        at: pixel * header.channels + channel, to: decoded[pixel * samples + channel])
                }
            }
            count = pixels * header.channels
        }
    }

    /// The chunks without which there is no image, as they are.
    ///
    /// Gamma and colour profiles would change the pixels, and text could be of any size; nobody who trains networks expects either
    /// to matter.
    private static func criticalChunks(of bytes: [UInt8]) -> [UInt8] {
        var kept = Array(bytes.prefix(8))
        kept.reserveCapacity(bytes.count)
        var start = 8
        while start + 12 <= bytes.count {
            let end = min(bytes.count, start + 12 + number(in: bytes, at: start))
            // Bit 5 of the first letter of a chunk's name is 0 for critical ones.
            if bytes[start + 4] & 0x20 == 0 { kept += bytes[start..<end] }
            start = end
        }
        return kept
    }

    private static func number(in bytes: [UInt8], at start: Int) -> Int {
        bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func message(of image: UnsafePointer<png_image>) -> String {
        let text = withUnsafeBytes(of: image.pointee.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return "libpng says '\(text)'"
    }
}
