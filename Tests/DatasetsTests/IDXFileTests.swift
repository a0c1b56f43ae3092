import Foundation
import SynfireDatasets
import Testing

@Suite("IDX files")
struct IDXFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("reads bytes of any rank", arguments: [[6], [2, 3], [1, 2, 3], [3, 1, 2, 1], [1, 1, 1, 1, 1, 1, 6]])
    func ranks(shape: [Int]) throws {
        let file = try IDXFile(path: scratch.file("a", idx(shape: shape, payload: [9, 8, 7, 6, 5, 255])))
        #expect(file.shape == shape)
        #expect(file.count == 6)
        #expect(file.elementType == .uint8)
        #expect(try file.elements(as: UInt8.self) == [9, 8, 7, 6, 5, 255])
    }

    @Test("reads every element type, most significant byte first")
    func types() throws {
        func check<T: IDXElement & Equatable>(_ code: UInt8, _ values: [T], _ bytes: [UInt8]) throws {
            let file = try IDXFile(
                path: scratch.file("t\(code)", idx(code: code, shape: [values.count], payload: bytes)))
            #expect(try file.elements(as: T.self) == values)
        }
        try check(0x08, [0, 127, 255] as [UInt8], [0, 127, 255])
        try check(0x09, [-128, -1, 127] as [Int8], [128, 255, 127])
        try check(0x0B, [-2, 258] as [Int16], [0xFF, 0xFE, 1, 2])
        try check(0x0C, [Int32.min, 16_909_060], [0x80, 0, 0, 0, 1, 2, 3, 4])
        try check(0x0D, [1, -0.5] as [Float], [0x3F, 0x80, 0, 0, 0xBF, 0, 0, 0])
        try check(0x0E, [Double.pi], bigEndian(Double.pi.bitPattern))
    }

    @Test("does not convert between types")
    func conversion() throws {
        let path = try scratch.file("a", idx(code: 0x0D, shape: [1], payload: [0, 0, 0, 0]))
        let file = try IDXFile(path: path)
        #expect(throws: DatasetError.unexpectedElementType(path: path, found: "float32", expected: "uint8")) {
            try file.elements(as: UInt8.self)
        }
    }

    @Test("reads an empty axis")
    func emptyAxis() throws {
        let file = try IDXFile(path: scratch.file("a", idx(shape: [0, 28, 28], payload: [])))
        #expect(file.shape == [0, 28, 28])
        #expect(try file.elements(as: UInt8.self).isEmpty)
    }

    /// 20 by 50 bytes, compressed by Python's gzip module at level 9.
    private static let deflated =
        "H4sIAAAAAAACA+3MsQ3AQAhDUWMEh6kzSfYfLhQZ4gosuft6QBHAM3/nRo8jeIrZXjwsV1gF+4QbWjVTw6ZrRlnozzqpdGg6"
        + "GrDYYotdiX3+fP/39AMAAA=="

    @Test("inflates a gzip file whatever it is called")
    func gzip() throws {
        let packed = try #require(Data(base64Encoded: Self.deflated))
        let file = try IDXFile(path: scratch.file("no-ending", [UInt8](packed)))
        #expect(file.shape == [20, 50])
        #expect(try file.elements(as: UInt8.self) == (0..<1000).map { UInt8($0 * $0 / 7 % 11) })
    }

    @Test("reads a plain file whose name ends in .gz")
    func misnamed() throws {
        let file = try IDXFile(path: scratch.file("plain.gz", idx(shape: [2], payload: [4, 5])))
        #expect(try file.elements(as: UInt8.self) == [4, 5])
    }

    @Test("reads several megabytes across gzip blocks and members")
    func members() throws {
        let payload = (0..<5_000_011).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 / 251) }
        let bytes = idx(shape: [payload.count], payload: payload)
        let packed =
            gzipStored(Array(bytes[..<7])) + gzipStored(Array(bytes[7..<3_000_000]))
            + gzipStored([]) + gzipStored(Array(bytes[3_000_000...]))
        #expect(try IDXFile(path: scratch.file("m.gz", packed)).elements(as: UInt8.self) == payload)
        #expect(try IDXFile(path: scratch.file("m", bytes)).elements(as: UInt8.self) == payload)
    }

    // MARK: Bad input

    private func expectError(
        _ bytes: [UInt8], _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let path = try scratch.file("bad", bytes)
        do throws(DatasetError) {
            _ = try IDXFile(path: path)
            Issue.record("accepted", sourceLocation: sourceLocation)
        } catch {
            #expect(error.description == "\(path): \(text)", sourceLocation: sourceLocation)
        }
    }

    @Test("says that a file is missing, is a folder or is empty")
    func absent() throws {
        #expect(throws: DatasetError.fileNotFound(path: "/nowhere/at all")) { try IDXFile(path: "/nowhere/at all") }
        #expect(DatasetError.fileNotFound(path: "/x").description == "/x: there is no such file")
        #expect(throws: DatasetError.unreadable(path: scratch.path, reason: "it is a folder")) {
            try IDXFile(path: scratch.path)
        }
        try expectError([], "the file is empty")
        try expectError(gzipStored([]), "the file is empty")
    }

    @Test("says what a file starts with that is not IDX")
    func magic() throws {
        let rest = "expected 00 00, an element type (08, 09, 0B, 0C, 0D or 0E) and the number of axes"
        try expectError(Array("\u{89}HDF\r\n".utf8), "not an IDX file: it starts with C2 89 48 44, \(rest)")
        try expectError([0, 0, 8], "not an IDX file: it starts with 00 00 08, \(rest)")
        try expectError([0, 0, 8, 0], "not an IDX file: it starts with 00 00 08 00, \(rest)")
        try expectError([3, 8, 0, 0], "not an IDX file: it starts with 03 08 00 00, \(rest)")
        try expectError(
            [0, 0, 0x0A, 1, 0, 0, 0, 1, 7],
            """
            element type 0A is unknown, expected 08 (uint8), 09 (int8), 0B (int16), 0C (int32), 0D (float32) or 0E \
            (float64)
            """)
    }

    @Test("refuses a file shorter or longer than its header says")
    func length() throws {
        try expectError(
            [0, 0, 8, 3, 0, 0, 0, 1], "the file ends early: its header promises 16 bytes, it holds 8")
        let short = idx(shape: [2, 3], payload: [1, 2, 3, 4, 5])
        try expectError(short, "the file ends early: its header promises 18 bytes, it holds 17")
        try expectError(gzipStored(short), "the file ends early: its header promises 18 bytes, it holds 17")
        let long = idx(shape: [2, 2], payload: [1, 2, 3, 4, 5])
        try expectError(long, "bytes follow after the 16 that the header accounts for")
        try expectError(gzipStored(long), "bytes follow after the 16 that the header accounts for")
        try expectError(
            idx(code: 0x0E, shape: [2], payload: .init(repeating: 0, count: 15)),
            "the file ends early: its header promises 24 bytes, it holds 23")
    }

    @Test("refuses huge dimensions without allocating for them")
    func huge() throws {
        let top = Int(UInt32.max)
        try expectError(
            idx(shape: [top, top, top], payload: [1]),
            "the header declares the shape [\(top), \(top), \(top)], more than can be addressed")
        try expectError(
            idx(shape: [top, 2000], payload: [1]),
            "the header promises 8589934590012 bytes, more than a file of this size can hold")
        try expectError(
            gzipStored(idx(shape: [60000, 28, 28], payload: [1])),
            "the header promises 47040016 bytes, more than a file of this size can hold")
        // An axis of none makes an empty array, however long the others are.
        #expect(try IDXFile(path: scratch.file("none", idx(shape: [top, top, 0], payload: []))).count == 0)
    }

    @Test("says what is wrong with damaged gzip data")
    func damaged() throws {
        let good = gzipStored(idx(shape: [4], payload: [1, 2, 3, 4]))
        try expectError(Array(good.dropLast(3)), "the gzip data are damaged: the compressed data end too early")
        try expectError(Array(good.prefix(15)), "the gzip data are damaged: the compressed data end too early")
        try expectError(good + [1, 2, 3], "the gzip data are damaged: bytes that are not gzip follow its end")
        var wrongSum = good
        wrongSum[good.count - 8] ^= 1
        try expectError(wrongSum, "the gzip data are damaged: incorrect data check")
        var wrongMethod = good
        wrongMethod[2] = 7
        try expectError(wrongMethod, "the gzip data are damaged: unknown compression method")
        var wrongBlock = good
        wrongBlock[10] = 7
        try expectError(wrongBlock, "the gzip data are damaged: invalid block type")
    }

    @Test("survives any single damaged byte of a small gzip file")
    func fuzz() throws {
        let good = [UInt8](try #require(Data(base64Encoded: Self.deflated)))
        var refused = 0
        for position in good.indices {
            for flip in [UInt8(1), 0x80, 0xFF] {
                var bytes = good
                bytes[position] ^= flip
                let path = try scratch.file("fuzz", bytes)
                // Either it throws, or the damage was in a field that says nothing about the data (time, system).
                do throws(DatasetError) {
                    let file = try IDXFile(path: path)
                    #expect(file.shape == [20, 50], "byte \(position)")
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > good.count * 2)
    }
}
