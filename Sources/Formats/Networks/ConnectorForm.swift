import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// A connector as descriptions write it: its name, its arguments, and how it is made.
///
/// A connector is one line in ``all``. The arguments that are read in the closure must be those of the rows.
public struct ConnectorForm: Sendable {
    /// The name, such as `fixed_in_degree`.
    public let kind: String
    /// The names that NEST and PyNN have for it.
    public let aliases: [String]
    /// One sentence on what is connected.
    public let summary: String
    /// The arguments; the first may be given alone, as in `fixed_in_degree: 80`.
    public let arguments: [ArgumentRow]
    let make: @Sendable (ConnectorArguments) throws -> any Connector

    private init(
        _ kind: String, aliases: [String], _ summary: String, _ arguments: [ArgumentRow],
        _ make: @escaping @Sendable (ConnectorArguments) throws -> any Connector
    ) {
        self.kind = kind
        self.aliases = aliases
        self.summary = summary
        self.arguments = arguments
        self.make = make
    }

    /// Whether NEST or PyNN call it so; capitals do not count.
    public func isKnown(as name: String) -> Bool { NearestName.isAlias(name, of: aliases) }

    private static let autapses = ArgumentRow(
        "autapses", .flag, default: "true", "Whether a neuron may connect to itself.")
    private static let multapses = ArgumentRow(
        "multapses", .flag, default: "true", "Whether a pair may be connected more than once.")

    /// Every connector that descriptions know, in the order of the documentation.
    public static let all: [ConnectorForm] = [
        ConnectorForm(
            AllToAllConnector.kind, aliases: ["AllToAllConnector"], "Every source with every target.", [autapses]
        ) {
            AllToAllConnector(allowsAutapses: try $0.flag("autapses"))
        },
        ConnectorForm(
            OneToOneConnector.kind, aliases: ["OneToOneConnector"], "Each source with the target of the same index.", []
        ) { _ in OneToOneConnector() },
        ConnectorForm(
            FixedProbabilityConnector.kind, aliases: ["pairwise_bernoulli", "FixedProbabilityConnector"],
            "Each pair with the same probability.",
            [ArgumentRow("p", .number, "The probability, 0 to 1."), autapses]
        ) {
            FixedProbabilityConnector(
                probability: try $0.number("p", allowed: .between(0, 1)), allowsAutapses: try $0.flag("autapses"))
        },
        ConnectorForm(
            FixedInDegreeConnector.kind, aliases: ["fixed_indegree", "FixedNumberPreConnector"],
            "As many sources for each target, drawn uniformly.",
            [ArgumentRow("in_degree", .integer, "How many sources each target has."), autapses, multapses]
        ) {
            FixedInDegreeConnector(
                inDegree: try $0.integer("in_degree"), allowsAutapses: try $0.flag("autapses"),
                allowsMultapses: try $0.flag("multapses"))
        },
        ConnectorForm(
            FixedOutDegreeConnector.kind, aliases: ["fixed_outdegree", "FixedNumberPostConnector"],
            "As many targets for each source, drawn uniformly.",
            [ArgumentRow("out_degree", .integer, "How many targets each source has."), autapses, multapses]
        ) {
            FixedOutDegreeConnector(
                outDegree: try $0.integer("out_degree"), allowsAutapses: try $0.flag("autapses"),
                allowsMultapses: try $0.flag("multapses"))
        },
        ConnectorForm(
            FixedTotalNumberConnector.kind, aliases: ["FixedTotalNumberConnector"],
            "A number of pairs, drawn uniformly.",
            [ArgumentRow("count", .integer, "How many connections there are."), autapses, multapses]
        ) {
            FixedTotalNumberConnector(
                count: try $0.integer("count"), allowsAutapses: try $0.flag("autapses"),
                allowsMultapses: try $0.flag("multapses"))
        },
        ConnectorForm(
            DistanceDependentConnector.kind, aliases: ["DistanceDependentProbabilityConnector"],
            "Each pair with a probability that depends on the distance.",
            [
                ArgumentRow("p", .expression, "The probability, a function of the distance d."),
                ArgumentRow("max_distance", .number, default: "inf", "No connection from this distance on."), autapses,
            ]
        ) {
            DistanceDependentConnector(
                probability: try $0.expression("p"),
                maximumDistance: $0.has("max_distance") ? try $0.number("max_distance", allowed: .atLeast(0)) : nil,
                allowsAutapses: try $0.flag("autapses"))
        },
        ConnectorForm(
            SmallWorldConnector.kind, aliases: ["SmallWorldConnector"],
            "Neighbours on a ring or in space, of which some are exchanged (Watts & Strogatz 1998).",
            [
                ArgumentRow("degree", .integer, default: "", "How many neighbours on a ring; or give radius."),
                ArgumentRow(
                    "rewiring", .number, default: "0", "The probability that a connection is exchanged, 0 to 1."),
                ArgumentRow("radius", .number, default: "", "Neighbours nearer than this; needs positions."),
                ArgumentRow("autapses", .flag, default: "false", "Whether a neuron may connect to itself."),
            ]
        ) {
            SmallWorldConnector(
                $0.has("radius")
                    ? .within(radius: try $0.number("radius", allowed: .atLeast(0)))
                    : .ring(degree: try $0.integer("degree")),
                rewiring: try $0.number("rewiring", allowed: .between(0, 1)), allowsAutapses: try $0.flag("autapses"))
        },
        ConnectorForm(
            ListConnector.kind, aliases: ["FromListConnector"],
            "The pairs of a list.",
            [ArgumentRow("list", .rows, "Rows of source, target and, for all or none, weight and delay.")]
        ) { ListConnector(try $0.rows("list").map { try ListConnector.Entry(row: $0) }) },
        ConnectorForm(
            FileConnector.kind, aliases: ["FromFileConnector"],
            "The pairs of a file: CSV, or edges in SONATA's layout.",
            [
                ArgumentRow(
                    "file", .file, "CSV with the columns source, target and perhaps weight and delay, or HDF5."),
                ArgumentRow("population", .text, default: "", "The population of edges, where the file has several."),
            ]
        ) { arguments in
            let path = try arguments.file("file")
            guard SpikeTimesFile.isHDF5(path) else { return FileConnector(path: path) }
            let name = arguments.has("population") ? try arguments.text("population") : nil
            return try SONATAEdges.connector(path, population: name)
        },
    ]

