import SynfireTensors
import SynfireUnits

/// A network as a value: named layers and what each of them reads.
///
/// The same value is trained, stored, imported, converted and explained. Shapes are known from the start: a graph that
/// exists fits together. It may have several inputs and outputs, and layers may share the parameters of another.
public struct Graph: Sendable {
    /// A named input and the shape of one image there.
    public struct Input: Sendable, Hashable {
        /// The name that layers read it by.
        public let name: String
        /// The shape of one image: (features), (channels, length), (channels, rows, columns).
        public let shape: [Int]

        /// Names an input.
        public init(_ name: String, shape: [Int]) {
            self.name = name
            self.shape = shape
        }
    }

    /// A named layer and the names of what it reads.
    public struct Node: Sendable {
        /// The layer's name, unique in the graph.
        public let name: String
        /// The layer.
        public internal(set) var layer: any Layer
        /// The names of the layers that it reads, or of inputs.
        public let inputs: [String]
        /// The layer whose parameters it uses; nil for one that has its own.
        public let sharedWith: String?
        /// How its parameters start, where not as PyTorch starts the layer.
        public var initializer: Initializer?

        /// Names a layer and what it reads.
        public init(_ name: String, _ layer: any Layer, inputs: [String], initializer: Initializer? = nil) {
            self.name = name
            self.layer = layer
            self.inputs = inputs
            self.initializer = initializer
            sharedWith = nil
        }

        /// Uses another layer and its parameters once more, on other values.
        public init(_ name: String, sharing owner: Node, inputs: [String]) {
            self.name = name
            layer = owner.layer
            self.inputs = inputs
            sharedWith = owner.sharedWith ?? owner.name
            initializer = nil
        }
    }

    /// The name of a sole input.
    public static let inputName = "input"

    /// The network's name.
    public let name: String
    /// What the network takes, in order.
    public let inputs: [Input]
    /// The names of the layers whose values are the network's outputs, in order.
    public let outputs: [String]
    /// The layers, each after those that it reads.
    public private(set) var nodes: [Node]
    /// The shape of one image's values by layer name, and of the inputs.
    public let shapes: [String: [Int]]

    private let indices: [String: Int]

    /// The largest number of axes that the values of one image have.
    public static let mostAxes = 6

    /// Joins layers to a network of any inputs and outputs.
    ///
    /// Layers may be given in any order; they are sorted so that each follows what it reads, otherwise keeping the
    /// order.
    ///
    /// - Parameters:
    ///   - name: The network's name.
    ///   - inputs: What it takes; at least one.
    ///   - nodes: The layers; at least one.
    ///   - outputs: The layers whose values it gives; the last one where none are named.
    /// - Throws: ``NetworkError`` where names clash or are unknown, layers form a cycle or lead nowhere, or shapes do not
    ///   fit.
    public init(name: String, inputs: [Input], nodes: [Node], outputs: [String]? = nil) throws {
        guard !nodes.isEmpty else { throw NetworkError.emptyGraph(graph: name) }
        guard !inputs.isEmpty else { throw NetworkError.invalidInputShape(graph: name, shape: []) }
        for input in inputs {
            let shape = input.shape
            guard (1...Self.mostAxes).contains(shape.count), shape.allSatisfy({ $0 >= 1 }),
                (try? Tensor.count(of: shape)) != nil
            else { throw NetworkError.invalidInputShape(graph: name, shape: shape) }
        }
        try Self.checkNames(nodes, inputs)
        let sorted = try Self.sort(try Self.shared(nodes), after: inputs.map(\.name))
        self.name = name
        self.inputs = inputs
        self.nodes = sorted
        shapes = try Self.inferShapes(sorted, inputs)
        indices = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.name, $0) })
        self.outputs = try Self.checkOutputs(outputs, sorted, inputs)
    }

    /// Joins layers to a network with the one input `input` and the last layer as its output.
    ///
    /// - Throws: ``NetworkError`` as the general initialiser does.
    public init(name: String, inputShape: [Int], nodes: [Node]) throws {
        try self.init(name: name, inputs: [Input(Self.inputName, shape: inputShape)], nodes: nodes)
    }

    /// Joins layers in a row, each reading the one before.
    ///
    /// - Throws: ``NetworkError`` as the general initialiser does.
    public init(name: String, inputShape: [Int], sequence: [(name: String, layer: any Layer)]) throws {
        let sources = [Self.inputName] + sequence.map(\.name)
        try self.init(
            name: name, inputShape: inputShape,
            nodes: zip(sequence, sources).map { Node($0.name, $0.layer, inputs: [$1]) })
    }

    /// The shape of one image at the first input.
    public var inputShape: [Int] { inputs[0].shape }

    /// The layer that makes the first output.
    public var output: Node { self[outputs[0]] ?? nodes[nodes.count - 1] }

    /// The shape of one image's first output.
    public var outputShape: [Int] { shapes[output.name] ?? [] }

    /// The layer of this name, or nil.
    public subscript(name: String) -> Node? { indices[name].map { nodes[$0] } }

    /// The position of a layer in `nodes`.
    ///
    /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``.
    public func index(of name: String) throws(NetworkError) -> Int {
        guard let index = indices[name] else {
            throw .unknownLayer(name: name, nearest: NearestName.find(name, among: nodes.map(\.name)))
        }
        return index
    }

    /// The shapes of what a layer reads.
    public func inputShapes(of node: Node) -> [[Int]] { node.inputs.map { shapes[$0] ?? [] } }

    /// The multiplications with an addition that one image needs, by layer name.
    public var multiplyAccumulates: [String: Int] {
        Dictionary(
            uniqueKeysWithValues: nodes.map { ($0.name, $0.layer.multiplyAccumulates(for: inputShapes(of: $0))) })
    }

    /// The number of trainable numbers; shared ones count once.
    public var parameterCount: Int {
        nodes.reduce(0) { total, node in
            guard node.sharedWith == nil else { return total }
            return node.layer.parameters.reduce(total) { $0 + ($1.isTrainable ? $1.tensor.count : 0) }
        }
    }
}

// MARK: - Parameters

extension Graph {
    /// Replaces a parameter of a layer, and of all that share it.
    ///
    /// - Throws: ``NetworkError`` for an unknown layer or parameter, another shape, or a number that is not finite.
    public mutating func setParameter(_ parameter: String, of layer: String, to tensor: Tensor) throws(NetworkError) {
        let index = try index(of: layer)
        if let owner = nodes[index].sharedWith { return try setParameter(parameter, of: owner, to: tensor) }
        try nodes[index].layer.setParameter(parameter, to: tensor, layer: layer)
        for other in nodes.indices where nodes[other].sharedWith == layer { nodes[other].layer = nodes[index].layer }
    }

    /// Gives all parameters that start at random, or as an initialiser says, their first values.
    ///
    /// Equal seeds give equal networks.
    public mutating func initializeParameters(seed: UInt64) {
        for index in nodes.indices where nodes[index].sharedWith == nil {
            nodes[index].layer.initializeParameters(seed: seed, index: index)
            nodes[index].initializer?.apply(to: &nodes[index].layer, seed: seed, index: index)
        }
        for index in nodes.indices {
            guard let owner = nodes[index].sharedWith.flatMap({ self[$0] }) else { continue }
            nodes[index].layer = owner.layer
        }
    }
}
