import CSynfireHDF5

/// A reference to a group or dataset, as the file stores it.
///
/// `HDF5Group.reference(to:)` makes one and `HDF5Group.path(of:)` follows it.
public struct HDF5Reference: HDF5Element, Hashable {
    var address: hobj_ref_t

    /// Object references.
    public static var hdf5Type: HDF5ElementType { .objectReference }

    /// Reads references.
    public static func read(_ selection: borrowing HDF5Selection) throws(HDF5Error) -> [HDF5Reference] {
        guard selection.type == .objectReference else { throw selection.wrongType("read", asked: "references") }
        try selection.checkMemory(bytesPerElement: MemoryLayout<hobj_ref_t>.stride)
        var addresses = [hobj_ref_t](repeating: 0, count: selection.count)
        try selection.read(into: &addresses, as: synfire_H5T_STD_REF_OBJ())
        return addresses.map { HDF5Reference(address: $0) }
    }

    /// Writes references.
    public static func write(_ values: [HDF5Reference], to selection: borrowing HDF5Selection) throws(HDF5Error) {
        precondition(values.count == selection.count, "the shape was checked before")
        guard selection.type == .objectReference else { throw selection.wrongType("write", asked: "a reference") }
        try selection.write(values.map(\.address), as: synfire_H5T_STD_REF_OBJ())
    }
}
