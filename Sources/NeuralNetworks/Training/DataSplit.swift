import SynfireParallel
import SynfireTensors

/// Cuts images into some to learn from and some to validate on.
enum DataSplit {
    /// The positions held back: a fraction of each class, drawn by the seed.
    ///
    /// So many of each class that they are `fraction` of it, rounded so that all together are that fraction of all: the
    /// classes with the largest remainders are rounded up, the first of equal ones. Without labels, any images.
    ///
    /// - Parameters:
    ///   - labels: The class of each image; empty for none.
    ///   - count: How many images there are.
    static func held(labels: [Int], count: Int, fraction: Double, seed: UInt64) -> [Int] {
        let held = Int((Double(count) * fraction).rounded())
        var order = Array(0..<count)
        var stream = RandomStream(seed: seed, stream: RandomPurpose.validationSplit.stream())
        stream.shuffle(&order)
        guard labels.count == count else { return order[..<held].sorted() }

        var sizes: [Int: Int] = [:]
        for label in labels { sizes[label, default: 0] += 1 }
        let classes = sizes.keys.sorted()
        let exact = classes.map { Double(sizes[$0] ?? 0) * fraction }
        var quotas = exact.map { Int($0.rounded(.down)) }
        let byRemainder = classes.indices.sorted { one, other in
            let (first, second) = (exact[one] - Double(quotas[one]), exact[other] - Double(quotas[other]))
            return first != second ? first > second : one < other
        }
        for index in byRemainder.prefix(max(0, held - quotas.reduce(0, +))) { quotas[index] += 1 }

        var left = Dictionary(uniqueKeysWithValues: zip(classes, quotas))
        return order.filter { position in
            guard let rest = left[labels[position]], rest > 0 else { return false }
            left[labels[position]] = rest - 1
            return true
        }.sorted()
    }
}

/// Some of the images of other data.
struct DataSubset: TrainingData {
    let base: any TrainingData
    let indices: [Int]

    var count: Int { indices.count }
    var shape: [Int] { base.shape }
    var classes: Int { base.classes }
    var targetShape: [Int]? { base.targetShape }

    func batch(_ indices: [Int]) throws -> (Tensor, [Int]) { try base.batch(indices.map { self.indices[$0] }) }
    func labels(_ indices: [Int]) throws -> [Int] { try base.labels(indices.map { self.indices[$0] }) }
    func targets(_ indices: [Int]) throws -> Tensor? { try base.targets(indices.map { self.indices[$0] }) }
}
