import CSynfireHDF5
import CSynfireHDF5Driver
import Synchronization

extension HDF5File {
    /// Tells files in memory apart in messages.
    private static let serial = Atomic<Int>(0)

    /// Starts a file that lives in memory only.
    public static func inMemory() throws(HDF5Error) -> HDF5File {
        let name = nextName()
        let place = HDF5Place(file: name, path: "/")
        let access = try HDF5Handle(.properties, "create", place) { H5Pcreate(synfire_H5P_FILE_ACCESS()) }
        try HDF5Library.exec("create", place) { () -> herr_t in
            guard synfire_driver_use_memory(access.id, nil, 0) >= 0 else { return -1 }
            return H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG)
        }
        return HDF5File(
            try OpenFile(name: name, destination: nil, isWritable: true, "create") {
                H5Fcreate(name, synfire_H5F_ACC_EXCL(), synfire_H5P_DEFAULT(), access.id)
            })
    }

    /// Opens the bytes of a file for reading, without a file.
    public static func open(bytes: [UInt8]) throws(HDF5Error) -> HDF5File {
        let name = nextName()
        let place = HDF5Place(file: name, path: "/")
        guard !bytes.isEmpty else { throw HDF5Error(.notHDF5, "open", place, "the file is empty") }
        return try read(FileBytes(bytes), place)
    }

    /// The file as bytes, as they would lie on disc.
    public func bytes() throws(HDF5Error) -> [UInt8] {
        if let source = file.catalogue?.bytes {
            guard let bytes = source.read(at: 0, count: source.count) else {
                throw HDF5Error(.truncated, "copy", file.place, "the file has become shorter")
            }
            return bytes
        }
        try file.flush()
        let place = file.place
        let count = try HDF5Library.exec("copy", place) { H5Fget_file_image(file.id, nil, 0) }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        try HDF5Library.exec("copy", place) { H5Fget_file_image(file.id, &bytes, bytes.count) }
        return bytes
    }

    private static func nextName() -> String { "memory-\(serial.add(1, ordering: .relaxed).newValue)" }
}
