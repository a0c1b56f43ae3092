import Foundation
import SynfireDatasets
import SynfireTestSupport
import Testing

@Suite("PNG and JPEG files")
struct ImageFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// What Pillow decodes, see Reference/make_images.py.
    private struct Expected: Decodable {
        let files: [String: Image]
        struct Image: Decodable {
            let shape: [Int]
            let pixels: [UInt8]
        }
    }

    @Test("decode to what Pillow gives")
    func decoded() throws {
        let files = try Reference.decode("images.json", as: Expected.self).files
        #expect(files.count == 18)
        for (name, expected) in files {
            let image = try ImageFile(path: "\(Reference.folder)/\(name)")
            #expect([image.channels, image.size.rows, image.size.columns] == expected.shape, "\(name)")
            // Decoders of JPEG may round differently by the standard; ours and Pillow's are one library.
            let difference = zip(image.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }.max()
            #expect(difference == 0, "\(name) differs by up to \(difference ?? -1)")
            #expect(image.pixels.count == expected.pixels.count, "\(name)")
        }
    }

    private func expectFault(
        _ path: String, _ fault: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DatasetError.self, sourceLocation: sourceLocation) { try ImageFile(path: path) }
        #expect(error?.description == "\(path): \(fault)", sourceLocation: sourceLocation)
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Reference.folder)/\(name)")))
    }

    @Test("say what is wrong when they do not decode")
    func undecodable() throws {
        let png = try bytes("rgb.png")
        let jpeg = try bytes("smooth-420.jpg")
        expectFault(try scratch.file("empty.png", []), "the file is empty")
        expectFault(
            try scratch.file("text.png", Array("GIF89a".utf8)),
            "neither a PNG nor a JPEG file: its first bytes are 47 49 46 38")
        expectFault(
            try scratch.file("head.png", Array(png.prefix(20))),
            "the image cannot be decoded: the PNG header is missing or cut short")
        expectFault(
            try scratch.file("cut.png", Array(png.prefix(400))),
            "the image cannot be decoded: libpng says 'read beyond end of data'")
        var flipped = png
        flipped[300] ^= 0x10
        let corrupt = #expect(throws: DatasetError.self) { try ImageFile(path: scratch.file("bad.png", flipped)) }
        #expect(corrupt?.description.contains("bad.png: the image cannot be decoded: libpng says '") == true)
        expectFault(
            try scratch.file("cut.jpg", Array(jpeg.prefix(jpeg.count - 40))),
            "the image cannot be decoded: TurboJPEG says 'Premature end of JPEG file'")
        expectFault(
            try scratch.file("head.jpg", Array(jpeg.prefix(30))),
            "the image cannot be decoded: the JPEG header is missing or cut short")
        #expect(throws: DatasetError.fileNotFound(path: "/nowhere/a.png")) { try ImageFile(path: "/nowhere/a.png") }
    }

    @Test("are refused unread where they claim sizes beyond any image")
    func hostile() throws {
        var png = try bytes("rgb.png")
        png.replaceSubrange(16..<24, with: bigEndian(UInt32(0x7FFF_FFFF)) + bigEndian(UInt32(0x7FFF_FFFF)))
        expectFault(
            try scratch.file("huge.png", png),
            "the image says that it has 2147483647 rows and 2147483647 columns; at most 67108864 pixels are read")
        png.replaceSubrange(16..<24, with: bigEndian(UInt32(0)) + bigEndian(UInt32(5)))
        expectFault(
            try scratch.file("none.png", png),
            "the image cannot be decoded: the PNG header says that it has 5 rows and 0 columns")
        var jpeg = try bytes("smooth-444.jpg")
        // The frame header: FF C0, two bytes of length, one of precision, then rows and columns.
        let frame = try #require(zip(jpeg, jpeg.dropFirst()).enumerated().first { $1 == (0xFF, 0xC0) }?.offset)
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        expectFault(
            try scratch.file("huge.jpg", jpeg),
            "the image says that it has 65500 rows and 65500 columns; at most 67108864 pixels are read")
    }

    @Test("survive any change of a byte with an image or a sentence", .tags(.random))
    func changedBytes() throws {
        for name in ["palette.png", "rgb-16bit.png", "progressive.jpg", "cmyk.jpg"] {
            let whole = try bytes(name)
            let seed = TestSeed.of("bytes of \(name)")
            var state = UInt32(truncatingIfNeeded: seed) | 1
            for _ in 0..<150 {
                state = state &* 1_664_525 &+ 1_013_904_223
                var changed = whole
                changed[Int(state >> 8) % whole.count] = UInt8(truncatingIfNeeded: state >> 3)
                let path = try scratch.file("changed", changed)
                do {
                    let image = try ImageFile(path: path)
                    #expect(image.pixels.count == image.channels * image.size.rows * image.size.columns, "seed \(seed)")
                } catch {
                    #expect("\(error)".hasPrefix(path), "seed \(seed)")
                }
            }
        }
    }
}
