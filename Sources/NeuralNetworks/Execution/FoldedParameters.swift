import SynfireTensors

/// The weight and bias of a layer with a scale and shift behind it folded in, for use.
///
///     scale · (W x + b) + shift = (scale · W) x + (scale · b + shift)
///
/// Unchecked `Sendable`: filled between batches by one worker.
final class FoldedParameters: @unchecked Sendable {
    /// What is to be done of each value afterwards.
    let operations: PostOperations
    /// Whether a bias is added, the layer's own or what folding makes.
    let hasBias: Bool

    private let weight: ParameterBuffer?
    private let bias: ParameterBuffer?
    private let folds: FusedLayer?
    private let outputs: Int
    private let foldedWeight: FloatBuffer?
    private let foldedBias: FloatBuffer?

    /// Looks at what a kernel is to do of the layers behind its own.
    ///
    /// - Parameter outputs: The number of output channels, the first axis of the weight.
    init(_ request: KernelRequest, outputs: Int) throws {
        weight = request.parameters["weight"]
        bias = request.parameters["bias"]
        self.outputs = outputs
        var operations = PostOperations()
        var folds: FusedLayer?
        for follower in request.followers {
            switch follower.followUp {
            case .scaleAndShift: folds = follower
            case .add: operations.adds = true
            case .rectify: operations.rectifies = true
            case .nothing: break
            }
        }
        self.operations = operations
        self.folds = folds
        hasBias = bias != nil || folds != nil
        foldedWeight = try folds == nil ? nil : FloatBuffer(count: weight?.count ?? 0)
        foldedBias = try folds == nil ? nil : FloatBuffer(count: outputs)
    }

    /// The weights to use, in plain order; brings them up to date.
    func refreshedWeight() -> UnsafeMutablePointer<Float>? {
        guard let weight else { return nil }
        guard let folds, case .scaleAndShift(let factors) = folds.followUp, let foldedWeight, let foldedBias else {
            return weight.values.base
        }
        let perOutput = weight.count / max(1, outputs)
        for output in 0..<outputs {
            let (scale, shift) = factors(folds.parameters, output)
            let factor = Float(scale)
            for index in output * perOutput..<(output + 1) * perOutput {
                foldedWeight.base[index] = weight.values.base[index] * factor
            }
            foldedBias.base[output] = Float(Double(bias?.values.base[output] ?? 0) * scale + shift)
        }
        return foldedWeight.base
    }

    /// The bias to use, nil for none.
    var biasToUse: UnsafeMutablePointer<Float>? { foldedBias?.base ?? bias?.values.base }
}
