import SynfireTensors
import SynfireUnits

// MARK: - Checks

extension Graph {
    static func checkNames(_ nodes: [Node], _ inputs: [Input]) throws {
        var seen: Set<String> = []
        let allowed: Set<Character> = ["_", "-", "."]
        for name in inputs.map(\.name) + nodes.map(\.name) {
            let isInput = seen.count < inputs.count
            let fits = !name.isEmpty && name.count <= 200 && name != "." && name != ".."
            guard fits, isInput || name != inputName,
                name.allSatisfy({ $0.isLetter || $0.isNumber || allowed.contains($0) })
            else { throw NetworkError.invalidName(name: name) }
            guard seen.insert(name).inserted else { throw NetworkError.duplicateName(name: name) }
        }
        let known = inputs.map(\.name) + nodes.map(\.name)
        for node in nodes {
            for input in node.inputs where !seen.contains(input) {
                throw NetworkError.unknownInput(
                    layer: node.name, input: input, nearest: NearestName.find(input, among: known))
            }
            if let initializer = node.initializer { try initializer.check(node.layer, name: node.name) }
        }
    }

    /// Gives layers that share parameters the layer that owns them.
    static func shared(_ nodes: [Node]) throws(NetworkError) -> [Node] {
        var nodes = nodes
        for index in nodes.indices {
            guard let name = nodes[index].sharedWith else { continue }
            guard let owner = nodes.first(where: { $0.name == name && $0.sharedWith == nil }) else {
                let owners = nodes.filter { $0.sharedWith == nil }.map(\.name)
                throw .unknownLayer(name: name, nearest: NearestName.find(name, among: owners))
            }
            nodes[index].layer = owner.layer
        }
        return nodes
    }

    /// The outputs, each a layer, so that all inputs lead to one of them.
    static func checkOutputs(
        _ outputs: [String]?, _ nodes: [Node], _ inputs: [Input]
    ) throws(NetworkError) -> [String] {
        let outputs = outputs ?? [nodes[nodes.count - 1].name]
        let names = nodes.map(\.name)
        guard !outputs.isEmpty else { throw .unknownLayer(name: "", nearest: nil) }
        for (index, output) in outputs.enumerated() {
            guard names.contains(output) else {
                throw .unknownLayer(name: output, nearest: NearestName.find(output, among: names))
            }
            if outputs[..<index].contains(output) { throw .duplicateName(name: output) }
        }
        var needed = Set(outputs)
        for node in nodes.reversed() {
            if needed.contains(node.name) { needed.formUnion(node.inputs) }
        }
        if let idle = inputs.first(where: { !needed.contains($0.name) }) { throw .leadsNowhere(input: idle.name) }
        return outputs
    }

    /// Orders layers after what they read, keeping the given order where it allows.
    ///
    /// - Complexity: O(layers² · inputs) at worst, O(layers · inputs) for layers given in order.
    static func sort(_ nodes: [Node], after inputs: [String]) throws -> [Node] {
        var placed = Set(inputs)
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

    static func inferShapes(_ nodes: [Node], _ inputs: [Input]) throws -> [String: [Int]] {
        var shapes = Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.shape) })
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
