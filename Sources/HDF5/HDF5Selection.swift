import CSynfireHDF5
import CSynfireHDF5Driver

/// The elements of a dataset or attribute that one call reads or writes.
///
/// Only element types look inside.
public struct HDF5Selection: ~Copyable {
    /// The dataset or attribute; whoever makes a selection keeps it open meanwhile.
    let object: hid_t
    let file: OpenFile
    let isAttribute: Bool
    let place: HDF5Place
    let type: HDF5ElementType
    let fileType: HDF5Handle
    /// Which elements of the dataset; for an attribute all of them.
    let fileSpace: HDF5Handle
    /// The same number of elements, one after the other; nil for all of a dataset in its own order.
    let memorySpace: HDF5Handle?
    let count: Int
    let maximumBytes: Int
    /// Where the elements are, if the file is one that is read.
    let stored: StoredValues?

    /// Moves the elements from the file to `memory`, which libhdf5 fills with `count` elements of `memoryType`.
    func read<Value: BitwiseCopyable>(
        into memory: inout [Value], as memoryType: hid_t, transfer: hid_t = synfire_H5P_DEFAULT()
    ) throws(HDF5Error) {
        guard count > 0 else { return }
        if let stored {
            return try stored.read(into: &memory, from: fileType.id, as: memoryType, transfer: transfer, place)
        }
        let (object, isAttribute, memorySpace, fileSpace) = (object, isAttribute, memorySpaceID, fileSpace.id)
        if isAttribute, transfer != synfire_H5P_DEFAULT() {
            return try readAttribute(into: &memory, as: memoryType, transfer: transfer)
        }
        try HDF5Library.exec("read", place, orElse: .corrupt) {
            memory.withUnsafeMutableBytes { buffer in
                isAttribute
                    ? H5Aread(object, memoryType, buffer.baseAddress)
                    : H5Dread(object, memoryType, memorySpace, fileSpace, transfer, buffer.baseAddress)
            }
        }
    }

    /// What lies in the places of texts or lists of variable length: a length, an address and an index each.
    func readDescriptors(size: Int) throws(HDF5Error) -> [UInt8] {
        var descriptors = [UInt8](repeating: 0, count: count * size)
        if let stored {
            try stored.read(into: &descriptors, place)
        } else {
            let raw = try HDF5Handle(.datatype, "read", place) { synfire_lists_type(size) }
            try read(into: &descriptors, as: raw.id)
        }
        return descriptors
    }

    /// Moves `count` elements of `memoryType` from memory to the file.
    func write<Value: BitwiseCopyable>(
        _ memory: [Value], as memoryType: hid_t, transfer: hid_t = synfire_H5P_DEFAULT()
    ) throws(HDF5Error) {
        guard stored == nil else { throw HDF5Error(.notPermitted, "write", place, "the file was opened for reading") }
        guard count > 0 else { return }
        let (object, isAttribute, memorySpace, fileSpace) = (object, isAttribute, memorySpaceID, fileSpace.id)
        if isAttribute, transfer != synfire_H5P_DEFAULT() {
            return try writeAttribute(memory, as: memoryType, transfer: transfer)
        }
        try HDF5Library.exec("write", place, orElse: .writeFailed) {
            memory.withUnsafeBytes { buffer in
                isAttribute
                    ? H5Awrite(object, memoryType, buffer.baseAddress)
                    : H5Dwrite(object, memoryType, memorySpace, fileSpace, transfer, buffer.baseAddress)
            }
        }
    }

    /// Reads numbers of an attribute.
    ///
    /// The calls for attributes take no properties of a transfer, so that integers would be clipped without a word; the
    /// conversion is a call of its own, which takes them.
    private func readAttribute<Value: BitwiseCopyable>(
        into memory: inout [Value], as memoryType: hid_t, transfer: hid_t
    ) throws(HDF5Error) {
        let (object, count, fileType) = (object, count, fileType.id)
        var bytes = conversionBuffer(memoryType)
        try HDF5Library.exec("read", place, orElse: .corrupt) { () -> herr_t in
            bytes.withUnsafeMutableBytes { buffer in
                guard H5Aread(object, fileType, buffer.baseAddress) >= 0 else { return -1 }
                return H5Tconvert(fileType, memoryType, count, buffer.baseAddress, nil, transfer)
            }
        }
        memory.withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<target.count])) }
        }
    }

    /// Writes numbers to an attribute, as ``readAttribute(into:as:transfer:)`` reads them.
    private func writeAttribute<Value: BitwiseCopyable>(
        _ memory: [Value], as memoryType: hid_t, transfer: hid_t
    ) throws(HDF5Error) {
        let (object, count, fileType) = (object, count, fileType.id)
        var bytes = conversionBuffer(memoryType)
        try HDF5Library.exec("write", place, orElse: .writeFailed) { () -> herr_t in
            bytes.withUnsafeMutableBytes { buffer in
                memory.withUnsafeBytes { buffer.copyMemory(from: $0) }
                guard H5Tconvert(memoryType, fileType, count, buffer.baseAddress, nil, transfer) >= 0 else { return -1 }
                return H5Awrite(object, fileType, buffer.baseAddress)
            }
        }
    }

    /// Room for all elements in the file's type or in the memory's, whichever is larger.
    private func conversionBuffer(_ memoryType: hid_t) -> [UInt8] {
        let fileType = fileType.id
        let size = HDF5Library.quietly { max(H5Tget_size(fileType), H5Tget_size(memoryType)) }
        return [UInt8](repeating: 0, count: count * size)
    }

    /// Throws unless `count` elements of `bytes` each may be held in memory.
    func checkMemory(bytesPerElement bytes: Int) throws(HDF5Error) {
        let (total, overflow) = count.multipliedReportingOverflow(by: max(bytes, 1))
        guard !overflow, total <= maximumBytes else {
            throw tooLarge("\(count) elements of \(bytes) bytes")
        }
    }

    func tooLarge(_ what: String) -> HDF5Error {
        HDF5Error(.tooLarge, "read", place, "\(what) are more than the \(maximumBytes) bytes that one read may take")
    }

    func wrongType(_ operation: String, asked: String) -> HDF5Error {
        let relation =
            operation == "read" ? "it holds \(type), not \(asked)" : "it holds \(type), which \(asked) is not"
        return HDF5Error(.wrongType, operation, place, relation)
    }

    private var memorySpaceID: hid_t {
        switch memorySpace {
        case .some(let space): space.id
        case .none: synfire_H5S_ALL()
        }
    }
}

/// What can be an element of datasets and attributes: numbers, `Bool`, `String` and `HDF5Reference`.
///
/// The members are for this module; conforming another type is of no use.
public protocol HDF5Element: Sendable {
    /// How a new dataset or attribute of such elements is stored.
    static var hdf5Type: HDF5ElementType { get }
    /// Reads the selected elements.
    static func read(_ selection: borrowing HDF5Selection) throws(HDF5Error) -> [Self]
    /// Writes as many elements as are selected.
    static func write(_ values: [Self], to selection: borrowing HDF5Selection) throws(HDF5Error)
}
