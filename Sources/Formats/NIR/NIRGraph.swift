/// The nodes and edges of a NIR graph, before they are understood as a network.
struct NIRGraph {
    /// A node: its type, and where in the file it lies.
    struct Node {
        var type: String
        /// The path of its group.
        var path: String
    }

    /// The file, for messages.
    var file: String
    /// The path of the group of the graph.
    var path: String
    /// The nodes by name; those of nested graphs have the graph's name and a dot in front.
    var nodes: [String: Node] = [:]
    /// The edges, in the order of the file.
    var edges: [(source: String, target: String)] = []

    /// The types of nodes that pass on what comes in.
    static let passThrough: Set<String> = ["Input", "Output"]
    /// The types of nodes that become populations, beside the inputs of the whole graph.
    static let neurons: Set<String> = ["IF", "I"]
    /// All types that are read.
    static let supported = [
        "Affine", "AvgPool2d", "Conv2d", "Flatten", "I", "IF", "Input", "Linear", "NIRGraph", "Output", "Scale",
        "SumPool2d",
    ]
}
