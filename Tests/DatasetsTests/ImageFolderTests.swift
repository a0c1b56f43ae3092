import Foundation
import SynfireDatasets
import Testing

@Suite("Folders of images")
struct ImageFolderTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Puts a file of the references into a folder.
    private func put(_ name: String, as path: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Reference.folder)/\(name)")))
        _ = try scratch.file(path, bytes)
    }

    private func expectError(
        _ reference: String, _ text: String, options: DatasetOptions = DatasetOptions(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DatasetError.self, sourceLocation: sourceLocation) {
            try DatasetCatalog.open(reference, options: options)
        }
        #expect(error?.description == text, sourceLocation: sourceLocation)
    }

    @Test("take classes from folders and order as torchvision does, and give grey images three channels among colours")
    func layout() throws {
        try put("smooth-444.jpg", as: "pics/dog/b.JPG")
        try put("grey.png", as: "pics/dog/a.png")
        try put("rgb.png", as: "pics/dog/sub/0.png")
        try put("rgb.png", as: "pics/Cat/z.jpeg")
        _ = try scratch.file("pics/dog/notes.txt", [1])
        _ = try scratch.file("pics/dog/.hidden.png", [1])
        _ = try scratch.file("pics/.git/x.png", [1])
        let images = try DatasetCatalog.open("\(scratch.path)/pics")
        #expect(images.classNames == ["Cat", "dog"])
        #expect(images.labels == [0, 1, 1, 1])
        #expect(images.shape == [3, 13, 18])
        let grey = try ImageFile(path: "\(scratch.path)/pics/dog/a.png").pixels
        #expect(images.pixels(of: 1).map(Array.init) == grey + grey + grey)
        let colour = try ImageFile(path: "\(scratch.path)/pics/dog/b.JPG").pixels
        #expect(images.pixels(of: 2).map(Array.init) == colour)
        #expect(images.pixels(of: 0) == images.pixels(of: 3))
        #expect(images.scalars(of: [2])[40] == Float(colour[40]) / 255)
        #expect(try DatasetCatalog.open("\(scratch.path)/pics:2-3").labels == [1, 1])
        expectError(
            "\(scratch.path)/pics:train",
            """
            \(scratch.path)/pics has no split 'train'; it has no splits, which are folders named train and test with the \
            classes in them
            """)
    }

    @Test("have one channel where every image is grey")
    func grey() throws {
        try put("grey.png", as: "pics/a/1.png")
        try put("grey.jpg", as: "pics/b/1.jpg")
        try put("grey-16bit.png", as: "pics/b/2.png")
        let images = try DatasetCatalog.open("\(scratch.path)/pics")
        #expect(images.shape == [1, 13, 18])
        #expect(images.count == 3)
    }

    @Test("take splits from folders named train and test, with the classes of all of them")
    func splits() throws {
        try put("grey.png", as: "pics/train/a/1.png")
        try put("grey.png", as: "pics/train/b/1.png")
        try put("grey.png", as: "pics/train/c/1.png")
        try put("grey.jpg", as: "pics/test/c/9.jpg")
        let path = "\(scratch.path)/pics"
        #expect(try DatasetCatalog.open(path).labels == [0, 1, 2])
        #expect(try DatasetCatalog.open(path, defaultSplit: "test").labels == [2])
        let test = try DatasetCatalog.open("\(path):test:1")
        #expect(test.classNames == ["a", "b", "c"])
        #expect(test.name == "\(path):test:1")
        #expect(try DatasetCatalog.open("\(path)/train:1-2").labels == [1, 2])
        expectError("\(path):tain", "\(path) has no split 'tain' (did you mean 'train'?); it has train, test")
    }

    @Test("need one size, or to be told one")
    func sizes() throws {
        try put("grey.png", as: "pics/a/1.png")
        try put("grey.png", as: "pics/a/2.png")
        var small = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Reference.folder)/grey.png")))
        // Only the header counts for this: 18 columns become 17, with the checksum of the chunk.
        small[19] = 17
        small.replaceSubrange(29..<33, with: bigEndian(crc32(Array(small[12..<29]))))
        _ = try scratch.file("pics/b/3.png", small)
        let path = "\(scratch.path)/pics"
        expectError(
            path,
            """
            \(path)/b/3.png: the image has 13x17 pixels (rows x columns), but \(path)/a/1.png has 13x18; ask for one size, \
            for example with --image-size 13x17
            """)
        try put("grey.jpg", as: "pics/b/3.png")
        let resized = try DatasetCatalog.open("\(path)@6x9")
        #expect(resized.shape == [1, 6, 9])
        let image = try ImageFile(path: "\(path)/a/2.png")
        let resample = ImageResampler(from: image.size, to: try ImageSize(rows: 6, columns: 9))
        #expect(resized.pixels(of: 1).map(Array.init) == resample(image.pixels))
        let options = DatasetOptions(imageSize: try ImageSize(rows: 6, columns: 9))
        #expect(try DatasetCatalog.open(path, options: options).scalars(of: 0..<3) == resized.scalars(of: 0..<3))
        expectError(
            path,
            "--label-column does not go with '\(path)': it is for tables (.csv and .tsv files)",
            options: DatasetOptions(labelColumn: "x"))
    }

    @Test("say which folder or file is wrong")
    func faulty() throws {
        let path = "\(scratch.path)/pics"
        expectError(path, "\(path): there is no such file")
        try put("grey.png", as: "pics/a/1.png")
        _ = try scratch.file("pics/b/readme.txt", [1])
        expectError(
            path, "\(path)/b: the folder of this class has no PNG or JPEG image; remove it, or put images into it")
        _ = try scratch.file("pics/b/1.png", [])
        expectError(path, "\(path)/b/1.png: the file is empty")
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Reference.folder)/grey.png")))
        _ = try scratch.file("pics/b/1.png", Array(whole.prefix(150)))
        expectError(
            path, "\(path)/b/1.png: the image cannot be decoded: libpng says 'read beyond end of data'")
        let image = try scratch.file("flat/1.png", whole)
        expectError(
            image, "\(image): cannot be read: it is neither a folder of images nor an .h5, .csv or .tsv file")
        expectError(
            "\(scratch.path)/flat",
            """
            \(scratch.path)/flat: no folder of a class with PNG or JPEG images is in it: a folder of images has one \
            folder for each class, or folders named train and test (or val) that have
            """)
    }
    @Test("refuse more than memory holds before any of it is taken, and links that lead in a circle")
    func excess() throws {
        let path = "\(scratch.path)/pics"
        try put("grey.png", as: "pics/a/0.png")
        let available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        let count = available / (8192 * 8192) + 1
        for index in 1..<count {
            try FileManager.default.createSymbolicLink(
                atPath: "\(path)/a/\(index).png", withDestinationPath: "\(path)/a/0.png")
        }
        let options = DatasetOptions(imageSize: try ImageSize(rows: 8192, columns: 8192))
        expectError(
            path,
            """
            \(path)/a/0.png: \(count) images need \(count * 8192 * 8192) bytes of memory, this machine has \(available); ask \
            for a smaller size with --image-size
            """, options: options)
        try put("grey.png", as: "round/a/0.png")
        let round = "\(scratch.path)/round/a"
        try FileManager.default.createSymbolicLink(atPath: "\(round)/b", withDestinationPath: round)
        let error = #expect(throws: DatasetError.self) { try DatasetCatalog.open("\(scratch.path)/round") }
        #expect(error?.description.hasSuffix("it is 32 folders deep; do links lead in a circle?") == true)
    }
}
