import SynfireParallel
import SynfireUnits

extension LabelledDataset {
    /// The first `count` samples.
    ///
    /// - Throws: `DatasetError.beyondEnd` if there are fewer.
    public func first(_ count: Int) throws(DatasetError) -> LabelledDataset {
        try range(0..<max(0, count))
    }

    /// The samples with the given indices.
    ///
    /// - Throws: `DatasetError.beyondEnd` if the range reaches beyond the last sample.
    /// - Complexity: O(1) for a part of a whole set or of a range; the values are shared.
    public func range(_ range: Range<Int>) throws(DatasetError) -> LabelledDataset {
        guard range.lowerBound >= 0 else {
            throw .indexOutOfRange(dataset: name, index: range.lowerBound, available: count)
        }
        guard range.upperBound <= count else {
            throw .beyondEnd(dataset: name, requested: range.upperBound, available: count)
        }
        switch members {
        case .range(let part):
            return with(members: .range(part.lowerBound + range.lowerBound..<part.lowerBound + range.upperBound))
        case .list(let list):
            return with(members: .list(Array(list[range])))
        }
    }

    /// The samples with the given indices, in that order; the values are shared.
    ///
    /// - Throws: `DatasetError.indexOutOfRange` for an index that names no sample.
    public func samples(_ indices: some Sequence<Int>) throws(DatasetError) -> LabelledDataset {
        var list: [Int] = []
        for index in indices {
            guard index >= 0, index < count else {
                throw .indexOutOfRange(dataset: name, index: index, available: count)
            }
            list.append(members[index])
        }
        return with(members: .list(list))
    }

    /// The same samples under another name.
    public func named(_ name: String) -> LabelledDataset { with(name: name) }

    /// Parts the samples at random in two, each class in the same proportion, as scikit-learn's
    /// `train_test_split(stratify: labels)` does.
    ///
    /// Of `n` samples round(fraction·n) are held out. Each class gives its share rounded down, and those with the largest
    /// remainders, the first of equal ones, one more. Which samples of a class these are depends on the seed and the class's
    /// number only. Both parts keep the order of the set.
    ///
    /// - Parameters:
    ///   - fraction: The share that is held out; above 0 and below 1.
    ///   - seed: What the choice is drawn from.
    /// - Throws: `DatasetError.badFraction` if the fraction is outside that range, or so that a part has no sample.
    public func stratified(
        fraction: Double, seed: UInt64
    ) throws(DatasetError) -> (train: LabelledDataset, heldOut: LabelledDataset) {
        guard fraction > 0, fraction < 1 else { throw .badFraction(dataset: name, fraction: fraction, samples: count) }
        let wanted = Int((fraction * Double(count)).rounded())
        guard wanted > 0, wanted < count else {
            throw .badFraction(dataset: name, fraction: fraction, samples: count)
        }
        var members = [[Int]](repeating: [], count: classNames.count)
        for (index, label) in labels.enumerated() { members[label].append(index) }
        // The exact share of class c is wanted·n_c/n; whole numbers leave no doubt which remainder is larger.
        var shares = members.map { $0.count * wanted / count }
        let remainders = members.map { $0.count * wanted % count }
        let ranked = remainders.indices.sorted { (-remainders[$0], $0) < (-remainders[$1], $1) }
        for label in ranked.prefix(wanted - shares.reduce(0, +)) { shares[label] += 1 }

        var isHeldOut = [Bool](repeating: false, count: count)
        for (label, indices) in members.enumerated() {
            var order = indices
            var stream = RandomStream(
                seed: seed, stream: RandomStream.number(of: "stratified split"), entity: UInt32(label))
            stream.shuffle(&order)
            for index in order.prefix(shares[label]) { isHeldOut[index] = true }
        }
        let indices = 0..<count
        return (
            try samples(indices.filter { !isHeldOut[$0] }), try samples(indices.filter { isHeldOut[$0] })
        )
    }

    /// The same samples, with labels that count in the classes of another set.
    ///
    /// Sets that name their classes themselves, tables and folders, number them in order of the names they have. One that lacks a
    /// class would number the others differently from the set a network was trained on.
    ///
    /// - Throws: `DatasetError.unknownClass` if a sample is of a class that is not among the names.
    public func matching(classNames: [String]) throws(DatasetError) -> LabelledDataset {
        if classNames == self.classNames { return self }
        let numbers = Dictionary(
            classNames.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
        let counts = classCounts
        var translated: [Int32] = []
        for (label, name) in self.classNames.enumerated() {
            if numbers[name] == nil, counts[label] > 0 {
                throw .unknownClass(dataset: self.name, name: name, known: classNames)
            }
            translated.append(numbers[name] ?? 0)
        }
        return with(classNames: classNames, labels: allLabels.map { translated[Int($0)] })
    }
}
