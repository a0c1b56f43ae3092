import CSynfireSupport
import SynfireTensors

/// How many operations a second the kernels of one convolution make, on one core.
package struct ConvolutionTiming: Encodable {
    /// A convolution of some network.
    package struct Shape: Encodable {
        package let name: String
        let inputs: Int
        let outputs: Int
        /// Rows and columns of the input.
        let size: Int
        let kernel: Int
        var stride = 1
        var groups = 1

        /// The convolutions that are measured: those of `models/fashion-cnn`, of a small residual network, and the parts of
        /// separable ones.
        package static let all = [
            Shape(name: "1→32 3×3 @28", inputs: 1, outputs: 32, size: 28, kernel: 3),
            Shape(name: "32→64 3×3 @14", inputs: 32, outputs: 64, size: 14, kernel: 3),
            Shape(name: "3→64 3×3 @32", inputs: 3, outputs: 64, size: 32, kernel: 3),
            Shape(name: "64→64 3×3 @28", inputs: 64, outputs: 64, size: 28, kernel: 3),
            Shape(name: "64→64 3×3 @14", inputs: 64, outputs: 64, size: 14, kernel: 3),
            Shape(name: "64→64 3×3 @7", inputs: 64, outputs: 64, size: 7, kernel: 3),
            Shape(name: "64→128 3×3/2 @28", inputs: 64, outputs: 128, size: 28, kernel: 3, stride: 2),
            Shape(name: "64 depthwise 3×3 @28", inputs: 64, outputs: 64, size: 28, kernel: 3, groups: 64),
            Shape(name: "64→128 1×1 @28", inputs: 64, outputs: 128, size: 28, kernel: 1),
            Shape(name: "128→64 1×1 @14", inputs: 128, outputs: 64, size: 14, kernel: 1),
            Shape(name: "20→50 5×5 @14", inputs: 20, outputs: 50, size: 14, kernel: 5),
        ]

        var geometry: Convolution.Geometry {
            Convolution.Geometry(
                inputShape: [inputs, size, size], outputChannels: outputs, groups: groups,
                window: Window(
                    kernel: (kernel, kernel), stride: (stride, stride), padding: (kernel / 2, kernel / 2)))
        }

        /// Operations for one image and one way, where a multiplication with an addition counts as two.
        var operations: Double {
            let places = geometry.outputShape.dropFirst().reduce(1, *)
            return 2 * Double(outputs * (inputs / groups) * kernel * kernel * places)
        }
    }

    /// One kernel.
    package struct Way: Encodable {
        package let name: String
        /// oneDNN's name of it.
        package let kernel: String
        /// Operations a second.
        package let rate: Double
        /// Of what the core makes at most.
        package let share: Double
    }

    package let shape: Shape
    package let ways: [Way]

    /// How many images a kernel runs over, as in training.
    private static let images = 8

    /// The most operations a second of the calling thread's core, measured by chains of them in registers.
    ///
    /// - Parameter milliseconds: How long to measure.
    package static func peak(milliseconds: Int) -> Double { synfire_peak_operations(Int32(milliseconds)) }

    /// Measures a convolution with a bias on the calling thread.
    ///
    /// - Parameters:
    ///   - peak: The core's most operations a second.
    ///   - seconds: How long each kernel is measured.
    package init(_ shape: Shape, peak: Double, seconds: Double) throws {
        self.shape = shape
        let context = try KernelContext(workers: 1)
        ways = try KernelThreads.limited {
            let convolution = try Convolution(
                shape.geometry, hasBias: true, training: true, needsInputGradient: true, images: Self.images,
                context: context)
            func values(_ count: Int, _ scale: Float) throws -> FloatBuffer {
                let buffer = try FloatBuffer(count: count)
                for index in 0..<count { buffer.base[index] = scale * Float(index % 61 - 30) }
                return buffer
            }
            let input = try values(convolution.input.imageStride * Self.images, 0.01)
            let output = try values(convolution.output.imageStride * Self.images, 0.01)
            let gradient = try FloatBuffer(count: input.count)
            let window = shape.kernel * shape.kernel
            let weights = try values(shape.outputs * (shape.inputs / shape.groups) * window, 0.001)
            let bias = try values(shape.outputs, 0.1)
            let weightGradient = try FloatBuffer(count: convolution.packedGradientCount)
            let biasGradient = try FloatBuffer(count: shape.outputs)
            try convolution.pack(weights.base, worker: 0)
            let bodies: [(String, () throws -> Void)] = [
                (
                    "forward",
                    {
                        try convolution.forward(
                            input.base, bias: bias.base, into: output.base, images: Self.images, worker: 0)
                    }
                ),
                (
                    "backward data",
                    {
                        try convolution.backwardData(
                            output.base, into: gradient.base, images: Self.images, worker: 0)
                    }
                ),
                (
                    "backward weights",
                    {
                        try convolution.backwardWeights(
                            input.base, output.base, into: weightGradient.base, biasGradient.base,
                            images: Self.images, worker: 0)
                    }
                ),
            ]
            return try zip(bodies, convolution.implementations).map { body, kernel in
                let time = try Self.leastSeconds(within: seconds, body.1)
                let rate = shape.operations * Double(Self.images) / time
                return Way(name: body.0, kernel: kernel ?? "", rate: rate, share: rate / peak)
            }
        }
    }

    /// The least time of a call: of many windows about a millisecond long, so that one goes undisturbed.
    ///
    /// It is the thread's own time, which stands still while others have the core.
    private static func leastSeconds(within seconds: Double, _ body: () throws -> Void) throws -> Double {
        func measured(_ calls: Int) throws -> Double {
            let start = synfire_thread_nanoseconds()
            for _ in 0..<calls { try body() }
            return max(1, Double(synfire_thread_nanoseconds() - start)) * 1e-9 / Double(calls)
        }
        // The first call fetches code and memory.
        try body()
        let calls = max(1, Int(1e-3 / (try measured(1))))
        var least = Double.infinity
        let start = synfire_thread_nanoseconds()
        repeat {
            least = min(least, try measured(calls))
        } while Double(synfire_thread_nanoseconds() - start) < seconds * 1e9
        return least
    }
}
