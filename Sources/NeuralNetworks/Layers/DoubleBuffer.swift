/// Double-precision memory for sums by shard.
///
/// Unchecked `Sendable`: each shard writes its own part, and they are read when all shards are through.
final class DoubleBuffer: @unchecked Sendable {
    let base: UnsafeMutablePointer<Double>

    init(count: Int) {
        base = .allocate(capacity: count)
        base.initialize(repeating: 0, count: count)
    }

    deinit { base.deallocate() }

    /// The sums over shards, in their order, of `count` numbers each.
    func totals(of count: Int, shards: Int) -> [Double] {
        var totals = [Double](repeating: 0, count: count)
        for shard in 0..<shards {
            for index in 0..<count { totals[index] += base[shard * count + index] }
        }
        return totals
    }
}
