import SynfireTensors
import SynfireUnits

/// What an image's output should be.
public enum LossTarget {
    /// A class: as numbers, 1 there and 0 elsewhere.
    case label(Int)
    /// A number for each output: values of a regression, or probabilities.
    case dense(UnsafePointer<Float>)
    /// Two classes: the share of the first, the other having the rest.
    case mixed(Int, Int, share: Double)

    /// The number that output `index` should be.
    public func value(_ index: Int) -> Double {
        switch self {
        case .label(let label): index == label ? 1 : 0
        case .dense(let values): Double(values[index])
        case .mixed(let one, let other, let share): (index == one ? share : 0) + (index == other ? 1 - share : 0)
        }
    }
}

/// A measure of how far outputs are from what they should be.
///
/// The loss of a batch is the sum of its images' losses over the sum of their weights, as PyTorch's `mean` (or
/// `batchmean`) is. A loss is one file, and one line in ``LossCatalog``. All is computed in double precision.
public protocol LossFunction: Configurable {
    /// The numbers that dense targets may be, nil for all that are finite.
    static var targetRange: AllowedRange? { get }

    /// Checks that the settings fit a network with so many outputs.
    ///
    /// - Throws: ``NetworkError/invalidSetting(name:value:allowed:)``.
    func check(outputs: Int) throws(NetworkError)

    /// What an image adds to the number that the batch's sum is divided by.
    ///
    /// - Parameters:
    ///   - target: What its output should be.
    ///   - outputs: How many numbers the output has.
    func weight(of target: LossTarget, outputs: Int) -> Double

    /// The loss of one image.
    ///
    /// - Parameters:
    ///   - outputs: The network's output.
    ///   - count: How many numbers it has.
    ///   - target: What they should be.
    ///   - gradient: Gets the loss's derivatives by the outputs, times `scale`; nil for none.
    ///   - scale: One over the sum of the weights of the batch's images.
    func loss(
        _ outputs: UnsafePointer<Float>, count: Int, target: LossTarget, gradient: UnsafeMutablePointer<Float>?,
        scale: Double
    ) -> Double
}

extension LossFunction {
    /// Any finite number.
    public static var targetRange: AllowedRange? { nil }

    /// Nothing depends on the number of outputs.
    public func check(outputs: Int) throws(NetworkError) {}

    /// The loss of a batch and its derivatives by the outputs.
    ///
    /// - Parameters:
    ///   - outputs: Shape (N, …).
    ///   - labels: N classes.
    /// - Returns: The loss, and the gradient in the outputs' shape.
    /// - Throws: ``NetworkError`` where the settings, the outputs and the labels do not fit.
    public func evaluate(_ outputs: Tensor, labels: [Int]) throws -> (loss: Double, gradient: Tensor) {
        let count = outputs.shape.dropFirst().reduce(1, *)
        guard outputs.shape.first == labels.count else {
            throw NetworkError.dataMismatch(
                reason: "there are \(outputs.shape.first ?? 0) outputs but \(labels.count) labels")
        }
        try checkLabels(labels, classes: count)
        return try evaluate(outputs, targets: labels.map(LossTarget.label))
    }

    /// The loss of a batch and its derivatives by the outputs.
    ///
    /// - Parameters:
    ///   - outputs: Shape (N, …).
    ///   - targets: The same shape.
    /// - Throws: ``NetworkError`` where the settings, the outputs and the targets do not fit.
    public func evaluate(_ outputs: Tensor, targets: Tensor) throws -> (loss: Double, gradient: Tensor) {
        guard outputs.shape == targets.shape else {
            throw NetworkError.dataMismatch(
                reason: "outputs have shape \(outputs.shape), targets \(targets.shape)")
        }
        let count = outputs.shape.dropFirst().reduce(1, *)
        try checkTargets(targets.scalars, outputs: count)
        return try targets.scalars.withUnsafeBufferPointer { numbers in
            let rows = (0..<(outputs.shape.first ?? 0)).compactMap { row in
                numbers.baseAddress.map { LossTarget.dense($0 + row * count) }
            }
            return try evaluate(outputs, targets: rows)
        }
    }

    private func evaluate(_ outputs: Tensor, targets: [LossTarget]) throws -> (loss: Double, gradient: Tensor) {
        let count = outputs.shape.dropFirst().reduce(1, *)
        try validate()
        try check(outputs: count)
        let weight = targets.reduce(0) { $0 + self.weight(of: $1, outputs: count) }
        var gradient = [Float](repeating: 0, count: outputs.count)
        var sum = 0.0
        outputs.scalars.withUnsafeBufferPointer { outputs in
            gradient.withUnsafeMutableBufferPointer { gradient in
                guard let output = outputs.baseAddress, let derivative = gradient.baseAddress else { return }
                for (row, target) in targets.enumerated() {
                    sum += loss(
                        output + row * count, count: count, target: target, gradient: derivative + row * count,
                        scale: 1 / weight)
                }
            }
        }
        return (sum / weight, Tensor(unchecked: outputs.shape, gradient))
    }

    /// Checks dense targets, a row an image.
    ///
    /// - Throws: ``NetworkError/dataMismatch(reason:)`` with the first number that is not possible.
    func checkTargets(_ targets: [Float], outputs: Int) throws(NetworkError) {
        let range = Self.targetRange
        guard let wrong = targets.firstIndex(where: { !(range?.contains(Double($0)) ?? $0.isFinite) }) else { return }
        throw .dataMismatch(
            reason: "target \(wrong % max(1, outputs)) of an image is \(targets[wrong]), but must be "
                + "\(range?.description ?? "a finite number") for \(Self.name)")
    }
}

/// All losses that descriptions know.
public enum LossCatalog {
    /// The losses.
    public static let all: [any LossFunction.Type] = [
        CrossEntropyLoss.self,
        MSELoss.self,
        L1Loss.self,
        HuberLoss.self,
        BCEWithLogitsLoss.self,
        KLDivLoss.self,
    ]

    /// Their names.
    public static var names: [String] { all.map { $0.name } }

    /// The loss of this name with its default settings.
    ///
    /// - Throws: ``NetworkError/unknownName(name:what:nearest:known:)``.
    public static func make(_ name: String) throws(NetworkError) -> any LossFunction {
        guard let type = all.first(where: { $0.name == name }) else {
            throw .unknownName(
                name: name, what: "loss", nearest: NearestName.find(name, among: names), known: names)
        }
        return type.init()
    }
}
