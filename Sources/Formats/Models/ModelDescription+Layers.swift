import SynfireNeuralNetworks
import SynfireTensors

extension ModelDescription {
    /// A layer as it was described, with where.
    struct LayerEntry {
        let value: DescriptionValue
        let name: DescriptionValue
        let inputs: DescriptionValue?
        let node: Graph.Node
    }

    private static let ownKeys = ["name", "type", "inputs", "initializer"]
    private static let sharingKeys = ["name", "shares", "inputs"]

    /// More layers than that are no network that anybody wrote.
    private static let maximumLayers = 10_000

    /// More numbers than that in all parameters, 1 GiB, are refused before memory is asked for them.
    private static let maximumParameters = Double(1 << 28)

    static func layers(in value: DescriptionValue, input: String) throws -> [LayerEntry] {
        let values = try value.list("a list of layers")
        guard values.count <= maximumLayers else {
            throw value.failure(.tooLarge(what: "the number of layers, \(values.count),", limit: "\(maximumLayers)"))
        }
        var parameters = 0.0
        var entries: [LayerEntry] = []
        for (index, value) in values.enumerated() {
            let titled = DescriptionValue(node: value.node, file: value.file, what: "layer \(index + 1)")
            entries.append(try layer(titled, behind: entries, input: input, parameters: &parameters))
        }
        return entries
    }

    private static func layer(
        _ value: DescriptionValue, behind entries: [LayerEntry], input: String, parameters: inout Double
    ) throws -> LayerEntry {
        let previous = entries.last?.node.name ?? input
        let unnamed = try DescriptionSection(value)
        let nameValue = try unnamed.required("name")
        let name = try nameValue.text()
        let title = "layer '\(ModelDescriptionError.Reason.shortened(name))'"
        let section = try DescriptionSection(DescriptionValue(node: value.node, file: value.file, what: title))
        if let owner = section["shares"] {
            try section.allow(sharingKeys)
            return try sharing(owner, section, named: nameValue, behind: entries, input: previous)
        }
        let kindValue = try section.required("type")
        let kind = try kindValue.text()
        guard let type = LayerCatalog.all.first(where: { $0.schema.kind == kind }) else {
            throw kindValue.failure(.unknownName(kind, what: "kind of layer", known: LayerCatalog.kinds))
        }
        let rows = type.schema.rows
        try section.allow(ownKeys + rows.map(\.name))
        var values: [String: HyperparameterValue] = [:]
        for row in rows {
            if let given = section[row.name] { values[row.name] = try given.hyperparameter(row) }
        }
        parameters += parameterBound(type.schema, values)
        guard parameters <= maximumParameters else {
            throw value.failure(.tooLarge(what: "the network up to \(title)", limit: "2^28 parameters"))
        }
        let inputs = try section["inputs"]?.list("a list of layers' names").map { try $0.text() }
        let layer = try located(value, section) { try LayerCatalog.makeLayer(kind, values) }
        let initializer = try section["initializer"].map { try InitializerDescription.read($0) }
        return LayerEntry(
            value: value, name: nameValue, inputs: section["inputs"],
            node: Graph.Node(name, layer, inputs: inputs ?? [previous], initializer: initializer))
    }

    /// A layer that uses the parameters of one before it.
    private static func sharing(
        _ owner: DescriptionValue, _ section: DescriptionSection, named name: DescriptionValue,
        behind entries: [LayerEntry], input previous: String
    ) throws -> LayerEntry {
        let ownerName = try owner.text()
        guard let found = entries.first(where: { $0.node.name == ownerName }) else {
            throw owner.failure(.unknownName(ownerName, what: "layer before it", known: entries.map(\.node.name)))
        }
        let inputs = try section["inputs"]?.list("a list of layers' names").map { try $0.text() }
        return LayerEntry(
            value: section.value, name: name, inputs: section["inputs"],
            node: Graph.Node(try name.text(), sharing: found.node, inputs: inputs ?? [previous]))
    }

    /// A bound for the numbers in a layer's largest parameter, known before there is memory for them: parameters have an
    /// axis for each size that has to be given, and groups divide them.
    static func parameterBound(_ schema: LayerSchema, _ values: [String: HyperparameterValue]) -> Double {
        var bound = 1.0
        for row in schema.rows {
            guard case .required = row.fallback else { continue }
            switch values[row.name] {
            case .integer(let number): bound *= pow(Double(max(1, number)), row.kind == .pair ? 2 : 1)
            case .pair(let pair): bound *= Double(max(1, pair.rows)) * Double(max(1, pair.columns))
            case .list(let numbers): bound *= numbers.reduce(1) { $0 * Double(max(1, $1)) }
            default: break
            }
        }
        if case .integer(let groups) = values["groups"] { bound /= Double(max(1, groups)) }
        return bound
    }

    private static func pow(_ base: Double, _ exponent: Int) -> Double { exponent == 2 ? base * base : base }

    /// Says where a setting stands that a layer does not accept.
    private static func located<Result>(
        _ layer: DescriptionValue, _ section: DescriptionSection, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let error as NetworkError {
            let setting: String? =
                switch error {
                case .wrongHyperparameterKind(_, let name, _, _), .hyperparameterOutOfRange(_, let name, _, _),
                    .unknownChoice(_, let name, _, _, _):
                    name
                default: nil
                }
            throw (setting.flatMap { section[$0] } ?? layer).failure(.network(error))
        } catch let error as TensorError {
            throw layer.failure(.conflict("\(error)"))
        }
    }

    static func makeGraph(
        name: String, inputs: [InputEntry], layers: DescriptionValue, _ entries: [LayerEntry],
        outputs: (names: [String]?, root: DescriptionSection)
    ) throws -> Graph {
        do {
            return try Graph(
                name: name, inputs: inputs.map(\.input), nodes: entries.map(\.node), outputs: outputs.names)
        } catch let error as NetworkError {
            func value(_ name: String) -> DescriptionValue? { entries.first { $0.node.name == name }?.value }
            let place: DescriptionValue? =
                switch error {
                case .invalidInputShape: inputs.first?.value
                case .leadsNowhere(let name): inputs.first { $0.input.name == name }?.value
                case .invalidName(let name): entries.first { $0.node.name == name }?.name
                case .duplicateName(let name): entries.filter { $0.node.name == name }.dropFirst().first?.name
                case .unknownInput(let layer, _, _):
                    entries.first { $0.node.name == layer }.map { $0.inputs ?? $0.value }
                case .cycle(let names): names.first.flatMap(value)
                case .unknownLayer: outputs.root["outputs"]
                case .wrongInputCount(let layer, _, _, _), .shapeMismatch(let layer, _, _, _),
                    .initializerMismatch(let layer, _, _):
                    value(layer)
                default: nil
                }
            throw (place ?? layers).failure(.network(error))
        }
    }
}
