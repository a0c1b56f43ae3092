import CSynfireOneDNN

/// Products of vectors with a matrix over shards of images in use, by oneDNN, with the matrix packed once a change.
package final class InnerProduct: @unchecked Sendable {
    private let inputs: Int
    private let outputs: Int
    private let hasBias: Bool
    private let context: KernelContext
    private let attributes: KernelAttributes
    private var kernels: [Int: Primitive] = [:]
    private var weights: MemoryDescription?
    private var packing: (primitive: Primitive, packed: FloatBuffer)?

    /// Compiles the kernel for shards of `vectors` vectors.
    package init(
        inputs: Int, outputs: Int, hasBias: Bool, then operations: PostOperations = PostOperations(), vectors: Int,
        context: KernelContext
    ) throws(KernelError) {
        self.inputs = inputs
        self.outputs = outputs
        self.hasBias = hasBias
        self.context = context
        attributes = try KernelAttributes(operations)
        try prepare(vectors: vectors)
        guard let weights else { return }
        let plain = try MemoryDescription([outputs, inputs], dnnl_ab)
        packing = (
            try Reorder.primitive(from: plain, to: weights, context), try FloatBuffer(count: weights.floatCount)
        )
    }

    /// Compiles the kernel for shards of `vectors` vectors, unless it has been done.
    ///
    /// Not to be called while one runs.
    package func prepare(vectors: Int) throws(KernelError) {
        guard kernels[vectors] == nil else { return }
        let source = try MemoryDescription([vectors, inputs], dnnl_ab)
        let result = try MemoryDescription([vectors, outputs], dnnl_ab)
        let bias = try MemoryDescription([outputs], dnnl_a)
        let free = try MemoryDescription([outputs, inputs], dnnl_format_tag_any)
        let wanted = weights ?? free
        let description = try PrimitiveDescription("describe a product with \(outputs)×\(inputs) weights") { made in
            synfire_inner_product_forward(
                made, context.engine, attributes.pointer, false, source.pointer, wanted.pointer,
                hasBias ? bias.pointer : nil, result.pointer)
        }
        let chosen = try description.memory(dnnl_query_weights_md)
        if weights == nil { weights = chosen }
        kernels[vectors] = try Primitive(
            description.pointer,
            arguments: [(DNNL_ARG_SRC, source), (DNNL_ARG_WEIGHTS_0, chosen), (DNNL_ARG_DST, result)]
                + (hasBias ? [(DNNL_ARG_BIAS, bias)] : []), name: "matrix product", context: context)
    }

    /// Takes over changed weights (out, in).
    package func pack(_ weights: UnsafeMutablePointer<Float>, worker: Int) throws(KernelError) {
        guard let packing else { return }
        try packing.primitive.run(worker: worker, weights, packing.packed.base)
    }

    /// y ← x · weightsᵀ + bias for one shard.
    package func forward(
        _ x: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>?, into y: UnsafeMutablePointer<Float>,
        vectors: Int, worker: Int
    ) throws(KernelError) {
        guard let packing else { return }
        try kernels[vectors]?.run(worker: worker, x, packing.packed.base, y, bias)
    }
}

