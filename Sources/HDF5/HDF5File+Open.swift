import CSynfireHDF5
import CSynfireHDF5Driver

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension HDF5File {
    /// Opens a file for reading.
    ///
    /// - Throws: `.notFound`, `.notPermitted`, `.notHDF5` (also for folders and empty files), `.truncated`, `.corrupt`.
    public static func open(_ path: String) throws(HDF5Error) -> HDF5File {
        let place = HDF5Place(file: path, path: "/")
        return try read(FileBytes(opening: place), place)
    }

    /// Opens bytes for reading, which libhdf5 in this process never sees.
    static func read(_ bytes: FileBytes, _ place: HDF5Place) throws(HDF5Error) -> HDF5File {
        guard bytes.hasHDF5Signature else {
            throw HDF5Error(
                .notHDF5, "open", place, "it is not an HDF5 file: the signature of that format is missing")
        }
        let (catalogue, standIn) = try FileCatalogue.read(bytes, place)
        let access = try HDF5Handle(.properties, "open", place) { H5Pcreate(synfire_H5P_FILE_ACCESS()) }
        return HDF5File(
            try OpenFile(name: place.file, destination: nil, isWritable: false, catalogue: catalogue, "open") {
                // The bytes are copied while the file is opened.
                standIn.withUnsafeBytes { buffer in
                    guard synfire_driver_use_memory(access.id, buffer.baseAddress, buffer.count) >= 0 else { return -1 }
                    return H5Fopen("stand-in", synfire_H5F_ACC_RDONLY(), access.id)
                }
            })
    }

    /// Starts a new file, which gets its name when it is committed.
    ///
    /// - Parameters:
    ///   - path: The final name. Its folder must exist.
    ///   - replacing: Whether a regular file of that name may be replaced, at the moment of the commit.
    /// - Throws: `.exists` if there is something that may not be replaced, `.notFound` if the folder is missing,
    ///   `.notPermitted`, `.outOfSpace`.
    public static func create(_ path: String, replacing: Bool = false) throws(HDF5Error) -> HDF5File {
        let place = HDF5Place(file: path, path: "/")
        func refuse(_ code: HDF5Error.Code, _ reason: String) -> HDF5Error { HDF5Error(code, "create", place, reason) }

        let (folder, name) = FileSystem.split(path)
        guard !name.isEmpty else { throw refuse(.notFound, "the name of a file is missing") }
        switch FileSystem.kind(of: folder) {
        case .missing: throw refuse(.notFound, "there is no folder '\(folder)'")
        case .regular, .special: throw refuse(.notFound, "'\(folder)' is not a folder")
        case .folder: break
        }
        switch FileSystem.kind(of: path) {
        case .missing: break
        case .folder: throw refuse(.exists, "it is a folder")
        case .special: throw refuse(.exists, "it is a device or a pipe, which are not replaced")
        case .regular:
            guard replacing else { throw refuse(.exists, "it exists already") }
        }
        let destination = OpenFile.Destination(
            path: path, temporary: FileSystem.temporarySibling(of: path), isReplacing: replacing)
        let access = try accessProperties(place)
        // Handles that the caller still has must not keep the file from being complete.
        try HDF5Library.exec("create", place) { H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG) }
        return HDF5File(
            try OpenFile(name: path, destination: destination, isWritable: true, "create") {
                H5Fcreate(destination.temporary, synfire_H5F_ACC_EXCL(), synfire_H5P_DEFAULT(), access.id)
            })
    }

    private static func accessProperties(_ place: HDF5Place) throws(HDF5Error) -> HDF5Handle {
        let access = try HDF5Handle(.properties, "open", place) { H5Pcreate(synfire_H5P_FILE_ACCESS()) }
        try HDF5Library.exec("open", place) { synfire_driver_use(access.id) }
        return access
    }
}
