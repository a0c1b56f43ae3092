import Foundation
import SynfireDatasets
import SynfireTestSupport
import Testing

@Suite("Files that would take memory or time without end")
struct BombTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func refusal(_ path: String) -> String? {
        do {
            _ = try DatasetCatalog.open(path, defaultSplit: "all")
            return nil
        } catch { return error.description }
    }

    @Test("a packed table without line ends is refused after 16 MiB, and a long line is named")
    func longLines() throws {
        let path = try scratch.file("t.csv.gz", [])
        for (lines, line) in [("b''", 1), ("b'a,b\\n1,2\\n'", 3)] {
            try python(
                "import sys, gzip\nwith gzip.open(sys.argv[1], 'wb', 9) as f: f.write(\(lines)); f.write(b'1,' * (1 << 24))",
                [path])
            #expect(
                refusal(path) == "\(path), line \(line): it is longer than 16777216 bytes; is this a table?")
        }
    }

    @Test("a hundred thousand empty lines in a row are refused, a thousand passed over")
    func emptyLines() throws {
        let path = try scratch.file(
            "t.csv", Array(("a,b\n1,2\n" + String(repeating: " \n", count: 100_001) + "3,1\n").utf8))
        #expect(
            refusal(path) == "\(path), line 100003: it and the 50000 lines before it are empty; is this a table?")
        let few = try scratch.file(
            "few.csv", Array(("a,b\n1,2\n" + String(repeating: "\r\n", count: 1000) + "3,1\n").utf8))
        #expect(try DatasetCatalog.open(few, defaultSplit: "all").count == 2)
    }

    @Test("a fault after some hundred lines is told with its line, also where a quoted field goes over several")
    func lateFault() throws {
        let rows =
            String(repeating: "1,x\n", count: 198) + "2,\"two\nlines\"\n" + String(repeating: "3,x\n", count: 300)
        let path = try scratch.file("t.csv", Array(("a,label\n" + rows + "4\n").utf8))
        #expect(refusal(path) == "\(path), line 502: 1 fields, but the first line has 2")
    }

    @Test("a packed table of more than a hundred times its size is refused, one of fewer is read")
    func ratio() throws {
        let path = try scratch.file("t.csv.gz", [])
        func write(_ rows: Int, _ row: String) throws {
            try python(
                "import sys, gzip\nwith gzip.open(sys.argv[1], 'wb', 9) as f: f.write(b'a,b\\n'); f.write(\(row) * \(rows))",
                [path])
        }
        try write(20_000_000, "b'1,2\\n'")
        #expect(
            refusal(path) == "\(path): cannot be read: it inflates to more than 67108864 bytes, which no table does")
        try write(1000, "b'1,2\\n'")
        #expect(refusal(path) == nil)
    }

    /// A progressive JPEG file of grey pixels with so many scans without data.
    private func progressive(size: Int, scans: Int) -> [UInt8] {
        func segment(_ code: UInt8, _ content: [UInt8]) -> [UInt8] {
            [0xFF, code] + bigEndian(UInt16(content.count + 2)) + content
        }
        let extent = bigEndian(UInt16(size))
        return [0xFF, 0xD8] + segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
            + segment(0xC2, [8] + extent + extent + [1, 1, 0x11, 0])
            + segment(0xC4, [0, 1] + [UInt8](repeating: 0, count: 15) + [0])
            + (0..<scans).flatMap { _ in segment(0xDA, [1, 1, 0, 0, 0, 0]) + [0] } + [0xFF, 0xD9]
    }

    @Test("a progressive image whose scans go over more than 2^30 pixels is refused before it is decoded")
    func scans() throws {
        let path = try scratch.file("a/x.jpg", progressive(size: 4096, scans: 400))
        let error = #expect(throws: DatasetError.self) { try ImageFile(path: path) }
        #expect(
            error?.description
                == "\(path): the image has 400 scans of 4096 rows and 4096 columns; at most 1073741824 pixels of all scans "
                + "together are read")
        // As many scans of few pixels are no work: what is wrong with them is for the decoder to say.
        let small = try scratch.file("a/y.jpg", progressive(size: 16, scans: 400))
        do {
            #expect(try ImageFile(path: small).size.rows == 16)
        } catch { #expect(!"\(error)".contains("scans of")) }
    }

    @Test(
        "pipes and devices are refused instead of waited for",
        .timeLimit(.minutes(10)), arguments: ["t.csv", "t.csv.gz", "i.png", "e.bin", "e.aedat", "e.h5", "d.idx3-ubyte"])
    func pipes(name: String) throws {
        let path = "\(scratch.path)/\(name)"
        try #require(mkfifo(path, 0o600) == 0)
        let error = #expect(throws: (any Error).self) {
            switch name.prefix(1) {
            case "e": _ = try EventStream(contentsOf: path)
            case "i": _ = try ImageFile(path: path)
            case "d": _ = try IDXFile(path: path)
            default: _ = try DatasetCatalog.open(path, defaultSplit: "all")
            }
        }
        #expect(
            error.map { "\($0)" }?.contains("it is a device or a pipe, not a file") == true,
            "\(String(describing: error))")
    }
}
