import CSynfireHDF5Driver
import Foundation
import SynfireHDF5
import SynfireTestSupport
import Testing

/// What is found after a process was killed while it wrote.
///
/// The driver can stop writing after any number of calls, or within one: the disc then is as if the process had been
/// killed there, for every moment at which it can be. Processes of their own, since that holds for all files.
@Suite struct KilledWriterTests {
    /// Lists that always have the same number of rows, and that number.
    final class Lists {
        let chunk: Int
        private var file: HDF5File?
        let plain: HDF5Dataset
        let packed: HDF5Dataset
        let table: HDF5Dataset
        var written = 0
        var rows = 0

        init(_ path: String, chunk: Int = 64) throws {
            self.chunk = chunk
            let file = try HDF5File.create(path)
            let group = try file.root.createGroup("lists")
            try group.setAttribute("about", "values count from 0")
            plain = try group.createDataset(
                "plain", of: UInt64.self, shape: [0], maxShape: [nil], options: .init(chunk: [chunk]))
            packed = try group.createDataset(
                "packed", of: Double.self, shape: [0], maxShape: [nil],
                options: .init(chunk: [chunk], gzip: 1, shuffle: true))
            table = try group.createDataset(
                "table", of: Float.self, shape: [0, 3], maxShape: [nil, 3], options: .init(chunk: [chunk, 3]))
            try group.setAttribute("rows", 0)
            try file.flush()
            self.file = consume file
        }

        private static func values(_ rows: Range<Int>) -> [UInt32] { rows.map(UInt32.init) }

        func grow(by count: Int) throws {
            rows += count
            let whole = written..<rows / chunk * chunk
            try plain.append(Self.values(whole))
            try packed.append(whole.map(Double.init))
            try table.append(whole.flatMap { [Float($0), 1, 2] })
            written = whole.upperBound
        }

        func flush() throws {
            try file?.root.group("lists").setAttribute("rows", rows)
            let rest = written..<rows
            try file?.flush([
                try plain.tail(Self.values(rest)), try packed.tail(rest.map(Double.init)),
                try table.tail(rest.flatMap { [Float($0), 1, 2] }),
            ])
        }

        func commit() throws {
            guard let file = file.take() else { return }
            let rest = written..<rows
            try plain.append(Self.values(rest))
            try packed.append(rest.map(Double.init))
            try table.append(rest.flatMap { [Float($0), 1, 2] })
            try file.root.group("lists").setAttribute("rows", rows)
            try file.root.createGroup("end").setAttribute("how", "well")
            try file.commit()
        }

        /// How many rows a file has, which must be right; -1 for one without lists yet.
        static func check(_ path: String) throws -> Int {
            let file = try HDF5File.open(path)
            guard try file.root.exists("lists") else { return -1 }
            let group = try file.root.group("lists")
            let rows = try group.attribute("rows", as: Int.self)
            #expect(try group.attribute("about", as: String.self) == "values count from 0")
            #expect(try group.dataset("plain").read(as: Int.self) == Array(0..<rows))
            #expect(try group.dataset("packed").read(as: Double.self) == (0..<rows).map(Double.init))
            #expect(try group.dataset("table").read(as: Float.self) == (0..<rows).flatMap { [Float($0), 1, 2] })
            return rows
        }
    }

    /// Flushes with tails of all sizes, chunks that need more than one node, and values that push the copy away.
    static func run(_ path: String, flushed: (Int) -> Void) throws {
        let lists = try Lists(path)
        flushed(0)
        for count in [0, 5, 11, 16, 40, 1100, 3, 4500, 0, 30, 1] {
            try lists.grow(by: count)
            try lists.flush()
            flushed(lists.rows)
        }
        try lists.grow(by: 1500)
        try lists.commit()
        flushed(7206)
    }

    /// A script that checks lists of files with h5py.
    static let reader = """
        import sys, glob, h5py, numpy as np
        paths = sorted(glob.glob(sys.argv[1] + "/*.state"))
        for path in paths:
            with h5py.File(path) as file:
                group = file["lists"]
                rows = group.attrs["rows"]
                assert group.attrs["about"] == "values count from 0", path
                assert (group["plain"][:] == np.arange(rows)).all() and len(group["plain"]) == rows, path
                assert (group["packed"][:] == np.arange(rows)).all() and len(group["packed"]) == rows, path
                assert (group["table"][:, 0] == np.arange(rows)).all() and len(group["table"]) == rows, path
        print(len(paths))
        """

