import SynfireParallel
import SynfireTensors

/// A layer of a network: what it is set to, its parameters, and how it computes.
///
/// A layer is one file, which holds its schema, parameters, output shape, and its forward and backward computations side
/// by side, and one line in ``LayerCatalog``. Layers are values; the kernel that ``makeKernel(_:)`` returns does the work.
public protocol Layer: Sendable {
    /// The kind's name and hyperparameters.
    static var schema: LayerSchema { get }

    /// The parameters, in the order of PyTorch's `state_dict`.
    static var parameterSlots: [ParameterSlot<Self>] { get }

    /// How many values the layer reads, such as `1...1`, or `2...Int.max` for two and more.
    static var inputCount: ClosedRange<Int> { get }

    /// Makes a layer with parameters as PyTorch starts them, but zeros where those are random.
    ///
    /// - Throws: ``NetworkError/hyperparameterConflict(kind:reason:)``.
    init(_ values: HyperparameterValues) throws

    /// The hyperparameters; `init` makes an equal layer of them.
    var hyperparameters: HyperparameterValues { get }

    /// Gives the parameters that start at random their first values.
    ///
    /// - Parameters:
    ///   - seed: The seed of the network.
    ///   - index: The layer's position in the network; no two layers of a network draw the same numbers.
    mutating func initializeParameters(seed: UInt64, index: Int)

    /// The shape of one image's values after the layer.
    ///
    /// - Throws: ``InputMismatch`` where the layer cannot take inputs of these shapes.
    func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int]

    /// How many multiplications with an addition the layer needs for one image.
    func multiplyAccumulates(for inputs: [[Int]]) -> Int

    /// What the layer does in use, if the layer in front of it can do that in one go; nil where it cannot.
    var followUp: FollowUp? { get }

    /// Whether its kernel does what layers behind it do, in use, for such inputs: ``KernelRequest/followers``.
    ///
    /// A row of followers is at most one scale and shift, then at most one addition, then at most one rectification, with
    /// those that do nothing anywhere between. Channels are the first axis of its output and of its weight. With an addition the kernel's last input is the value that is added.
    func takesFollowUps(for inputs: [[Int]]) -> Bool

    /// Makes what computes the layer forward and, in training, backward.
    func makeKernel(_ request: KernelRequest) throws -> any LayerKernel
}

/// What a layer needs its inputs to look like, said where they do not.
public struct InputMismatch: Error, Equatable {
    /// What would be right, to follow "needs", such as "3 channels".
    public let expected: String

    /// States what would be right.
    public init(_ expected: String) {
        self.expected = expected
    }
}

/// A parameter of a kind of layer: its name and where the layer keeps it.
public struct ParameterSlot<L: Layer>: Sendable {
    /// The name in PyTorch's `state_dict`, such as `running_mean`.
    public let name: String
    /// Whether training follows its gradient, as opposed to statistics that the layer gathers itself.
    public let isTrainable: Bool
    /// Whether its numbers must not be negative.
    public let isNonNegative: Bool

    let read: @Sendable (L) -> Tensor?
    let write: @Sendable (inout L, Tensor) -> Void

    /// A parameter that every layer of the kind has.
    public init(
        _ name: String, _ path: any WritableKeyPath<L, Tensor> & Sendable, isTrainable: Bool = true,
        isNonNegative: Bool = false
    ) {
        self.name = name
        self.isTrainable = isTrainable
        self.isNonNegative = isNonNegative
        read = { $0[keyPath: path] }
        write = { $0[keyPath: path] = $1 }
    }

    /// A parameter that some layers of the kind do without.
    public init(_ name: String, optional path: any WritableKeyPath<L, Tensor?> & Sendable) {
        self.name = name
        isTrainable = true
        isNonNegative = false
        read = { $0[keyPath: path] }
        write = { $0[keyPath: path] = $1 }
    }
}

/// A parameter of a layer.
public struct LayerParameter: Sendable, Hashable {
    /// The name in PyTorch's `state_dict`.
    public let name: String
    /// Its numbers.
    public let tensor: Tensor
    /// Whether training follows its gradient.
    public let isTrainable: Bool
}

extension Layer {
    /// The parameters that the layer has, in the order of PyTorch's `state_dict`.
    public var parameters: [LayerParameter] {
        Self.parameterSlots.compactMap { slot in
            slot.read(self).map { LayerParameter(name: slot.name, tensor: $0, isTrainable: slot.isTrainable) }
        }
    }

    /// Replaces a parameter.
    ///
    /// - Parameters:
    ///   - name: The parameter's name in PyTorch's `state_dict`.
    ///   - tensor: The new numbers, of the old one's shape.
    ///   - layer: The layer's name in its network, for errors.
    /// - Throws: ``NetworkError`` for a name that the layer does not have, another shape, a number that is not finite, or
    ///   a negative variance.
    public mutating func setParameter(_ name: String, to tensor: Tensor, layer: String) throws(NetworkError) {
        guard let slot = Self.parameterSlots.first(where: { $0.name == name }), let old = slot.read(self) else {
            throw .unknownParameter(layer: layer, parameter: name, known: parameters.map(\.name))
        }
        guard old.shape == tensor.shape else {
            throw .parameterShape(layer: layer, parameter: name, expected: old.shape, found: tensor.shape)
        }
        if let index = tensor.scalars.firstIndex(where: { !$0.isFinite }) {
            throw .parameterNotFinite(
                layer: layer, parameter: name, position: tensor.position(at: index),
                value: "\(tensor.scalars[index])")
        }
        if slot.isNonNegative, let index = tensor.scalars.firstIndex(where: { $0 < 0 }) {
            throw .parameterNegative(
                layer: layer, parameter: name, position: tensor.position(at: index), value: tensor.scalars[index])
        }
        slot.write(&self, tensor)
    }

    /// The kind's name.
    public var kind: String { Self.schema.kind }

    // What most layers say.

    /// No parameters.
    public static var parameterSlots: [ParameterSlot<Self>] { [] }

    /// One input.
    public static var inputCount: ClosedRange<Int> { 1...1 }

    /// Nothing at random.
    public mutating func initializeParameters(seed: UInt64, index: Int) {}

    /// None.
    public func multiplyAccumulates(for inputs: [[Int]]) -> Int { 0 }

    /// Nothing that others could do.
    public var followUp: FollowUp? { nil }

    /// None.
    public func takesFollowUps(for inputs: [[Int]]) -> Bool { false }
}