    /// Reads what stands behind `connect`.
    static func read(
        _ value: DescriptionValue, scope: DescriptionScope, owner: String
    ) throws -> any Connector {
        let (kind, key, given) = try choice(value, scope)
        guard let form = all.first(where: { $0.kind == kind }) else {
            throw key.failure(
                ForeignNames.connector(kind) ?? .unknownName(kind, what: "connector", known: all.map(\.kind)))
        }
        let arguments = try ConnectorArguments(form, given, key: key, scope: scope, owner: owner)
        do {
            return try form.make(arguments)
        } catch let error as SpikingNetworkError {
            throw key.failure(.conflict("\(owner): \(error)"))
        } catch let error as SONATAError {
            throw key.failure(.conflict("\(owner): \(error)"))
        } catch let error as HDF5Error {
            throw key.failure(.conflict("\(owner): \(error)"))
        }
    }

    private static func choice(
        _ value: DescriptionValue, _ scope: DescriptionScope
    ) throws -> (kind: String, key: DescriptionValue, given: DescriptionValue?) {
        guard value.isSection else { return (try scope.text(value), value, nil) }
        let entries = try DescriptionSection(value).entries
        guard entries.count == 1 else {
            throw value.failure(
                .wrongKind(
                    what: value.what, found: "a section of \(entries.count) keys",
                    expected: "one connector with its arguments, such as {fixed_in_degree: {in_degree: 80}}"))
        }
        let entry = entries[0]
        return (entry.name, entry.key, entry.value.isNothing ? nil : entry.value)
    }
}

/// What a description gives a connector.
struct ConnectorArguments {
    private let form: ConnectorForm
    private let values: [String: DescriptionValue]
    private let key: DescriptionValue
    private let scope: DescriptionScope

