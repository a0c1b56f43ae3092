/// Transposed two-dimensional convolution over shards of images: a convolution's way back as a way forward.
///
/// It takes the values of a convolution's output to its input, so forward is that convolution's data gradient, and the
/// gradients of the input and the weights are its forward and its weight gradient. Weights have the order (in, out/groups,
/// rows, columns), which is that of the convolution.
package final class TransposedConvolution: Sendable {
    private let convolution: Convolution

    /// The layout of what is read.
    package var input: ValueLayout { convolution.output }
    /// The layout of what is made.
    package var output: ValueLayout { convolution.input }
    /// The numbers of a packed weight gradient.
    package var packedGradientCount: Int { convolution.packedGradientCount }

    /// Chooses the layouts for shards of `images` images and compiles the kernels for them.
    ///
    /// - Parameter geometry: That of the convolution from the output to the input.
    package init(
        _ geometry: Convolution.Geometry, training: Bool, images: Int, context: KernelContext
    ) throws(KernelError) {
        convolution = try Convolution(
            geometry, hasBias: false, training: true, needsInputGradient: true, needsWeightGradient: training,
            images: images, context: context)
    }

    /// Compiles the kernels for shards of `images` images, unless it has been done.
    ///
    /// Not to be called while one runs.
    package func prepare(images: Int) throws(KernelError) { try convolution.prepare(images: images) }

    /// Takes over changed weights (plain order: in, out/groups, rows, columns).
    package func pack(_ weights: UnsafeMutablePointer<Float>, worker: Int) throws(KernelError) {
        try convolution.pack(weights, worker: worker)
    }

    /// y ← weights ∗ᵀ x for one shard.
    package func forward(
        _ x: UnsafeMutablePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int, worker: Int
    ) throws(KernelError) {
        try convolution.backwardData(x, into: y, images: images, worker: worker)
    }

    /// dx ← the gradient of a shard's input.
    package func backwardData(
        _ dy: UnsafeMutablePointer<Float>, into dx: UnsafeMutablePointer<Float>, images: Int, worker: Int
    ) throws(KernelError) {
        try convolution.forward(dy, bias: nil, into: dx, images: images, worker: worker)
    }

    /// dw ← the gradient of the weights (packed) from one shard.
    package func backwardWeights(
        _ x: UnsafeMutablePointer<Float>, _ dy: UnsafeMutablePointer<Float>, into dw: UnsafeMutablePointer<Float>,
        images: Int, worker: Int
    ) throws(KernelError) {
        try convolution.backwardWeights(dy, x, into: dw, nil, images: images, worker: worker)
    }

    /// Brings a packed weight gradient into plain order.
    package func unpackGradient(
        _ packed: UnsafeMutablePointer<Float>, into plain: UnsafeMutablePointer<Float>, worker: Int
    ) throws(KernelError) {
        try convolution.unpackGradient(packed, into: plain, worker: worker)
    }
}
