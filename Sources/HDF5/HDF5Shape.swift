import CSynfireHDF5

/// Sizes along each dimension, checked against overflow.
enum HDF5Shape {
    /// The number of elements; nil if it does not fit into an `Int`.
    static func count(_ shape: [Int]) -> Int? {
        // A zero anywhere makes it empty, however large the rest.
        if shape.contains(0) { return 0 }
        var product = 1
        for size in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            if overflow { return nil }
            product = next
        }
        return product
    }

    /// `(1000, 28, 28)`, `(10,)`, or `scalar`.
    static func text(_ shape: [Int]) -> String {
        if shape.isEmpty { return "scalar" }
        return shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
    }

    /// Makes a dataspace: `[]` is one element, nil in `maximum` is without limit.
    static func makeSpace(
        _ shape: [Int], maximum: [Int?]? = nil, _ place: HDF5Place
    ) throws(HDF5Error) -> HDF5Handle {
        let operation = "create the shape of"
        guard shape.allSatisfy({ $0 >= 0 }), shape.count <= 32 else {
            throw HDF5Error(.wrongShape, operation, place, "\(text(shape)) is not a shape")
        }
        if let maximum {
            let isRoom = zip(shape, maximum).allSatisfy { size, limit in limit.map { $0 >= size } ?? true }
            guard maximum.count == shape.count, isRoom else {
                throw HDF5Error(.wrongShape, operation, place, "the largest shape is smaller than \(text(shape))")
            }
        }
        if shape.isEmpty { return try HDF5Handle(.dataspace, operation, place) { H5Screate(H5S_SCALAR) } }
        let sizes = shape.map { hsize_t($0) }
        let limits = (maximum ?? shape.map(Optional.some)).map { $0.map { hsize_t($0) } ?? synfire_H5S_UNLIMITED() }
        return try HDF5Handle(.dataspace, operation, place) { H5Screate_simple(Int32(sizes.count), sizes, limits) }
    }

    /// The sizes of a dataspace; nil where it is null, which means that there is no value at all.
    static func read(_ space: borrowing HDF5Handle, _ place: HDF5Place) throws(HDF5Error) -> [Int]? {
        try read(space, place, largest: false)?.map { $0 ?? 0 }
    }

    /// The sizes that a dataspace may grow to, nil for those without limit.
    static func readLargest(_ space: borrowing HDF5Handle, _ place: HDF5Place) throws(HDF5Error) -> [Int?] {
        try read(space, place, largest: true) ?? []
    }

    private static func read(
        _ space: borrowing HDF5Handle, _ place: HDF5Place, largest: Bool
    ) throws(HDF5Error) -> [Int?]? {
        let operation = "read the shape of"
        let id = space.id
        let kind = HDF5Library.quietly { H5Sget_simple_extent_type(id) }
        if kind == H5S_NULL { return nil }
        guard kind == H5S_SCALAR || kind == H5S_SIMPLE else {
            throw HDF5Error(.corrupt, operation, place, "it has no kind of shape that exists")
        }
        let rank = try HDF5Library.exec(operation, place, orElse: .corrupt) { H5Sget_simple_extent_ndims(id) }
        var sizes = [hsize_t](repeating: 0, count: Int(rank))
        var limits = sizes
        try HDF5Library.exec(operation, place, orElse: .corrupt) {
            H5Sget_simple_extent_dims(id, &sizes, &limits)
        }
        var result: [Int?] = []
        for size in largest ? limits : sizes {
            if largest, size == synfire_H5S_UNLIMITED() {
                result.append(nil)
            } else if let size = Int(exactly: size) {
                result.append(size)
            } else {
                throw HDF5Error(.tooLarge, operation, place, "a dimension of \(size) is beyond any memory")
            }
        }
        return result
    }
}
