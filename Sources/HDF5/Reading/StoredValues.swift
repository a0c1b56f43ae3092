import CSynfireHDF5

/// Which elements of an array: along each dimension `count` of them, the first at `start`, then every `stride`-th.
struct HDF5Slab: Sendable {
    let start: [Int]
    let count: [Int]
    let stride: [Int]

    init(start: [Int], count: [Int], stride: [Int]) {
        (self.start, self.count, self.stride) = (start, count, stride)
    }

    init(allOf shape: [Int]) {
        self.init(start: shape.map { _ in 0 }, count: shape, stride: shape.map { _ in 1 })
    }
}

/// Selected elements of a file that is read.
struct StoredValues: Sendable {
    enum Source: Sendable {
        /// All of these.
        case bytes([UInt8])
        case dataset(StoredDataset, HDF5Slab)
    }

    let catalogue: FileCatalogue
    /// The bytes of an element in the file.
    let elementSize: Int
    let source: Source
    let count: Int

    /// Fills `memory` with the elements as they are in the file.
    ///
    /// - Parameter offset: Where the first goes, in bytes.
    func read<Value: BitwiseCopyable>(
        into memory: inout [Value], at offset: Int = 0, _ place: HDF5Place
    ) throws(HDF5Error) {
        let size = count * elementSize
        let result = memory.withUnsafeMutableBytes { buffer -> Result<Void, HDF5Error> in
            precondition(buffer.count >= offset + size, "there is room for all elements")
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<offset + size])
            switch source {
            case .bytes(let bytes):
                guard bytes.count == size else {
                    return .failure(Self.damaged(place, "it has another size than stored"))
                }
                target.copyBytes(from: bytes)
                return .success(())
            case .dataset(let dataset, let slab):
                do throws(HDF5Error) {
                    let reader = StoredReader(dataset, catalogue.bytes, elementSize: elementSize, place)
                    try reader.read(slab, into: target)
                    return .success(())
                } catch { return .failure(error) }
            }
        }
        try result.get()
    }

    /// Fills `memory` with the elements, converted by libhdf5 between two types that we have made.
    func read<Value: BitwiseCopyable>(
        into memory: inout [Value], from fileType: hid_t, as memoryType: hid_t, transfer: hid_t, _ place: HDF5Place
    ) throws(HDF5Error) {
        let (isSame, memorySize) = HDF5Library.quietly {
            (H5Tequal(fileType, memoryType) > 0, Int(H5Tget_size(memoryType)))
        }
        if isSame { return try read(into: &memory, place) }
        let largest = max(elementSize, memorySize)
        // Elements that become larger, or stay as large, are put at the end of the memory that they will take: what is
        // converted from there never overtakes what is still to be.
        var raw: [UInt8] = []
        let isInPlace = memorySize >= elementSize
        let offset = isInPlace ? count * (memorySize - elementSize) : 0
        if isInPlace {
            try read(into: &memory, at: offset, place)
        } else {
            raw = [UInt8](repeating: 0, count: count * elementSize)
            try read(into: &raw, place)
        }
        // In parts that stay in a cache: libhdf5 converts in the room of the larger type.
        let part = max(1, 65536 / largest)
        var buffer = [UInt8](repeating: 0, count: part * largest)
        for first in stride(from: 0, to: count, by: part) {
            let number = min(part, count - first)
            let source = offset + first * elementSize..<offset + (first + number) * elementSize
            buffer.withUnsafeMutableBytes { target in
                if isInPlace {
                    memory.withUnsafeBytes { target.copyMemory(from: .init(rebasing: $0[source])) }
                } else {
                    raw.withUnsafeBytes { target.copyMemory(from: .init(rebasing: $0[source])) }
                }
            }
            try HDF5Library.exec("read", place, orElse: .corrupt) {
                buffer.withUnsafeMutableBytes {
                    H5Tconvert(fileType, memoryType, number, $0.baseAddress, nil, transfer)
                }
            }
            memory.withUnsafeMutableBytes { target in
                buffer.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: target[(first * memorySize)...])
                        .copyMemory(from: .init(rebasing: $0[..<(number * memorySize)]))
                }
            }
        }
    }

    static func damaged(_ place: HDF5Place, _ what: String) -> HDF5Error {
        HDF5Error(.corrupt, "read", place, "the content is damaged; \(what)")
    }
}
