import Foundation
import SynfireHDF5
import SynfireTestSupport
import Testing

/// Files whose values are not what they say: chunks, texts, filters, places.
@Suite struct HostileValuesTests {
    @Test("a chunk that is stored shorter or longer than declared is refused, whatever its filters")
    func chunkSizes() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("chunks.h5")
        try python(
            """
            import sys, h5py, numpy as np, zlib
            whole = np.arange(1000, dtype="f8").tobytes()
            with h5py.File(sys.argv[1], "w") as f:
                def make(name, chunk, mask=0, **options):
                    f.create_dataset(name, (1000,), "f8", chunks=(1000,), **options).id.write_direct_chunk((0,), chunk, mask)
                make("fine", zlib.compress(whole), compression="gzip")
                make("fine, left out", whole, 1, compression="gzip")
                make("plain short", whole[:16])
                make("plain long", whole + whole)
                make("left out short", whole[:16], 1, compression="gzip")
                make("inflates short", zlib.compress(whole[:7992]), compression="gzip")
                make("inflates long", zlib.compress(whole + b"x"), compression="gzip")
                make("bomb", zlib.compress(bytes(1 << 26), 9), compression="gzip")
                make("cut", zlib.compress(whole)[:-9], compression="gzip")
                make("no stream", b"no stream at all" * 60, compression="gzip")
                make("nothing", b"x", compression="gzip")
                make("shuffled short", whole[:16], 0, shuffle=True)
                make("checked short", whole[:16], 0, fletcher32=True)
                make("checked wrong", whole + b"sum!", 0, fletcher32=True)
                make("checked tiny", b"ab", 0, fletcher32=True)
                make("both short", zlib.compress(whole[:80]), 0, shuffle=True, compression="gzip", fletcher32=True)
            """, [path])
        let root = try HDF5File.open(path).root
        let whole = (0..<1000).map(Double.init)
        for child in try root.children() {
            if child.name.hasPrefix("fine") {
                #expect(try root.dataset(child.name).read(as: Double.self) == whole)
                continue
            }
            for attempt in [0, 999] {
                let error = hdf5Error {
                    _ = try root.dataset(child.name).read(as: Double.self, start: [attempt], count: [1])
                }
                #expect(error?.code == .corrupt, "\(child.name): \(error?.description ?? "")")
            }
            #expect(hdf5Error { _ = try root.dataset(child.name).read(as: Double.self) }?.code == .corrupt)
        }
    }

    @Test("a filter that is not read is named, with what helps")
    func filters() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("filters.h5")
        try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1], "w") as f:
                for name, number, values in [("LZF", 32000, (4, 261, 40)), ("szip", 4, (141, 8)),
                                             ("nbit", 5, ()), ("scaleoffset", 6, (2, 0)), ("filter number 300", 300, ()),
                                             ("Zstandard", 32015, ())]:
                    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                    p.set_chunk((10,))
                    p.set_filter(number, h5py.h5z.FLAG_OPTIONAL, values)
                    h5py.h5d.create(f.id, b"with " + name.encode(), h5py.h5t.STD_I32LE, h5py.h5s.create_simple((100,)), p)
            """, [path])
        let root = try HDF5File.open(path).root
        for name in ["LZF", "szip", "nbit", "scaleoffset", "filter number 300", "Zstandard"] {
            let error = hdf5Error { _ = try root.dataset("with \(name)").read(as: Int.self) }
            #expect(error?.code == .unsupported)
            #expect(
                error?.reason
                    == "it is compressed with \(name), where only gzip, shuffle and fletcher32 are read; "
                    + "'h5repack -f GZIP=1 IN OUT' makes a file that can be read")
        }
    }

    @Test("texts that share one object of the heap, or heaps that lie on one another, do not multiply in memory")
    func heaps() throws {
        let folder = try TemporaryDirectory()
        let (shared, fake) = (folder.file("shared.h5"), folder.file("fake.h5"))
        try python(
            """
            import sys, h5py, numpy as np, struct
            with h5py.File(sys.argv[1], "w") as f:
                d = f.create_dataset("x", (4000,), h5py.string_dtype())
                d[0] = "x" * 1_000_000
                d[1] = "q"
            with h5py.File(sys.argv[1]) as f:
                at = f["x"].id.get_offset()
            b = bytearray(open(sys.argv[1], "rb").read())
            b[at:at + 16 * 4000] = bytes(b[at:at + 16]) * 4000
            open(sys.argv[1], "wb").write(b)
            with h5py.File(sys.argv[2], "w") as f:
                d = f.create_dataset("x", (3000,), h5py.string_dtype())
                d[0] = "y"
                f["room"] = np.zeros(1 << 20, "u1")
            with h5py.File(sys.argv[2]) as f:
                at, room = f["x"].id.get_offset(), f["room"].id.get_offset()
            b = bytearray(open(sys.argv[2], "rb").read())
            for n in range(3000):
                heap = room + 64 * n
                b[heap:heap + 40] = b"GCOL\\1\\0\\0\\0" + struct.pack("<QHHIQ", len(b) - heap, 1, 1, 0, 8) + b"abcdefgh"
                b[at + 16 * n:at + 16 * n + 16] = struct.pack("<IQI", 8, heap, 1)
            open(sys.argv[2], "wb").write(b)
            """, [shared, fake])
        let many = hdf5Error { _ = try HDF5File.open(shared).root.strings("x") }
        #expect(many?.code == .tooLarge)
        let heaps = hdf5Error { _ = try HDF5File.open(fake).root.strings("x") }
        #expect(heaps?.code == .corrupt)
        #expect(try HDF5File.open(fake).root.dataset("x").read(as: String.self, start: [7], count: [1]) == ["abcdefgh"])
    }

    @Test("no library is loaded because a file asks for a filter")
    func plugins() async throws {
        let folder = try TemporaryDirectory()
        let (path, source, marker) = (folder.file("x.h5"), folder.file("plugin.c"), folder.file("loaded"))
        try python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1], "w") as f:
                p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                p.set_chunk((10,))
                p.set_filter(300, h5py.h5z.FLAG_OPTIONAL, ())
                h5py.h5d.create(f.id, b"x", h5py.h5t.STD_I32LE, h5py.h5s.create_simple((100,)), p)
                f["x"].id.write_direct_chunk((0,), b"something", 0)
            """, [path])
        try """
        #include <fcntl.h>
        __attribute__((constructor)) static void loaded(void) { open("\(marker)", O_CREAT | O_WRONLY, 0666); }
        int H5PLget_plugin_type(void) { return 0; }
        const void *H5PLget_plugin_info(void) { return 0; }
        """.write(toFile: source, atomically: true, encoding: .utf8)
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-o", folder.file("libplugin.so"), source]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0)
        await #expect(processExitsWith: .success) { [path = path as String, folder = folder.path as String] in
            setenv("HDF5_PLUGIN_PATH", folder, 1)
            let error = hdf5Error { _ = try HDF5File.open(path).root.dataset("x").read(as: Int.self) }
            #expect(error?.code == .unsupported)
        }
        #expect(!FileManager.default.fileExists(atPath: marker))
    }

    @Test("a pipe is refused at once, not waited for", .timeLimit(.minutes(10)))
    func pipe() throws {
        let folder = try TemporaryDirectory()
        #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
        let error = hdf5Error { _ = try HDF5File.open(folder.file("pipe")) }
        #expect(error?.code == .notHDF5)
        #expect(error?.reason == "it is a device or a pipe, not an HDF5 file")
        #expect(hdf5Error { _ = try HDF5File.open("/dev/null") }?.code == .notHDF5)
    }

    @Test("a process that ends with files open ends without a word")
    func exit() async throws {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            let bytes = try HostileFileTests.example()
            for position in stride(from: 0, to: bytes.count, by: 97) {
                var damaged = bytes
                damaged[position] ^= 0xFF
                guard let file = try? HDF5File.open(bytes: damaged) else { continue }
                // Never given back: open when the process ends.
                _ = Unmanaged.passRetained(OpenDatasets(file))
            }
            let file = try HDF5File.inMemory()
            try file.root.write("x", [1.0])
            _ = Unmanaged.passRetained(OpenDatasets(file))
            Foundation.exit(0)
        }
        let said = [result?.standardErrorContent ?? [], result?.standardOutputContent ?? []]
            .map { String(decoding: $0, as: UTF8.self) }
        #expect(said.allSatisfy { !$0.contains("HDF5") }, "\(said)")
    }

    @Test("a file that is read cannot be written to")
    func readOnly() throws {
        let file = try HDF5File.open(bytes: HostileFileTests.example())
        #expect(hdf5Error { try file.root.write("new", [1.0]) } != nil)
        #expect(hdf5Error { try file.root.dataset("weight").write([Float](repeating: 0, count: 24)) } != nil)
        #expect(hdf5Error { try file.root.setAttribute("new", 1.0) } != nil)
        #expect(hdf5Error { try file.root.createGroup("more") } != nil)
    }
}

/// Keeps a file and what is in it open.
private final class OpenDatasets {
    let file: HDF5File
    let dataset: HDF5Dataset?

    init(_ file: consuming HDF5File) {
        dataset = try? file.root.dataset("weight")
        self.file = file
    }
}
