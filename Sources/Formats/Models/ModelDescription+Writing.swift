import SynfireNeuralNetworks

extension ModelDescription {
    /// The description of a network as YAML text that reads back as the same network, but for its parameters' values.
    ///
    /// Settings at their defaults are left out.
    /// - Throws: ``ModelDescriptionError`` where the training uses an optimiser or augmentation that descriptions do not
    ///   know.
    public static func yaml(for graph: Graph, training: TrainingDescription? = nil) throws -> String {
        func shape(_ input: Graph.Input) -> String { "\(input.shape)" }
        var lines = ["name: \(DescriptionWriter.text(graph.name))"]
        if graph.inputs.map(\.name) == [Graph.inputName] {
            lines.append("input: \(shape(graph.inputs[0]))")
        } else {
            let fields = graph.inputs.map { (DescriptionWriter.text($0.name), shape($0)) }
            lines.append("inputs: \(DescriptionWriter.section(fields))")
        }
        if graph.outputs != [graph.nodes[graph.nodes.count - 1].name] {
            lines.append("outputs: [" + graph.outputs.map(DescriptionWriter.text).joined(separator: ", ") + "]")
        }
        lines.append("layers:")
        var previous = graph.inputs[0].name
        for node in graph.nodes {
            lines.append("  - \(DescriptionWriter.section(fields(of: node, after: previous)))")
            previous = node.name
        }
        if let training { lines += ["training:"] + (try training.fields()).map { "  \($0.key): \($0.value)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func fields(of node: Graph.Node, after previous: String) -> [DescriptionWriter.Field] {
        var fields: [DescriptionWriter.Field] = [("name", DescriptionWriter.text(node.name))]
        if let owner = node.sharedWith {
            fields.append(("shares", DescriptionWriter.text(owner)))
        } else {
            fields.append(("type", DescriptionWriter.text(node.layer.kind)))
        }
        if node.inputs != [previous] {
            fields.append(("inputs", "[" + node.inputs.map(DescriptionWriter.text).joined(separator: ", ") + "]"))
        }
        guard node.sharedWith == nil else { return fields }
        if let initializer = node.initializer {
            fields.append(("initializer", InitializerDescription.text(initializer)))
        }
        let values = node.layer.hyperparameters.values
        for row in type(of: node.layer).schema.rows {
            guard let value = values[row.name] else { continue }
            let isDefault =
                switch row.fallback {
                case .required: false
                case .value(let fallback): value == fallback
                case .same(let other): value == values[other]
                }
            if !isDefault { fields.append((row.name, DescriptionWriter.hyperparameter(value))) }
        }
        return fields
    }
}

/// Writes values so that any reader of YAML 1.1 or 1.2 takes them for what they are.
enum DescriptionWriter {
    typealias Field = (key: String, value: String)

    static func section(_ fields: [Field]) -> String {
        "{" + fields.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
    }

    static func hyperparameter(_ value: HyperparameterValue) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .real(let value): number(value)
        case .flag(let flag): "\(flag)"
        case .pair(let pair): pair.rows == pair.columns ? "\(pair.rows)" : "\(pair)"
        case .list(let numbers): "\(numbers)"
        case .padding(let padding): "\(padding)"
        case .text(let word): text(word)
        }
    }

    /// A number, with a point: YAML 1.1 takes `1e-05` for a text.
    static func number(_ value: Double) -> String {
        let text = "\(value)"
        guard let exponent = text.firstIndex(of: "e"), !text[..<exponent].contains(".") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }

    /// A text: plain where it is a simple word that means nothing else, in quotes otherwise.
    static func text(_ text: String) -> String {
        let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isSimple =
            text.unicodeScalars.first.map { isLetter($0) } ?? false
            && text.unicodeScalars.allSatisfy {
                isLetter($0) || ("0"..."9").contains($0) || "_-./".unicodeScalars.contains($0)
            }
            && !reserved.contains(text.lowercased())
        if isSimple { return text }
        return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        // An '&' would look like the start of an anchor.
        case " "..."~" where scalar != "&": return String(scalar)
        default: break
        }
        if scalar.properties.isAlphabetic { return String(scalar) }
        let digits = String(scalar.value, radix: 16)
        return scalar.value > 0xFFFF
            ? "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            : "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
