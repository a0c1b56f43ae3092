/// How many samples have their label among the classes with the largest scores.
public struct TopK: Sendable, Hashable {
    /// How many classes count.
    public let k: Int
    /// How many samples there were.
    public private(set) var count = 0
    /// How many have their label among the first `k`.
    public private(set) var hits = 0

    /// Starts to count.
    ///
    /// - Precondition: `k` is at least 1.
    public init(_ k: Int) {
        precondition(k >= 1, "the first \(k) classes")
        self.k = k
    }

    /// Takes a sample; of equal scores the class with the smaller index comes first.
    ///
    /// - Precondition: `label` is an index of `scores`.
    public mutating func add(scores: some RandomAccessCollection<Float>, label: Int) {
        let own = scores[scores.index(scores.startIndex, offsetBy: label)]
        var before = 0
        for (index, score) in scores.enumerated() where score > own || (score == own && index < label) { before += 1 }
        count += 1
        if before < k { hits += 1 }
    }

    /// The part of the samples; 0 where there are none.
    public var accuracy: Double { count > 0 ? Double(hits) / Double(count) : 0 }
}
