/// Connects every source with every target.
public struct AllToAllConnector: Connector {
    /// `all_to_all`.
    public static let kind = "all_to_all"
    /// Whether a neuron connects to itself.
    public var allowsAutapses: Bool

    /// Makes the connector.
    public init(allowsAutapses: Bool = true) { self.allowsAutapses = allowsAutapses }

    /// Nothing can be wrong.
    public func fault(_ site: ConnectionSite) -> String? { nil }

    /// All pairs.
    public func expectedCount(_ site: ConnectionSite) -> Double {
        let twins = allowsAutapses ? 0 : site.twins?.count { $0 >= 0 } ?? 0
        return Double(site.sources) * Double(site.targets) - Double(twins)
    }

    /// Needs no preparation.
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker {
        Maker(site: site, allowsAutapses: allowsAutapses)
    }

    private struct Maker: ConnectionMaker {
        let site: ConnectionSite
        let allowsAutapses: Bool

        func appendSources(ofTarget target: Int, to list: inout ConnectionList) {
            let twin = allowsAutapses ? -1 : site.twins?[target] ?? -1
            let end = Int32(site.sources)
            list.sources.append(contentsOf: 0..<(twin >= 0 ? twin : end))
            if twin >= 0 { list.sources.append(contentsOf: twin + 1..<end) }
        }
    }
}

extension AllToAllConnector: ProceduralConnector {
    /// Every target.
    public func outgoingRule(_ site: ConnectionSite) -> OutgoingRule { .all(allowsAutapses: allowsAutapses) }
}
