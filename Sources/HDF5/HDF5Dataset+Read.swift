import CSynfireHDF5

extension HDF5Dataset {
    /// All elements, row-major.
    ///
    /// - Parameters:
    ///   - type: What to read them as. Numbers are converted; see `HDF5Scalar`.
    ///   - maximumBytes: The memory that the elements may take.
    /// - Throws: `.wrongType`, `.outOfRange` for an integer that does not fit, `.tooLarge` for more than
    ///   `maximumBytes` or than the file can hold, `.truncated`, `.corrupt`, `.unsupported` for an unknown compression.
    public func read<Element: HDF5Element>(
        as type: Element.Type, maximumBytes: Int = defaultMaximumBytes
    ) throws(HDF5Error) -> [Element] {
        try Element.read(selectAll(maximumBytes: maximumBytes))
    }

    /// The one element of a dataset that has exactly one.
    public func readScalar<Element: HDF5Element>(as type: Element.Type) throws(HDF5Error) -> Element {
        let count = try count
        guard count == 1, let value = try read(as: type).first else {
            throw HDF5Error(.wrongShape, "read", location.place, "it holds \(count) values, not one")
        }
        return value
    }

    /// Part of the elements, row-major: along each dimension `count` of them, the first at `start`, then every
    /// `stride`-th.
    ///
    /// - Throws: `.wrongShape` if that reaches beyond the dataset, and as `read(as:)`.
    public func read<Element: HDF5Element>(
        as type: Element.Type, start: [Int], count: [Int], stride: [Int]? = nil,
        maximumBytes: Int = defaultMaximumBytes
    ) throws(HDF5Error) -> [Element] {
        try Element.read(select(start: start, count: count, stride: stride, maximumBytes: maximumBytes))
    }

    /// The numbers of an enumeration, row-major, with the names.
    public func readEnum(
        maximumBytes: Int = defaultMaximumBytes
    ) throws(HDF5Error) -> (type: HDF5EnumType, values: [Int]) {
        let selection = try selectAll(maximumBytes: maximumBytes)
        guard case .enumeration(let type) = elementType else {
            throw selection.wrongType("read", asked: "an enumeration")
        }
        return (type, try HDF5Enum.readNumbers(selection))
    }

    // MARK: Selecting

    func selectAll(maximumBytes: Int) throws(HDF5Error) -> HDF5Selection {
        let place = location.place
        let space = try space()
        let shape = try HDF5Shape.read(space, place)
        guard let count = shape.map(HDF5Shape.count) ?? 0 else {
            throw HDF5Error(
                .tooLarge, "read", place, "its shape \(HDF5Shape.text(shape ?? [])) is beyond any memory")
        }
        let all = shape.map { HDF5Slab(allOf: $0) }
        return try selection(space, memorySpace: nil, count: count, all, maximumBytes: maximumBytes)
    }

    func select(
        start: [Int], count: [Int], stride: [Int]?, maximumBytes: Int
    ) throws(HDF5Error) -> HDF5Selection {
        let place = location.place
        let space = try space()
        let shape = try HDF5Shape.read(space, place) ?? [0]
        let stride = stride ?? count.map { _ in 1 }
        guard !shape.isEmpty, start.count == shape.count, count.count == shape.count, stride.count == shape.count
        else {
            throw HDF5Error(
                .wrongShape, "select from", place,
                "a selection of \(start.count) dimensions does not fit the shape \(HDF5Shape.text(shape))")
        }
        for dimension in shape.indices {
            let (first, number, step) = (start[dimension], count[dimension], stride[dimension])
            let (reach, overflow) = max(0, number - 1).multipliedReportingOverflow(by: step)
            let isInside =
                first >= 0 && number >= 0 && step >= 1 && !overflow && first <= shape[dimension]
                && (number == 0 || reach < shape[dimension] - first)
            guard isInside else {
                throw HDF5Error(
                    .wrongShape, "select from", place,
                    "\(number) elements from \(first) by \(step) are not within the \(shape[dimension]) of dimension "
                        + "\(dimension)")
            }
        }
        guard let total = HDF5Shape.count(count) else {
            throw HDF5Error(.tooLarge, "select from", place, "\(HDF5Shape.text(count)) is beyond any memory")
        }
        if total > 0 {
            let spaceID = space.id
            let (starts, counts, strides) = (
                start.map { hsize_t($0) }, count.map { hsize_t($0) }, stride.map { hsize_t($0) }
            )
            try HDF5Library.exec("select from", place) {
                H5Sselect_hyperslab(spaceID, H5S_SELECT_SET, starts, strides, counts, nil)
            }
        }
        let memory = try HDF5Shape.makeSpace([total], place)
        let slab = HDF5Slab(start: start, count: count, stride: stride)
        return try selection(space, memorySpace: memory, count: total, slab, maximumBytes: maximumBytes)
    }

    private func selection(
        _ space: consuming HDF5Handle, memorySpace: consuming HDF5Handle?, count: Int, _ slab: HDF5Slab?,
        maximumBytes: Int
    ) throws(HDF5Error) -> HDF5Selection {
        let (id, place) = (location.id, location.place)
        if let catalogue = location.file.catalogue, let stored = location.storedDataset {
            let bytes = stored.type.byteCount(descriptorSize: catalogue.descriptorSize)
            let values = StoredValues(
                catalogue: catalogue, elementSize: bytes,
                source: .dataset(stored, slab ?? HDF5Slab(allOf: [0])), count: count)
            let selection = HDF5Selection(
                object: id, file: location.file, isAttribute: false, place: place, type: elementType,
                fileType: try stored.type.makeHandle(place), fileSpace: space, memorySpace: memorySpace, count: count,
                maximumBytes: maximumBytes, stored: values)
            if count > 0 {
                try selection.checkMemory(bytesPerElement: bytes)
                try HDF5Storage.checkPlausible(
                    stored, in: catalogue, elementSize: bytes, readingBytes: count * bytes,
                    maximumBytes: maximumBytes, place)
            }
            return selection
        }
        let type = try HDF5Handle(.datatype, "read", place, orElse: .corrupt) { H5Dget_type(id) }
        let typeID = type.id
        let bytes = Int(clamping: HDF5Library.quietly { H5Tget_size(typeID) })
        let selection = HDF5Selection(
            object: id, file: location.file, isAttribute: false, place: place, type: elementType, fileType: type,
            fileSpace: space,
            memorySpace: memorySpace, count: count, maximumBytes: maximumBytes, stored: nil)
        // Writing is limited by what the caller has in memory already.
        if maximumBytes < .max, count > 0 {
            try selection.checkMemory(bytesPerElement: bytes)
        }
        return selection
    }
}
