import SynfireParallel

/// Draws the same number of targets for each source, uniformly (NEST's `fixed_outdegree`).
///
/// Each source draws from its own random stream; preparing sorts all connections by target, in 4 bytes each.
public struct FixedOutDegreeConnector: Connector {
    /// `fixed_out_degree`.
    public static let kind = "fixed_out_degree"
    /// How many targets each source has.
    public var outDegree: Int
    /// Whether a neuron may connect to itself.
    public var allowsAutapses: Bool
    /// Whether a source may connect to a target more than once.
    public var allowsMultapses: Bool

    /// Makes the connector.
    public init(outDegree: Int, allowsAutapses: Bool = true, allowsMultapses: Bool = true) {
        self.outDegree = outDegree
        self.allowsAutapses = allowsAutapses
        self.allowsMultapses = allowsMultapses
    }

    /// A number of targets that cannot be found.
    public func fault(_ site: ConnectionSite) -> String? {
        if let fault = ConnectionSite.fault(count: outDegree, "out-degree") { return fault }
        let hasTwins = !allowsAutapses && site.twinCount > 0
        if hasTwins, site.twinOfSource == nil {
            return "a neuron is among the targets more than once, so autapses cannot be left out"
        }
        let available = site.targets - (hasTwins ? 1 : 0)
        if outDegree > 0, available < 1 { return "there is no target to draw" }
        if !allowsMultapses, outDegree > available {
            return "the out-degree is \(outDegree), but only \(available) targets can be drawn without repetition"
        }
        return nil
    }

    /// The out-degree for each source.
    public func expectedCount(_ site: ConnectionSite) -> Double { Double(outDegree) * Double(site.sources) }

    /// Draws all connections and sorts them by target.
    ///
    /// - Complexity: O(connections).
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker {
        let twins = allowsAutapses ? [] : site.twinOfSource ?? []
        // A source's stream has the number of the connections' stream and the source as entity.
        return TargetRows(sources: site.sources, targets: site.targets) { source, targets, _ in
            let twin = twins.isEmpty ? -1 : twins[source]
            var random = site.bulk(target: source)
            if allowsMultapses {
                SourceDraw.many(outDegree, of: site.targets, except: twin, &random, into: &targets)
            } else {
                SourceDraw.distinct(outDegree, of: site.targets, except: twin, &random, into: &targets)
            }
        }
    }
}

extension FixedOutDegreeConnector: ProceduralConnector {
    /// One number for all sources.
    public func outgoingRule(_ site: ConnectionSite) -> OutgoingRule {
        .degrees([outDegree], allowsAutapses: allowsAutapses, allowsMultapses: allowsMultapses)
    }
}
