import CSynfireHDF5

/// How datasets lie in a file.
enum HDF5Storage {
    /// Bytes that a dataset may have without storage, because it was never written and reads as its fill value.
    private static let unwrittenAllowance = 256 << 20
    /// gzip makes at most 1,032 bytes of one; two rounds of it are not expected.
    private static let largestExpansion = 1_100

    /// Throws if the elements come from other files, or through filters that are not there.
    static func checkIsInside(_ dataset: hid_t, _ place: HDF5Place) throws(HDF5Error) {
        let operation = "open dataset"
        let layout = try HDF5Handle(.properties, operation, place, orElse: .corrupt) { H5Dget_create_plist(dataset) }
        let kind = HDF5Library.quietly { H5Pget_layout(layout.id) }
        if kind == H5D_VIRTUAL {
            throw HDF5Error(.unsupported, operation, place, "it is put together from other files, which are not opened")
        }
        if HDF5Library.quietly({ kind == H5D_CONTIGUOUS ? H5Pget_external_count(layout.id) : 0 }) > 0 {
            throw HDF5Error(.unsupported, operation, place, "its values lie in another file, which is not opened")
        }
    }

    /// Throws if so many bytes cannot come from what the file holds for the dataset.
    static func checkPlausible(
        _ dataset: hid_t, readingBytes bytes: Int, maximumBytes: Int, _ place: HDF5Place
    ) throws(HDF5Error) {
        let layout = try HDF5Handle(.properties, "read", place, orElse: .corrupt) { H5Dget_create_plist(dataset) }
        let stored = Int(clamping: HDF5Library.quietly { H5Dget_storage_size(dataset) })
        switch HDF5Library.quietly({ H5Pget_layout(layout.id) }) {
        case H5D_CONTIGUOUS:
            // The size that is said to be stored is only the declared one: it must lie inside the file.
            let offset = HDF5Library.quietly { H5Dget_offset(dataset) }
            guard offset != synfire_HADDR_UNDEF() else { break }
            let size = fileSize(of: dataset)
            let (end, overflow) = (Int(exactly: offset) ?? .max).addingReportingOverflow(stored)
            guard !overflow, end <= size else {
                throw HDF5Error(
                    .truncated, "read", place, "\(stored) bytes are said to be stored, but the file ends before")
            }
            return
        case H5D_CHUNKED:
            try checkChunk(layout, dataset, maximumBytes: maximumBytes, place)
        default: break
        }
        let (expanded, overflow) = stored.multipliedReportingOverflow(by: largestExpansion)
        guard overflow || bytes <= expanded + unwrittenAllowance else {
            throw HDF5Error(
                .tooLarge, "read", place, "\(bytes) bytes are declared, but only \(stored) are stored in the file")
        }
    }

    /// A chunk is read as a whole, however little of it is asked for.
    private static func checkChunk(
        _ layout: borrowing HDF5Handle, _ dataset: hid_t, maximumBytes: Int, _ place: HDF5Place
    ) throws(HDF5Error) {
        var sizes = [hsize_t](repeating: 0, count: 32)
        let id = layout.id
        let rank = try HDF5Library.exec("read", place, orElse: .corrupt) { H5Pget_chunk(id, 32, &sizes) }
        let type = try HDF5Handle(.datatype, "read", place, orElse: .corrupt) { H5Dget_type(dataset) }
        let bytesPerElement = HDF5Library.quietly { H5Tget_size(type.id) }
        let elements = HDF5Shape.count(sizes.prefix(Int(rank)).map { Int(clamping: $0) })
        let bytes = elements?.multipliedReportingOverflow(by: Int(clamping: bytesPerElement))
        guard let bytes, !bytes.overflow, bytes.partialValue <= maximumBytes else {
            throw HDF5Error(.tooLarge, "read", place, "one chunk is larger than the \(maximumBytes) bytes allowed")
        }
        try checkFilters(id, place)
    }

    /// Names a filter that is missing, where libhdf5 only gives its number.
    private static func checkFilters(_ layout: hid_t, _ place: HDF5Place) throws(HDF5Error) {
        let known: [H5Z_filter_t: String] = [
            4: "szip", 307: "bzip2", 32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP",
            32015: "Zstandard", 32026: "Blosc 2",
        ]
        let numbers = HDF5Library.quietly { () -> [H5Z_filter_t] in
            (0..<UInt32(max(0, H5Pget_nfilters(layout)))).map { index in
                var (flags, configuration) = (UInt32(0), UInt32(0))
                var valueCount = 0
                return H5Pget_filter2(layout, index, &flags, &valueCount, nil, 0, nil, &configuration)
            }
        }
        for number in numbers where number > 0 && HDF5Library.quietly({ H5Zfilter_avail(number) }) <= 0 {
            let name = known[number] ?? "number \(number)"
            throw HDF5Error(
                .unsupported, "read", place, "it is compressed with \(name), which this libhdf5 cannot read")
        }
    }

    private static func fileSize(of object: hid_t) -> Int {
        HDF5Library.quietly {
            let file = H5Iget_file_id(object)
            guard file >= 0 else { return 0 }
            defer { H5Fclose(file) }
            var size = hsize_t()
            return H5Fget_filesize(file, &size) < 0 ? 0 : Int(clamping: size)
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
        if let chunks = options.chunks(shape: shape, maximum: maximum, bytesPerElement: bytes) {
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
