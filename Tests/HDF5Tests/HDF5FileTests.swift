import Foundation
import Synchronization
import SynfireHDF5
import SynfireTestSupport
import Testing

@Suite struct HDF5FileTests {
    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    @Test("has its name only once it is committed")
    func commit() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("out.h5")
        let file = try HDF5File.create(path)
        try file.root.write("x", [1.0, 2.0])
        try file.flush()
        let before = try folder.names()
        #expect(before == ["out.h5.partial"])
        try file.commit()
        #expect(try folder.names() == ["out.h5"])
        #expect(try HDF5File.open(path).root.dataset("x").read(as: Double.self) == [1, 2])
    }

    @Test("commits although handles of what is inside are still held, which then refuse")
    func commitWithOpenHandles() throws {
        let folder = try TemporaryDirectory()
        let file = try HDF5File.create(folder.file("out.h5"))
        let list = try file.root.createDataset("x", of: Int.self, shape: [0], maxShape: [nil])
        try list.append([1, 2])
        try file.commit()
        #expect(hdf5Error { try list.append([3]) } != nil)
        #expect(try HDF5File.open(folder.file("out.h5")).root.dataset("x").read(as: Int.self) == [1, 2])
    }

    @Test("leaves nothing behind when it is dropped, and what had the name as it was")
    func dropped() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("out.h5")
        try write("old", to: path)
        func drop() throws {
            let file = try HDF5File.create(path, replacing: true)
            try file.root.write("x", 1)
        }
        try drop()
        #expect(try folder.names() == ["out.h5"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    }

    @Test("replaces only if told to, also what appeared meanwhile")
    func replacing() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("out.h5")
        let late = try HDF5File.create(path)
        try write("mine", to: path)
        #expect(
            hdf5Error { _ = try HDF5File.create(path) }?.description
                == "cannot create '\(path)': it exists already")
        do {
            try late.commit()
            Issue.record("replaced what had appeared")
        } catch {
            #expect(error.code == .exists)
        }
        #expect(try folder.names() == ["out.h5"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        try HDF5File.create(path, replacing: true).commit()
        #expect(try HDF5File.open(path).root.children().isEmpty)
    }

    @Test("an interrupted recording keeps another name")
    func otherName() throws {
        let folder = try TemporaryDirectory()
        let file = try HDF5File.create(folder.file("traces.h5"))
        try file.root.write("x", 1)
        try file.commit(as: folder.file("traces.partial.h5"))
        #expect(try folder.names() == ["traces.partial.h5"])
        let again = try HDF5File.create(folder.file("traces.h5"))
        do {
            try again.commit(as: folder.file("traces.partial.h5"))
            Issue.record("replaced the first")
        } catch {
            #expect(error.code == .exists)
        }
        #expect(try folder.names() == ["traces.partial.h5"])
    }

    @Test("places where no file can be are refused before anything is written")
    func badDestinations() throws {
        let folder = try TemporaryDirectory()
        #expect(
            hdf5Error { _ = try HDF5File.create(folder.file("none/out.h5")) }?.reason
                == "there is no folder '\(folder.path)/none'")
        #expect(hdf5Error { _ = try HDF5File.create(folder.path, replacing: true) }?.code == .exists)
        #expect(hdf5Error { _ = try HDF5File.create("/dev/null", replacing: true) }?.code == .exists)
        #expect(hdf5Error { _ = try HDF5File.create(folder.path + "/") }?.code == .notFound)
        try write("x", to: folder.file("file"))
        #expect(hdf5Error { _ = try HDF5File.create(folder.file("file/out.h5")) }?.code == .notFound)
        #expect(try folder.names() == ["file"])
    }

    @Test("long names have room for the temporary's additions")
    func longName() throws {
        let folder = try TemporaryDirectory()
        let name = String(repeating: "n", count: 250) + ".h5"
        try HDF5File.create(folder.file(name)).commit()
        #expect(try folder.names() == [name])
    }

    @Test("files that are none are refused with what they are")
    func badSources() throws {
        let folder = try TemporaryDirectory()
        try write("", to: folder.file("empty"))
        try write("not HDF5 at all, but long enough to be read as if it were", to: folder.file("text"))
        #expect(
            hdf5Error { _ = try HDF5File.open(folder.file("none")) }?.description
                == "cannot open '\(folder.path)/none': there is no such file")
        #expect(hdf5Error { _ = try HDF5File.open(folder.file("none")) }?.code == .notFound)
        let empty = hdf5Error { _ = try HDF5File.open(folder.file("empty")) }
        #expect(empty?.code == .notHDF5)
        #expect(empty?.reason == "the file is empty")
        #expect(hdf5Error { _ = try HDF5File.open(folder.file("text")) }?.code == .notHDF5)
        #expect(hdf5Error { _ = try HDF5File.open(folder.path) }?.code == .notHDF5)
        #expect(hdf5Error { _ = try HDF5File.open("/dev/null") }?.code == .notHDF5)
        #expect(hdf5Error { _ = try HDF5File.open(bytes: []) }?.code == .notHDF5)
        #expect(hdf5Error { _ = try HDF5File.open(bytes: Array("text".utf8)) }?.code == .notHDF5)
    }

    @Test("a file in memory can be copied out as bytes and opened again")
    func bytes() throws {
        let file = try HDF5File.inMemory()
        try file.root.write("x", [1, 2, 3])
        let copy = try HDF5File.open(bytes: try file.bytes())
        #expect(try copy.root.dataset("x").read(as: Int.self) == [1, 2, 3])
        #expect(hdf5Error { try copy.root.write("y", 1) } != nil)
        try copy.close()
        try file.close()
    }

    @Test("the same content gives the same bytes")
    func sameBytes() throws {
        #expect(try HostileFileTests.example() == HostileFileTests.example())
    }

    @Test("a file that is only read refuses to be written")
    func readOnly() throws {
        let folder = try TemporaryDirectory()
        try HDF5File.create(folder.file("x.h5")).commit()
        let file = try HDF5File.open(folder.file("x.h5"))
        let error = hdf5Error { try file.root.write("y", 1) }
        #expect(error?.stack.isEmpty == false)
        #expect(error?.description.hasPrefix("cannot create dataset '/y' in '\(folder.path)/x.h5': ") == true)
    }

    @Test("threads with a file each do not disturb one another", .timeLimit(.minutes(10)))
    func threads() async throws {
        let folder = try TemporaryDirectory()
        let base = folder.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let path = "\(base)/\(worker).h5"
                    let file = try HDF5File.create(path)
                    let list = try file.root.createDataset(
                        "x", of: Int.self, shape: [0], maxShape: [nil], options: .init(chunk: [64], gzip: 1))
                    for step in 0..<200 {
                        try list.append([worker * 1000 + step])
                        // Errors belong to the thread that caused them.
                        let error = hdf5Error { _ = try file.root.dataset("missing\(worker)") }
                        #expect(error?.path == "/missing\(worker)")
                    }
                    try file.commit()
                    let back = try HDF5File.open(path).root.dataset("x").read(as: Int.self)
                    #expect(back == (0..<200).map { worker * 1000 + $0 })
                }
            }
            try await group.waitForAll()
        }
    }
}
