import SynfireTensors

/// A gradient that each shard finds by itself and that is then summed in the order of shards: the same bits whoever
/// works on which.
final class ShardSums: Sendable {
    private let memory: FloatBuffer
    private let stride: Int
    private let batch: BatchState

    private static let valuesPerTile = 4_096

    /// Takes memory for `count` numbers a shard.
    init(count: Int, shards: Int, batch: BatchState) throws(KernelError) {
        // Whole cache lines a shard, so that workers do not write to the same one.
        stride = (count + 15) / 16 * 16
        memory = try FloatBuffer(count: stride * shards)
        self.batch = batch
    }

    /// Where a shard puts its part.
    func pointer(_ shard: Shard) -> UnsafeMutablePointer<Float> { memory.base + shard.index * stride }

    /// The sum, once ``step`` is through.
    var total: UnsafeMutablePointer<Float> { memory.base }

    /// Sums the shards' parts.
    var step: KernelStep {
        let (memory, stride, batch) = (memory, stride, batch)
        return .tiles((stride + Self.valuesPerTile - 1) / Self.valuesPerTile) { tile, _ in
            let first = tile * Self.valuesPerTile
            let count = min(Self.valuesPerTile, stride - first)
            for shard in 1..<max(1, batch.shards) {
                Elementwise.add(memory.base + shard * stride + first, to: memory.base + first, count: count)
            }
        }
    }
}
