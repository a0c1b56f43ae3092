import SynfireParallel
import SynfireTensors

/// A transposed convolution of signals, often called a deconvolution: each value adds a window of weights to the output.
public struct ConvTranspose1d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "ConvTranspose1d", "Adds a small window of weights to a signal for each value of its input.",
        rows: [
            HyperparameterRow("in_channels", .integer, allowed: .atLeast(1), "The channels of the input."),
            HyperparameterRow("out_channels", .integer, allowed: .atLeast(1), "The channels of the output."),
            HyperparameterRow("kernel_size", .integer, allowed: .atLeast(1), "The length of the window."),
            HyperparameterRow(
                "stride", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "How far the window moves for each value."),
            HyperparameterRow(
                "padding", .integer, default: .value(.integer(0)), allowed: .atLeast(0),
                "How much of the output is cut off on each side."),
            HyperparameterRow(
                "output_padding", .integer, default: .value(.integer(0)), allowed: .atLeast(0),
                "How much is added behind; below the stride."),
            HyperparameterRow(
                "groups", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "Into how many groups the channels are split that do not mix."),
            HyperparameterRow("bias", .flag, default: .value(.flag(true)), "Whether a bias is added to each channel."),
            HyperparameterRow(
                "dilation", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "The distance of neighbouring weights on the output."),
        ])

    /// Weight and bias.
    public static let parameterSlots = [
        ParameterSlot<ConvTranspose1d>("weight", \.weight), ParameterSlot("bias", optional: \.bias),
    ]

    /// The weights, shape (in, out/groups, length).
    public internal(set) var weight: Tensor
    /// The bias, shape (out), or nil.
    public internal(set) var bias: Tensor?
    /// How far the window moves for each value.
    public let stride: Int
    /// How much of the output is cut off on each side.
    public let padding: Int
    /// How much is added behind.
    public let outputPadding: Int
    /// The distance of neighbouring weights on the output; 1 is none skipped.
    public let dilation: Int
    /// Into how many groups the channels are split that do not mix.
    public let groups: Int

    /// The channels of the input.
    public var inputChannels: Int { weight.shape[0] }
    /// The channels of the output.
    public var outputChannels: Int { weight.shape[1] * groups }
    /// The length of the window.
    public var kernelSize: Int { weight.shape[2] }

    /// Makes a layer of zeros from checked values.
    public init(_ values: HyperparameterValues) throws {
        let (inputs, outputs) = (values.integer("in_channels"), values.integer("out_channels"))
        let (kernel, groups) = (values.integer("kernel_size"), values.integer("groups"))
        try ConvolutionRules.check("ConvTranspose1d", inputs, outputs, groups: groups)
        weight = try Tensor(shape: [inputs, outputs / groups, kernel])
        bias = values.flag("bias") ? try Tensor(shape: [outputs]) : nil
        (stride, padding) = (values.integer("stride"), values.integer("padding"))
        (outputPadding, dilation) = (values.integer("output_padding"), values.integer("dilation"))
        self.groups = groups
        try ConvolutionRules.check(
            "ConvTranspose1d", outputPadding: Pair(0, outputPadding), stride: Pair(1, stride), isSignal: true)
    }

    /// Makes a layer of zeros.
    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0,
        outputPadding: Int = 0, groups: Int = 1, bias: Bool = true, dilation: Int = 1
    ) throws {
        try self.init(
            Self.schema.resolve([
                "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
                "kernel_size": .integer(kernelSize), "stride": .integer(stride), "padding": .integer(padding),
                "output_padding": .integer(outputPadding), "groups": .integer(groups), "bias": .flag(bias),
                "dilation": .integer(dilation),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
            "kernel_size": .integer(kernelSize), "stride": .integer(stride), "padding": .integer(padding),
            "output_padding": .integer(outputPadding), "groups": .integer(groups), "bias": .flag(bias != nil),
            "dilation": .integer(dilation),
        ])
    }

    /// Draws weight and bias evenly within ±1/√(weights of an input channel in a group), as PyTorch does.
    public mutating func initializeParameters(seed: UInt64, index: Int) {
        let bound = 1 / Double(weight.shape.dropFirst().reduce(1, *)).squareRoot()
        weight.fillUniformly(within: bound, seed: seed, layer: index, parameter: 0)
        bias?.fillUniformly(within: bound, seed: seed, layer: index, parameter: 1)
    }

    /// The window of the convolution that this one transposes.
    private var settings: WindowSettings {
        WindowSettings(length: kernelSize, stride: stride, padding: Padding(Pair(padding, padding)), dilation: dilation)
    }

    /// (out, length) for (in, length); the length is (n − 1)s − 2p + d(k − 1) + output padding + 1.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try WindowSettings.check(inputs[0], channels: inputChannels, isSignal: true)
        let length = ConvolutionRules.transposed(
            inputs[0][1], kernel: kernelSize, stride: stride, padding: padding, outputPadding: outputPadding,
            dilation: dilation)
        guard length > 0 else {
            throw InputMismatch("a longer signal: its padding of \(padding) leaves nothing of the output")
        }
        return [outputChannels, length]
    }

    /// A window's weights for each input.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { weight.count * inputs[0][1] }

    /// A convolution's data gradient by oneDNN.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try TransposedConvolutionKernel(
            settings, outputShape: outputShape(for: [request.inputs[0].shape]), groups: groups, request)
    }
}
