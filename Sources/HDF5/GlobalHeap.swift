import CSynfireHDF5
import CSynfireHDF5Driver

/// Reads what elements of variable length point to.
///
/// The file has, for each element, a length, the address of a collection and the index of an object in it; the
/// collection lists its objects with their sizes. libhdf5 1.10 believes all of these and overruns its buffers when
/// they disagree, so here they are checked.
///
/// - Source: HDF5 File Format Specification Version 3.0, III.E "Disk Format: Level 1E - Global Heap" and IV.B
///   "Data Storage of Variable-Length Types".
struct GlobalHeap {
    private struct Collection {
        let bytes: [UInt8]
        /// Where the objects' bytes are, by index.
        let objects: [UInt16: Range<Int>]
    }

    private let file: hid_t
    /// The file itself, if it is one that is read.
    private let bytes: FileBytes?
    private let place: HDF5Place
    /// Sizes in bytes of addresses and of lengths in this file.
    private let addressSize: Int
    private let lengthSize: Int
    /// Where the file proper begins; something else may come before.
    private let base: UInt64
    private let fileSize: Int
    /// What may still be given out.
    private var remaining: Int
    /// Bytes of collections that may still be read: they lie side by side in the file.
    private var unreadBytes: Int
    private var collections: [UInt64: Collection] = [:]

    /// The heap of the file that an open object belongs to.
    init(_ file: OpenFile, _ place: HDF5Place, maximumBytes: Int) throws(HDF5Error) {
        self.file = file.id
        self.place = place
        bytes = file.catalogue?.bytes
        if let catalogue = file.catalogue {
            (addressSize, lengthSize, base) = (catalogue.addressSize, catalogue.lengthSize, catalogue.base)
            fileSize = catalogue.bytes.count
        } else {
            // What was written may not have reached the file yet.
            if file.isWritable { try file.flush() }
            let id = file.id
            let properties = try HDF5Handle(.properties, "read", place) { H5Fget_create_plist(id) }
            var (addressSize, lengthSize, userBlock, size) = (0, 0, hsize_t(), hsize_t())
            try HDF5Library.exec("read", place) { () -> herr_t in
                guard H5Pget_sizes(properties.id, &addressSize, &lengthSize) >= 0 else { return -1 }
                guard H5Pget_userblock(properties.id, &userBlock) >= 0 else { return -1 }
                return H5Fget_filesize(id, &size)
            }
            (self.addressSize, self.lengthSize, base) = (addressSize, lengthSize, UInt64(userBlock))
            fileSize = Int(clamping: size)
        }
        guard [2, 4, 8].contains(addressSize), [2, 4, 8].contains(lengthSize) else {
            throw HDF5Error(.unsupported, "read", place, "its addresses have \(addressSize) bytes")
        }
        // Elements do not share their content, so that together they have no more than the file.
        remaining = min(maximumBytes, fileSize)
        unreadBytes = fileSize
    }

    /// The bytes that one element in the file takes.
    var descriptorSize: Int { 8 + addressSize }

    /// The bytes that an element points to.
    ///
    /// - Parameters:
    ///   - descriptor: The element as it is in the file.
    ///   - unit: The bytes of one entry of the list; 1 for text.
    mutating func bytes(_ descriptor: ArraySlice<UInt8>, unit: Int) throws(HDF5Error) -> ArraySlice<UInt8> {
        let start = descriptor.startIndex
        let length = Int(Self.number(descriptor, at: start, size: 4))
        let address = Self.number(descriptor, at: start + 4, size: addressSize)
        let index = Self.number(descriptor, at: start + 4 + addressSize, size: 4)
        if length == 0 { return [] }
        let (size, overflow) = length.multipliedReportingOverflow(by: unit)
        if collections[address] == nil { collections[address] = try read(address) }
        guard !overflow, let collection = collections[address], let key = UInt16(exactly: index),
            let object = collection.objects[key], size <= object.count
        else { throw damaged("an element points to what is not there") }
        guard size <= remaining else {
            throw HDF5Error(
                .tooLarge, "read", place,
                "its elements together are larger than the file, or than one read may take")
        }
        remaining -= size
        return collection.bytes[object.lowerBound..<object.lowerBound + size]
    }

    private mutating func read(_ address: UInt64) throws(HDF5Error) -> Collection {
        let headerSize = 8 + lengthSize
        let header = try fetch(address, headerSize)
        guard header[0..<4].elementsEqual("GCOL".utf8), header[4] == 1 else {
            throw damaged("an element points outside the heap")
        }
        guard let size = Int(exactly: Self.number(header[...], at: 8, size: lengthSize)), size >= headerSize else {
            throw damaged("a part of the heap has no size")
        }
        guard size <= unreadBytes else { throw damaged("parts of the heap lie on one another") }
        unreadBytes -= size
        let bytes = try fetch(address, size)
        // Objects begin at multiples of 8: index, number of references, 4 unused bytes, size, content.
        var objects: [UInt16: Range<Int>] = [:]
        let objectHeader = 8 + lengthSize
        var offset = headerSize
        while size - offset >= objectHeader {
            let index = UInt16(Self.number(bytes[...], at: offset, size: 2))
            // Index 0 is the free space, which is all that follows.
            if index == 0 { break }
            let content = offset + objectHeader
            guard let length = Int(exactly: Self.number(bytes[...], at: offset + 8, size: lengthSize)),
                length <= size - content
            else { throw damaged("an object of the heap is larger than its place") }
            objects[index] = content..<content + length
            // At most the end of the collection: its size may be no multiple of 8.
            offset = min(size, content + (length + 7) & ~7)
        }
        return Collection(bytes: bytes, objects: objects)
    }

    /// Bytes of the file, all of which must be there.
    private func fetch(_ address: UInt64, _ size: Int) throws(HDF5Error) -> [UInt8] {
        let (position, overflow) = base.addingReportingOverflow(address)
        // A part of the heap cannot be larger than the file; asked first, so that nothing absurd is allocated.
        guard !overflow, size <= fileSize else { throw damaged("an element points outside the file") }
        if let source = self.bytes {
            guard let bytes = source.read(at: position, count: size) else {
                throw damaged("an element points outside the file")
            }
            return bytes
        }
        var bytes = [UInt8](repeating: 0, count: size)
        guard HDF5Library.quietly({ synfire_driver_read(file, position, size, &bytes) }) >= 0 else {
            throw damaged("an element points outside the file")
        }
        return bytes
    }

    private func damaged(_ what: String) -> HDF5Error {
        HDF5Error(.corrupt, "read", place, "the content is damaged; \(what)")
    }

    /// A little-endian number.
    private static func number(_ bytes: ArraySlice<UInt8>, at start: Int, size: Int) -> UInt64 {
        bytes[start..<start + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension HDF5Selection {
    /// What the selected elements of variable length point to, in order.
    ///
    /// - Parameter unit: The bytes of one entry in the file; 1 for text.
    func readLists<Value>(
        unit: Int, _ decode: (ArraySlice<UInt8>) throws(HDF5Error) -> Value
    ) throws(HDF5Error) -> [Value] {
        var heap = try GlobalHeap(file, place, maximumBytes: maximumBytes)
        let size = heap.descriptorSize
        try checkMemory(bytesPerElement: size + MemoryLayout<Value>.stride)
        let descriptors = try readDescriptors(size: size)
        var values: [Value] = []
        values.reserveCapacity(count)
        for index in 0..<count {
            values.append(try decode(heap.bytes(descriptors[index * size..<(index + 1) * size], unit: unit)))
        }
        return values
    }
}
