import Foundation
import SynfireDatasets
import Testing

@Suite("CIFAR-10 and CIFAR-100")
struct CIFARTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private var locator: DatasetLocator {
        DatasetLocator(
            dataDirectory: scratch.path, environment: [:], systemFolder: "\(scratch.path)/none",
            startingPoints: [packageRoot])
    }

    private static let ten = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    /// A record by the specification: labels, then 1,024 bytes each of red, green and blue.
    private func record(_ labels: [UInt8], red: UInt8, green: UInt8, blue: UInt8) -> [UInt8] {
        labels + [red, 1] + .init(repeating: red, count: 1022) + .init(repeating: green, count: 1024)
            + .init(repeating: blue, count: 1023) + [9]
    }

    private func names(_ names: [String]) -> [UInt8] { Array((names.joined(separator: "\n") + "\n\n").utf8) }

    /// The files of CIFAR-10, each batch with one picture whose label and red is the number of the batch.
    private func tenFiles() -> [(String, [UInt8])] {
        (1...5).map { ("data_batch_\($0).bin", record([UInt8($0)], red: UInt8($0), green: 20, blue: 30)) } + [
            ("test_batch.bin", record([9], red: 7, green: 8, blue: 9) + record([0], red: 1, green: 2, blue: 3)),
            ("batches.meta.txt", names(Self.ten)),
        ]
    }

    private func write(_ files: [(String, [UInt8])], in folder: String) throws {
        for (name, bytes) in files { _ = try scratch.file("\(folder)/\(name)", bytes) }
    }

    /// A tar archive written after POSIX.1-1988.
    private func tar(_ files: [(String, [UInt8])], folder: String) -> [UInt8] {
        var archive = tarHeader("\(folder)/", size: 0, kind: UInt8(ascii: "5"))
        for (name, bytes) in files {
            archive += tarHeader("\(folder)/\(name)", size: bytes.count, kind: UInt8(ascii: "0")) + bytes
            archive += .init(repeating: 0, count: (512 - bytes.count % 512) % 512)
        }
        return archive + .init(repeating: 0, count: 1024)
    }

    private func tarHeader(_ name: String, size: Int, kind: UInt8) -> [UInt8] {
        func octal(_ value: Int, _ digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8) + [0]
        }
        var header = Array(name.utf8) + .init(repeating: 0, count: 100 - name.utf8.count)
        header += octal(0o644, 7) + octal(1000, 7) + octal(1000, 7) + octal(size, 11) + octal(0, 11)
        header +=
            Array("        ".utf8) + [kind] + .init(repeating: 0, count: 100) + Array("ustar".utf8) + [0, 0x30, 0x30]
        header += .init(repeating: 0, count: 512 - header.count)
        header.replaceSubrange(148..<156, with: octal(header.reduce(0) { $0 + Int($1) }, 6) + [0x20])
        return header
    }

    private func checkTen(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let train = try DatasetCatalog.open("cifar-10", locator: locator)
        #expect(train.shape == [3, 32, 32], sourceLocation: sourceLocation)
        #expect(train.labels == [1, 2, 3, 4, 5], sourceLocation: sourceLocation)
        #expect(train.classNames == Self.ten, sourceLocation: sourceLocation)
        #expect(train.provenance.files.count == 5, sourceLocation: sourceLocation)
        let pixels = try #require(train.pixels(of: 3).map(Array.init))
        #expect(Array(pixels[0..<3]) == [4, 1, 4], sourceLocation: sourceLocation)
        #expect(pixels[1023] == 4 && pixels[1024] == 20 && pixels[2048] == 30, sourceLocation: sourceLocation)
        #expect(pixels[3071] == 9, sourceLocation: sourceLocation)
        #expect(try DatasetCatalog.open("cifar-10:test", locator: locator).labels == [9, 0])
    }

    @Test("reads the batches of CIFAR-10, in any of the places they may be")
    func files() throws {
        for folder in ["", "cifar-10", "cifar-10-batches-bin", "cifar-10/cifar-10-batches-bin"] {
            try write(tenFiles(), in: folder)
            try checkTen()
            for (name, _) in tenFiles() {
                try FileManager.default.removeItem(atPath: "\(scratch.path)/\(folder)/\(name)")
            }
        }
    }

    @Test("reads the archives as they are published, packed and unpacked")
    func archives() throws {
        let archive = tar(tenFiles(), folder: "cifar-10-batches-bin")
        let packed = try scratch.file("cifar-10-binary.tar.gz", gzipStored(archive))
        try checkTen()
        try FileManager.default.removeItem(atPath: packed)
        _ = try scratch.file("cifar-10-binary.tar", archive)
        try checkTen()
    }

    @Test("reads both labels of CIFAR-100")
    func hundred() throws {
        let fine = (0..<100).map { "fine\($0)" }
        let coarse = (0..<20).map { "coarse\($0)" }
        let files = [
            ("train.bin", record([19, 99], red: 1, green: 2, blue: 3) + record([4, 0], red: 5, green: 6, blue: 7)),
            ("test.bin", record([3, 42], red: 8, green: 9, blue: 10)),
            ("fine_label_names.txt", names(fine)), ("coarse_label_names.txt", names(coarse)),
        ]
        try write(files, in: "cifar-100/cifar-100-binary")
        let train = try DatasetCatalog.open("cifar-100", locator: locator)
        #expect(train.labels == [99, 0])
        #expect(train.classNames == fine)
        #expect(train.pixels(of: 1)?.first == 5)
        let superclasses = try DatasetCatalog.open("cifar-100-coarse", locator: locator)
        #expect(superclasses.labels == [19, 4])
        #expect(superclasses.classNames == coarse)
        #expect(try DatasetCatalog.open("cifar-100-coarse:test", locator: locator).labels == [3])
        try FileManager.default.removeItem(atPath: "\(scratch.path)/cifar-100")
        _ = try scratch.file("cifar-100-binary.tar.gz", gzipStored(tar(files, folder: "cifar-100-binary")))
        #expect(try DatasetCatalog.open("cifar-100:test", locator: locator).labels == [42])
    }

    private func expectError(
        _ reference: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DatasetError.self, sourceLocation: sourceLocation) {
            try DatasetCatalog.open(reference, locator: locator)
        }
        #expect(error?.description == text, sourceLocation: sourceLocation)
    }

    @Test("says what is wrong with a file")
    func faulty() throws {
        let missing = #expect(throws: DatasetError.self) { try DatasetCatalog.open("cifar-10:test", locator: locator) }
        #expect(
            missing?.description.hasPrefix(
                """
                cifar-10 is not on this machine: get cifar-10-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html, \
                set SYNFIRE_DATA or pass --data-dir; looked for test_batch.bin, batches.meta.txt, with or without .gz, in
                """) == true)
        try write(tenFiles(), in: "")
        let batch = "\(scratch.path)/test_batch.bin"
        _ = try scratch.file("test_batch.bin", Array(record([1], red: 0, green: 0, blue: 0).dropLast(3)))
        expectError(
            "cifar-10:test",
            """
            \(batch): 3070 bytes are not a whole number of records of 3073 bytes (1 of labels, 3072 of pixels): the file is \
            cut short or something else
            """)
        _ = try scratch.file("test_batch.bin", [])
        expectError("cifar-10:test", "\(batch): the file is empty")
        _ = try scratch.file("test_batch.bin", record([10], red: 0, green: 0, blue: 0))
        expectError("cifar-10:test", "\(batch): the label of sample 0 is 10, allowed are 0 to 9")
        _ = try scratch.file("batches.meta.txt", names(Array(Self.ten.dropLast())))
        expectError("cifar-10:test", "\(scratch.path)/batches.meta.txt: 9 names of classes, expected 10")
        expectError(
            "cifar10",
            """
            there is no data set 'cifar10' (did you mean 'cifar-10'?); known are \
            \(DatasetCatalog.all.map(\.name).joined(separator: ", ")), or the path of an .h5 or .csv file or of a folder \
            of images (./cifar10)
            """)
    }

    @Test("says what is wrong with an archive")
    func faultyArchive() throws {
        let name = "cifar-10-binary.tar.gz"
        let path = "\(scratch.path)/\(name)"
        let archive = tar(tenFiles(), folder: "x")
        _ = try scratch.file(name, gzipStored(Array(archive.prefix(8000))))
        expectError("cifar-10", "\(path): the tar archive is damaged: it ends inside a file")
        _ = try scratch.file(name, gzipStored(tar(Array(tenFiles().dropFirst()), folder: "x")))
        expectError("cifar-10", "\(path): the tar archive is damaged: it holds no data_batch_1.bin")
        var changed = archive
        changed[513] ^= 1
        _ = try scratch.file(name, gzipStored(changed))
        expectError(
            "cifar-10", "\(path): the tar archive is damaged: a header is cut short or its checksum is wrong")
        _ = try scratch.file(name, Array(gzipStored(archive).dropLast(5000)))
        expectError("cifar-10", "\(path): the gzip data are damaged: the compressed data end too early")
        let header = tarHeader("x/data_batch_1.bin", size: 1 << 32, kind: UInt8(ascii: "0"))
        _ = try scratch.file(name, gzipStored(header))
        expectError(
            "cifar-10",
            """
            \(path): the tar archive is damaged: data_batch_1.bin has 4294967296 bytes, at most 1073741824 are expected
            """)
        _ = try scratch.file(name, [])
        expectError("cifar-10", "\(path): the file is empty")
    }
}
