import SynfireTensors

/// What a network is made of, layer by layer, and what it costs, as Keras's `summary()` lists it.
public struct GraphSummary: Sendable, Hashable {
    /// One layer.
    public struct Row: Sendable, Hashable {
        /// The layer's name.
        public let name: String
        /// The kind of layer.
        public let kind: String
        /// The names of what it reads.
        public let inputs: [String]
        /// The shape of one image's values after it.
        public let outputShape: [Int]
        /// How many numbers training changes.
        public let trainable: Int
        /// How many numbers it has beside those, such as running statistics.
        public let notTrainable: Int
        /// The multiplications with an addition that one image needs.
        public let multiplyAccumulates: Int

        /// All its numbers.
        public var parameters: Int { trainable + notTrainable }
    }

    /// The network's name.
    public let name: String
    /// The shape of one image.
    public let inputShape: [Int]
    /// The layers, each after those that it reads.
    public let rows: [Row]

    /// How many numbers training changes.
    public var trainable: Int { rows.reduce(0) { $0 + $1.trainable } }
    /// How many numbers there are beside those.
    public var notTrainable: Int { rows.reduce(0) { $0 + $1.notTrainable } }
    /// All numbers.
    public var parameters: Int { trainable + notTrainable }
    /// The multiplications with an addition that one image needs.
    public var multiplyAccumulates: Int { rows.reduce(0) { $0 + $1.multiplyAccumulates } }
    /// The bytes that the numbers take in single precision.
    public var parameterBytes: Int { parameters * MemoryLayout<Float>.stride }
}

extension Graph {
    /// What the network is made of and what it costs.
    public var summary: GraphSummary {
        let operations = multiplyAccumulates
        return GraphSummary(
            name: name, inputShape: inputShape,
            rows: nodes.map { node in
                let parameters = node.sharedWith == nil ? node.layer.parameters : []
                func count(_ isTrainable: Bool) -> Int {
                    parameters.reduce(0) { $0 + ($1.isTrainable == isTrainable ? $1.tensor.count : 0) }
                }
                return GraphSummary.Row(
                    name: node.name, kind: node.layer.kind, inputs: node.inputs,
                    outputShape: shapes[node.name] ?? [], trainable: count(true), notTrainable: count(false),
                    multiplyAccumulates: operations[node.name] ?? 0)
            })
    }
}
