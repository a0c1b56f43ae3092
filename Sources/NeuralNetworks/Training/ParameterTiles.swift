import SynfireParallel
import SynfireTensors

/// A parameter that an optimiser changes.
struct TrainedParameter: Sendable {
    /// The layer's name.
    let layer: String
    /// Its numbers and their gradient.
    let buffer: ParameterBuffer
    /// Whether it is a weight between values, as opposed to a bias or the scale of a normalisation.
    let isWeight: Bool

    /// The parameters of a graph that training changes, in order; those of frozen layers are not.
    static func all(of graph: Graph, in store: ParameterStore, frozen: [String]) -> [TrainedParameter] {
        let frozen = Set(frozen)
        return zip(graph.nodes, store.buffers).flatMap { node, buffers in
            guard !frozen.contains(node.name) else { return [TrainedParameter]() }
            let normalises = node.layer.kind.contains("Norm")
            return buffers.filter { $0.isTrainable && $0.owner == nil }.map { buffer in
                let isWeight = !normalises && buffer.shape.count >= 2 && buffer.name.hasPrefix("weight")
                return TrainedParameter(layer: node.name, buffer: buffer, isWeight: isWeight)
            }
        }
    }
}

/// Rows of numbers cut into parts of a fixed size, on which workers work at once.
///
/// The cut does not depend on the workers, and sums are taken a part at a time in order: the same bits for any number.
struct Tiles: Sendable {
    private let tiles: [(row: Int, range: Range<Int>)]

    private static let valuesPerTile = 16_384

    /// - Parameter counts: How many numbers each row has.
    init(_ counts: [Int]) {
        tiles = counts.enumerated().flatMap { row, count in
            stride(from: 0, to: count, by: Self.valuesPerTile).map {
                (row, $0..<min($0 + Self.valuesPerTile, count))
            }
        }
    }

    /// Runs `body` on each part.
    func forEach(on pool: WorkerPool, _ body: @Sendable (_ row: Int, _ range: Range<Int>) -> Void) {
        pool.parallelFor(tiles.count) { range in
            for (row, part) in tiles[range] { body(row, part) }
        }
    }

    /// The sum of what `body` gives for the parts.
    func sum(on pool: WorkerPool, _ body: @Sendable (_ row: Int, _ range: Range<Int>) -> Double) -> Double {
        var sums = [Double](repeating: 0, count: tiles.count)
        sums.withUnsafeMutableBufferPointer { sums in
            // Each part has an entry of its own.
            nonisolated(unsafe) let sums = sums
            pool.parallelFor(tiles.count) { range in
                for tile in range { sums[tile] = body(tiles[tile].row, tiles[tile].range) }
            }
        }
        return sums.reduce(0, +)
    }
}
