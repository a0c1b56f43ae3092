import SynfireNeuralNetworks

/// What the pipeline does with one kind of layer.
///
/// A rule is one file, and one line in ``ConversionRules/all``.
protocol ConversionRule: Sendable {
    /// The layer that the rule is for.
    associatedtype Source: Layer

    /// Adds the layer to the chain.
    ///
    /// - Parameters:
    ///   - name: The layer's name.
    ///   - layer: The layer.
    ///   - input: The shape in front of it.
    ///   - chain: What stands before.
    static func apply(_ name: String, _ layer: Source, input: [Int], to chain: inout AffineChain) throws
}

/// All rules.
enum ConversionRules {
    static let all: [AnyRule] = [
        AnyRule(LinearRule.self),
        AnyRule(Conv2dRule.self),
        AnyRule(BatchNorm2dRule.self),
        AnyRule(ReLURule.self),
        AnyRule(AvgPool2dRule.self),
        AnyRule(MaxPool2dRule.self),
        AnyRule(FlattenRule.self),
        AnyRule(DropoutRule.self),
        AnyRule(Dropout2dRule.self),
        AnyRule(IdentityRule.self),
    ]

    /// The kinds of layers that have a rule which does not refuse them.
    static var kinds: [String] { all.filter { $0.kind != MaxPool2d.schema.kind }.map(\.kind) }

    /// The rule of a layer.
    static func rule(for layer: any Layer) -> AnyRule? { all.first { $0.kind == layer.kind } }

    /// A rule without its type.
    struct AnyRule: Sendable {
        let kind: String
        private let run: @Sendable (Graph.Node, [Int], inout AffineChain) throws -> Void

        init<Rule: ConversionRule>(_ rule: Rule.Type) {
            kind = Rule.Source.schema.kind
            run = { node, input, chain in
                guard let layer = node.layer as? Rule.Source else {
                    preconditionFailure("two kinds of layers share the name \(Rule.Source.schema.kind)")
                }
                try Rule.apply(node.name, layer, input: input, to: &chain)
            }
        }

        func apply(_ node: Graph.Node, _ input: [Int], _ chain: inout AffineChain) throws {
            try run(node, input, &chain)
        }
    }
}
