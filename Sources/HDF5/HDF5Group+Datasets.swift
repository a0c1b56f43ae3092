import CSynfireHDF5

extension HDF5Group {
    /// Opens a dataset below this group.
    ///
    /// - Throws: `.notFound` with the part of the path that is missing, `.wrongType` for a group, `.unsupported` for a
    ///   link to another file or values that lie in one.
    public func dataset(_ path: String) throws(HDF5Error) -> HDF5Dataset {
        try HDF5Dataset(path, from: location.id, in: location.file, at: location.place.child(path))
    }

    // MARK: Making

    /// Makes a dataset whose elements are written later, and the groups on the way to it.
    ///
    /// - Parameters:
    ///   - type: What the elements are.
    ///   - shape: The sizes at first; `[]` for a single value.
    ///   - maxShape: The sizes that it may grow to, nil for a dimension without limit; without it, it cannot grow.
    ///   - options: Chunks and compression.
    /// - Throws: `.exists`, `.wrongShape`, `.outOfSpace`, `.writeFailed`.
    public func createDataset<Element: HDF5Element>(
        _ path: String, of type: Element.Type, shape: [Int], maxShape: [Int?]? = nil,
        options: HDF5DatasetOptions = .plain
    ) throws(HDF5Error) -> HDF5Dataset {
        try createDataset(path, type: Element.hdf5Type, shape: shape, maxShape: maxShape, options: options)
    }

    /// Makes a dataset of a type that is known only when the program runs, or of texts stored in a certain way.
    public func createDataset(
        _ path: String, type: HDF5ElementType, shape: [Int], maxShape: [Int?]? = nil,
        options: HDF5DatasetOptions = .plain
    ) throws(HDF5Error) -> HDF5Dataset {
        try HDF5Dataset(
            creating: path, type: type, shape: shape, maxShape: maxShape, options: options, from: location.id,
            in: location.file, at: location.place.child(path))
    }

    // MARK: Writing

    /// Makes a dataset of values, row-major.
    ///
    /// - Parameter shape: The sizes, one dimension if nil.
    public func write<Element: HDF5Element>(
        _ path: String, _ values: [Element], shape: [Int]? = nil, options: HDF5DatasetOptions = .plain
    ) throws(HDF5Error) {
        try write(path, values, shape: shape, type: Element.hdf5Type, options: options)
    }

    /// Makes a dataset that is one value.
    public func write<Element: HDF5Element>(_ path: String, _ value: Element) throws(HDF5Error) {
        try write(path, [value], shape: [], type: Element.hdf5Type, options: .plain)
    }

    /// Makes a dataset that is one text.
    public func writeString(
        _ path: String, _ value: String, as kind: HDF5StringKind = .variable
    ) throws(HDF5Error) {
        try write(path, [value], shape: [], type: .string(kind), options: .plain)
    }

    /// Makes a dataset of texts, row-major.
    public func writeStrings(
        _ path: String, _ values: [String], shape: [Int]? = nil, as kind: HDF5StringKind = .variable,
        options: HDF5DatasetOptions = .plain
    ) throws(HDF5Error) {
        try write(path, values, shape: shape, type: .string(kind), options: options)
    }

    /// Makes a dataset of the numbers of an enumeration.
    public func writeEnum(
        _ path: String, _ numbers: [Int], type: HDF5EnumType, shape: [Int]? = nil,
        options: HDF5DatasetOptions = .plain
    ) throws(HDF5Error) {
        let shape = try checked(shape, count: numbers.count, path)
        try createDataset(path, type: .enumeration(type), shape: shape, options: options).writeEnum(numbers)
    }

    private func write<Element: HDF5Element>(
        _ path: String, _ values: [Element], shape: [Int]?, type: HDF5ElementType, options: HDF5DatasetOptions
    ) throws(HDF5Error) {
        let shape = try checked(shape, count: values.count, path)
        try createDataset(path, type: type, shape: shape, options: options).write(values)
    }

    private func checked(_ shape: [Int]?, count: Int, _ path: String) throws(HDF5Error) -> [Int] {
        let shape = shape ?? [count]
        guard shape.allSatisfy({ $0 >= 0 }), HDF5Shape.count(shape) == count else {
            throw HDF5Error(
                .wrongShape, "create dataset", location.place.child(path),
                "\(count) values do not fill the shape \(HDF5Shape.text(shape))")
        }
        return shape
    }

    // MARK: Reading

    /// A dataset that is one value.
    public func scalar<Element: HDF5Element>(_ path: String, as type: Element.Type) throws(HDF5Error) -> Element {
        try dataset(path).readScalar(as: type)
    }

    /// A dataset that is one text.
    public func string(_ path: String) throws(HDF5Error) -> String { try dataset(path).readScalar(as: String.self) }

    /// A dataset of texts, row-major.
    public func strings(_ path: String) throws(HDF5Error) -> [String] { try dataset(path).read(as: String.self) }
}
