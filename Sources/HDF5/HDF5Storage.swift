import CSynfireHDF5

/// How datasets lie in a file.
enum HDF5Storage {
    /// Bytes that a dataset may have without storage, because it was never written and reads as its fill value.
    private static let unwrittenAllowance = 256 << 20
    /// gzip makes at most 1,032 bytes of one; two rounds of it are not expected.
    private static let largestExpansion = 1_100

    /// Throws if the elements come from other files.
    static func checkIsInside(_ dataset: StoredDataset, _ place: HDF5Place) throws(HDF5Error) {
        let operation = "open dataset"
        switch dataset.layout {
        case .virtual:
            throw HDF5Error(.unsupported, operation, place, "it is put together from other files, which are not opened")
        case .external:
            throw HDF5Error(.unsupported, operation, place, "its values lie in another file, which is not opened")
        case .compact, .contiguous, .chunked: break
        }
    }

    /// Throws if so many bytes cannot come from what the file holds for the dataset, before any memory is taken.
    static func checkPlausible(
        _ dataset: StoredDataset, in catalogue: FileCatalogue, elementSize: Int, readingBytes bytes: Int,
        maximumBytes: Int, _ place: HDF5Place
    ) throws(HDF5Error) {
        let fileSize = UInt64(catalogue.bytes.count)
        let stored = dataset.storageSize
        switch dataset.layout {
        case .contiguous(.some(let address), let size):
            let (end, overflow) = address.addingReportingOverflow(size)
            guard !overflow, end <= fileSize else {
                throw HDF5Error(
                    .truncated, "read", place, "\(size) bytes are said to be stored, but the file ends before")
            }
            let count = dataset.space.shape.flatMap(HDF5Shape.count)?.multipliedReportingOverflow(by: elementSize)
            guard let count, !count.overflow, UInt64(count.partialValue) <= size else {
                throw HDF5Error(
                    .corrupt, "read", place,
                    "the content is damaged; its shape needs more than the \(size) bytes stored")
            }
            return
        case .chunked(let shape, let filters, _):
            try checkChunk(shape, filters, elementSize: elementSize, maximumBytes: maximumBytes, place)
            // Chunks lie side by side.
            guard stored <= fileSize else {
                throw HDF5Error(
                    .truncated, "read", place, "\(stored) bytes are said to be stored, but the file has \(fileSize)")
            }
        default: break
        }
        let (expanded, overflow) = stored.multipliedReportingOverflow(by: UInt64(largestExpansion))
        guard overflow || UInt64(bytes) <= expanded + UInt64(unwrittenAllowance) else {
            throw HDF5Error(
                .tooLarge, "read", place, "\(bytes) bytes are declared, but only \(stored) are stored in the file")
        }
    }

    /// A chunk is read as a whole, however little of it is asked for.
    private static func checkChunk(
        _ shape: [UInt64], _ filters: [StoredDataset.Filter], elementSize: Int, maximumBytes: Int, _ place: HDF5Place
    ) throws(HDF5Error) {
        let elements = HDF5Shape.count(shape.map { Int(clamping: $0) })
        let bytes = elements?.multipliedReportingOverflow(by: elementSize)
        guard let bytes, !bytes.overflow, bytes.partialValue <= maximumBytes else {
            throw HDF5Error(.tooLarge, "read", place, "one chunk is larger than the \(maximumBytes) bytes allowed")
        }
        let known: [Int: String] = [
            4: "szip", 5: "nbit", 6: "scaleoffset", 307: "bzip2", 32000: "LZF", 32001: "Blosc", 32004: "LZ4",
            32008: "bitshuffle", 32013: "ZFP", 32015: "Zstandard", 32026: "Blosc 2",
        ]
        if let filter = filters.first(where: { !(1...3).contains($0.number) }) {
            let name = known[filter.number] ?? "filter number \(filter.number)"
            throw HDF5Error(
                .unsupported, "read", place,
                "it is compressed with \(name), where only gzip, shuffle and fletcher32 are read; "
                    + "'h5repack -f GZIP=1 IN OUT' makes a file that can be read")
        }
        guard filters.count(where: { $0.number == 1 }) <= 1, filters.count <= 8 else {
            throw HDF5Error(.unsupported, "read", place, "it is compressed more than once")
        }
    }

    /// Properties of a new dataset.
    static func makeLayout(
        _ options: HDF5DatasetOptions, type: borrowing HDF5Handle, shape: [Int], maximum: [Int?]?, _ place: HDF5Place
    ) throws(HDF5Error) -> HDF5Handle {
        let operation = "create dataset"
        if let chunk = options.chunk, chunk.count != shape.count || chunk.contains(where: { $0 < 1 }) {
            throw HDF5Error(
                .wrongShape, operation, place,
                "chunks of \(HDF5Shape.text(chunk)) do not fit the shape \(HDF5Shape.text(shape))")
        }
        if let level = options.gzip, !(1...9).contains(level) {
            throw HDF5Error(.outOfRange, operation, place, "gzip has levels 1 to 9, not \(level)")
        }
        let typeID = type.id
        let layout = try HDF5Handle(.properties, operation, place) { H5Pcreate(synfire_H5P_DATASET_CREATE()) }
        // The same content gives the same bytes, whenever it is written.
        try HDF5Library.exec(operation, place) { synfire_forget_times(layout.id) }
        let bytes = HDF5Library.quietly { H5Tget_size(typeID) }
        if options.isCompact {
            try HDF5Library.exec(operation, place) { H5Pset_layout(layout.id, H5D_COMPACT) }
        } else if let chunks = options.chunks(shape: shape, maximum: maximum, bytesPerElement: bytes) {
            let sizes = chunks.map { hsize_t($0) }
            try HDF5Library.exec(operation, place) { () -> herr_t in
                guard H5Pset_chunk(layout.id, Int32(sizes.count), sizes) >= 0 else { return -1 }
                if options.shuffle, H5Pset_shuffle(layout.id) < 0 { return -1 }
                return options.gzip.map { H5Pset_deflate(layout.id, UInt32($0)) } ?? 0
            }
        }
        if var fill = options.fill {
            try HDF5Library.exec(operation, place, orElse: .wrongType) {
                H5Pset_fill_value(layout.id, synfire_H5T_NATIVE_DOUBLE(), &fill)
            }
        }
        return layout
    }
}
