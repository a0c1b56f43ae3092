import SynfireParallel
import SynfireTensors

/// A transposed convolution of feature maps, often called a deconvolution: each value adds a window of weights to the output.
public struct ConvTranspose2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "ConvTranspose2d", "Adds a small window of weights to a feature map for each value of its input.",
        rows: [
            HyperparameterRow("in_channels", .integer, allowed: .atLeast(1), "The channels of the input."),
            HyperparameterRow("out_channels", .integer, allowed: .atLeast(1), "The channels of the output."),
            HyperparameterRow("kernel_size", .pair, allowed: .atLeast(1), "Rows and columns of the window."),
            HyperparameterRow(
                "stride", .pair, default: .value(.pair(1)), allowed: .atLeast(1),
                "How far the window moves for each value."),
            HyperparameterRow(
                "padding", .pair, default: .value(.pair(0)), allowed: .atLeast(0),
                "Rows and columns of the output that are cut off on each side."),
            HyperparameterRow(
                "output_padding", .pair, default: .value(.pair(0)), allowed: .atLeast(0),
                "Rows and columns added behind, below and to the right; below the stride."),
            HyperparameterRow(
                "groups", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "Into how many groups the channels are split that do not mix."),
            HyperparameterRow("bias", .flag, default: .value(.flag(true)), "Whether a bias is added to each channel."),
            HyperparameterRow(
                "dilation", .pair, default: .value(.pair(1)), allowed: .atLeast(1),
                "The distance of neighbouring weights on the output."),
        ])

    /// Weight and bias.
    public static let parameterSlots = [
        ParameterSlot<ConvTranspose2d>("weight", \.weight), ParameterSlot("bias", optional: \.bias),
    ]

    /// The weights, shape (in, out/groups, rows, columns).
    public internal(set) var weight: Tensor
    /// The bias, shape (out), or nil.
    public internal(set) var bias: Tensor?
    /// How far the window moves for each value.
    public let stride: Pair
    /// Rows and columns of the output that are cut off on each side.
    public let padding: Pair
    /// Rows and columns added behind.
    public let outputPadding: Pair
    /// The distance of neighbouring weights on the output; 1 is none skipped.
    public let dilation: Pair
    /// Into how many groups the channels are split that do not mix.
    public let groups: Int

    /// The channels of the input.
    public var inputChannels: Int { weight.shape[0] }
    /// The channels of the output.
    public var outputChannels: Int { weight.shape[1] * groups }
    /// Rows and columns of the window.
    public var kernelSize: Pair { Pair(weight.shape[2], weight.shape[3]) }

    /// Makes a layer of zeros from checked values.
    public init(_ values: HyperparameterValues) throws {
        let (inputs, outputs) = (values.integer("in_channels"), values.integer("out_channels"))
        let (kernel, groups) = (values.pair("kernel_size"), values.integer("groups"))
        try ConvolutionRules.check("ConvTranspose2d", inputs, outputs, groups: groups)
        weight = try Tensor(shape: [inputs, outputs / groups, kernel.rows, kernel.columns])
        bias = values.flag("bias") ? try Tensor(shape: [outputs]) : nil
        (stride, padding) = (values.pair("stride"), values.pair("padding"))
        (outputPadding, dilation) = (values.pair("output_padding"), values.pair("dilation"))
        self.groups = groups
        try ConvolutionRules.check(
            "ConvTranspose2d", outputPadding: outputPadding, stride: stride, isSignal: false)
    }

    /// Makes a layer of zeros.
    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernelSize: Pair, stride: Pair = 1, padding: Pair = 0,
        outputPadding: Pair = 0, groups: Int = 1, bias: Bool = true, dilation: Pair = 1
    ) throws {
        try self.init(
            Self.schema.resolve([
                "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
                "kernel_size": .pair(kernelSize), "stride": .pair(stride), "padding": .pair(padding),
                "output_padding": .pair(outputPadding), "groups": .integer(groups), "bias": .flag(bias),
                "dilation": .pair(dilation),
            ]))
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
            "kernel_size": .pair(kernelSize), "stride": .pair(stride), "padding": .pair(padding),
            "output_padding": .pair(outputPadding), "groups": .integer(groups), "bias": .flag(bias != nil),
            "dilation": .pair(dilation),
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
        WindowSettings(kernel: kernelSize, stride: stride, padding: Padding(padding), dilation: dilation)
    }

    /// (out, rows, columns) for (in, rows, columns); an edge is (n − 1)s − 2p + d(k − 1) + output padding + 1 long.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try WindowSettings.check(inputs[0], channels: inputChannels, isSignal: false)
        let rows = ConvolutionRules.transposed(
            inputs[0][1], kernel: kernelSize.rows, stride: stride.rows, padding: padding.rows,
            outputPadding: outputPadding.rows, dilation: dilation.rows)
        let columns = ConvolutionRules.transposed(
            inputs[0][2], kernel: kernelSize.columns, stride: stride.columns, padding: padding.columns,
            outputPadding: outputPadding.columns, dilation: dilation.columns)
        guard rows > 0, columns > 0 else {
            throw InputMismatch("more rows and columns: its padding of \(padding) leaves nothing of the output")
        }
        return [outputChannels, rows, columns]
    }

    /// A window's weights for each input.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { weight.count * inputs[0][1] * inputs[0][2] }

    /// A convolution's data gradient by oneDNN.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try TransposedConvolutionKernel(
            settings, outputShape: outputShape(for: [request.inputs[0].shape]), groups: groups, request)
    }
}
