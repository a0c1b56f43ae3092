import CSynfireHDF5

extension HDF5Object where Self: ~Copyable {
    // MARK: Asking

    /// The names of the attributes, sorted.
    public func attributeNames() throws(HDF5Error) -> [String] {
        let (id, place) = (location.id, location.place)
        let operation = "list the attributes of"
        if let stored = try storedAttributes(operation, place) { return stored.keys.sorted() }
        var names: [String] = []
        try HDF5Library.exec(operation, place, orElse: .corrupt) {
            withUnsafeMutablePointer(to: &names) { list in
                H5Aiterate2(
                    id, H5_INDEX_NAME, H5_ITER_INC, nil,
                    { _, name, _, context in
                        guard let name, let context else { return -1 }
                        context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
                        return 0
                    }, list)
            }
        }
        return names.sorted()
    }

    /// Whether there is an attribute of this name.
    public func hasAttribute(_ name: String) throws(HDF5Error) -> Bool {
        let id = location.id
        let place = location.place.attribute(name)
        if let stored = try storedAttributes("look for", place) { return stored[name] != nil }
        return try HDF5Library.exec("look for", place, orElse: .corrupt) { H5Aexists(id, name) } > 0
    }

    /// What the elements of an attribute are.
    public func attributeType(_ name: String) throws(HDF5Error) -> HDF5ElementType {
        try openAttribute(name, maximumBytes: .max).type
    }

    /// The shape of an attribute: `[]` for a single value, nil for one without any value.
    public func attributeShape(_ name: String) throws(HDF5Error) -> [Int]? {
        try openAttribute(name, maximumBytes: .max).shape
    }

    // MARK: Reading

    /// The value of an attribute that has exactly one.
    ///
    /// - Throws: `.notFound`, `.wrongType`, `.wrongShape` for none or several values.
    public func attribute<Element: HDF5Element>(
        _ name: String, as type: Element.Type
    ) throws(HDF5Error) -> Element {
        let values = try attribute(name, as: [Element].self)
        guard let value = values.first, values.count == 1 else {
            throw HDF5Error(
                .wrongShape, "read", location.place.attribute(name), "it holds \(values.count) values, not one")
        }
        return value
    }

    /// The values of an attribute in row-major order; none for one without any value.
    public func attribute<Element: HDF5Element>(
        _ name: String, as type: [Element].Type, maximumBytes: Int = HDF5Dataset.defaultMaximumBytes
    ) throws(HDF5Error) -> [Element] {
        let attribute = try openAttribute(name, maximumBytes: maximumBytes)
        return try Element.read(attribute.selection)
    }

    /// The value of an attribute that is an enumeration.
    public func attribute(_ name: String, as type: HDF5Enum.Type) throws(HDF5Error) -> HDF5Enum {
        let attribute = try openAttribute(name, maximumBytes: HDF5Dataset.defaultMaximumBytes)
        guard case .enumeration(let type) = attribute.type else {
            throw attribute.selection.wrongType("read", asked: "an enumeration")
        }
        let values = try HDF5Enum.readNumbers(attribute.selection)
        guard let value = values.first, values.count == 1 else {
            throw HDF5Error(
                .wrongShape, "read", location.place.attribute(name), "it holds \(values.count) values, not one")
        }
        return HDF5Enum(type: type, value: value)
    }

    // MARK: Writing

    /// Sets an attribute to one value; one that exists is replaced.
    public func setAttribute<Element: HDF5Element>(_ name: String, _ value: Element) throws(HDF5Error) {
        try setAttribute(name, [value], shape: [], type: Element.hdf5Type)
    }

    /// Sets an attribute to a list of values; one that exists is replaced.
    ///
    /// - Throws: `.tooLarge` beyond about 64 KB, which is what the format has room for beside an object.
    public func setAttribute<Element: HDF5Element>(_ name: String, _ values: [Element]) throws(HDF5Error) {
        try setAttribute(name, values, shape: [values.count], type: Element.hdf5Type)
    }

    /// Sets an attribute to one text that is stored in a certain way.
    public func setAttribute(_ name: String, _ value: String, as kind: HDF5StringKind) throws(HDF5Error) {
        try setAttribute(name, [value], shape: [], type: .string(kind))
    }

    /// Sets an attribute to texts that are stored in a certain way.
    public func setAttribute(_ name: String, _ values: [String], as kind: HDF5StringKind) throws(HDF5Error) {
        try setAttribute(name, values, shape: [values.count], type: .string(kind))
    }

    /// Sets an attribute to a value of an enumeration.
    public func setAttribute(_ name: String, _ value: HDF5Enum) throws(HDF5Error) {
        let attribute = try createAttribute(name, type: .enumeration(value.type), shape: [])
        try HDF5Enum.writeNumbers([value.value], to: attribute.selection)
    }

    /// Removes an attribute.
    public func removeAttribute(_ name: String) throws(HDF5Error) {
        let id = location.id
        try HDF5Library.exec("remove", location.place.attribute(name), orElse: .notFound) { H5Adelete(id, name) }
    }

