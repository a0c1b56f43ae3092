import Tensors
import Units

/// A network as a value: named layers and what each of them reads.
///
/// The same value is trained, stored, imported, converted and explained. Shapes are known from the start: a graph that
/// exists fits together.
public struct Graph: Sendable {
    /// A named layer and the names of what it reads.
    public struct Node: Sendable {
        /// The layer's name, unique in the graph.
        public let name: String
        /// The layer.
        public internal(set) var layer: any Layer
        /// The names of the layers that it reads, or ``Graph/inputName``.
        public let inputs: [String]

        /// Names a layer and what it reads.
        public init(_ name: String, _ layer: any Layer, inputs: [String]) {
            self.name = name
            self.layer = layer
            self.inputs = inputs
        }
    }

    /// The name under which layers read the network's input.
    public static let inputName = "input"

    /// The network's name.
    public let name: String
    /// The shape of one image: (channels, rows, columns), or (features).
    public let inputShape: [Int]
    /// The layers, each after those that it reads.
    ///
    /// The last one's values are the network's output.
    public private(set) var nodes: [Node]
    /// The shape of one image's values by layer name, and of the input.
    public let shapes: [String: [Int]]

    private let indices: [String: Int]

    /// Joins layers to a network.
    ///
    /// Layers may be given in any order; they are sorted so that each follows what it reads, otherwise keeping the
    /// order.
    ///
    /// - Throws: ``NetworkError`` where names clash or are unknown, layers form a cycle, or shapes do not fit.
    public init(name: String, inputShape: [Int], nodes: [Node]) throws {
        guard !nodes.isEmpty else { throw NetworkError.emptyGraph(graph: name) }
        guard inputShape.count == 1 || inputShape.count == 3, inputShape.allSatisfy({ $0 >= 1 }),
            (try? Tensor.count(of: inputShape)) != nil
        else { throw NetworkError.invalidInputShape(graph: name, shape: inputShape) }
        try Self.checkNames(nodes)
        let sorted = try Self.sort(nodes)
        self.name = name
        self.inputShape = inputShape
        self.nodes = sorted
        shapes = try Self.inferShapes(sorted, inputShape)
        indices = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.name, $0) })
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

    /// The layer that makes the network's output.
    public var output: Node { nodes[nodes.count - 1] }

    /// The shape of one image's output.
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

    /// The number of trainable numbers.
    public var parameterCount: Int {
        nodes.reduce(0) { total, node in
            node.layer.parameters.reduce(total) { $0 + ($1.isTrainable ? $1.tensor.count : 0) }
        }
    }
}

// MARK: - Parameters

extension Graph {
    /// Replaces a parameter of a layer.
    ///
    /// - Throws: ``NetworkError`` for an unknown layer or parameter, another shape, or a number that is not finite.
    public mutating func setParameter(_ parameter: String, of layer: String, to tensor: Tensor) throws(NetworkError) {
        let index = try index(of: layer)
        try nodes[index].layer.setParameter(parameter, to: tensor, layer: layer)
    }

    /// Gives all parameters that start at random their first values; equal seeds give equal networks.
    public mutating func initializeParameters(seed: UInt64) {
        for index in nodes.indices { nodes[index].layer.initializeParameters(seed: seed, index: index) }
    }
}

// MARK: - Checks

extension Graph {
    private static func checkNames(_ nodes: [Node]) throws {
        var seen: Set<String> = []
        let allowed: Set<Character> = ["_", "-", "."]
        for node in nodes {
            let name = node.name
            let fits = !name.isEmpty && name.count <= 200 && name != inputName && name != "." && name != ".."
            guard fits, name.allSatisfy({ $0.isLetter || $0.isNumber || allowed.contains($0) }) else {
                throw NetworkError.invalidName(name: name)
            }
            guard seen.insert(name).inserted else { throw NetworkError.duplicateName(name: name) }
        }
        let known = [inputName] + nodes.map(\.name)
        for node in nodes {
            for input in node.inputs where input != inputName && !seen.contains(input) {
                throw NetworkError.unknownInput(
                    layer: node.name, input: input, nearest: NearestName.find(input, among: known))
            }
        }
    }

    /// Orders layers after what they read, keeping the given order where it allows.
    ///
    /// - Complexity: O(layers² · inputs) at worst, O(layers · inputs) for layers given in order.
    private static func sort(_ nodes: [Node]) throws -> [Node] {
        var placed: Set<String> = [inputName]
        var sorted: [Node] = []
        var waiting = nodes
        while !waiting.isEmpty {
            var left: [Node] = []
            for node in waiting {
                if node.inputs.allSatisfy(placed.contains) {
                    placed.insert(node.name)
                    sorted.append(node)
                } else {
                    left.append(node)
                }
            }
            guard left.count < waiting.count else { throw NetworkError.cycle(layers: cycle(in: left)) }
            waiting = left
        }
        return sorted
    }

    /// One cycle among layers none of which can be placed: each has an input among them, so following inputs returns.
    private static func cycle(in nodes: [Node]) -> [String] {
        let inputs = Dictionary(uniqueKeysWithValues: nodes.map { ($0.name, $0.inputs) })
        var path: [String] = []
        var name = nodes[0].name
        while !path.contains(name) {
            path.append(name)
            name = inputs[name]?.first { inputs[$0] != nil } ?? name
        }
        return path[(path.firstIndex(of: name) ?? 0)...].reversed()
    }

    private static func inferShapes(_ nodes: [Node], _ inputShape: [Int]) throws -> [String: [Int]] {
        var shapes = [inputName: inputShape]
        for node in nodes {
            let inputs = node.inputs.map { shapes[$0] ?? [] }
            let wanted = type(of: node.layer).inputCount
            guard wanted.contains(inputs.count) else {
                throw NetworkError.wrongInputCount(
                    layer: node.name, kind: node.layer.kind, expected: wanted, found: inputs.count)
            }
            do throws(InputMismatch) {
                let shape = try node.layer.outputShape(for: inputs)
                guard (try? Tensor.count(of: shape)) != nil else {
                    throw InputMismatch("a smaller input: its output of shape \(shape) would not fit into memory")
                }
                shapes[node.name] = shape
            } catch {
                throw NetworkError.shapeMismatch(
                    layer: node.name, kind: node.layer.kind, found: inputs, expected: error.expected)
            }
        }
        return shapes
    }
}
