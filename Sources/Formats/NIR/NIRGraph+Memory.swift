import SynfireHDF5

extension NIRGraph {
    /// What a number of a node takes while it is read: as it is stored, in double precision, and as it is kept [bytes].
    private static let bytesEach = 18.0

    /// Refuses a graph whose numbers do not fit into memory: lists that the system has no memory for end the process.
    ///
    /// - Throws: ``NIRError/tooLarge(file:numbers:bytes:maximumBytes:)``.
    func check(_ root: borrowing HDF5Group, maximumBytes: Int) throws {
        var numbers = 0.0
        for node in nodes.values {
            let group = try root.group(node.path)
            for child in try group.children() where child.kind == .dataset {
                numbers += Double(try group.dataset(child.name).count)
            }
        }
        let bytes = numbers * Self.bytesEach
        // A few always fit.
        guard numbers > 10_000, bytes > Double(maximumBytes) else { return }
        throw NIRError.tooLarge(file: file, numbers: numbers, bytes: bytes, maximumBytes: maximumBytes)
    }
}
