import CSynfireOneDNN

/// Two-dimensional convolution over shards of images, by oneDNN's direct algorithm.
///
/// oneDNN chooses the order of values and weights; the plan keeps values in that order between layers. Weights are kept
/// packed in it and have to be packed again after each change.
package final class Convolution: @unchecked Sendable {
    /// What is convolved with what.
    package struct Geometry: Sendable {
        package let inputShape: [Int]
        package let outputChannels: Int
        package let groups: Int
        package let window: Window

        package init(inputShape: [Int], outputChannels: Int, groups: Int, window: Window) {
            self.inputShape = inputShape
            self.outputChannels = outputChannels
            self.groups = groups
            self.window = window
        }

        package var outputShape: [Int] {
            let (rows, columns) = window.outputSize(rows: inputShape[1], columns: inputShape[2])
            return [outputChannels, rows, columns]
        }

        var weightDimensions: [Int] {
            let perGroup = [inputShape[0] / groups, window.kernel.0, window.kernel.1]
            return groups == 1 ? [outputChannels] + perGroup : [groups, outputChannels / groups] + perGroup
        }

        func weightMemory(_ chosen: MemoryDescription?) throws(KernelError) -> MemoryDescription {
            if let chosen { return chosen }
            return try MemoryDescription(weightDimensions, dnnl_format_tag_any)
        }

        var plainWeightTag: dnnl_format_tag_t { groups == 1 ? dnnl_oihw : dnnl_goihw }
    }

    /// The kernels for one count of images, made once.
    private struct Kernels {
        let forward: Primitive
        let backwardData: Gradient?
        let backwardWeights: Gradient?
    }

    /// A kernel of the way back, and the change of the input's layout in front of it or behind it, where it needs one.
    private struct Gradient {
        let primitive: Primitive
        let reorder: Primitive?
    }

    package let input: ValueLayout
    package let output: ValueLayout
    /// oneDNN's names of the kernels that it chose: forward, data gradient, weight gradient; or that it is our own loop.
    package var implementations: [String?] {
        let made = kernels.values.first
        let gradient = ownGradient == nil ? made?.backwardWeights?.primitive.implementation : "own loop"
        return [made?.forward.implementation, made?.backwardData?.primitive.implementation, gradient]
    }
    /// The numbers of a packed weight gradient.
    package private(set) var packedGradientCount = 0

    private let geometry: Geometry
    private let hasBias: Bool
    private let training: Bool
    private let needsInputGradient: Bool
    private let needsWeightGradient: Bool
    private let context: KernelContext
    private let attributes: KernelAttributes
    private var kernels: [Int: Kernels] = [:]
    private var forwardWeights: MemoryDescription
    private var dataWeights: MemoryDescription?
    private var gradientWeights: MemoryDescription?
    private var packing: [(primitive: Primitive, packed: FloatBuffer)] = []
    private var unpacking: Primitive?
    /// The weight gradient where oneDNN has nothing fast.
    private var ownGradient: FirstLayerGradient?
    /// A shard's input in blocks, for each worker, where a kernel of the way back wants it so.
    private var blockedInputs: [FloatBuffer] = []

    /// Chooses the layouts for shards of `images` images and compiles the kernels for them.
    ///
    /// Gradients are computed in training only.
    package init(
        _ geometry: Geometry, hasBias: Bool, training: Bool, needsInputGradient: Bool,
        needsWeightGradient: Bool = true, then operations: PostOperations = PostOperations(), images: Int,
        context: KernelContext
    ) throws(KernelError) {
        attributes = try KernelAttributes(operations)
        self.geometry = geometry
        self.hasBias = hasBias
        self.training = training
        self.needsInputGradient = needsInputGradient && training
        self.needsWeightGradient = needsWeightGradient && training
        self.context = context

        let free = try Self.forward(geometry, hasBias, training, images, context, attributes, nil, nil, nil)
        let inputBlock = try free.memory(dnnl_query_src_md).block(forShape: geometry.inputShape, images: images)
        let outputBlock = try free.memory(dnnl_query_dst_md).block(forShape: geometry.outputShape, images: images)
        // Where oneDNN likes an order that is none of ours, it gets the plain one.
        let known = inputBlock != nil && outputBlock != nil
        input = ValueLayout(shape: geometry.inputShape, block: known ? inputBlock ?? 1 : 1)
        output = ValueLayout(shape: geometry.outputShape, block: known ? outputBlock ?? 1 : 1)
        let chosen = try Self.forward(
            geometry, hasBias, training, images, context, attributes, input, output, nil)
        forwardWeights = try chosen.memory(dnnl_query_weights_md)

        let plain = try MemoryDescription(geometry.weightDimensions, geometry.plainWeightTag)
        packing = [try Self.packer(from: plain, to: forwardWeights, context)]
        try prepare(images: images)
        if let dataWeights { packing.append(try Self.packer(from: plain, to: dataWeights, context)) }
        if let gradientWeights {
            packedGradientCount = gradientWeights.floatCount
            unpacking = try Reorder.primitive(from: gradientWeights, to: plain, context)
        }
    }

    private static func packer(
        from plain: MemoryDescription, to packed: MemoryDescription, _ context: KernelContext
    ) throws(KernelError) -> (Primitive, FloatBuffer) {
        (try Reorder.primitive(from: plain, to: packed, context), try FloatBuffer(count: packed.floatCount))
    }

    private static func forward(
        _ geometry: Geometry, _ hasBias: Bool, _ training: Bool, _ images: Int, _ context: KernelContext,
        _ attributes: KernelAttributes, _ input: ValueLayout?, _ output: ValueLayout?, _ weights: MemoryDescription?
    ) throws(KernelError) -> PrimitiveDescription {
        let source = try memory(input, geometry.inputShape, images)
        let result = try memory(output, geometry.outputShape, images)
        let weights = try geometry.weightMemory(weights)
        let bias = hasBias ? try MemoryDescription([geometry.outputChannels], dnnl_a) : nil
        var window = geometry.window.forOneDNN
        return try PrimitiveDescription("describe a convolution of \(geometry.inputShape)") { made in
            synfire_convolution_forward(
                made, context.engine, attributes.pointer, training, source.pointer, weights.pointer, bias?.pointer,
                result.pointer, &window)
        }
    }

    private static func memory(
        _ layout: ValueLayout?, _ shape: [Int], _ images: Int
    ) throws(KernelError) -> MemoryDescription {
        guard let layout else { return try MemoryDescription(anyOrderOf: shape, images: images) }
        return try MemoryDescription(layout, images: images)
    }

    /// Compiles the kernels for shards of `images` images, unless it has been done.
    ///
    /// Not to be called while one runs.
    package func prepare(images: Int) throws(KernelError) {
        guard kernels[images] == nil else { return }
        let forward = try Self.forward(
            geometry, hasBias, training, images, context, attributes, input, output, forwardWeights)
        let source = try MemoryDescription(input, images: images)
        let result = try MemoryDescription(output, images: images)
        let bias = try MemoryDescription([geometry.outputChannels], dnnl_a)
        let biasArgument = hasBias ? [(DNNL_ARG_BIAS, bias)] : []
        kernels[images] = Kernels(
            forward: try Primitive(
                forward.pointer,
                arguments: [(DNNL_ARG_SRC, source), (DNNL_ARG_WEIGHTS_0, forwardWeights), (DNNL_ARG_DST, result)]
                    + biasArgument, name: "convolution", context: context),
            backwardData: try needsInputGradient ? backwardData(forward, result, images) : nil,
            backwardWeights: try needsWeightGradient && ownGradient == nil
                ? backwardWeights(forward, result, bias, images) : nil)
    }

    /// Describes a kernel of the way back for the input as it lies, or in blocks where that has a fast kernel and the
    /// input as it lies has not.
    ///
    /// An input of few channels lies plain, as the way forward wants it. Where oneDNN has only its reference loops for
    /// the way back then, blocks filled up with zeros are some hundred times as fast.
    private func gradient(
        _ images: Int, _ describe: (MemoryDescription) throws(KernelError) -> PrimitiveDescription
    ) throws(KernelError) -> (description: PrimitiveDescription, source: MemoryDescription, isBlocked: Bool) {
        let plain = try MemoryDescription(input, images: images)
        let description = try describe(plain)
        guard description.isReference, geometry.groups == 1, input.isPlain, !output.isPlain else {
            return (description, plain, false)
        }
        let layout = ValueLayout(shape: geometry.inputShape, block: output.block)
        let blocks = try MemoryDescription(layout, images: images)
        let other = try describe(blocks)
        guard !other.isReference else { return (description, plain, false) }
        let count = layout.imageStride * images
        if (blockedInputs.first?.count ?? 0) < count {
            blockedInputs = []
            for _ in 0..<context.workers { blockedInputs.append(try FloatBuffer(count: count)) }
        }
        return (other, blocks, true)
    }

    private func backwardData(
        _ forward: PrimitiveDescription, _ result: MemoryDescription, _ images: Int
    ) throws(KernelError) -> Gradient {
        let weights = try geometry.weightMemory(dataWeights)
        var window = geometry.window.forOneDNN
        let (description, source, isBlocked) = try gradient(images) { (source) throws(KernelError) in
            try PrimitiveDescription("describe a convolution's data gradient") { made in
                synfire_convolution_backward_data(
                    made, context.engine, context.attributes, source.pointer, weights.pointer, result.pointer,
                    &window, forward.pointer)
            }
        }
        let chosen = try description.memory(dnnl_query_weights_md)
        if dataWeights == nil { dataWeights = chosen }
        let primitive = try Primitive(
            description.pointer,
            arguments: [(DNNL_ARG_DIFF_DST, result), (DNNL_ARG_WEIGHTS_0, chosen), (DNNL_ARG_DIFF_SRC, source)],
            name: "data gradient of a convolution", context: context)
        guard isBlocked else { return Gradient(primitive: primitive, reorder: nil) }
        return Gradient(
            primitive: primitive,
            reorder: try Reorder.primitive(from: source, to: MemoryDescription(input, images: images), context))
    }

    private func backwardWeights(
        _ forward: PrimitiveDescription, _ result: MemoryDescription, _ bias: MemoryDescription, _ images: Int
    ) throws(KernelError) -> Gradient? {
        let weights = try geometry.weightMemory(gradientWeights)
        var window = geometry.window.forOneDNN
        func describe(_ source: MemoryDescription) throws(KernelError) -> PrimitiveDescription {
            try PrimitiveDescription("describe a convolution's weight gradient") { made in
                synfire_convolution_backward_weights(
                    made, context.engine, context.attributes, source.pointer, weights.pointer,
                    hasBias ? bias.pointer : nil, result.pointer, &window, forward.pointer)
            }
        }
        if try describe(MemoryDescription(input, images: images)).isReference,
            let own = FirstLayerGradient(
                input: input, output: output, window: geometry.window, groups: geometry.groups)
        {
            ownGradient = own
            gradientWeights = try MemoryDescription(geometry.weightDimensions, geometry.plainWeightTag)
            return nil
        }
        let (description, source, isBlocked) = try gradient(images, describe)
        let chosen = try description.memory(dnnl_query_diff_weights_md)
        if gradientWeights == nil { gradientWeights = chosen }
        let primitive = try Primitive(
            description.pointer,
            arguments: [(DNNL_ARG_SRC, source), (DNNL_ARG_DIFF_DST, result), (DNNL_ARG_DIFF_WEIGHTS_0, chosen)]
                + (hasBias ? [(DNNL_ARG_DIFF_BIAS, bias)] : []),
            name: "weight gradient of a convolution", context: context)
        guard isBlocked else { return Gradient(primitive: primitive, reorder: nil) }
        return Gradient(
            primitive: primitive,
            reorder: try Reorder.primitive(from: MemoryDescription(input, images: images), to: source, context))
    }

    /// Takes over changed weights (plain order: out, in/groups, rows, columns).
    package func pack(_ weights: UnsafeMutablePointer<Float>, worker: Int) throws(KernelError) {
        for (primitive, packed) in packing { try primitive.run(worker: worker, weights, packed.base) }
    }

    /// y ← weights ∗ x + bias for one shard.
    package func forward(
        _ x: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>?, into y: UnsafeMutablePointer<Float>,
        images: Int, worker: Int
    ) throws(KernelError) {
        try kernels[images]?.forward.run(worker: worker, x, packing[0].packed.base, y, bias)
    }

    /// dx ← the gradient of a shard's input.
    package func backwardData(
        _ dy: UnsafeMutablePointer<Float>, into dx: UnsafeMutablePointer<Float>, images: Int, worker: Int
    ) throws(KernelError) {
        guard let gradient = kernels[images]?.backwardData else { return }
        let target = gradient.reorder == nil ? dx : blockedInputs[worker].base
        try gradient.primitive.run(worker: worker, dy, packing[1].packed.base, target)
        try gradient.reorder?.run(worker: worker, target, dx)
    }

    /// dw, db ← the gradients of weights (packed) and bias from one shard.
    package func backwardWeights(
        _ x: UnsafeMutablePointer<Float>, _ dy: UnsafeMutablePointer<Float>, into dw: UnsafeMutablePointer<Float>,
        _ db: UnsafeMutablePointer<Float>?, images: Int, worker: Int
    ) throws(KernelError) {
        if let ownGradient { return ownGradient.run(x, dy, into: dw, db, images: images) }
        guard let gradient = kernels[images]?.backwardWeights else { return }
        let source = gradient.reorder == nil ? x : blockedInputs[worker].base
        try gradient.reorder?.run(worker: worker, x, source)
        try gradient.primitive.run(worker: worker, source, dy, dw, db)
    }

    /// Brings a packed weight gradient into plain order.
    package func unpackGradient(
        _ packed: UnsafeMutablePointer<Float>, into plain: UnsafeMutablePointer<Float>, worker: Int
    ) throws(KernelError) {
        try unpacking?.run(worker: worker, packed, plain)
    }
}
