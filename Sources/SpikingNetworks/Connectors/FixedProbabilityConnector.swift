import SynfireParallel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Connects each pair with the same probability, independently of all others (NEST's `pairwise_bernoulli`).
///
/// The gaps between connected sources are drawn, from the geometric distribution, so that the work goes with the
/// connections and not with the pairs (Batagelj & Brandes 2005, doi:10.1103/PhysRevE.71.036113); above one half, the
/// gaps between sources that are not connected.
public struct FixedProbabilityConnector: Connector {
    /// `fixed_probability`.
    public static let kind = "fixed_probability"
    /// The probability of each pair, from 0 to 1.
    public var probability: Double
    /// Whether a neuron may connect to itself.
    public var allowsAutapses: Bool

    /// Makes the connector.
    public init(probability: Double, allowsAutapses: Bool = true) {
        self.probability = probability
        self.allowsAutapses = allowsAutapses
    }

    /// A probability that is none.
    public func fault(_ site: ConnectionSite) -> String? { ConnectionSite.fault(probability: probability) }

    /// The probability times the number of pairs.
    public func expectedCount(_ site: ConnectionSite) -> Double {
        probability * Double(site.pairs(allowingAutapses: allowsAutapses))
    }

    /// Needs no preparation.
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker { Maker(site: site, rule: self) }

    private struct Maker: ConnectionMaker {
        let site: ConnectionSite
        let rule: FixedProbabilityConnector

        func appendSources(ofTarget target: Int, to list: inout ConnectionList) {
            var random = site.bulk(target: target)
            let twin = site.excluded(target, allowingAutapses: rule.allowsAutapses)
            let count = site.sources - (twin >= 0 ? 1 : 0)
            func source(_ index: Int) -> Int32 { Int32(index) + (twin >= 0 && index >= twin ? 1 : 0) }
            guard rule.probability > 0.5 else {
                Self.each(count, rule.probability, &random) { list.sources.append(source($0)) }
                return
            }
            var next = 0
            Self.each(count, 1 - rule.probability, &random) { missing in
                while next < missing {
                    list.sources.append(source(next))
                    next += 1
                }
                next = missing + 1
            }
            while next < count {
                list.sources.append(source(next))
                next += 1
            }
        }

        /// Calls with each index below `count` that a trial of probability `p` chooses, in ascending order.
        @inline(__always)
        private static func each(_ count: Int, _ p: Double, _ random: inout BulkRandom, _ use: (Int) -> Void) {
            guard p > 0 else { return }
            let scale = 1 / log1p(-p)
            // About as many draws at a time as there will be gaps; how many does not change them.
            let blocks = min(128, Int(0.55 * p * Double(count)) + 4)
            withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * blocks) { uniform in
                guard let uniform = uniform.baseAddress else { return }
                var index = 0
                while index < count {
                    random.fillFineUniform(uniform, blocks: blocks)
                    for i in 0..<2 * blocks {
                        let gap = log(uniform[i]) * scale
                        guard gap < Double(count - index) else { return }
                        index += Int(gap)
                        use(index)
                        index += 1
                    }
                }
            }
        }
    }
}

extension FixedProbabilityConnector: ProceduralConnector {
    /// Each target with the probability.
    public func outgoingRule(_ site: ConnectionSite) -> OutgoingRule {
        .probability(probability, allowsAutapses: allowsAutapses)
    }
}
