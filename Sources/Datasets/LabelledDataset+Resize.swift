extension LabelledDataset {
    /// The same images at another size, by ``ImageResampler`` with its antialiasing.
    ///
    /// Bytes stay bytes, each rounded to the nearest; what is done to values when they are taken out stays, too.
    ///
    /// - Throws: `DatasetError.inapplicable` if the samples are not images.
    /// - Complexity: O(values of this part, before and after).
    public func resized(to size: ImageSize) throws(DatasetError) -> LabelledDataset {
        guard shape.count == 3 else {
            throw .inapplicable(option: "a size of images", reference: name, allowed: "images, and these are features")
        }
        let source = ImageSize(unchecked: shape[1], shape[2])
        if source == size { return self }
        let resample = ImageResampler(from: source, to: size)
        let length = valuesPerSample
        let resized: LabelledDataset.Values
        switch values {
        case .bytes(let bytes, let maximum):
            resized = .bytes(
                (0..<count).flatMap { index in
                    let start = members[index] * length
                    return resample(Array(bytes[start..<start + length]))
                }, maximum: maximum)
        case .floats(let floats):
            resized = .floats(
                (0..<count).flatMap { index in
                    let start = members[index] * length
                    return resample(Array(floats[start..<start + length]))
                })
        }
        return with(
            shape: [shape[0], size.rows, size.columns], values: resized, labels: labels.map { Int32($0) },
            members: .range(0..<count))
    }
}
