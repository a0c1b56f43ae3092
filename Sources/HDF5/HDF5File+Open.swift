import CSynfireHDF5
import CSynfireHDF5Driver
import SynfireUnits

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
        let bytes = try FileBytes(opening: place)
        InputFiles.note(path)
        return try read(bytes, place)
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

        let target = try OutputPath.check(path, replacing: replacing)
        let access = try accessProperties(place)
        // Handles that the caller still has must not keep the file from being complete.
        try HDF5Library.exec("create", place) { () -> herr_t in
            guard H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG) >= 0 else { return -1 }
            return synfire_use_oldest_layout(access.id)
        }
        // Others may write a file of that name, or have been killed at it.
        for number in 1...1000 {
            let destination = OpenFile.Destination(
                path: target, temporary: PartialFile.name(of: target, number), isReplacing: replacing)
            guard !FileSystem.isTaken(destination.temporary) else { continue }
            do throws(HDF5Error) {
                let file = try OpenFile(name: path, destination: destination, isWritable: true, "create") {
                    H5Fcreate(destination.temporary, synfire_H5F_ACC_EXCL(), synfire_H5P_DEFAULT(), access.id)
                }
                return HDF5File(file)
            } catch {
                guard error.code == .exists else { throw error }
            }
        }
        throw refuse(.exists, "1000 partial files are left beside it, such as '\(PartialFile.name(of: target, 1))'")
    }

    private static func accessProperties(_ place: HDF5Place) throws(HDF5Error) -> HDF5Handle {
        let access = try HDF5Handle(.properties, "open", place) { H5Pcreate(synfire_H5P_FILE_ACCESS()) }
        try HDF5Library.exec("open", place) { synfire_driver_use(access.id) }
        return access
    }
}
