import COneDNN

/// Products of vectors with a matrix over shards of images, by oneDNN, with the matrix packed once a change.
package final class InnerProduct: @unchecked Sendable {
    private struct Kernels {
        let forward: Primitive
        let backwardData: Primitive?
    }

    private let inputs: Int
    private let outputs: Int
    private let hasBias: Bool
    private let training: Bool
    private let needsInputGradient: Bool
    private let context: KernelContext
    private let attributes: KernelAttributes
    private var kernels: [Int: Kernels] = [:]
    private var forwardWeights: MemoryDescription?
    private var dataWeights: MemoryDescription?
    private var packing: [(primitive: Primitive, packed: FloatBuffer)] = []

    /// Compiles the kernels for shards of `images` vectors.
    package init(
        inputs: Int, outputs: Int, hasBias: Bool, training: Bool, needsInputGradient: Bool,
        then operations: PostOperations = PostOperations(), images: Int, context: KernelContext
    ) throws(KernelError) {
        attributes = try KernelAttributes(operations)
        self.inputs = inputs
        self.outputs = outputs
        self.hasBias = hasBias
        self.training = training
        self.needsInputGradient = needsInputGradient && training
        self.context = context
        try prepare(images: images)
        let plain = try MemoryDescription([outputs, inputs], dnnl_ab)
        for packed in [forwardWeights, dataWeights] {
            guard let packed else { continue }
            packing.append(
                (try Reorder.primitive(from: plain, to: packed, context), try FloatBuffer(count: packed.floatCount)))
        }
    }

    /// Compiles the kernels for shards of `images` vectors, unless it has been done.
    ///
    /// Not to be called while one runs.
    package func prepare(images: Int) throws(KernelError) {
        guard kernels[images] == nil else { return }
        let source = try MemoryDescription([images, inputs], dnnl_ab)
        let result = try MemoryDescription([images, outputs], dnnl_ab)
        let bias = try MemoryDescription([outputs], dnnl_a)
        let free = try MemoryDescription([outputs, inputs], dnnl_format_tag_any)
        let wanted = forwardWeights ?? free
        let forward = try PrimitiveDescription("describe a product with \(outputs)×\(inputs) weights") { made in
            synfire_inner_product_forward(
                made, context.engine, attributes.pointer, training, source.pointer, wanted.pointer,
                hasBias ? bias.pointer : nil, result.pointer)
        }
        let weights = try forward.memory(dnnl_query_weights_md)
        if forwardWeights == nil { forwardWeights = weights }
        kernels[images] = Kernels(
            forward: try Primitive(
                forward.pointer,
                arguments: [(DNNL_ARG_SRC, source), (DNNL_ARG_WEIGHTS_0, weights), (DNNL_ARG_DST, result)]
                    + (hasBias ? [(DNNL_ARG_BIAS, bias)] : []), name: "matrix product", context: context),
            backwardData: try needsInputGradient ? backwardData(forward, source, result, free) : nil)
    }

    private func backwardData(
        _ forward: PrimitiveDescription, _ source: MemoryDescription, _ result: MemoryDescription,
        _ free: MemoryDescription
    ) throws(KernelError) -> Primitive {
        let wanted = dataWeights ?? free
        let description = try PrimitiveDescription("describe a product's data gradient") { made in
            synfire_inner_product_backward_data(
                made, context.engine, context.attributes, source.pointer, wanted.pointer, result.pointer,
                forward.pointer)
        }
        let weights = try description.memory(dnnl_query_weights_md)
        if dataWeights == nil { dataWeights = weights }
        return try Primitive(
            description.pointer,
            arguments: [(DNNL_ARG_DIFF_DST, result), (DNNL_ARG_WEIGHTS_0, weights), (DNNL_ARG_DIFF_SRC, source)],
            name: "data gradient of a matrix product", context: context)
    }

    /// The number of independent parts of `pack`.
    package var packs: Int { packing.count }

    /// Takes over changed weights (out, in), part `part` of `packs`.
    package func pack(_ weights: UnsafeMutablePointer<Float>, part: Int, worker: Int) throws(KernelError) {
        try packing[part].primitive.run(worker: worker, weights, packing[part].packed.base)
    }

    /// y ← x · weightsᵀ + bias for one shard.
    package func forward(
        _ x: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>?, into y: UnsafeMutablePointer<Float>,
        images: Int, worker: Int
    ) throws(KernelError) {
        try kernels[images]?.forward.run(worker: worker, x, packing[0].packed.base, y, bias)
    }

    /// dx ← dy · weights for one shard.
    package func backwardData(
        _ dy: UnsafeMutablePointer<Float>, into dx: UnsafeMutablePointer<Float>, images: Int, worker: Int
    ) throws(KernelError) {
        try kernels[images]?.backwardData?.run(worker: worker, dy, packing[1].packed.base, dx)
    }

    /// Rows `rows` of dw ← dyᵀ · x, and of db ← the column sums of dy, over a whole batch of `images`.
    package func backwardWeights(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>,
        _ db: UnsafeMutablePointer<Float>?, rows: Range<Int>, images: Int
    ) throws(KernelError) {
        let status = dnnl_sgemm(
            CChar(UInt8(ascii: "T")), CChar(UInt8(ascii: "N")), Int64(rows.count), Int64(inputs), Int64(images), 1,
            dy + rows.lowerBound, Int64(outputs), x, Int64(inputs), 0, dw + rows.lowerBound * inputs, Int64(inputs))
        try OneDNN.check(status, "run the weight gradient of a matrix product")
        guard let db else { return }
        for row in rows {
            var sum: Float = 0
            for image in 0..<images { sum += dy[image * outputs + row] }
            db[row] = sum
        }
    }
}
