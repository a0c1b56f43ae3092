import SynfireParallel
import SynfireTensors

/// A two-dimensional convolution (strictly: cross-correlation, as everywhere in the field).
public struct Conv2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Conv2d", "Slides small weighted windows over a feature map.",
        rows: [
            HyperparameterRow("in_channels", .integer, allowed: .atLeast(1), "The channels of the input."),
            HyperparameterRow("out_channels", .integer, allowed: .atLeast(1), "The channels of the output."),
            HyperparameterRow("kernel_size", .pair, allowed: .atLeast(1), "Rows and columns of the window."),
            HyperparameterRow(
                "stride", .pair, default: .value(.pair(1)), allowed: .atLeast(1), "How far the window moves at a time."),
            HyperparameterRow(
                "padding", .padding, default: .value(.padding(0)), allowed: .atLeast(0),
                "The zeros around the image; 'same' makes an edge of n ⌈n / stride⌉ long."),
            HyperparameterRow(
                "dilation", .pair, default: .value(.pair(1)), allowed: .atLeast(1),
                "The distance of neighbouring weights on the image."),
            HyperparameterRow(
                "groups", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "Into how many groups the channels are split that do not mix."),
            HyperparameterRow("bias", .flag, default: .value(.flag(true)), "Whether a bias is added to each channel."),
        ])

    /// Weight and bias.
    public static let parameterSlots = [
        ParameterSlot<Conv2d>("weight", \.weight), ParameterSlot("bias", optional: \.bias),
    ]

    /// The weights, shape (out, in/groups, rows, columns).
    public internal(set) var weight: Tensor
    /// The bias, shape (out), or nil.
    public internal(set) var bias: Tensor?
    /// How far the window moves at a time.
    public let stride: Pair
    /// The zeros around the image.
    public let padding: Padding
    /// The distance of neighbouring weights on the image; 1 is none skipped.
    public let dilation: Pair
    /// Into how many groups the channels are split that do not mix.
    public let groups: Int

    /// The channels of the input.
    public var inputChannels: Int { weight.shape[1] * groups }
    /// The channels of the output.
    public var outputChannels: Int { weight.shape[0] }
    /// Rows and columns of the window.
    public var kernelSize: Pair { Pair(weight.shape[2], weight.shape[3]) }

    /// Makes a layer of zeros from checked values.
    public init(_ values: HyperparameterValues) throws {
        let (inputs, outputs) = (values.integer("in_channels"), values.integer("out_channels"))
        let (kernel, groups) = (values.pair("kernel_size"), values.integer("groups"))
        try ConvolutionRules.check("Conv2d", inputs, outputs, groups: groups)
        weight = try Tensor(shape: [outputs, inputs / groups, kernel.rows, kernel.columns])
        bias = values.flag("bias") ? try Tensor(shape: [outputs]) : nil
        stride = values.pair("stride")
        padding = values.padding("padding")
        dilation = values.pair("dilation")
        self.groups = groups
    }

    /// Makes a layer of zeros.
    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernelSize: Pair, stride: Pair = 1, padding: Padding = 0,
        dilation: Pair = 1, groups: Int = 1, bias: Bool = true
    ) throws {
        try self.init(
            Self.schema.resolve([
                "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
                "kernel_size": .pair(kernelSize), "stride": .pair(stride), "padding": .padding(padding),
                "dilation": .pair(dilation), "groups": .integer(groups), "bias": .flag(bias),
            ]))
    }

    /// Makes a layer of given parameters.
    ///
    /// - Parameters:
    ///   - weight: Shape (out, in/groups, rows, columns).
    ///   - bias: Shape (out), or nil.
    public init(
        weight: Tensor, bias: Tensor?, stride: Pair = 1, padding: Padding = 0, dilation: Pair = 1, groups: Int = 1
    ) throws {
        let shape = weight.shape
        guard shape.count == 4 else {
            throw NetworkError.parameterShape(
                layer: "Conv2d", parameter: "weight", expected: [weight.count, 1, 1, 1], found: shape)
        }
        try self.init(
            shape[1] * max(1, groups), shape[0], kernelSize: Pair(shape[2], shape[3]), stride: stride,
            padding: padding, dilation: dilation, groups: groups, bias: bias != nil)
        try setParameter("weight", to: weight, layer: "Conv2d")
        if let bias { try setParameter("bias", to: bias, layer: "Conv2d") }
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
            "kernel_size": .pair(kernelSize), "stride": .pair(stride), "padding": .padding(padding),
            "dilation": .pair(dilation), "groups": .integer(groups), "bias": .flag(bias != nil),
        ])
    }

    /// Draws weight and bias evenly within ±1/√(weights of a window), as PyTorch does.
    public mutating func initializeParameters(seed: UInt64, index: Int) {
        let bound = 1 / Double(weight.shape.dropFirst().reduce(1, *)).squareRoot()
        weight.fillUniformly(within: bound, seed: seed, layer: index, parameter: 0)
        bias?.fillUniformly(within: bound, seed: seed, layer: index, parameter: 1)
    }

    private var settings: WindowSettings {
        WindowSettings(kernel: kernelSize, stride: stride, padding: padding, dilation: dilation)
    }

    /// (out, rows, columns) for (in, rows, columns); an edge is ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1 long.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try settings.outputShape(for: inputs[0], channels: inputChannels, outputChannels: outputChannels)
    }

    /// A window's weights for each output.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int {
        let window = settings.window(over: inputs[0])
        let (rows, columns) = window.outputSize(rows: inputs[0][1], columns: inputs[0][2])
        return weight.count * rows * columns
    }

    /// Normalisation is folded into the weights, an addition and a rectification are done on the way.
    public func takesFollowUps(for inputs: [[Int]]) -> Bool { true }

    /// Convolution by oneDNN.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try ConvolutionKernel(settings, outputChannels: outputChannels, groups: groups, request)
    }
}
