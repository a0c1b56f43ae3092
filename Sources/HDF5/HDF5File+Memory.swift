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
        guard bytes.hasHDF5Signature else {
            throw HDF5Error(
                .notHDF5, "open", place, "it is not an HDF5 file: the signature of that format is missing")
        }
        let access = try HDF5Handle(.properties, "open", place) { H5Pcreate(synfire_H5P_FILE_ACCESS()) }
        return HDF5File(
            try OpenFile(name: name, destination: nil, isWritable: false, "open") {
                // The bytes are copied while the file is opened.
                bytes.withUnsafeBytes { buffer in
                    guard synfire_driver_use_memory(access.id, buffer.baseAddress, buffer.count) >= 0 else { return -1 }
                    return H5Fopen(name, synfire_H5F_ACC_RDONLY(), access.id)
                }
            })
    }

    /// The file as bytes, as they would lie on disc.
    public func bytes() throws(HDF5Error) -> [UInt8] {
        try file.flush()
        let place = file.place
        let count = try HDF5Library.exec("copy", place) { H5Fget_file_image(file.id, nil, 0) }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        try HDF5Library.exec("copy", place) { H5Fget_file_image(file.id, &bytes, bytes.count) }
        return bytes
    }

    private static func nextName() -> String { "memory-\(serial.add(1, ordering: .relaxed).newValue)" }
}

extension [UInt8] {
    /// Whether the signature stands at byte 0, 512, 1024, 2048 and so on, where the format allows it.
    fileprivate var hasHDF5Signature: Bool {
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
        var offset = 0
        while offset + signature.count <= count {
            if self[offset..<offset + signature.count].elementsEqual(signature) { return true }
            offset = offset == 0 ? 512 : offset * 2
        }
        return false
    }
}
