/// What a layer does, told to the layer in front of it, which may then do it in one go.
public enum FollowUp: Sendable {
    /// y = scale · x + shift for each channel, as given parameters say.
    case scaleAndShift(@Sendable (_ parameters: [String: ParameterBuffer], _ channel: Int) -> (Double, Double))
    /// y = x + another value.
    case add
    /// y = max(x, 0).
    case rectify
    /// y = x.
    case nothing
}

/// A follow-up that a kernel does, with the parameters of the layer that it stands for.
public struct FusedLayer: Sendable {
    /// What it does.
    public let followUp: FollowUp
    /// The layer's parameters by name.
    public let parameters: [String: ParameterBuffer]
}

/// Which layers of a graph are done by the layer in front of them.
struct FusionPlan {
    /// By the first layer of a row, the positions of those behind it that it does, in order.
    private(set) var followers: [Int: [Int]] = [:]
    /// The positions of layers that others do.
    private(set) var absorbed: Set<Int> = []

    /// No fusion.
    init() {}

    /// Finds rows of layers that can be done in one go in use: a layer that takes follow-ups, then at most one scale and
    /// shift, then at most one addition of a value that is there by then, then at most one rectification.
    ///
    /// - Parameters:
    ///   - graph: The network.
    ///   - needed: The layers that are computed.
    ///   - kept: The layers whose values are handed out, which must be there.
    init(_ graph: Graph, needed: Set<String>, kept: Set<String>) {
        var readers: [String: [Int]] = [:]
        for (index, node) in graph.nodes.enumerated() where needed.contains(node.name) {
            for input in Set(node.inputs) { readers[input, default: []].append(index) }
        }
        var computed = Set(graph.inputs.map(\.name))
        for (index, node) in graph.nodes.enumerated() where needed.contains(node.name) {
            guard !absorbed.contains(index) else { continue }
            defer { computed.insert(graph.nodes[followers[index]?.last ?? index].name) }
            guard node.layer.takesFollowUps(for: graph.inputShapes(of: node)) else { continue }
            var row: [Int] = []
            var last = node.name
            var progress = 0
            while !kept.contains(last), let next = readers[last], next.count == 1 {
                let follower = graph.nodes[next[0]]
                guard let followUp = follower.layer.followUp,
                    let order = Self.order(followUp), order == 0 || order > progress
                else { break }
                if case .add = followUp {
                    let others = follower.inputs.filter { $0 != last }
                    guard follower.inputs.count == 2, others.count == 1, computed.contains(others[0]),
                        graph.shapes[others[0]] == graph.shapes[last]
                    else { break }
                } else {
                    guard follower.inputs == [last] else { break }
                }
                progress = max(progress, order)
                row.append(next[0])
                last = follower.name
            }
            guard !row.isEmpty else { continue }
            followers[index] = row
            absorbed.formUnion(row)
        }
    }

    private static func order(_ followUp: FollowUp) -> Int? {
        switch followUp {
        case .nothing: 0
        case .scaleAndShift: 1
        case .add: 2
        case .rectify: 3
        }
    }
}
