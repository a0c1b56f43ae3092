import Foundation
import SynfireHDF5
import SynfireTestSupport
import Testing

/// Files that are damaged or made to do harm.
@Suite struct HostileFileTests {
    /// A file with one of everything.
    static func example() throws -> [UInt8] {
        let file = try HDF5File.inMemory()
        let root = file.root
        try root.setAttribute("version", [UInt32(0), 1])
        try root.setAttribute("names", ["eins", "zwei"])
        try root.setAttribute("fixed", ["eins", "zwei"], as: .fixed(6))
        let spikes = try root.createGroup("spikes/layer1")
        try spikes.setAttribute("sorting", HDF5Enum(members: ["none": 0, "by_id": 1, "by_time": 2], value: 2))
        try spikes.write(
            "timestamps", (0..<200).map { Double($0) }, options: .init(chunk: [64], gzip: 4, shuffle: true))
        let ids = try spikes.createDataset("node_ids", of: UInt64.self, shape: [0], maxShape: [nil])
        try ids.append((0..<100).map { UInt64($0) })
        try root.writeStrings("edges", ["a", "b", "b", "c"], shape: [2, 2])
        try root.writeString("type", "NIRGraph", as: .fixed(12, padding: .spacePadded))
        try root.write("flags", [true, false])
        try root.write("weight", (0..<24).map { Float($0) }, shape: [2, 3, 4])
        try root.setAttribute("target", try root.reference(to: "weight"))
        try root.createHardLink("spikes/home", to: "/")
        return try file.bytes()
    }

    /// Reads all there is.
    ///
    /// Errors are what is expected; the number of things that were read is the result.
    @discardableResult
    static func readEverything(_ file: borrowing HDF5File) -> Int {
        var count = 0
        func attempt(_ body: () throws -> Void) {
            do {
                try body()
                count += 1
            } catch {}
        }
        func readAttributes(_ object: borrowing some HDF5Object & ~Copyable) {
            for name in (try? object.attributeNames()) ?? [] {
                attempt { _ = try object.attribute(name, as: [String].self) }
                attempt { _ = try object.attribute(name, as: [Double].self) }
                attempt { _ = try object.attribute(name, as: HDF5Enum.self) }
                attempt {
                    for reference in try object.attribute(name, as: [HDF5Reference].self) {
                        _ = try file.root.path(of: reference)
                    }
                }
            }
        }
        readAttributes(file.root)
        let limit = 64 << 20
        for child in (try? file.root.descendants()) ?? [] {
            attempt {
                if child.kind == .group { return readAttributes(try file.root.group(child.name)) }
                let dataset = try file.root.dataset(child.name)
                readAttributes(dataset)
                attempt { _ = try dataset.summary() }
                attempt { _ = try dataset.read(as: Double.self, maximumBytes: limit) }
                attempt { _ = try dataset.read(as: Int32.self, maximumBytes: limit) }
                attempt { _ = try dataset.read(as: String.self, maximumBytes: limit) }
                attempt { _ = try dataset.read(as: Bool.self, maximumBytes: limit) }
                attempt { _ = try dataset.readEnum(maximumBytes: limit) }
                attempt { _ = try dataset.read(as: Float.self, start: [0], count: [1], maximumBytes: limit) }
            }
        }
        return count
    }

    @Test("a whole file can be read")
    func whole() throws {
        #expect(Self.readEverything(try HDF5File.open(bytes: try Self.example())) > 20)
    }

