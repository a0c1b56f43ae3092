import SynfireParallel

/// Uniform draws of sources.
enum SourceDraw {
    /// Sources that may come more than once; `twin` is left out where it is not negative.
    static func many(
        _ count: Int, of sources: Int, except twin: Int32, _ random: inout BulkRandom, into list: inout [Int32]
    ) {
        guard count > 0 else { return }
        let first = list.count
        list.append(contentsOf: repeatElement(0, count: count))
        list.withUnsafeMutableBufferPointer { buffer in
            guard let drawn = buffer.baseAddress.map({ $0 + first }) else { return }
            random.fill(drawn, below: sources - (twin >= 0 ? 1 : 0), count: count)
            guard twin >= 0 else { return }
            for i in 0..<count { drawn[i] += drawn[i] >= twin ? 1 : 0 }
        }
    }

    /// Different sources, in ascending order (Floyd's algorithm, Bentley & Floyd 1987, doi:10.1145/30401.315746).
    ///
    /// - Parameter twin: Left out where it is not negative.
    /// - Complexity: O(count + sources / 64), or O(count · log count) where that is less.
    static func distinct(
        _ count: Int, of sources: Int, except twin: Int32, _ random: inout BulkRandom, into list: inout [Int32]
    ) {
        guard count > 0 else { return }
        let available = sources - (twin >= 0 ? 1 : 0)
        let first = available - count
        func place(_ source: Int32) -> Int32 { twin >= 0 && source >= twin ? source + 1 : source }
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { memory in
            guard let drawn = memory.baseAddress else { return }
            random.fill(drawn, belowFrom: first + 1, count: count)
            let words = (available + 63) / 64
            list.reserveCapacity(list.count + count)
            if words > 8 * count + 64 {
                var chosen: Set<Int32> = []
                chosen.reserveCapacity(count)
                for i in 0..<count where !chosen.insert(drawn[i]).inserted { chosen.insert(Int32(first + i)) }
                for source in chosen.sorted() { list.append(place(source)) }
                return
            }
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words) { marks in
                marks.initialize(repeating: 0)
                for i in 0..<count {
                    let index = Int(drawn[i])
                    let isTaken = marks[index >> 6] >> UInt64(index & 63) & 1 == 1
                    let chosen = isTaken ? first + i : index
                    marks[chosen >> 6] |= 1 << UInt64(chosen & 63)
                }
                for word in 0..<words {
                    var bits = marks[word]
                    while bits != 0 {
                        list.append(place(Int32(truncatingIfNeeded: word << 6 + bits.trailingZeroBitCount)))
                        bits &= bits - 1
                    }
                }
            }
        }
    }
}

extension ConnectionSite {
    /// The same stream as ``stream(target:)``, for many numbers of one kind.
    func bulk(target: Int) -> BulkRandom {
        BulkRandom(
            seed: seed, stream: RandomStream.number(of: projection + "/connections"),
            entity: UInt32(truncatingIfNeeded: target))
    }

    /// The source that would be an autapse of a target, where autapses are left out; otherwise −1.
    func excluded(_ target: Int, allowingAutapses: Bool) -> Int32 { allowingAutapses ? -1 : twins?[target] ?? -1 }

    /// How many targets are among the sources themselves.
    var twinCount: Int { twins?.count { $0 >= 0 } ?? 0 }

    /// How many pairs of a source and a target may be connected.
    func pairs(allowingAutapses: Bool) -> Int { sources * targets - (allowingAutapses ? 0 : twinCount) }

    /// What is wrong with a probability, in words.
    static func fault(probability: Double, _ what: String = "probability") -> String? {
        probability >= 0 && probability <= 1 ? nil : "the \(what) is \(probability): give a number from 0 to 1"
    }

    /// What is wrong with a count, in words.
    static func fault(count: Int, _ what: String) -> String? {
        count >= 0 ? nil : "the \(what) is \(count): it must not be negative"
    }
}
