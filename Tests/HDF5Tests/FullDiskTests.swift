import Foundation
import SynfireHDF5
import SynfireTestSupport
import Testing

/// Writing where there is no room.
///
/// A limit on the size of files stands in for a full disk: it needs no rights, and
/// libhdf5 meets both in the same call.
@Suite struct FullDiskTests {
    /// Writes more than there is room for and says what came of it.
    static func fill(_ folder: String, _ write: (borrowing HDF5Group) throws -> Void) throws -> HDF5Error? {
        let file = try HDF5File.create(folder + "/out.h5")
        do {
            try write(file.root)
            try file.commit()
            return nil
        } catch let error as HDF5Error {
            return error
        }
    }

    static func limitFileSize() {
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 200_000, rlim_max: 200_000)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    }

    @Test("a large array that finds no room is told, and no file is left")
    func contiguous() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryDirectory()
            FullDiskTests.limitFileSize()
            let error = try FullDiskTests.fill(folder.path) { root in
                try root.write("x", [Double](repeating: 1, count: 1_000_000))
            }
            #expect(error?.code == .outOfSpace)
            #expect(
                error?.description
                    == "cannot write '/x' in '\(folder.path)/out.h5': "
                    + "no room is left on the device, or the file may not grow further")
            #expect(try folder.names() == [])
        }
    }

    @Test("a list that grows until there is no room is told, and no file is left")
    func appended() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryDirectory()
            FullDiskTests.limitFileSize()
            let error = try FullDiskTests.fill(folder.path) { root in
                let list = try root.createDataset(
                    "x", of: UInt64.self, shape: [0], maxShape: [nil], options: .init(chunk: [4096], gzip: 1))
                var generator = SeededGenerator(seed: 1)
                for _ in 0..<100 { try list.append((0..<5000).map { _ in generator.next() }) }
                try list.close()
            }
            #expect(error?.code == .outOfSpace, "\(error?.description ?? "no error")")
            #expect(try folder.names() == [])
        }
    }

    @Test("many small objects that find no room when the file is flushed are told, and no file is left")
    func metadata() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryDirectory()
            FullDiskTests.limitFileSize()
            let error = try FullDiskTests.fill(folder.path) { root in
                for index in 0..<2000 {
                    try root.createGroup("g\(index)").setAttribute("x", [Double](repeating: 0, count: 100))
                }
            }
            #expect(error?.code == .outOfSpace, "\(error?.description ?? "no error")")
            #expect(try folder.names() == [])
            // The library is still good for another file that fits.
            let small = try HDF5File.create(folder.file("small.h5"))
            try small.root.write("x", 1)
            try small.commit()
            #expect(try HDF5File.open(folder.file("small.h5")).root.scalar("x", as: Int.self) == 1)
        }
    }
}
