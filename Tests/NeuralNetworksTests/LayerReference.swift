import Foundation
import SynfireNeuralNetworks
import SynfireTensors

/// Double-precision numbers of a batch, (N, …) in plain order, or of a parameter.
struct DoubleArray: Sendable {
    let shape: [Int]
    var values: [Double]

    init(_ shape: [Int], _ values: [Double]) {
        self.shape = shape
        self.values = values
    }

    init(_ tensor: Tensor) { self.init(tensor.shape, tensor.scalars.map(Double.init)) }

    /// The extent of the batch.
    var images: Int { shape[0] }
    /// The numbers of an image.
    var size: Int { shape.dropFirst().reduce(1, *) }

    /// The position of each axis at an offset.
    func position(_ offset: Int) -> [Int] {
        var rest = offset
        return shape.reversed().map { extent in
            defer { rest /= extent }
            return rest % extent
        }.reversed()
    }

    /// The number at a position, where axes of extent 1 repeat it.
    func value(at position: [Int]) -> Double {
        values[zip(position, shape).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }]
    }
}

/// What a naive forward computation is given.
struct ReferenceCall: Sendable {
    var inputs: [DoubleArray]
    var parameters: [String: DoubleArray]
    let isTraining: Bool
    /// What the kernel made of the original numbers: it tells what was drawn at random.
    let made: [Double]
    /// Inputs and parameters before one of them was moved.
    let original: (inputs: [DoubleArray], parameters: [String: DoubleArray])

    init(
        _ inputs: [DoubleArray], _ parameters: [String: DoubleArray], isTraining: Bool, made: [Double]
    ) {
        self.inputs = inputs
        self.parameters = parameters
        self.isTraining = isTraining
        self.made = made
        original = (inputs, parameters)
    }

    var x: DoubleArray { inputs[0] }
}

/// A layer's output for a batch in plain order, computed as its formula says, in double precision.
typealias DoubleForward = @Sendable (ReferenceCall) -> [Double]

/// Naive forward computations by kind of layer, written from the definitions and not from the kernels.
enum LayerReference {
    /// The computation of a layer, or nil where none is written.
    static func forward(of layer: any Layer) -> DoubleForward? {
        pointwise(layer) ?? parametric(layer) ?? normalisation(layer) ?? structural(layer)
    }

    private static func map(_ function: @escaping @Sendable (Double) -> Double) -> DoubleForward {
        { $0.x.values.map(function) }
    }

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    private static func pointwise(_ layer: any Layer) -> DoubleForward? {
        switch layer {
        case is ReLU: map { max($0, 0) }
        case let layer as LeakyReLU: map { $0 > 0 ? $0 : layer.negativeSlope * $0 }
        case is ReLU6: map { min(max($0, 0), 6) }
        case let layer as ELU: map { $0 > 0 ? $0 : layer.alpha * expm1($0) }
        case is SELU:
            map { 1.0507009873554804934193349852946 * ($0 > 0 ? $0 : 1.6732632423543772848170429916717 * expm1($0)) }
        case let layer as GELU where layer.approximation == .none: map { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) }
        case is GELU:
            map { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
        case is SiLU: map { $0 * sigmoid($0) }
        case is Mish: map { $0 * tanh(log1p(exp($0))) }
        case let layer as Softplus:
            map { layer.beta * $0 > layer.threshold ? $0 : log1p(exp(layer.beta * $0)) / layer.beta }
        case is Sigmoid: map(sigmoid)
        case is LogSigmoid: map { -log1p(exp(-$0)) }
        case is Tanh: map { tanh($0) }
        case is Softsign: map { $0 / (1 + abs($0)) }
        case let layer as Hardtanh: map { min(max($0, layer.minimum), layer.maximum) }
        case is Hardsigmoid: map { min(max($0 / 6 + 0.5, 0), 1) }
        case is Hardswish: map { $0 * min(max($0 / 6 + 0.5, 0), 1) }
        case is Identity, is Flatten, is Reshape, is Unflatten: map { $0 }
        default: nil
        }
    }

    private static func parametric(_ layer: any Layer) -> DoubleForward? {
        switch layer {
        case is PReLU:
            { call in
                let slopes = call.parameters["weight"]?.values ?? []
                let positions = call.x.size / call.x.shape[1]
                return call.x.values.enumerated().map { offset, x in
                    let channel = offset / positions % call.x.shape[1]
                    return x > 0 ? x : slopes[slopes.count == 1 ? 0 : channel] * x
                }
            }
        case let layer as QCFS:
            { call in
                let ceiling = call.parameters["threshold"]?.values[0] ?? 1
                let before = call.original.parameters["threshold"]?.values[0] ?? 1
                let levels = Double(layer.levels)
                return zip(call.x.values, call.original.inputs[0].values).map { x, x0 in
                    let y0 = before * min(max((x0 * levels / before + 0.5).rounded(.down) / levels, 0), 1)
                    // Where the numbers were moved, along the straight line that the way back takes.
                    if x0 < 0 { return 0 }
                    return x0 > before ? ceiling : x + ceiling * (y0 - x0) / before
                }
            }
        case let layer as Linear:
            { call in
                let (weight, bias) = (call.parameters["weight"]?.values ?? [], call.parameters["bias"]?.values)
                let (inputs, outputs) = (layer.inputFeatures, layer.outputFeatures)
                return (0..<call.x.values.count / inputs).flatMap { vector in
                    (0..<outputs).map { row in
                        (0..<inputs).reduce(bias?[row] ?? 0) {
                            $0 + weight[row * inputs + $1] * call.x.values[vector * inputs + $1]
                        }
                    }
                }
            }
        case is Dropout, is Dropout1d, is Dropout2d: { dropout(layer, $0) }
        default: nil
        }
    }

    /// Zeros where the kernel has drawn them, for whole channels if the layer says so, and the rest scaled up.
    private static func dropout(_ layer: any Layer, _ call: ReferenceCall) -> [Double] {
        guard call.isTraining else { return call.x.values }
        let probability = (layer.hyperparameters.values["p"].map { "\($0)" }).flatMap(Double.init) ?? 0
        let run = layer is Dropout ? 1 : call.x.size / call.x.shape[1]
        return call.x.values.enumerated().map { offset, x in
            let first = offset / run * run
            let isKept = call.made[first..<first + run].contains { $0 != 0 }
            return isKept ? x / (1 - probability) : 0
        }
    }
}
