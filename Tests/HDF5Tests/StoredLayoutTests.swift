import SynfireHDF5
import SynfireTestSupport
import Testing

/// Values of h5py's files, whatever their layout: they are read from the file by code of ours.
@Suite struct StoredLayoutTests {
    private static let shape = [13, 17, 19]

    @Test("any part of an array is read right in every layout, with every filter", arguments: ["earliest", "v110"])
    func parts(version: String) throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("layouts.h5")
        try python(
            """
            import sys, h5py, numpy as np
            x = np.arange(13 * 17 * 19, dtype="f4").reshape(13, 17, 19)
            with h5py.File(sys.argv[1], "w", libver=(sys.argv[2], "v110"), userblock_size=1024) as f:
                f["contiguous"] = x
                f.create_dataset("chunked", data=x, chunks=(4, 5, 7))
                f.create_dataset("one chunk", data=x, chunks=x.shape, compression="gzip")
                f.create_dataset("grows", data=x, chunks=(4, 5, 7), maxshape=(None, 17, 19))
                f.create_dataset("grows twice", data=x, chunks=(4, 5, 7), maxshape=(None, None, 19), shuffle=True)
                for n in range(8):
                    f.create_dataset(f"filtered {n}", data=x.astype(">f8" if n % 2 else "i2"), chunks=(3, 17, 8),
                                     compression="gzip" if n & 1 else None, shuffle=bool(n & 2), fletcher32=bool(n & 4))
                p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
                p.set_layout(h5py.h5d.COMPACT)
                y = x.astype("i2")
                d = h5py.h5d.create(f.id, b"compact", h5py.h5t.STD_I16LE, h5py.h5s.create_simple(y.shape), p)
                d.write(h5py.h5s.ALL, h5py.h5s.ALL, y)
            """, [path, version])
        let file = try HDF5File.open(path)
        let all = (0..<13 * 17 * 19).map(Float.init)
        var generator = SeededGenerator(seed: 1)
        for child in try file.root.children() {
            let dataset = try file.root.dataset(child.name)
            #expect(try dataset.read(as: Float.self) == all, "\(child.name)")
            for _ in 0..<60 {
                let stride = Self.shape.map { _ in Int.random(in: 1...4, using: &generator) }
                let start = Self.shape.map { Int.random(in: 0..<$0, using: &generator) }
                let count = (0..<3).map {
                    Int.random(in: 1...((Self.shape[$0] - 1 - start[$0]) / stride[$0] + 1), using: &generator)
                }
                var expected: [Float] = []
                for i in 0..<count[0] {
                    for j in 0..<count[1] {
                        for k in 0..<count[2] {
                            let at = [i, j, k].indices.map { start[$0] + [i, j, k][$0] * stride[$0] }
                            expected.append(Float((at[0] * 17 + at[1]) * 19 + at[2]))
                        }
                    }
                }
                let read = try dataset.read(as: Float.self, start: start, count: count, stride: stride)
                #expect(read == expected, "\(child.name): \(count) from \(start) by \(stride)")
            }
        }
    }

    @Test("elements that were never written have the value that the file says")
    func fillValues() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("fill.h5")
        try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1], "w") as f:
                d = f.create_dataset("chunked", (10, 10), "i4", chunks=(4, 4), fillvalue=7)
                d[5, 5] = 1
                f.create_dataset("contiguous", (100,), "f8", fillvalue=2.5)
                f.create_dataset("zeros", (100,), "f8")
                d = f.create_dataset("scattered", (2**40, 2**20), "i4", chunks=(64, 64))
                d[2**39 + 5, 2**19] = 9
                d[3, 2**20 - 1] = 8
                d = f.create_dataset("shrunk", (100,), "i4", chunks=(10,), maxshape=(None,))
                d[:] = 5
                d.resize((42,))
                d.resize((50,))
                d = f.create_dataset("texts", (50,), h5py.string_dtype(), chunks=(8,))
                d[20] = "here"
            """, [path])
        let root = try HDF5File.open(path).root
        let chunked = try root.dataset("chunked").read(as: Int.self)
        #expect(chunked == (0..<100).map { $0 == 55 ? 1 : 7 })
        #expect(try root.dataset("contiguous").read(as: Double.self) == [Double](repeating: 2.5, count: 100))
        #expect(try root.dataset("zeros").read(as: Double.self) == [Double](repeating: 0, count: 100))
        let scattered = try root.dataset("scattered")
        #expect(try scattered.read(as: Int.self, start: [1 << 39, 1 << 19], count: [6, 1]) == [0, 0, 0, 0, 0, 9])
        #expect(try scattered.read(as: Int.self, start: [3, (1 << 20) - 2], count: [1, 2]) == [0, 8])
        #expect(try root.dataset("shrunk").read(as: Int.self) == (0..<50).map { $0 < 42 ? 5 : 0 })
        #expect(try root.strings("texts") == (0..<50).map { $0 == 20 ? "here" : "" })
    }

    @Test("numbers of unusual size are read if they exist, and refused with their name if not")
    func unusualNumbers() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("numbers.h5")
        try python(
            """
            import sys, h5py, numpy as np
            from h5py import h5t
            with h5py.File(sys.argv[1], "w") as f:
                def write(name, type, memory, values):
                    d = h5py.h5d.create(f.id, name, type, h5py.h5s.create_simple((len(values),)))
                    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array(values, dtype=memory), mtype=h5t.py_create(np.dtype(memory)))
                f["half"] = np.array([1.5, -2, 65504], "f2")
                t = h5t.IEEE_F32LE.copy(); t.set_fields(15, 7, 8, 0, 7); t.set_size(2); t.set_ebias(127)
                write(b"brain", t, "f4", [1.5, -2, 2.0**100])
                t = h5t.STD_I32BE.copy(); t.set_precision(24); t.set_size(3)
                write(b"three bytes", t, "i4", [-5, 2**23 - 1])
                t = h5t.STD_U32LE.copy(); t.set_precision(12); t.set_offset(5)
                write(b"inside", t, "u4", [4095, 17])
                f["long"] = np.array([1.5], "g")
                t = h5t.IEEE_F32LE.copy(); t.set_ebias(200)
                write(b"bias", t, "f4", [1.5])
                t = h5t.IEEE_F64LE.copy(); t.set_size(12)
                write(b"wide", t, "f8", [1.5])
                f["pairs"] = np.zeros(3, [("a", "f4"), ("b", "i4")])
                f["rows"] = np.zeros(3, "(2,)f4")
                d = f.create_dataset("rows of two", (3,), np.dtype("(2,)f4"))
                f.attrs["pairs"] = np.zeros(3, [("a", "f4"), ("b", "i4")])
            """, [path])
        let root = try HDF5File.open(path).root
        #expect(try root.dataset("half").read(as: Double.self) == [1.5, -2, 65504])
        #expect(try root.dataset("brain").read(as: Float.self) == [1.5, -2, 0x1p100])
        #expect(try root.dataset("three bytes").read(as: Int.self) == [-5, 8_388_607])
        #expect(try root.dataset("inside").read(as: Int.self) == [4095, 17])
        for (name, said) in [
            ("long", "it holds an unusual float of 16 bytes, not float32"),
            ("bias", "it holds an unusual float of 4 bytes, not float32"),
            ("wide", "it holds an unusual float of 12 bytes, not float32"),
            ("pairs", "it holds compound of 8 bytes, not float32"),
            ("rows of two", "it holds array of 8 bytes, not float32"),
        ] {
            let error = hdf5Error { _ = try root.dataset(name).read(as: Float.self) }
            #expect(error?.code == .wrongType, "\(name)")
            #expect(error?.reason == said)
        }
        #expect(hdf5Error { _ = try root.attribute("pairs", as: [Float].self) }?.code == .wrongType)
    }
}
