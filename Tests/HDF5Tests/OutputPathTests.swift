import Foundation
import SynfireHDF5
import SynfireTestSupport
import Testing

@Suite struct OutputPathTests {
    @Test("a link leads to the file that is written, whether that is there or not")
    func links() throws {
        let folder = try TemporaryDirectory()
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder.file("far"), withIntermediateDirectories: false)
        try manager.createSymbolicLink(atPath: folder.file("out.h5"), withDestinationPath: "far/there.h5")
        try HDF5File.create(folder.file("out.h5")).commit()
        #expect(try manager.destinationOfSymbolicLink(atPath: folder.file("out.h5")) == "far/there.h5")
        #expect(try HDF5File.open(folder.file("far/there.h5")).root.children().isEmpty)
        #expect(hdf5Error { _ = try HDF5File.create(folder.file("out.h5")) }?.code == .exists)
        try HDF5File.create(folder.file("out.h5"), replacing: true).commit()
        #expect(try manager.destinationOfSymbolicLink(atPath: folder.file("out.h5")) == "far/there.h5")

        try manager.createSymbolicLink(atPath: folder.file("nowhere.h5"), withDestinationPath: "none/x.h5")
        #expect(
            hdf5Error { _ = try HDF5File.create(folder.file("nowhere.h5")) }?.reason
                == "there is no folder '\(folder.path)/none'")
        try manager.createSymbolicLink(atPath: folder.file("a.h5"), withDestinationPath: "b.h5")
        try manager.createSymbolicLink(atPath: folder.file("b.h5"), withDestinationPath: "a.h5")
        #expect(
            hdf5Error { _ = try HDF5File.create(folder.file("a.h5"), replacing: true) }?.reason
                == "it is a link that leads to itself")
        #expect(hdf5Error { _ = try HDF5File.create("/dev/stdout", replacing: true) } != nil)
    }

    @Test("a name that is too long is refused, one that is just short enough is written")
    func longNames() throws {
        let folder = try TemporaryDirectory()
        let name = String(repeating: "é", count: 126) + ".h5"
        #expect(name.utf8.count == 255)
        try HDF5File.create(folder.file(name)).commit()
        #expect(try folder.names() == [name])
        #expect(
            hdf5Error { _ = try HDF5File.create(folder.file("x" + name)) }?.reason
                == "its name has 256 bytes, but names may have 255")
    }
}