    @Test("is readable up to a flush, at whatever call, or within whatever call, the writer was killed")
    func everyMoment() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryDirectory()
            synfire_driver_stop_after(-1, 0)
            try KilledWriterTests.run(folder.file("whole.h5")) { _ in }
            let calls = synfire_driver_calls()
            #expect(calls > 100)
            #expect(try KilledWriterTests.Lists.check(folder.file("whole.h5")) == 7206)
            var states = 0
            for tears in [Int32(0), 1] {
                for count in 0...calls {
                    let path = folder.file("x.h5")
                    synfire_driver_stop_after(count, tears)
                    var (before, after) = (-1, Int.max)
                    // What is dropped is missing for the writer, too.
                    try? KilledWriterTests.run(path) { rows in
                        let isOver = synfire_driver_calls() > count || (tears == 1 && synfire_driver_calls() == count)
                        if !isOver { before = rows } else if after == Int.max { after = rows }
                    }
                    let found = try folder.names().filter { $0.hasPrefix("x.h5") }
                    guard let name = found.first else {
                        #expect(before == -1)
                        continue
                    }
                    #expect(found.count == 1)
                    let rows = try KilledWriterTests.Lists.check(folder.file(name))
                    #expect(rows == before || rows == after, "\(count) calls: \(rows) rows")
                    guard rows >= 0 else {
                        try FileManager.default.removeItem(atPath: folder.file(name))
                        continue
                    }
                    try FileManager.default.moveItem(
                        atPath: folder.file(name), toPath: folder.file("\(tears)-\(count).state"))
                    states += 1
                }
            }
            #expect(states > 200)
            #expect(try python(KilledWriterTests.reader, [folder.path]) == "\(states)\n")
        }
    }

    @Test("has chunks in trees of any depth, and groups with many members and attributes")
    func depth() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryDirectory()
            for (index, chunks) in [1, 63, 64, 65, 128, 4095, 4096, 4097].enumerated() {
                for tail in [0, 1] {
                    synfire_driver_stop_after(-1, 0)
                    let lists = try KilledWriterTests.Lists(folder.file("x.h5"), chunk: 2)
                    try lists.grow(by: chunks * 2 + tail)
                    try lists.flush()
                    synfire_driver_stop_after(0, 0)
                    let copy = folder.file("\(index)-\(tail).state")
                    try FileManager.default.copyItem(atPath: folder.file("x.h5.partial"), toPath: copy)
                    #expect(try KilledWriterTests.Lists.check(copy) == lists.rows)
                }
            }
            #expect(try python(KilledWriterTests.reader, [folder.path]) == "16\n")

            synfire_driver_stop_after(-1, 0)
            let file = try HDF5File.create(folder.file("groups.h5"))
            for index in 0..<1000 {
                let group = try file.root.createGroup("some/group\(index)")
                if index % 100 == 0 { try file.flush() }
                for name in 0..<index % 40 { try group.setAttribute("attribute\(name)", [Double(name), 1, 2]) }
            }
            try file.root.createHardLink("same", to: "some/group7")
            try file.flush()
            let script = """
                import sys, h5py
                with h5py.File(sys.argv[1]) as file:
                    assert len(file["some"]) == 1000 and file["same"] == file["some/group7"]
                    for index in range(1000):
                        attributes = file["some"][f"group{index}"].attrs
                        assert len(attributes) == index % 40
                        assert all(list(v) == [int(k[9:]), 1, 2] for k, v in attributes.items())
                    print("read")
                """
            let copy = folder.file("copy.h5")
            try FileManager.default.copyItem(atPath: folder.file("groups.h5.partial"), toPath: copy)
            #expect(try python(script, [copy]) == "read\n")
            try file.commit()
            #expect(try python(script, [folder.file("groups.h5")]) == "read\n")
        }
    }

    @Test("its file is found, and removed by the next writer that ends well unless somebody holds it")
    func leftovers() async throws {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryDirectory()
            let path = folder.file("x.h5")
            synfire_driver_stop_after(-1, 0)
            let lists = try KilledWriterTests.Lists(path)
            try lists.grow(by: 5)
            try lists.flush()
            // Being written: no leftover.
            #expect(PartialFile.leftovers(of: path).isEmpty)
            try FileManager.default.copyItem(atPath: path + ".partial", toPath: folder.file("killed"))
            // Somebody else writes a file of the name.
            try KilledWriterTests.Lists(path).commit()
            #expect(try folder.names() == ["killed", "x.h5", "x.h5.partial"])
            try FileManager.default.removeItem(atPath: path)
            try lists.commit()
            #expect(try folder.names() == ["killed", "x.h5"])

            try FileManager.default.copyItem(atPath: folder.file("killed"), toPath: path + ".partial")
            try FileManager.default.copyItem(atPath: folder.file("killed"), toPath: path + ".2.partial")
            try "mine".write(toFile: path + ".3.partial", atomically: false, encoding: .utf8)
            #expect(PartialFile.leftovers(of: path) == [path + ".partial", path + ".2.partial"])
            let reader = open(path + ".2.partial", O_RDONLY)
            #expect(flock(reader, LOCK_SH | LOCK_NB) == 0)
            #expect(PartialFile.leftovers(of: path) == [path + ".partial"])
            #expect(throws: HDF5Error.self) { try HDF5File.create(path).commit() }
            // One that is given up removes nothing but its own.
            #expect(try folder.names() == ["killed", "x.h5", "x.h5.2.partial", "x.h5.3.partial", "x.h5.partial"])
            try HDF5File.create(path, replacing: true).commit()
            #expect(try folder.names() == ["killed", "x.h5", "x.h5.2.partial", "x.h5.3.partial"])
            close(reader)
            try HDF5File.create(path, replacing: true).commit()
            #expect(try folder.names() == ["killed", "x.h5", "x.h5.3.partial"])
        }
    }

    @Test("flushes change no value, and little of the file's size")
    func sameValues() throws {
        let folder = try TemporaryDirectory()
        let lists = try Lists(folder.file("x.h5"))
        try lists.grow(by: 100_000)
        try lists.commit()
        let flushed = try Lists(folder.file("y.h5"))
        for _ in 0..<100 {
            try flushed.grow(by: 1000)
            try flushed.flush()
        }
        try flushed.commit()
        #expect(try Lists.check(folder.file("x.h5")) == 100_000)
        #expect(try Lists.check(folder.file("y.h5")) == 100_000)
        let sizes = try ["x.h5", "y.h5"].map {
            try FileManager.default.attributesOfItem(atPath: folder.file($0))[.size] as? Int ?? 0
        }
        #expect(Double(sizes[1]) < 1.05 * Double(sizes[0]))
    }
}