    @Test("a file cut off anywhere is an error, not a crash")
    func truncated() throws {
        let folder = try TemporaryDirectory()
        let bytes = try Self.example()
        let path = folder.file("cut.h5")
        for length in stride(from: 8, to: bytes.count - 1, by: 61) {
            try Data(bytes[..<length]).write(to: URL(fileURLWithPath: path))
            let error = hdf5Error { _ = try HDF5File.open(path) }
            #expect(
                error?.code == .truncated || error?.code == .corrupt, "\(length) bytes: \(error?.description ?? "")")
        }
    }

    @Test("random bytes, with and without a signature, are errors")
    func noise() throws {
        for seed in UInt64(1)...200 {
            var generator = SeededGenerator(seed: seed)
            var bytes = (0..<Int.random(in: 1...5000, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            if seed.isMultiple(of: 2), bytes.count > 8 {
                bytes.replaceSubrange(0..<8, with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
            }
            #expect(hdf5Error { _ = try HDF5File.open(bytes: bytes) } != nil, "seed \(seed)")
        }
    }

    @Test("a declared size beyond memory or beyond what is stored is refused before anything is allocated")
    func hugeShapes() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("huge.h5")
        try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1], "w") as f:
                f.create_dataset("chunked", (2**60,), "f8", chunks=(1024,))
                f.create_dataset("plain", (2**40,), "u1")
                f.create_dataset("square", (2**40, 2**40), "f4", chunks=(16, 16))
                f.create_dataset("text", (2**50,), h5py.string_dtype(), chunks=(16,))
                f.create_dataset("wide", (100,), f"S{2**30}", chunks=(1,))
                f.create_dataset("sparse", (2**27,), "f8", chunks=(1024,))
                f.create_dataset("big chunk", (2**28,), "f8", chunks=(2**28,))
            """, [path])
        let file = try HDF5File.open(path)
        for name in ["chunked", "plain", "square", "wide", "sparse"] {
            let error = hdf5Error { _ = try file.root.dataset(name).read(as: Double.self) }
            #expect(error?.code == .tooLarge, "\(name): \(error?.description ?? "")")
        }
        #expect(hdf5Error { _ = try file.root.strings("text") }?.code == .tooLarge)
        #expect(hdf5Error { _ = try file.root.strings("wide") }?.code == .tooLarge)
        #expect(hdf5Error { _ = try file.root.dataset("square").count }?.code == .tooLarge)
        #expect(try file.root.dataset("chunked").read(as: Double.self, start: [1 << 59], count: [3]) == [0, 0, 0])
        let chunk = hdf5Error {
            _ = try file.root.dataset("big chunk").read(as: Double.self, start: [0], count: [1], maximumBytes: 1 << 20)
        }
        #expect(chunk?.code == .tooLarge)
        let limit = hdf5Error { _ = try file.root.dataset("sparse").read(as: Double.self, maximumBytes: 1 << 20) }
        #expect(limit?.reason.hasSuffix("are more than the 1048576 bytes that one read may take") == true)
    }

    @Test("texts whose lengths, indices or places are lies are refused")
    func lyingTexts() throws {
        let file = try HDF5File.inMemory()
        try file.root.writeStrings("x", ["first", "second"])
        let bytes = try file.bytes()
        let heap = try #require(bytes.firstRange(of: Array("GCOL".utf8))?.lowerBound)
        // The first element: length 5, the heap's address, an index.
        let address = withUnsafeBytes(of: UInt64(heap).littleEndian, Array.init)
        let element = try #require(bytes.firstRange(of: [5, 0, 0, 0] + address)?.lowerBound)
        for (offset, value) in [
            (element, [0xFF, 0xFF, 0xFF, 0xFF]), (element, [6]), (element + 12, [0xFF, 0xFF]), (element + 12, [0]),
            (element + 4, [8]), (element + 11, [0xFF]), (heap + 24, [0xFF, 0xFF, 0xFF]), (heap + 8, [0, 0]),
            (heap + 15, [0x7F]), (heap, [0]),
        ] as [(Int, [UInt8])] {
            var damaged = bytes
            damaged.replaceSubrange(offset..<offset + value.count, with: value)
            let error = hdf5Error { _ = try HDF5File.open(bytes: damaged).root.strings("x") }
            #expect(error?.code == .corrupt, "\(offset) \(value): \(error?.description ?? "")")
        }
        #expect(try HDF5File.open(bytes: bytes).root.strings("x") == ["first", "second"])
    }

    @Test("a file with a damaged byte is read or refused, never a crash", .timeLimit(.minutes(10)))
    func damagedBytes() async throws {
        let folder = try TemporaryDirectory()
        let progress = folder.file("progress")
        // In a process of its own, so that a crash of libhdf5 is an answer and not the end of all tests.
        await #expect(processExitsWith: .success) { [progress = progress as String] in
            let bytes = try HostileFileTests.example()
            alarm(240)
            for seed in UInt64(1)...1500 {
                var generator = SeededGenerator(seed: seed)
                var damaged = bytes
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                damaged[position] = UInt8.random(in: .min ... .max, using: &generator)
                try "seed \(seed), byte \(position) = \(damaged[position])".write(
                    toFile: progress, atomically: false, encoding: .utf8)
                if let file = try? HDF5File.open(bytes: damaged) { HostileFileTests.readEverything(file) }
            }
            try "done".write(toFile: progress, atomically: false, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: progress, encoding: .utf8) == "done")
    }

    @Test("the same for other tools' files, old and new", .timeLimit(.minutes(10)), arguments: ["earliest", "v110"])
    func damagedMetadata(version: String) async throws {
        let folder = try TemporaryDirectory()
        let (path, progress) = (folder.file("fine.h5"), folder.file("progress"))
        try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1], "w", libver=(sys.argv[2], "v110")) as f:
                x = np.arange(60.0)
                f.create_dataset("a/chunked", data=x, chunks=(7,), compression="gzip", shuffle=True, fletcher32=True)
                f.create_dataset("a/grows", data=x.reshape(6, 10), chunks=(2, 3), maxshape=(None, None))
                f.create_dataset("a/one", data=x, chunks=(60,))
                f["plain"] = x.astype("f4")
                f["texts"] = np.array(["a", "bcd", "ef"], h5py.string_dtype())
                f["lists"] = np.array([np.arange(3), np.arange(5)], dtype=h5py.vlen_dtype("i4"))
                f["pairs"] = np.zeros(3, [("a", "f4"), ("b", "i4")])
                f["kinds"] = np.array([1, 0], h5py.enum_dtype({"p": 0, "q": 1}, "u1"))
                for n in range(12):
                    f.attrs[f"attribute {n}"] = n
                f["a"].attrs["to"] = f["plain"].ref
                f["soft"] = h5py.SoftLink("/a/grows")
                for n in range(10):
                    f[f"many/{n}"] = n
            """, [path, version])
        await #expect(processExitsWith: .success) { [path = path as String, progress = progress as String] in
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            alarm(240)
            // What is not zero says something; a byte is set, cleared, or has one bit turned.
            let positions = bytes.indices.filter { bytes[$0] != 0 }
            for seed in UInt64(1)...400 {
                var generator = SeededGenerator(seed: seed)
                var damaged = bytes
                let position = positions[Int.random(in: 0..<positions.count, using: &generator)]
                switch seed % 4 {
                case 0: damaged[position] = 0xFF
                case 1: damaged[position] = 0
                case 2: damaged[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                default: damaged[min(position + 1, bytes.count - 1)] = UInt8.random(in: 1...255, using: &generator)
                }
                try "seed \(seed), byte \(position)".write(toFile: progress, atomically: false, encoding: .utf8)
                if let file = try? HDF5File.open(bytes: damaged) { HostileFileTests.readEverything(file) }
            }
            try "done".write(toFile: progress, atomically: false, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: progress, encoding: .utf8) == "done")
    }
}