/// Products of a batch of vectors with a matrix in training, and their gradients, by oneDNN, in tiles of fixed size.
///
/// All matrices lie in plain order: x (n, in), weights (out, in), y (n, out). A tile is a part of the result that one
/// thread computes; its size depends on the sizes of the matrices alone, so that sums run in one order for any number of
/// workers.
package struct MatrixProduct: Sendable {
    private let inputs: Int
    private let outputs: Int

    /// Vectors of a tile.
    private static let tileVectors = 64
    /// Numbers of a vector, or rows of weights, of a tile.
    private static let tileWidth = 64

    package init(inputs: Int, outputs: Int) {
        self.inputs = inputs
        self.outputs = outputs
    }

    private static func parts(_ whole: Int, _ size: Int) -> Int { (whole + size - 1) / size }

    /// The numbers of a tile for a width of `whole`: a part of 64, or 128 where there are many.
    private static func width(_ whole: Int) -> Int { whole >= 512 ? 2 * tileWidth : tileWidth }

    /// The rows and columns of a tile, nil where the batch has none there.
    private static func tile(_ tile: Int, vectors: Int, width whole: Int) -> (rows: Range<Int>, columns: Range<Int>)? {
        let across = parts(whole, width(whole))
        let (row, column) = (tile / across * tileVectors, tile % across * width(whole))
        guard row < vectors else { return nil }
        return (row..<min(row + tileVectors, vectors), column..<min(column + width(whole), whole))
    }

    /// How many tiles the way forward has for batches of up to so many vectors.
    package func forwardTiles(vectors: Int) -> Int {
        Self.parts(vectors, Self.tileVectors) * Self.parts(outputs, Self.width(outputs))
    }

    /// How many tiles the gradient of x has.
    package func dataTiles(vectors: Int) -> Int {
        Self.parts(vectors, Self.tileVectors) * Self.parts(inputs, Self.width(inputs))
    }

    /// How many tiles the gradient of the weights has.
    package var weightTiles: Int { Self.parts(outputs, Self.tileWidth) }

    /// A tile of y ← x · weightsᵀ + bias.
    package func forward(
        _ tile: Int, _ x: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        into y: UnsafeMutablePointer<Float>, vectors: Int
    ) throws(KernelError) {
        guard let (rows, columns) = Self.tile(tile, vectors: vectors, width: outputs) else { return }
        if let bias {
            for row in rows {
                (y + row * outputs + columns.lowerBound).update(
                    from: bias + columns.lowerBound, count: columns.count)
            }
        }
        try multiply(
            "N", "T", rows.count, columns.count, inputs, x + rows.lowerBound * inputs, inputs,
            weights + columns.lowerBound * inputs, inputs, adding: bias != nil,
            y + rows.lowerBound * outputs + columns.lowerBound, outputs)
    }

    /// A tile of dx ← dy · weights.
    package func backwardData(
        _ tile: Int, _ dy: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, vectors: Int
    ) throws(KernelError) {
        guard let (rows, columns) = Self.tile(tile, vectors: vectors, width: inputs) else { return }
        try multiply(
            "N", "N", rows.count, columns.count, outputs, dy + rows.lowerBound * outputs, outputs,
            weights + columns.lowerBound, inputs, adding: false, dx + rows.lowerBound * inputs + columns.lowerBound,
            inputs)
    }

    /// A tile of dw ← dyᵀ · x, and of db ← the column sums of dy, over a whole batch.
    package func backwardWeights(
        _ tile: Int, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>,
        _ db: UnsafeMutablePointer<Float>?, vectors: Int
    ) throws(KernelError) {
        let first = tile * Self.tileWidth
        let rows = first..<min(first + Self.tileWidth, outputs)
        try multiply(
            "T", "N", rows.count, inputs, vectors, dy + first, outputs, x, inputs, adding: false, dw + first * inputs,
            inputs)
        guard let db else { return }
        for row in rows { db[row] = 0 }
        for vector in 0..<vectors {
            for row in rows { db[row] += dy[vector * outputs + row] }
        }
    }

    /// C ← A · B, or C + A · B; matrices in rows with the given distances of rows.
    private func multiply(
        _ a: Character, _ b: Character, _ rows: Int, _ columns: Int, _ inner: Int, _ first: UnsafePointer<Float>,
        _ firstStride: Int, _ second: UnsafePointer<Float>, _ secondStride: Int, adding: Bool,
        _ result: UnsafeMutablePointer<Float>, _ resultStride: Int
    ) throws(KernelError) {
        let status = dnnl_sgemm(
            CChar(a.asciiValue ?? 0), CChar(b.asciiValue ?? 0), Int64(rows), Int64(columns), Int64(inner), 1, first,
            Int64(firstStride), second, Int64(secondStride), adding ? 1 : 0, result, Int64(resultStride))
        try OneDNN.check(status, "run a matrix product")
    }
}
