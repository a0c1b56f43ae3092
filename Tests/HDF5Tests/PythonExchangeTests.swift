import SynfireHDF5
import SynfireTestSupport
import Testing

/// Files written by h5py, and files of ours read by h5py.
@Suite struct PythonExchangeTests {
    @Test("reads what h5py writes: numbers of all kinds, texts, enumerations, references, chunks")
    func readsPython() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("python.h5")
        try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1], "w") as f:
                for name in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", ">i4", ">u8", ">f8"]:
                    f["numbers/" + name] = np.arange(6, dtype=name).reshape(2, 3)
                f["flags"] = np.array([True, False])
                f.attrs["flag"] = True
                f["scalar"] = np.float32(2.5)
                f["text"] = "Ünïcödé"
                f["texts"] = np.array([["a", "b"], ["c", "dd"]], dtype=h5py.string_dtype())
                f["fixed"] = np.array([b"ab", b"c"], dtype="S4")
                f["ascii"] = np.array(["x", "yz"], dtype=h5py.string_dtype("ascii"))
                f["fixed utf8"] = np.array(["ä".encode()], dtype=h5py.string_dtype("utf-8", 5))
                f.attrs["layer_names"] = np.array([b"conv_1", b"dense"])
                f.attrs["colnames"] = np.array(["spike_times"], dtype=h5py.string_dtype())
                kind = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype="i1")
                f["spikes/x"] = np.arange(3)
                f["spikes"].attrs.create("sorting", 2, dtype=kind)
                f["kinds"] = np.array([2, 0], dtype=kind)
                f["spikes"].attrs["target"] = f["spikes/x"].ref
                f["nothing"] = h5py.Empty("f4")
                f.attrs["nothing"] = h5py.Empty("f4")
                f.create_dataset("packed", data=np.arange(30000, dtype="f4").reshape(100, 300),
                                 chunks=True, compression="gzip", compression_opts=4)
                f.create_dataset("checked", data=np.arange(100), fletcher32=True, shuffle=True)
                f.create_dataset("lzf", data=np.arange(100), compression="lzf")
                f["soft"] = h5py.SoftLink("/spikes/x")
                f["dangling"] = h5py.SoftLink("/spikes/y")
                f["loop"] = h5py.SoftLink("/loop")
                f["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
                f["through"] = h5py.SoftLink("/elsewhere")
                f["up"] = f["/"]
                f["compound"] = np.zeros(2, dtype=[("a", "f4"), ("b", "i4")])
            with h5py.File(sys.argv[1] + ".latest", "w", libver="v110") as f:
                f["x"] = np.arange(10)
                f.attrs["large"] = np.arange(20000)
                for i in range(100):
                    f[f"many/{i:03}"] = i
            """, [path])
        let file = try HDF5File.open(path)
        let root = file.root
        for child in try root.group("numbers").children() {
            let dataset = try root.group("numbers").dataset(child.name)
            #expect(try dataset.shape == [2, 3])
            #expect(try dataset.read(as: Float.self) == [0, 1, 2, 3, 4, 5], "\(child.name)")
            if case .integer = dataset.elementType {
                #expect(try dataset.read(as: UInt16.self) == [0, 1, 2, 3, 4, 5], "\(child.name)")
            }
        }
        #expect(try root.dataset("numbers/>f8").elementType.description == "float64 big-endian")
        #expect(try root.dataset("numbers/f2").elementType.description == "float16")
        #expect(try root.dataset("flags").read(as: Bool.self) == [true, false])
        #expect(try root.attribute("flag", as: Bool.self))
        #expect(try root.scalar("scalar", as: Float.self) == 2.5)
        #expect(try root.string("text") == "Ünïcödé")
        #expect(try root.strings("texts") == ["a", "b", "c", "dd"])
        #expect(try root.strings("fixed") == ["ab", "c"])
        #expect(try root.strings("ascii") == ["x", "yz"])
        #expect(try root.strings("fixed utf8") == ["ä"])
        #expect(try root.attribute("layer_names", as: [String].self) == ["conv_1", "dense"])
        #expect(try root.attribute("colnames", as: [String].self) == ["spike_times"])
        #expect(try root.group("spikes").attribute("sorting", as: HDF5Enum.self).name == "by_time")
        #expect(try root.dataset("kinds").readEnum().values == [2, 0])
        let target = try root.group("spikes").attribute("target", as: HDF5Reference.self)
        #expect(try root.path(of: target) == "/spikes/x")
        #expect(try root.dataset("nothing").isNull)
        #expect(try root.dataset("nothing").read(as: Float.self) == [])
        #expect(try root.attribute("nothing", as: [Float].self) == [])
        #expect(hdf5Error { _ = try root.attribute("nothing", as: Float.self) }?.code == .wrongShape)
        #expect(try root.dataset("packed").read(as: Float.self) == (0..<30000).map(Float.init))
        #expect(try root.dataset("packed").read(as: Float.self, start: [99, 298], count: [1, 2]) == [29998, 29999])
        #expect(try root.dataset("checked").read(as: Int.self) == Array(0..<100))
        let lzf = hdf5Error { _ = try root.dataset("lzf").read(as: Int.self) }
        #expect(lzf?.code == .unsupported)
        #expect(lzf?.reason.hasPrefix("it is compressed with LZF, where only gzip, shuffle and fletcher32") == true)

        #expect(try root.dataset("soft").read(as: Int.self) == [0, 1, 2])
        #expect(
            hdf5Error { _ = try root.dataset("dangling") }?.reason
                == "'dangling' is a soft link that leads nowhere in this file")
        #expect(hdf5Error { _ = try root.dataset("loop") }?.code == .notFound)
        #expect(
            hdf5Error { _ = try root.dataset("elsewhere") }?.reason
                == "'elsewhere' is a link to another file, which is not followed")
        #expect(hdf5Error { _ = try root.dataset("through") } != nil)
        #expect(hdf5Error { _ = try root.dataset("compound").read(as: Float.self) }?.code == .wrongType)
        let kinds = Dictionary(uniqueKeysWithValues: try root.children().map { ($0.name, $0.kind) })
        #expect(kinds["soft"] == .softLink)
        #expect(kinds["elsewhere"] == .externalLink)
        #expect(kinds["up"] == .group)
        #expect(try !root.descendants().contains { $0.name.hasPrefix("up/") })

        let latest = try HDF5File.open(path + ".latest")
        #expect(try latest.root.dataset("x").read(as: Int.self) == Array(0..<10))
        #expect(try latest.root.attribute("large", as: [Int].self) == Array(0..<20000))
        #expect(try latest.root.group("many").children().count == 100)
    }

    @Test("does not follow links, virtual datasets or raw values into other files, also where those exist")
    func staysInside() throws {
        let folder = try TemporaryDirectory()
        try python(
            """
            import sys, os, h5py, numpy as np
            os.chdir(sys.argv[1])
            with h5py.File("secret.h5", "w") as f:
                f["x"] = np.arange(10)
            open("secret.bin", "wb").write(b"x" * 80)
            with h5py.File("main.h5", "w") as f:
                f["link"] = h5py.ExternalLink("secret.h5", "/x")
                f["soft"] = h5py.SoftLink("/link")
                layout = h5py.VirtualLayout(shape=(10,), dtype="i8")
                layout[:] = h5py.VirtualSource("secret.h5", "x", shape=(10,))
                f.create_virtual_dataset("virtual", layout)
                f.create_dataset("raw", (10,), dtype="i8", external=[("secret.bin", 0, 80)])
            """, [folder.path])
        let file = try HDF5File.open(folder.file("main.h5"))
        for name in ["link", "soft", "virtual", "raw"] {
            let error = hdf5Error { _ = try file.root.dataset(name).read(as: Int.self) }
            #expect(error?.code == .unsupported, "\(name): \(error?.description ?? "")")
        }
    }

    @Test("h5py reads what we write")
    func pythonReads() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("ours.h5")
        let file = try HDF5File.create(path)
        let root = file.root
        try root.setAttribute("version", [UInt32(0), 1])
        try root.setAttribute("magic", UInt32(0x0A7A))
        let spikes = try root.createGroup("spikes/layer1")
        try spikes.setAttribute("sorting", HDF5Enum(members: ["none": 0, "by_id": 1, "by_time": 2], value: 2))
        let ids = try spikes.createDataset(
            "node_ids", of: UInt64.self, shape: [0], maxShape: [nil], options: .init(chunk: [1000], gzip: 4))
        for step in 0..<5 { try ids.append((0..<700).map { UInt64($0 + step * 700) }) }
        try spikes.write("timestamps", (0..<3500).map { Double($0) * 0.1 })
        try spikes.dataset("timestamps").setAttribute("units", "ms")
        try root.writeString("node/type", "NIRGraph")
        try root.writeStrings("node/edges", ["input", "läyer", "läyer", "output"], shape: [2, 2])
        try root.write("flags", [true, false])
        try root.write("weight", (0..<12).map(Float.init), shape: [2, 3, 2], options: .init(gzip: 4, shuffle: true))
        try root.writeStrings("fixed", ["ab", "c"], as: .fixed(4, encoding: .ascii))
        try root.setAttribute("layer_names", ["conv_1", "dense"], as: .fixed(6, encoding: .ascii))
        try root.setAttribute("colnames", ["spike_times"])
        try root.createGroup("units").setAttribute("target", try root.reference(to: "weight"))
        try root.createHardLink("second", to: "weight")
        for (name, write) in [
            ("i1", { try root.write("i1", [Int8(-1)]) }), ("u2", { try root.write("u2", [UInt16(1)]) }),
            ("i4", { try root.write("i4", [Int32(-1)]) }), ("f8", { try root.write("f8", [1.0]) }),
        ] as [(String, () throws -> Void)] {
            _ = name
            try write()
        }
        try file.commit()
        let output = try python(
            """
            import sys, h5py, numpy as np
            f = h5py.File(sys.argv[1])
            assert f.attrs["version"].dtype == "uint32" and list(f.attrs["version"]) == [0, 1]
            assert f.attrs["magic"] == 0x0A7A and f.attrs["magic"].shape == ()
            g = f["spikes/layer1"]
            sorting = g.attrs.get_id("sorting")
            assert h5py.check_enum_dtype(sorting.dtype) == {"none": 0, "by_id": 1, "by_time": 2}, sorting.dtype
            assert sorting.dtype == np.int8 and g.attrs["sorting"] == 2
            assert g["node_ids"].dtype == "uint64" and np.array_equal(g["node_ids"], np.arange(3500))
            assert g["node_ids"].maxshape == (None,) and g["node_ids"].compression_opts == 4
            assert np.array_equal(g["timestamps"], np.arange(3500) * 0.1)
            assert g["timestamps"].attrs["units"] == "ms"
            info = h5py.check_string_dtype(f["node/type"].dtype)
            assert info.length is None and info.encoding == "utf-8"
            assert f["node/type"][()].decode() == "NIRGraph" and f["node/type"].shape == ()
            assert f["node/edges"].asstr()[()].tolist() == [["input", "läyer"], ["läyer", "output"]]
            assert f["flags"].dtype == bool and f["flags"][()].tolist() == [True, False]
            assert np.array_equal(f["weight"], np.arange(12, dtype="f4").reshape(2, 3, 2))
            assert f["weight"].compression == "gzip" and f["weight"].shuffle
            assert f["fixed"].dtype == "S4" and f["fixed"][()].tolist() == [b"ab", b"c"]
            assert f.attrs["layer_names"].tolist() == [b"conv_1", b"dense"]
            assert f.attrs["colnames"].tolist() == ["spike_times"]
            assert f[f["units"].attrs["target"]] == f["weight"]
            assert f["second"] == f["weight"]
            for name in ["i1", "u2", "i4", "f8"]:
                assert f[name].dtype == name
            print("all read")
            """, [path])
        #expect(output == "all read\n")
    }
}
