import SynfireHDF5

/// The datasets of one node, read and checked.
struct NIRNodeFields: ~Copyable {
    let file: String
    let name: String
    let type: String
    private let group: HDF5Group

    init(_ node: NIRGraph.Node, name: String, in root: borrowing HDF5Group) throws(HDF5Error) {
        file = root.fileName
        self.name = name
        type = node.type
        group = try root.group(node.path)
    }

    /// An error on a field.
    func bad(_ field: String, _ reason: String) -> NIRError {
        .badField(file: file, node: name, type: type, field: field, reason: reason)
    }

    func has(_ field: String) throws(HDF5Error) -> Bool { try group.exists(field) }

    private func dataset(_ field: String) throws -> HDF5Dataset {
        guard try group.exists(field) else {
            throw NIRError.missingField(file: file, node: name, type: type, field: field)
        }
        return try group.dataset(field)
    }

    /// Numbers in double precision with their shape, all finite.
    func numbers(_ field: String) throws -> (values: [Double], shape: [Int]) {
        let dataset = try dataset(field)
        let (values, shape) = (try dataset.read(as: Double.self), try dataset.shape)
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw bad(field, "it has \(values[index]) at index \(index), and numbers must be finite")
        }
        guard !values.isEmpty else { throw bad(field, "it is empty") }
        return (values, shape)
    }

    /// Weights in single precision with their shape.
    func weights(_ field: String) throws -> (values: [Float], shape: [Int]) {
        let dataset = try dataset(field)
        let shape = try dataset.shape
        let values = try dataset.read(as: Float.self)
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw bad(field, "it has \(values[index]) at index \(index), and weights must be finite")
        }
        return (values, shape)
    }

    /// Whole numbers, one or several.
    func integers(_ field: String) throws -> [Int] { try dataset(field).read(as: Int.self) }

    /// One whole number.
    func integer(_ field: String) throws -> Int {
        let values = try integers(field)
        guard let value = values.first, values.count == 1 else {
            throw bad(field, "it holds \(values.count) numbers where one is needed")
        }
        return value
    }

    /// Two whole numbers, for height and width; one stands for both.
    func pair(_ field: String) throws -> SIMD2<Int> {
        let values = try integers(field)
        guard let first = values.first, let last = values.last, values.count <= 2 else {
            throw bad(field, "it holds \(values.count) numbers where one or two are needed")
        }
        return SIMD2(first, last)
    }

    /// A text, where the field is one.
    func text(_ field: String) throws -> String? {
        let dataset = try dataset(field)
        guard case .string = dataset.elementType else { return nil }
        return try dataset.readScalar(as: String.self)
    }

    /// Extents: `shape`, or `input_type` as older files have it.
    func extents() throws -> [Int] {
        for field in ["shape", "input_type/input", "input_type"] where try group.exists(field) {
            let values = try integers(field)
            guard !values.isEmpty, values.allSatisfy({ $0 >= 1 }) else {
                throw bad(field, "\(values) is not a list of extents of at least 1")
            }
            return values
        }
        throw NIRError.missingField(file: file, node: name, type: type, field: "shape")
    }
}
