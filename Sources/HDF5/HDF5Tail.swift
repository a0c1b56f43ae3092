import CSynfireHDF5
import CSynfireHDF5Driver

/// Rows at the end of a dataset that do not fill a chunk yet: see ``HDF5File/flush(_:)``.
public struct HDF5Tail: Sendable {
    /// The address of the dataset's header.
    let object: UInt64
    let rows: Int
    /// The elements as the file has them.
    let bytes: [UInt8]

    /// Gives the driver its view of tails.
    static func withTails<Result>(
        _ tails: [HDF5Tail], _ body: (UnsafePointer<synfire_driver_tail>?) -> Result
    ) -> Result {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tails.reduce(0) { $0 + $1.bytes.count })
        for tail in tails { bytes.append(contentsOf: tail.bytes) }
        return bytes.withUnsafeBytes { buffer in
            var start = 0
            let views = tails.map { tail in
                defer { start += tail.bytes.count }
                return synfire_driver_tail(
                    object: tail.object, rows: UInt64(tail.rows),
                    bytes: tail.bytes.isEmpty ? nil : buffer.baseAddress?.advanced(by: start), size: tail.bytes.count)
            }
            return views.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}

extension HDF5Dataset {
    /// Rows that a flush adds to the dataset for readers, less than a chunk.
    ///
    /// They are not written: who has them writes them with those that follow.
    ///
    /// - Throws: `.wrongShape` for part of a row, `.wrongType`.
    public func tail<Element: HDF5Scalar>(_ values: [Element]) throws(HDF5Error) -> HDF5Tail {
        let (id, place) = (location.id, location.place)
        var info = synfire_object_info()
        try HDF5Library.exec("write", place) { synfire_object_get_info(id, &info) }
        // Up to 1.10 it is the address, since then an identity that is made of it.
        let object = withUnsafeBytes(of: info.identity) { $0.loadUnaligned(as: UInt64.self) }
        guard !values.isEmpty else { return HDF5Tail(object: UInt64(littleEndian: object), rows: 0, bytes: []) }
        guard let row = HDF5Shape.count(Array(try shape.dropFirst())), row > 0, values.count.isMultiple(of: row) else {
            throw HDF5Error(.wrongShape, "append to", place, "\(values.count) values are not whole rows")
        }
        guard Element.hdf5Type.converts(to: elementType), let native = Element.hdf5Type.nativeNumber else {
            throw HDF5Error(.wrongType, "write", place, "it holds \(elementType), which \(Element.hdf5Type) is not")
        }
        let type = try HDF5Handle(.datatype, "write", place) { H5Dget_type(id) }
        let typeID = type.id
        let (from, to) = HDF5Library.quietly { (H5Tget_size(native), H5Tget_size(typeID)) }
        var bytes = [UInt8](repeating: 0, count: values.count * max(from, to))
        try HDF5Library.exec("write", place) {
            bytes.withUnsafeMutableBytes { buffer in
                values.withUnsafeBytes { buffer.copyMemory(from: $0) }
                return H5Tconvert(native, typeID, values.count, buffer.baseAddress, nil, synfire_H5P_DEFAULT())
            }
        }
        bytes.removeLast(bytes.count - values.count * to)
        return HDF5Tail(object: UInt64(littleEndian: object), rows: values.count / row, bytes: bytes)
    }
}