    private func setAttribute<Element: HDF5Element>(
        _ name: String, _ values: [Element], shape: [Int], type: HDF5ElementType
    ) throws(HDF5Error) {
        let attribute = try createAttribute(name, type: type, shape: shape)
        try Element.write(values, to: attribute.selection)
    }

    // MARK: Opening

    /// The attributes that a file which is read has here; nil for a file that is written.
    private func storedAttributes(
        _ operation: String, _ place: HDF5Place
    ) throws(HDF5Error) -> [String: Result<StoredAttribute, StoredFailure>]? {
        switch location.stored?.attributes {
        case .none: return nil
        case .success(let attributes): return attributes
        case .failure(let failure): throw failure.error(operation, place)
        }
    }

    private func openAttribute(_ name: String, maximumBytes: Int) throws(HDF5Error) -> HDF5AttributeHandle {
        let (id, place) = (location.id, location.place.attribute(name))
        guard try hasAttribute(name) else {
            let names = try attributeNames()
            throw HDF5Error(.notFound, "read", place, "there is no such attribute" + HDF5Error.hint(name, among: names))
        }
        if let catalogue = location.file.catalogue, let stored = try storedAttributes("read", place)?[name] {
            switch stored {
            case .success(let attribute):
                return try HDF5AttributeHandle(
                    attribute, in: location.file, catalogue, place, maximumBytes: maximumBytes)
            case .failure(let failure): throw failure.error("read", place)
            }
        }
        let handle = try HDF5Handle(.attribute, "open", place, orElse: .corrupt) {
            H5Aopen(id, name, synfire_H5P_DEFAULT())
        }
        return try HDF5AttributeHandle(handle, in: location.file, place, maximumBytes: maximumBytes)
    }

    private func createAttribute(
        _ name: String, type: HDF5ElementType, shape: [Int]
    ) throws(HDF5Error) -> HDF5AttributeHandle {
        let (id, place) = (location.id, location.place.attribute(name))
        guard !name.isEmpty, !name.utf8.contains(0) else {
            throw HDF5Error(.unsupported, "create", place, "an attribute's name has at least one byte and none is zero")
        }
        let space = try HDF5Shape.makeSpace(shape, place)
        let fileType = try type.makeHandle(place)
        if try hasAttribute(name) { try removeAttribute(name) }
        let handle = try HDF5Handle(.attribute, "create", place, orElse: .writeFailed) {
            H5Acreate2(id, name, fileType.id, space.id, synfire_H5P_DEFAULT(), synfire_H5P_DEFAULT())
        }
        return try HDF5AttributeHandle(handle, in: location.file, place, maximumBytes: .max)
    }
}

/// An open attribute.
struct HDF5AttributeHandle: ~Copyable {
    private let handle: HDF5Handle?
    let shape: [Int]?
    let selection: HDF5Selection

    var type: HDF5ElementType { selection.type }

    init(
        _ handle: consuming HDF5Handle, in file: OpenFile, _ place: HDF5Place, maximumBytes: Int
    ) throws(HDF5Error) {
        let id = handle.id
        let fileType = try HDF5Handle(.datatype, "read", place, orElse: .corrupt) { H5Aget_type(id) }
        let space = try HDF5Handle(.dataspace, "read", place, orElse: .corrupt) { H5Aget_space(id) }
        let shape = try HDF5Shape.read(space, place)
        guard let count = shape.map(HDF5Shape.count) ?? 0 else {
            throw HDF5Error(.tooLarge, "read", place, "its shape \(HDF5Shape.text(shape ?? [])) is beyond any memory")
        }
        let type = try HDF5ElementType(fileType, place)
        selection = HDF5Selection(
            object: id, file: file, isAttribute: true, place: place, type: type, fileType: fileType, fileSpace: space,
            memorySpace: nil, count: count, maximumBytes: maximumBytes, stored: nil)
        self.shape = shape
        self.handle = consume handle
    }

    /// An attribute of a file that is read.
    init(
        _ attribute: StoredAttribute, in file: OpenFile, _ catalogue: FileCatalogue, _ place: HDF5Place,
        maximumBytes: Int
    ) throws(HDF5Error) {
        let space = try attribute.space.makeHandle(place)
        let shape = try HDF5Shape.read(space, place)
        guard let count = shape.map(HDF5Shape.count) ?? 0 else {
            throw HDF5Error(.tooLarge, "read", place, "its shape \(HDF5Shape.text(shape ?? [])) is beyond any memory")
        }
        let values = StoredValues(
            catalogue: catalogue, elementSize: attribute.type.byteCount(descriptorSize: catalogue.descriptorSize),
            source: .bytes(attribute.bytes), count: count)
        selection = HDF5Selection(
            object: -1, file: file, isAttribute: true, place: place, type: try attribute.type.elementType(place),
            fileType: try attribute.type.makeHandle(place), fileSpace: space, memorySpace: nil, count: count,
            maximumBytes: maximumBytes, stored: values)
        self.shape = shape
        handle = nil
    }
}
