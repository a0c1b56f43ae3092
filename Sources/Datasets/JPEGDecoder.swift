import CSynfireTurboJPEG

/// Decodes JPEG by TurboJPEG, the interface of libjpeg-turbo (ITU-T T.81).
enum JPEGDecoder {
    static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

    /// Reads the segments before the image.
    static func header(of bytes: [UInt8]) throws(ImageFault) -> ImageFile.Header {
        let decoder = try Decompressor()
        let (size, space) = try decoder.header(of: bytes)
        return ImageFile.Header(format: .jpeg, size: size, channels: space == Int32(TJCS_GRAY.rawValue) ? 1 : 3)
    }

    /// The pixels, those of colours interleaved.
    static func decode(_ bytes: [UInt8], _ header: ImageFile.Header) throws(ImageFault) -> [UInt8] {
        let decoder = try Decompressor()
        let (size, space) = try decoder.header(of: bytes)
        guard size == header.size else { throw .undecodable(reason: "the header changed while it was read") }
        try checkScans(of: bytes, size)
        if space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue) {
            return rgb(ofCMYK: try decoder.pixels(of: bytes, size: size, as: TJPF_CMYK, samples: 4))
        }
        return header.channels == 1
            ? try decoder.pixels(of: bytes, size: size, as: TJPF_GRAY, samples: 1)
            : try decoder.pixels(of: bytes, size: size, as: TJPF_RGB, samples: 3)
    }

    /// Holds the work against a limit: each scan of a progressive image goes over all pixels, and a scan needs few bytes.
    private static func checkScans(of bytes: [UInt8], _ size: ImageSize) throws(ImageFault) {
        // The mark of a scan; in the data of one it cannot stand, where 0 follows each FF.
        let scans = zip(bytes, bytes.dropFirst()).count { $0 == 0xFF && $1 == 0xDA }
        let (work, overflow) = (size.rows * size.columns).multipliedReportingOverflow(by: scans)
        guard !overflow, work <= ImageFault.mostScannedPixels else {
            throw .tooManyScans(scans, rows: size.rows, columns: size.columns)
        }
    }

    /// Colours of inks, stored inverted as Adobe's programs do, the way Pillow converts them.
    private static func rgb(ofCMYK bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 4 * 3)
        for pixel in stride(from: 0, to: bytes.count, by: 4) {
            let white = Int(bytes[pixel + 3])
            for ink in bytes[pixel..<pixel + 3] {
                let product = (255 - Int(ink)) * white + 128
                result.append(UInt8(max(0, white - (((product >> 8) + product) >> 8))))
            }
        }
        return result
    }

    /// What a warning may be about while the whole image is still there; the others mean that pixels are missing.
    private static let harmless = ["extraneous bytes", "Invalid SOS parameters", "Unknown Adobe", "JFIF"]

    /// A decompressor of TurboJPEG; it belongs to one call.
    private struct Decompressor: ~Copyable {
        private let handle: tjhandle

        init() throws(ImageFault) {
            guard let handle = tjInitDecompress() else { throw .undecodable(reason: "TurboJPEG could not start") }
            self.handle = handle
        }

        deinit { tjDestroy(handle) }

        func header(of bytes: [UInt8]) throws(ImageFault) -> (size: ImageSize, space: Int32) {
            var (columns, rows, subsampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
            let status = bytes.withUnsafeBufferPointer {
                tjDecompressHeader3(handle, $0.baseAddress, UInt($0.count), &columns, &rows, &subsampling, &space)
            }
            try check(status)
            guard rows > 0, columns > 0 else {
                throw .undecodable(reason: "the JPEG header is missing or cut short")
            }
            return (ImageSize(unchecked: Int(rows), Int(columns)), space)
        }

        func pixels(
            of bytes: [UInt8], size: ImageSize, as format: TJPF, samples: Int
        ) throws(ImageFault) -> [UInt8] {
            // The accurate transform is Pillow's; a file of very many scans could otherwise keep the decoder busy for hours.
            let flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
            var status: Int32 = 0
            var pixels = [UInt8](repeating: 0, count: size.rows * size.columns * samples)
            bytes.withUnsafeBufferPointer { source in
                pixels.withUnsafeMutableBufferPointer { target in
                    status = tjDecompress2(
                        handle, source.baseAddress, UInt(source.count), target.baseAddress, Int32(size.columns), 0,
                        Int32(size.rows), Int32(format.rawValue), flags)
                }
            }
            try check(status)
            return pixels
        }

        private func check(_ status: Int32) throws(ImageFault) {
            guard status != 0 else { return }
            let text = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
            if tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue), harmless.contains(where: { text.contains($0) })
            {
                return
            }
            throw .undecodable(reason: "TurboJPEG says '\(text)'")
        }
    }
}
