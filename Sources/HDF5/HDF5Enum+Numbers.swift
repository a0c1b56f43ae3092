import CSynfireHDF5

extension HDF5Enum {
    /// Reads the numbers of an enumeration.
    ///
    /// Those that are no member's come as they are.
    static func readNumbers(_ selection: borrowing HDF5Selection) throws(HDF5Error) -> [Int] {
        try selection.checkMemory(bytesPerElement: MemoryLayout<Int>.stride)
        // libhdf5 converts between enumerations by name and turns numbers without a name into -1: to see them as they
        // are, the file's own type is asked for, and its integers are widened afterwards, in place.
        let (fileType, count, place) = (selection.fileType.id, selection.count, selection.place)
        let base = try HDF5Handle(.datatype, "read", place, orElse: .corrupt) { H5Tget_super(fileType) }
        var numbers = [Int](repeating: 0, count: count)
        try selection.read(into: &numbers, as: fileType)
        try HDF5Library.exec("read", place, orElse: .corrupt) {
            numbers.withUnsafeMutableBytes {
                H5Tconvert(base.id, synfire_H5T_NATIVE_INT64(), count, $0.baseAddress, nil, synfire_H5P_DEFAULT())
            }
        }
        return numbers
    }

    /// Writes numbers to an enumeration, which must have them.
    static func writeNumbers(_ numbers: [Int], to selection: borrowing HDF5Selection) throws(HDF5Error) {
        precondition(numbers.count == selection.count, "the shape was checked before")
        let (fileType, count, place) = (selection.fileType.id, selection.count, selection.place)
        if case .enumeration(let type) = selection.type {
            let known = Set(type.members.values)
            if let stranger = numbers.first(where: { !known.contains($0) }) {
                throw HDF5Error(
                    .outOfRange, "write", place,
                    "\(stranger) is none of \(type.sortedNames.joined(separator: ", "))")
            }
        }
        let base = try HDF5Handle(.datatype, "write", place) { H5Tget_super(fileType) }
        var narrowed = numbers
        try HDF5Library.exec("write", place) {
            narrowed.withUnsafeMutableBytes {
                H5Tconvert(synfire_H5T_NATIVE_INT64(), base.id, count, $0.baseAddress, nil, synfire_H5P_DEFAULT())
            }
        }
        try selection.write(narrowed, as: fileType)
    }
}
