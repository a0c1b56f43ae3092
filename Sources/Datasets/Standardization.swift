/// Brings values to mean 0 and standard deviation 1: z = (x − mean) / deviation.
///
/// Means and deviations are measured on the data to learn from and applied to all others, so that nothing is learned from the data
/// to test on:
///
///     let standardization = Standardization(of: train)
///     let (a, b) = (try train.standardized(by: standardization), try test.standardized(by: standardization))
///
/// Of features each has its own mean and deviation, as with scikit-learn's `StandardScaler`; of images each channel, as with
/// torchvision's `Normalize`. The deviation is that of the population (divided by n); where it is 0 the value is only shifted, as
/// with `StandardScaler`.
public struct Standardization: Sendable, Equatable, Codable {
    /// The shape of the samples it is for: (features), (channels, length) or (channels, rows, columns).
    public let shape: [Int]
    /// A mean for each feature or channel.
    public let means: [Float]
    /// A standard deviation for each feature or channel; positive, 1 where the values do not differ.
    public let deviations: [Float]

    /// Makes a standardization of known numbers.
    ///
    /// - Parameters:
    ///   - shape: The shape of the samples: (features), (channels, length) or (channels, rows, columns).
    ///   - means: One for each feature or channel; finite.
    ///   - deviations: As many; positive.
    /// - Throws: `DatasetError.badStandardization`.
    public init(shape: [Int], means: [Float], deviations: [Float]) throws(DatasetError) {
        guard (1...3).contains(shape.count), let groups = shape.first, groups > 0 else {
            throw .badStandardization(
                reason: "the shape \(shape) is none of [features], [channels, length] and [channels, rows, columns]")
        }
        guard means.count == groups, deviations.count == groups else {
            throw .badStandardization(
                reason: "samples of shape \(shape) need \(groups) means and deviations, not \(means.count) and "
                    + "\(deviations.count)")
        }
        if let index = means.firstIndex(where: { !$0.isFinite }) {
            throw .badStandardization(reason: "mean \(index) is \(means[index]), not a finite number")
        }
        if let index = deviations.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
            throw .badStandardization(reason: "deviation \(index) is \(deviations[index]), not a positive number")
        }
        self.shape = shape
        self.means = means
        self.deviations = deviations
    }

    /// Measures the means and deviations of a data set's values, in two passes and double precision.
    ///
    /// - Parameter data: The data to learn from; with no sample the means are 0 and the deviations 1.
    /// - Complexity: O(number of values); memory of 1,024 samples.
    public init(of data: LabelledDataset) {
        let groups = data.shape[0]
        let valuesPerGroup = data.valuesPerSample / groups
        let number = Double(max(1, data.count * valuesPerGroup))
        func sums(of term: (Double, Int) -> Double) -> [Double] {
            var sums = [Double](repeating: 0, count: groups)
            for start in stride(from: 0, to: data.count, by: 1024) {
                let values = data.scalars(of: start..<min(start + 1024, data.count))
                var index = 0
                while index < values.count {
                    for group in 0..<groups {
                        for value in values[index..<index + valuesPerGroup] {
                            sums[group] += term(Double(value), group)
                        }
                        index += valuesPerGroup
                    }
                }
            }
            return sums
        }
        let means = sums { value, _ in value }.map { $0 / number }
        let squares = sums { value, group in (value - means[group]) * (value - means[group]) }
        let deviations = zip(squares, means).map { square, mean in
            let deviation = (square / number).squareRoot()
            // What rounding leaves between equal values is no spread; scikit-learn guards against it likewise.
            return Float(deviation) > 10 * Float.ulpOfOne * Float(abs(mean)) ? Float(deviation) : 1
        }
        self.shape = data.shape
        self.means = means.map { Float($0) }
        self.deviations = deviations
    }

    /// Standardizes samples that lie one after the other, in place.
    ///
    /// - Precondition: The number of values is a multiple of a sample's.
    public func apply(to values: inout [Float]) {
        let valuesPerGroup = shape.dropFirst().reduce(1, *)
        let valuesPerSample = means.count * valuesPerGroup
        precondition(values.count % valuesPerSample == 0, "\(values.count) values are no whole samples of \(shape)")
        values.withUnsafeMutableBufferPointer { buffer in
            var index = 0
            while index < buffer.count {
                for (mean, deviation) in zip(means, deviations) {
                    for offset in index..<index + valuesPerGroup {
                        buffer[offset] = (buffer[offset] - mean) / deviation
                    }
                    index += valuesPerGroup
                }
            }
        }
    }
}

extension LabelledDataset {
    /// The same samples, standardized whenever they are taken out.
    ///
    /// - Throws: `DatasetError.badStandardization` if it is for samples of another shape.
    public func standardized(by standardization: Standardization) throws(DatasetError) -> LabelledDataset {
        guard standardization.shape == shape else {
            throw .badStandardization(
                reason:
                    "\(name) has samples of shape \(shape), the means and deviations are for \(standardization.shape)")
        }
        return with(standardizations: standardizations + [standardization])
    }
}