    fileprivate init(
        _ form: ConnectorForm, _ given: DescriptionValue?, key: DescriptionValue, scope: DescriptionScope, owner: String
    ) throws {
        self.form = form
        self.scope = scope
        let what = "connector '\(form.kind)' of \(owner)"
        self.key = DescriptionValue(node: key.node, file: key.file, what: what)
        guard let given else {
            values = [:]
            return
        }
        if given.isSection {
            let section = try DescriptionSection(
                DescriptionValue(node: given.node, file: given.file, what: what), keys: form.arguments.map(\.symbol))
            values = Dictionary(uniqueKeysWithValues: section.entries.map { ($0.name, $0.value) })
        } else {
            guard let first = form.arguments.first else {
                throw self.key.failure(.conflict("\(what) takes no arguments"))
            }
            values = [
                first.symbol: DescriptionValue(
                    node: given.node, file: given.file, what: "'\(first.symbol)' of \(what)")
            ]
        }
    }

    private func row(_ symbol: String) -> ArgumentRow {
        guard let row = form.arguments.first(where: { $0.symbol == symbol }) else {
            preconditionFailure("connector '\(form.kind)' reads '\(symbol)', which is none of its rows")
        }
        return row
    }

    /// The value, or the text that is taken without it.
    private func find<Result>(
        _ symbol: String, _ read: (DescriptionValue) throws -> Result, fallback: (String) -> Result?
    ) throws -> Result {
        let row = row(symbol)
        if let value = values[symbol] { return try read(value) }
        guard let text = row.defaultText, let result = fallback(text) else {
            throw key.failure(.missingKey(symbol, section: key.what))
        }
        return result
    }

    /// Whether an argument is given.
    func has(_ symbol: String) -> Bool { values[symbol] != nil }

    /// A number, in `unit` where one stands behind it.
    func number(_ symbol: String, unit: String = "1", allowed: ParameterRange = .finite) throws -> Double {
        try find(symbol, { try scope.number($0, in: unit, allowed: allowed) }, fallback: { Double($0) })
    }

    /// A whole number, at least 0.
    func integer(_ symbol: String) throws -> Int {
        try find(symbol, { try scope.integer($0, 0...Int(Int32.max)) }, fallback: { Int($0) })
    }

    /// True or false.
    func flag(_ symbol: String) throws -> Bool { try find(symbol, { try $0.flag() }, fallback: { $0 == "true" }) }

    /// A function of the distance `d`, or a number.
    func expression(_ symbol: String) throws -> Expression {
        try find(
            symbol,
            { try scope.ofDistance($0, in: nil) ?? Expression(constant: try scope.number($0, in: "1")) },
            fallback: { Double($0).map { Expression(constant: $0) } })
    }

    /// A name, one of `choices`.
    func text(_ symbol: String, among choices: [String]) throws -> String {
        try find(
            symbol,
            { value in
                let text = try scope.text(value)
                guard choices.contains(text) else {
                    throw value.failure(.unknownName(text, what: "choice for '\(symbol)'", known: choices))
                }
                return text
            }, fallback: { $0 })
    }

    /// A text.
    func text(_ symbol: String) throws -> String { try find(symbol, { try scope.text($0) }, fallback: { $0 }) }

    /// The path of a file; a relative one is from the folder of the description.
    func file(_ symbol: String) throws -> String {
        try find(symbol, { try scope.path($0) }, fallback: { $0 })
    }

    /// Rows of numbers.
    func rows(_ symbol: String) throws -> [[Double]] {
        try find(
            symbol,
            { try $0.list("a list of lists").map { try $0.list().map { try scope.number($0, in: "1") } } },
            fallback: { _ in [] })
    }
}

extension ListConnector.Entry {
    /// The entry of a row of two to four numbers.
    fileprivate init(row: [Double]) throws {
        guard (2...4).contains(row.count), let source = Int(exactly: row[0]), let target = Int(exactly: row[1]) else {
            throw SpikingNetworkError.unfitParameters(
                "connector '\(ListConnector.kind)'",
                "the row \(row) is no connection: give source and target as whole numbers, then perhaps weight and delay"
            )
        }
        self.init(
            source: source, target: target, weight: row.count > 2 ? row[2] : nil, delay: row.count > 3 ? row[3] : nil)
    }
}
