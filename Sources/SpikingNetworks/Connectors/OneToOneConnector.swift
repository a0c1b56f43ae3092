/// Connects each source with the target of the same index.
public struct OneToOneConnector: Connector {
    /// `one_to_one`.
    public static let kind = "one_to_one"

    /// Makes the connector.
    public init() {}

    /// Sides of different sizes.
    public func fault(_ site: ConnectionSite) -> String? {
        site.sources == site.targets
            ? nil
            : "one_to_one needs as many sources as targets; there are \(site.sources) sources and "
                + "\(site.targets) targets"
    }

    /// One for each target.
    public func expectedCount(_ site: ConnectionSite) -> Double { Double(site.targets) }

    /// Needs no preparation.
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker { Maker() }

    private struct Maker: ConnectionMaker {
        func appendSources(ofTarget target: Int, to list: inout ConnectionList) { list.sources.append(Int32(target)) }
    }
}

extension OneToOneConnector: ProceduralConnector {
    /// The target of the same index.
    public func outgoingRule(_ site: ConnectionSite) -> OutgoingRule { .same }
}
