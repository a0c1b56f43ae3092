import CSynfireHDF5

extension Bool: HDF5Element {
    /// An enumeration FALSE = 0, TRUE = 1 over a signed byte, as h5py writes it.
    public static var hdf5Type: HDF5ElementType { .boolean }

    /// Reads truth values.
    public static func read(_ selection: borrowing HDF5Selection) throws(HDF5Error) -> [Bool] {
        guard selection.type == .boolean else { throw selection.wrongType("read", asked: "bool") }
        return try HDF5Enum.readNumbers(selection).map { (number) throws(HDF5Error) in
            guard number == 0 || number == 1 else {
                throw HDF5Error(
                    .corrupt, "read", selection.place, "it holds \(number), which is neither true nor false")
            }
            return number == 1
        }
    }

    /// Writes truth values.
    public static func write(_ values: [Bool], to selection: borrowing HDF5Selection) throws(HDF5Error) {
        guard selection.type == .boolean else { throw selection.wrongType("write", asked: "bool") }
        try HDF5Enum.writeNumbers(values.map { $0 ? 1 : 0 }, to: selection)
    }
}
