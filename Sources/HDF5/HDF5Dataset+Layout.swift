import CSynfireHDF5

extension HDF5Dataset {
    /// The bytes that the elements take in the file, after compression.
    public var storageSize: Int {
        if let stored = location.storedDataset { return Int(clamping: stored.storageSize) }
        let id = location.id
        return Int(clamping: HDF5Library.quietly { H5Dget_storage_size(id) })
    }

    /// The sizes of a chunk; nil for a dataset that is stored in one piece.
    public var chunk: [Int]? {
        get throws(HDF5Error) {
            if let stored = location.storedDataset {
                guard case .chunked(let shape, _, _) = stored.layout else { return nil }
                return shape.map { Int(clamping: $0) }
            }
            let layout = try creationProperties()
            guard HDF5Library.quietly({ H5Pget_layout(layout.id) }) == H5D_CHUNKED else { return nil }
            var sizes = [hsize_t](repeating: 0, count: 32)
            let rank = try HDF5Library.exec("read the layout of", location.place, orElse: .corrupt) {
                H5Pget_chunk(layout.id, 32, &sizes)
            }
            return sizes.prefix(Int(rank)).map { Int(clamping: $0) }
        }
    }

    /// The filters that chunks pass, in order, such as `["shuffle", "gzip 4"]`.
    public var filters: [String] {
        get throws(HDF5Error) {
            if let stored = location.storedDataset {
                guard case .chunked(_, let filters, _) = stored.layout else { return [] }
                return filters.map { Self.filterName($0.number, parameter: $0.parameter) }
            }
            let layout = try creationProperties()
            return HDF5Library.quietly {
                (0..<UInt32(max(0, H5Pget_nfilters(layout.id)))).map { index in
                    var (flags, configuration) = (UInt32(0), UInt32(0))
                    var values = [UInt32](repeating: 0, count: 8)
                    var valueCount = values.count
                    let number = H5Pget_filter2(
                        layout.id, index, &flags, &valueCount, &values, 0, nil, &configuration)
                    return Self.filterName(Int(number), parameter: values[0])
                }
            }
        }
    }

    private static func filterName(_ number: Int, parameter: UInt32) -> String {
        switch number {
        case 1: "gzip \(parameter)"
        case 2: "shuffle"
        case 3: "checksum"
        case 32000: "lzf"
        default: "filter \(number)"
        }
    }

    /// One line for people, such as `float32 (1000, 28, 28), chunks (16, 28, 28), gzip 4`.
    public func summary() throws(HDF5Error) -> String {
        let shape = try isNull ? "no value" : HDF5Shape.text(shape)
        let chunks = try chunk.map { ["chunks \(HDF5Shape.text($0))"] } ?? []
        return try (["\(elementType) \(shape)"] + chunks + filters).joined(separator: ", ")
    }

    private func creationProperties() throws(HDF5Error) -> HDF5Handle {
        let id = location.id
        return try HDF5Handle(.properties, "read the layout of", location.place, orElse: .corrupt) {
            H5Dget_create_plist(id)
        }
    }
}
