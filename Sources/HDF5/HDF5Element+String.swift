import CSynfireHDF5

extension String: HDF5Element {
    /// Variable length, UTF-8.
    public static var hdf5Type: HDF5ElementType { .string(.variable) }

    /// Reads text of fixed or variable length.
    public static func read(_ selection: borrowing HDF5Selection) throws(HDF5Error) -> [String] {
        guard case .string(let kind) = selection.type else { throw selection.wrongType("read", asked: "text") }
        if let byteCount = kind.byteCount {
            return try readFixed(selection, byteCount: byteCount, padding: kind.padding)
        }
        return try readVariable(selection)
    }

    /// Writes text.
    public static func write(_ values: [String], to selection: borrowing HDF5Selection) throws(HDF5Error) {
        precondition(values.count == selection.count, "the shape was checked before")
        guard case .string(let kind) = selection.type else { throw selection.wrongType("write", asked: "text") }
        for value in values {
            if kind.encoding == .ascii, !value.utf8.allSatisfy({ $0 < 0x80 }) {
                throw HDF5Error(.outOfRange, "write", selection.place, "'\(value)' has characters beyond ASCII")
            }
        }
        if let byteCount = kind.byteCount {
            try writeFixed(values, selection, byteCount: byteCount, padding: kind.padding)
        } else {
            try writeVariable(values, selection)
        }
    }
}

extension String {
    private static func decode(
        _ bytes: some Collection<UInt8>, _ place: HDF5Place
    ) throws(HDF5Error) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw HDF5Error(.corrupt, "read", place, "its text is not valid UTF-8")
        }
        return text
    }

    private static func readFixed(
        _ selection: borrowing HDF5Selection, byteCount: Int, padding: HDF5StringKind.Padding
    ) throws(HDF5Error) -> [String] {
        try selection.checkMemory(bytesPerElement: byteCount)
        let fileType = selection.fileType.id
        var bytes = [UInt8](repeating: 0, count: selection.count * byteCount)
        try selection.read(into: &bytes, as: fileType)
        var values: [String] = []
        values.reserveCapacity(selection.count)
        for index in 0..<selection.count {
            let place = bytes[index * byteCount..<(index + 1) * byteCount]
            let text: ArraySlice<UInt8> =
                switch padding {
                case .nullTerminated: place.prefix { $0 != 0 }
                case .nullPadded: place.dropLast(while: 0)
                case .spacePadded: place.dropLast(while: 0x20)
                }
            values.append(try decode(text, selection.place))
        }
        return values
    }

    private static func writeFixed(
        _ values: [String], _ selection: borrowing HDF5Selection, byteCount: Int, padding: HDF5StringKind.Padding
    ) throws(HDF5Error) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * byteCount)
        let room = padding == .nullTerminated ? byteCount - 1 : byteCount
        for value in values {
            let text = value.utf8
            guard text.count <= room else {
                throw HDF5Error(
                    .outOfRange, "write", selection.place,
                    "'\(value)' has \(text.count) bytes, there is room for \(room)")
            }
            bytes += text
            let filler: UInt8 = padding == .spacePadded ? 0x20 : 0
            bytes += repeatElement(filler, count: byteCount - text.count)
        }
        try selection.write(bytes, as: selection.fileType.id)
    }

    private static func readVariable(_ selection: borrowing HDF5Selection) throws(HDF5Error) -> [String] {
        let place = selection.place
        return try selection.readLists(unit: 1) { (bytes) throws(HDF5Error) in
            // Some writers count the zero byte at the end.
            try decode(bytes.prefix { $0 != 0 }, place)
        }
    }

    private static func writeVariable(_ values: [String], _ selection: borrowing HDF5Selection) throws(HDF5Error) {
        // All texts in one block, with a zero byte after each.
        var bytes: [CChar] = []
        var starts: [Int] = []
        starts.reserveCapacity(values.count)
        for value in values {
            starts.append(bytes.count)
            for unit in value.utf8 {
                guard unit != 0 else {
                    throw HDF5Error(.unsupported, "write", selection.place, "'\(value)' has a zero byte inside")
                }
                bytes.append(CChar(bitPattern: unit))
            }
            bytes.append(0)
        }
        // Pointers into the block; the block outlives the call that reads them.
        let block = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
        defer { block.deallocate() }
        _ = block.initialize(from: bytes)
        try selection.write(starts.map { block.baseAddress?.advanced(by: $0) }, as: selection.fileType.id)
    }
}

extension ArraySlice<UInt8> {
    /// Without the bytes of one value at its end.
    fileprivate func dropLast(while filler: UInt8) -> ArraySlice<UInt8> {
        var end = endIndex
        while end > startIndex, self[end - 1] == filler { end -= 1 }
        return self[startIndex..<end]
    }
}
