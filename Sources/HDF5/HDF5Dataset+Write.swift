import CSynfireHDF5

extension HDF5Dataset {
    /// Writes all elements, row-major.
    ///
    /// - Throws: `.wrongShape` unless there are as many values as elements, `.wrongType`, `.outOfRange` for a number or
    ///   text that does not fit, `.outOfSpace`, `.writeFailed`.
    public func write<Element: HDF5Element>(_ values: [Element]) throws(HDF5Error) {
        let selection = try selectAll(maximumBytes: .max)
        try check(values.count, selection.count)
        try Element.write(values, to: selection)
    }

    /// Writes part of the elements, row-major: along each dimension `count` of them, the first at `start`, then every
    /// `stride`-th.
    public func write<Element: HDF5Element>(
        _ values: [Element], start: [Int], count: [Int], stride: [Int]? = nil
    ) throws(HDF5Error) {
        let selection = try select(start: start, count: count, stride: stride, maximumBytes: .max)
        try check(values.count, selection.count)
        try Element.write(values, to: selection)
    }

    /// Adds elements at the end of the first dimension.
    ///
    /// - Parameter values: Whole rows: a multiple of the number of elements that one step along the first dimension has.
    /// - Throws: `.wrongShape` for part of a row or beyond the largest shape, and as `write(_:)`.
    /// - Complexity: O(values), however long the dataset is.
    public func append<Element: HDF5Element>(_ values: [Element]) throws(HDF5Error) {
        var shape = try shape
        guard let rows = shape.first, let row = HDF5Shape.count(Array(shape.dropFirst())), row > 0,
            values.count.isMultiple(of: row)
        else {
            throw HDF5Error(
                .wrongShape, "append to", location.place,
                "\(values.count) values are not whole rows of the shape \(HDF5Shape.text(shape))")
        }
        guard !values.isEmpty else { return }
        var (start, count) = (shape.map { _ in 0 }, shape)
        start[0] = rows
        count[0] = values.count / row
        shape[0] = rows + count[0]
        try resize(to: shape)
        try write(values, start: start, count: count)
    }

    /// Writes the numbers of an enumeration.
    public func writeEnum(_ numbers: [Int]) throws(HDF5Error) {
        let selection = try selectAll(maximumBytes: .max)
        try check(numbers.count, selection.count)
        guard case .enumeration = elementType else { throw selection.wrongType("write", asked: "an enumeration") }
        try HDF5Enum.writeNumbers(numbers, to: selection)
    }

    private func check(_ given: Int, _ needed: Int) throws(HDF5Error) {
        guard given == needed else {
            throw HDF5Error(.wrongShape, "write", location.place, "\(needed) values are needed, \(given) were given")
        }
    }
}
