import SynfireParallel

/// Draws a number of connections from all pairs, uniformly (NEST's `fixed_total_number`).
///
/// With multapses every connection is drawn on its own: in-degrees are multinomial, drawn one target after the other
/// from conditional binomial distributions, and then each target draws its sources. Without multapses all sets of so
/// many pairs are equally likely: in-degrees come from conditional hypergeometric distributions.
///
/// - Source: Senk et al. 2022, "Connectivity concepts in neuronal network modeling", doi:10.1371/journal.pcbi.1010086.
public struct FixedTotalNumberConnector: Connector {
    /// `fixed_total_number`.
    public static let kind = "fixed_total_number"
    /// How many connections there are.
    public var count: Int
    /// Whether a neuron may connect to itself.
    public var allowsAutapses: Bool
    /// Whether a source may connect to a target more than once.
    public var allowsMultapses: Bool

    /// Makes the connector.
    public init(count: Int, allowsAutapses: Bool = true, allowsMultapses: Bool = true) {
        self.count = count
        self.allowsAutapses = allowsAutapses
        self.allowsMultapses = allowsMultapses
    }

    /// A number of connections that there cannot be.
    public func fault(_ site: ConnectionSite) -> String? {
        if let fault = ConnectionSite.fault(count: count, "number of connections") { return fault }
        let pairs = site.pairs(allowingAutapses: allowsAutapses)
        if count > 0, pairs < 1 { return "there is no pair to connect" }
        if !allowsMultapses, count > pairs {
            return "\(count) connections are asked for, but there are only \(pairs) pairs, each to be connected once"
        }
        return nil
    }

    /// The number of connections.
    public func expectedCount(_ site: ConnectionSite) -> Double { Double(count) }

    /// Draws the in-degrees of all targets.
    ///
    /// - Complexity: O(√(connections × targets)) at most.
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker {
        var stream = site.commonStream("in_degrees")
        var pairs = site.pairs(allowingAutapses: allowsAutapses)
        var left = count
        let inDegrees = (0..<site.targets).map { target in
            let own = site.sources - (site.excluded(target, allowingAutapses: allowsAutapses) >= 0 ? 1 : 0)
            let drawn = CountDraw.share(of: left, own, among: pairs, allowsMultapses: allowsMultapses, &stream)
            pairs -= own
            left -= drawn
            return drawn
        }
        return Maker(site: site, rule: self, inDegrees: inDegrees)
    }

    private struct Maker: ConnectionMaker {
        let site: ConnectionSite
        let rule: FixedTotalNumberConnector
        let inDegrees: [Int]

        func appendSources(ofTarget target: Int, to list: inout ConnectionList) {
            let twin = site.excluded(target, allowingAutapses: rule.allowsAutapses)
            var random = site.bulk(target: target)
            if rule.allowsMultapses {
                SourceDraw.many(inDegrees[target], of: site.sources, except: twin, &random, into: &list.sources)
            } else {
                SourceDraw.distinct(inDegrees[target], of: site.sources, except: twin, &random, into: &list.sources)
            }
        }
    }
}

extension FixedTotalNumberConnector: ProceduralConnector {
    /// Draws the out-degrees of all sources.
    ///
    /// - Complexity: O(√(connections × sources)) at most.
    public func outgoingRule(_ site: ConnectionSite) -> OutgoingRule {
        var stream = site.commonStream("out_degrees")
        var pairs = site.pairs(allowingAutapses: allowsAutapses)
        var left = count
        let twins = allowsAutapses ? nil : site.twinOfSource
        let degrees = (0..<site.sources).map { source in
            let own = site.targets - (twins.map { $0[source] >= 0 } ?? false ? 1 : 0)
            let drawn = CountDraw.share(of: left, own, among: pairs, allowsMultapses: allowsMultapses, &stream)
            pairs -= own
            left -= drawn
            return drawn
        }
        return .degrees(degrees, allowsAutapses: allowsAutapses, allowsMultapses: allowsMultapses)
    }
}
