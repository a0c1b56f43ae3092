extension LabelledDataset {
    /// The number of samples.
    public var count: Int { members.count }

    /// The number of values in one sample: the product of `shape`.
    public var valuesPerSample: Int { shape.reduce(1, *) }

    /// The class of each sample, in order.
    public var labels: [Int] { labels(of: 0..<count) }

    /// The classes of the samples with the given indices, in that order.
    ///
    /// - Precondition: Each index is in `0..<count`.
    public func labels(of indices: some Sequence<Int>) -> [Int] {
        indices.map { Int(allLabels[members[$0]]) }
    }

    /// How many samples each class has.
    public var classCounts: [Int] {
        var counts = [Int](repeating: 0, count: classNames.count)
        for index in 0..<count { counts[Int(allLabels[members[index]])] += 1 }
        return counts
    }

    /// The bytes of one image in the order (channel, row, column); nil where the values are not kept as bytes.
    ///
    /// Neither what byte stands for 1.0 nor standardization is applied; ``scalars(of:)`` does both.
    ///
    /// - Precondition: `index` is in `0..<count`.
    public func pixels(of index: Int) -> ArraySlice<UInt8>? {
        let start = members[index] * valuesPerSample
        guard case .bytes(let bytes, _) = values else { return nil }
        return bytes[start..<start + valuesPerSample]
    }

    /// The samples with the given indices, in that order.
    ///
    /// Bytes become numbers from 0 to 1: a byte divided by the one that stands for 1.0, 255 as a rule.
    ///
    /// - Returns: Shape (number of indices, …`shape`), row-major.
    /// - Precondition: Each index is in `0..<count`.
    /// - Complexity: O(number of values); one allocation.
    public func scalars(of indices: some Sequence<Int>) -> [Float] {
        let rows = indices.map { members[$0] }
        let size = valuesPerSample
        var scalars = [Float](unsafeUninitializedCapacity: rows.count * size) { target, initialized in
            switch values {
            case .bytes(let bytes, let maximum):
                bytes.withUnsafeBufferPointer { source in
                    for (position, row) in rows.enumerated() {
                        for offset in 0..<size {
                            target.initializeElement(
                                at: position * size + offset, to: Float(source[row * size + offset]) / maximum)
                        }
                    }
                }
            case .floats(let floats):
                floats.withUnsafeBufferPointer { source in
                    for (position, row) in rows.enumerated() {
                        for offset in 0..<size {
                            target.initializeElement(at: position * size + offset, to: source[row * size + offset])
                        }
                    }
                }
            }
            initialized = rows.count * size
        }
        for standardization in standardizations { standardization.apply(to: &scalars) }
        return scalars
    }
}
