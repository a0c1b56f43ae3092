import CSynfireHDF5

/// A number as the machine has it: the integers, `Float` and `Double`.
///
/// Reading converts from what the file has (byte order, size, integer to float); an integer that does not fit is an
/// error, and a file's floats are not read as integers. Half precision is read as `Float` or `Double`.
public protocol HDF5Scalar: HDF5Element, BitwiseCopyable {
    /// Zero.
    init()
}

extension HDF5Scalar {
    /// Reads numbers, converted by libhdf5.
    public static func read(_ selection: borrowing HDF5Selection) throws(HDF5Error) -> [Self] {
        guard selection.type.converts(to: hdf5Type), let native = hdf5Type.nativeNumber else {
            throw selection.wrongType("read", asked: hdf5Type.description)
        }
        try selection.checkMemory(bytesPerElement: MemoryLayout<Self>.stride)
        var values = [Self](repeating: Self(), count: selection.count)
        let watch = try OverflowWatch("read", selection.place)
        do throws(HDF5Error) {
            try selection.read(into: &values, as: native, transfer: watch.id)
        } catch {
            throw watch.explain(error, "a value does not fit into \(hdf5Type)")
        }
        return values
    }

    /// Writes numbers, converted by libhdf5 to what the dataset has.
    public static func write(_ values: [Self], to selection: borrowing HDF5Selection) throws(HDF5Error) {
        precondition(values.count == selection.count, "the shape was checked before")
        guard hdf5Type.converts(to: selection.type), let native = hdf5Type.nativeNumber else {
            throw selection.wrongType("write", asked: hdf5Type.description)
        }
        let watch = try OverflowWatch("write", selection.place)
        do throws(HDF5Error) {
            try selection.write(values, as: native, transfer: watch.id)
        } catch {
            throw watch.explain(error, "a value does not fit into \(selection.type)")
        }
    }
}

/// Properties of a transfer that stop it at an integer that would not fit, instead of clipping.
private struct OverflowWatch: ~Copyable {
    /// A flag at an address that stays.
    private final class Flag {
        let address = UnsafeMutablePointer<Bool>.allocate(capacity: 1)

        init() { address.initialize(to: false) }

        deinit { address.deallocate() }
    }

    private let properties: HDF5Handle
    private let flag: Flag

    var id: hid_t { properties.id }

    init(_ operation: String, _ place: HDF5Place) throws(HDF5Error) {
        let flag = Flag()
        let properties = try HDF5Handle(.properties, operation, place) { H5Pcreate(synfire_H5P_DATASET_XFER()) }
        try HDF5Library.exec(operation, place) { synfire_watch_for_overflow(properties.id, flag.address) }
        self.properties = properties
        self.flag = flag
    }

    /// What a failed transfer means: an overflow if one was met, else what libhdf5 said.
    func explain(_ error: HDF5Error, _ reason: String) -> HDF5Error {
        guard flag.address.pointee else { return error }
        return HDF5Error(.outOfRange, error.operation, HDF5Place(file: error.file, path: error.path), reason)
    }
}

extension Int8: HDF5Scalar {
    /// A signed byte.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: 1, isSigned: true) }
}
extension Int16: HDF5Scalar {
    /// A signed integer of 2 bytes.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: 2, isSigned: true) }
}
extension Int32: HDF5Scalar {
    /// A signed integer of 4 bytes.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: 4, isSigned: true) }
}
extension Int64: HDF5Scalar {
    /// A signed integer of 8 bytes.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: 8, isSigned: true) }
}
extension Int: HDF5Scalar {
    /// A signed integer of 8 bytes.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: MemoryLayout<Int>.size, isSigned: true) }
}
extension UInt8: HDF5Scalar {
    /// A byte.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: 1, isSigned: false) }
}
extension UInt16: HDF5Scalar {
    /// An unsigned integer of 2 bytes.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: 2, isSigned: false) }
}
extension UInt32: HDF5Scalar {
    /// An unsigned integer of 4 bytes.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: 4, isSigned: false) }
}
extension UInt64: HDF5Scalar {
    /// An unsigned integer of 8 bytes.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: 8, isSigned: false) }
}
extension UInt: HDF5Scalar {
    /// An unsigned integer of 8 bytes.
    public static var hdf5Type: HDF5ElementType { .integer(bytes: MemoryLayout<UInt>.size, isSigned: false) }
}
extension Float: HDF5Scalar {
    /// Single precision.
    public static var hdf5Type: HDF5ElementType { .float(bytes: 4) }
}
extension Double: HDF5Scalar {
    /// Double precision.
    public static var hdf5Type: HDF5ElementType { .float(bytes: 8) }
}
