import SynfireParallel

/// Draws the same number of sources for each target, uniformly (NEST's `fixed_indegree`).
public struct FixedInDegreeConnector: Connector {
    /// `fixed_in_degree`.
    public static let kind = "fixed_in_degree"
    /// How many sources each target has.
    public var inDegree: Int
    /// Whether a neuron may connect to itself.
    public var allowsAutapses: Bool
    /// Whether a source may connect to a target more than once.
    public var allowsMultapses: Bool

    /// Makes the connector.
    public init(inDegree: Int, allowsAutapses: Bool = true, allowsMultapses: Bool = true) {
        self.inDegree = inDegree
        self.allowsAutapses = allowsAutapses
        self.allowsMultapses = allowsMultapses
    }

    /// A number of sources that cannot be found.
    public func fault(_ site: ConnectionSite) -> String? {
        if let fault = ConnectionSite.fault(count: inDegree, "in-degree") { return fault }
        let available = site.sources - (allowsAutapses || site.twinCount == 0 ? 0 : 1)
        if inDegree > 0, available < 1 { return "there is no source to draw" }
        if !allowsMultapses, inDegree > available {
            return "the in-degree is \(inDegree), but only \(available) sources can be drawn without repetition"
        }
        return nil
    }

    /// The in-degree for each target.
    public func expectedCount(_ site: ConnectionSite) -> Double { Double(inDegree) * Double(site.targets) }

    /// Needs no preparation.
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker { Maker(site: site, rule: self) }

    private struct Maker: ConnectionMaker {
        let site: ConnectionSite
        let rule: FixedInDegreeConnector

        func appendSources(ofTarget target: Int, to list: inout ConnectionList) {
            let twin = site.excluded(target, allowingAutapses: rule.allowsAutapses)
            var random = site.bulk(target: target)
            if rule.allowsMultapses {
                SourceDraw.many(rule.inDegree, of: site.sources, except: twin, &random, into: &list.sources)
            } else {
                SourceDraw.distinct(rule.inDegree, of: site.sources, except: twin, &random, into: &list.sources)
            }
        }
    }
}
