import SynfireTensors

/// A feature map or signal of another size, by nearest values or between neighbours.
public struct Upsample: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "Upsample", "Changes the size of a feature map or signal.",
        rows: [
            HyperparameterRow(
                "size", .list, default: .value(.list([])), allowed: .atLeast(1),
                "Rows and columns of the output, or its length; [] where scale_factor is given."),
            HyperparameterRow(
                "scale_factor", .real, default: .value(.real(0)), allowed: .atLeast(0),
                "By how much edges grow, rounded down to whole numbers; 0 where size is given."),
            HyperparameterRow(
                "mode", .choice(["nearest", "nearest-exact", "linear", "bilinear"]), default: .value(.text("nearest")),
                "How values between those that there are arise; linear for signals, bilinear for maps."),
            HyperparameterRow(
                "align_corners", .flag, default: .value(.flag(false)),
                "Whether linear and bilinear modes lay the corner values on each other."),
        ])

    /// How values between those that there are arise.
    public enum Mode: String, Sendable, Hashable {
        /// The value at ⌊i / scale⌋.
        case nearest
        /// The value whose middle is nearest.
        case nearestExact = "nearest-exact"
        /// Between two values of a signal.
        case linear
        /// Between four values of a map.
        case bilinear
    }

    /// Rows and columns of the output, one number for both, or none where the scale is given.
    public let size: [Int]
    /// By how much edges grow; 0 where the size is given.
    public let scaleFactor: Double
    /// How values between those that there are arise.
    public let mode: Mode
    /// Whether the corner values lie on each other.
    public let alignsCorners: Bool

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        (size, scaleFactor) = (values.list("size"), values.real("scale_factor"))
        (mode, alignsCorners) = (Mode(rawValue: values.text("mode")) ?? .nearest, values.flag("align_corners"))
        func conflict(_ reason: String) -> NetworkError { .hyperparameterConflict(kind: "Upsample", reason: reason) }
        if size.isEmpty, scaleFactor == 0 { throw conflict("one of size and scale_factor is needed") }
        if !size.isEmpty, scaleFactor != 0 { throw conflict("only one of size and scale_factor can be given") }
        if size.count > (mode == .linear ? 1 : 2) {
            throw conflict("size is \(size); one number is allowed, or two for rows and columns")
        }
        if alignsCorners, mode == .nearest || mode == .nearestExact {
            throw conflict("align_corners needs the mode linear or bilinear, not \(mode.rawValue)")
        }
    }

    /// Makes a layer for an output of given rows and columns, or a given length.
    public init(size: [Int], mode: Mode = .nearest, alignsCorners: Bool = false) throws {
        try self.init(Self.values(size, 0, mode, alignsCorners))
    }

    /// Makes a layer whose output is larger by a factor.
    public init(scaleFactor: Double, mode: Mode = .nearest, alignsCorners: Bool = false) throws {
        try self.init(Self.values([], scaleFactor, mode, alignsCorners))
    }

    private static func values(
        _ size: [Int], _ scale: Double, _ mode: Mode, _ alignsCorners: Bool
    ) throws -> HyperparameterValues {
        try schema.resolve([
            "size": .list(size), "scale_factor": .real(scale), "mode": .text(mode.rawValue),
            "align_corners": .flag(alignsCorners),
        ])
    }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues {
        HyperparameterValues([
            "size": .list(size), "scale_factor": .real(scaleFactor), "mode": .text(mode.rawValue),
            "align_corners": .flag(alignsCorners),
        ])
    }

    /// The channels stay; an edge is as asked for, or ⌊n · scale_factor⌋ long.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        let shape = inputs[0]
        let isSignal = mode == .linear || (mode != .bilinear && shape.count == 2 && size.count < 2)
        if (mode == .nearest || mode == .nearestExact) && size.count < 2 {
            guard shape.count == 2 || shape.count == 3 else {
                throw InputMismatch(
                    "a feature map of shape [channels, rows, columns] or a signal of shape [channels, length]")
            }
        } else {
            try WindowSettings.check(shape, isSignal: isSignal)
        }
        var result = shape
        for axis in 1..<shape.count {
            guard size.isEmpty else {
                result[axis] = size.count == 2 ? size[axis - 1] : size[0]
                continue
            }
            // What is too large for a number is too large for memory, which is told elsewhere.
            result[axis] = Int(min(Double(shape[axis]) * scaleFactor, 0x1p50).rounded(.down))
            guard result[axis] >= 1 else {
                throw InputMismatch(
                    "edges of at least \(Int((1 / scaleFactor).rounded(.up))), so that a scale_factor of "
                        + "\(scaleFactor) leaves something")
            }
        }
        return result
    }

    /// Loops of our own.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let input = request.inputs[0]
        let output = ValueLayout(shape: try outputShape(for: [input.shape]), block: input.block)
        let method: ResamplingAxis.Method =
            switch mode {
            case .nearest: .nearest
            case .nearestExact: .nearestExact
            case .linear, .bilinear: .linear(alignsCorners: alignsCorners)
            }
        // A signal's only row stays one, whatever the scale.
        let scale = size.isEmpty ? scaleFactor : nil
        return ResamplingKernel(
            Resampling(
                input: input, output: output,
                rows: ResamplingAxis(
                    method, from: input.rows, to: output.rows, scale: input.shape.count == 2 ? nil : scale),
                columns: ResamplingAxis(method, from: input.columns, to: output.columns, scale: scale)))
    }
}

private final class ResamplingKernel: LayerKernel {
    private let resampling: Resampling

    init(_ resampling: Resampling) {
        self.resampling = resampling
    }

    var inputs: [ValueLayout] { [resampling.input] }
    var output: ValueLayout { resampling.output }
    let memoryUse: MemoryUse = []

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        [
            .shards { [self] shard in
                resampling.forward(inputs[0].pointer(shard), into: output.pointer(shard), images: shard.images)
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        return [
            .shards { [self] shard in
                resampling.backward(
                    values.outputGradient.pointer(shard), into: inputGradient.pointer(shard), images: shard.images)
            }
        ]
    }
}
