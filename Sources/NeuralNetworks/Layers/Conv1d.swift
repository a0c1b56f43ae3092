import SynfireParallel
import SynfireTensors

/// A convolution of signals (strictly: cross-correlation, as everywhere in the field).
public struct Conv1d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Conv1d", "Slides small weighted windows over a signal.",
        rows: [
            HyperparameterRow("in_channels", .integer, allowed: .atLeast(1), "The channels of the input."),
            HyperparameterRow("out_channels", .integer, allowed: .atLeast(1), "The channels of the output."),
            HyperparameterRow("kernel_size", .integer, allowed: .atLeast(1), "The length of the window."),
            HyperparameterRow(
                "stride", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "How far the window moves at a time."),
            HyperparameterRow(
                "padding", .padding, default: .value(.padding(0)), allowed: .atLeast(0),
                "The zeros on each side, or [before, after]; 'same' makes a length of n ⌈n / stride⌉."),
            HyperparameterRow(
                "dilation", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "The distance of neighbouring weights on the signal."),
            HyperparameterRow(
                "groups", .integer, default: .value(.integer(1)), allowed: .atLeast(1),
                "Into how many groups the channels are split that do not mix."),
            HyperparameterRow("bias", .flag, default: .value(.flag(true)), "Whether a bias is added to each channel."),
        ])

    /// Weight and bias.
    public static let parameterSlots = [
        ParameterSlot<Conv1d>("weight", \.weight), ParameterSlot("bias", optional: \.bias),
    ]

    /// The weights, shape (out, in/groups, length).
    public internal(set) var weight: Tensor
    /// The bias, shape (out), or nil.
    public internal(set) var bias: Tensor?
    /// How far the window moves at a time.
    public let stride: Int
    /// The zeros in front and behind: see ``Padding/signal(before:after:)``.
    public let padding: Padding
    /// The distance of neighbouring weights on the signal; 1 is none skipped.
    public let dilation: Int
    /// Into how many groups the channels are split that do not mix.
    public let groups: Int

    /// The channels of the input.
    public var inputChannels: Int { weight.shape[1] * groups }
    /// The channels of the output.
    public var outputChannels: Int { weight.shape[0] }
    /// The length of the window.
    public var kernelSize: Int { weight.shape[2] }

    /// Makes a layer of zeros from checked values.
    public init(_ values: HyperparameterValues) throws {
        let (inputs, outputs) = (values.integer("in_channels"), values.integer("out_channels"))
        let (kernel, groups) = (values.integer("kernel_size"), values.integer("groups"))
        try ConvolutionRules.check("Conv1d", inputs, outputs, groups: groups)
        weight = try Tensor(shape: [outputs, inputs / groups, kernel])
        bias = values.flag("bias") ? try Tensor(shape: [outputs]) : nil
        stride = values.integer("stride")
        padding = values.padding("padding")
        try WindowSettings.checkSignal(padding, "Conv1d")
        dilation = values.integer("dilation")
        self.groups = groups
    }

    /// Makes a layer of zeros.
    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernelSize: Int, stride: Int = 1, padding: Padding = 0,
        dilation: Int = 1, groups: Int = 1, bias: Bool = true
    ) throws {
        try self.init(
            Self.schema.resolve([
                "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
                "kernel_size": .integer(kernelSize), "stride": .integer(stride), "padding": .padding(padding),
                "dilation": .integer(dilation), "groups": .integer(groups), "bias": .flag(bias),
            ]))
    }

    /// Makes a layer of given parameters.
    ///
    /// - Parameters:
    ///   - weight: Shape (out, in/groups, length).
    ///   - bias: Shape (out), or nil.
    public init(
        weight: Tensor, bias: Tensor?, stride: Int = 1, padding: Padding = 0, dilation: Int = 1, groups: Int = 1
    ) throws {
        let shape = weight.shape
        guard shape.count == 3 else {
            throw NetworkError.parameterShape(
                layer: "Conv1d", parameter: "weight", expected: [weight.count, 1, 1], found: shape)
        }
        try self.init(
            shape[1] * max(1, groups), shape[0], kernelSize: shape[2], stride: stride,
            padding: padding, dilation: dilation, groups: groups, bias: bias != nil)
        try setParameter("weight", to: weight, layer: "Conv1d")
        if let bias { try setParameter("bias", to: bias, layer: "Conv1d") }
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "in_channels": .integer(inputChannels), "out_channels": .integer(outputChannels),
            "kernel_size": .integer(kernelSize), "stride": .integer(stride), "padding": .padding(padding),
            "dilation": .integer(dilation), "groups": .integer(groups), "bias": .flag(bias != nil),
        ])
    }

    /// Draws weight and bias evenly within ±1/√(weights of a window), as PyTorch does.
    public mutating func initializeParameters(seed: UInt64, index: Int) {
        let bound = 1 / Double(weight.shape.dropFirst().reduce(1, *)).squareRoot()
        weight.fillUniformly(within: bound, seed: seed, layer: index, parameter: 0)
        bias?.fillUniformly(within: bound, seed: seed, layer: index, parameter: 1)
    }

    private var settings: WindowSettings {
        WindowSettings(length: kernelSize, stride: stride, padding: padding, dilation: dilation)
    }

    /// (out, length) for (in, length); the length is ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        try settings.outputShape(for: inputs[0], channels: inputChannels, outputChannels: outputChannels)
    }

    /// A window's weights for each output.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int {
        weight.count * settings.window(over: inputs[0]).columns.outputSize(of: inputs[0][1])
    }

    /// Normalisation is folded into the weights, an addition and a rectification are done on the way.
    public func takesFollowUps(for inputs: [[Int]]) -> Bool { true }

    /// Convolution by oneDNN, of a map of one row.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        try ConvolutionKernel(settings, outputChannels: outputChannels, groups: groups, request)
    }
}
