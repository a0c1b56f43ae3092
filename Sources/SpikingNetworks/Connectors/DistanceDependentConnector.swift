import SynfireParallel
import SynfireUnits

/// Connects each pair with a probability that depends on the distance between the two neurons.
///
///     DistanceDependentConnector(probability: try Expression(parsing: "0.3 * exp(-d^2 / (2 * 150^2))"))
///
/// Needs positions of both sides; where their space is periodic, distances go the shorter way round. A pair is decided
/// by one random word that belongs to it, to 85 bits where the first 32 leave it open.
public struct DistanceDependentConnector: Connector {
    /// `distance_dependent`.
    public static let kind = "distance_dependent"
    /// The probability at distance `d`, from 0 to 1; its other names must have values already.
    public var probability: Expression
    /// The distance from which on nothing is connected, in the unit of the positions; `nil` for none.
    public var maximumDistance: Double?
    /// Whether a neuron may connect to itself.
    public var allowsAutapses: Bool

    /// Makes the connector.
    public init(probability: Expression, maximumDistance: Double? = nil, allowsAutapses: Bool = true) {
        self.probability = probability
        self.maximumDistance = maximumDistance
        self.allowsAutapses = allowsAutapses
    }

    /// Missing or unlike positions, a name without a value, a probability that is none at the distances of some pairs.
    public func fault(_ site: ConnectionSite) -> String? {
        guard let (source, target) = site.positions else {
            return "distance_dependent needs positions of both the sources and the targets"
        }
        if let fault = source.fault(with: target) { return fault }
        if let maximumDistance, !(maximumDistance >= 0) {
            return "the maximum distance is \(maximumDistance): it must not be negative"
        }
        do {
            let function = try probability.function(of: "d")
            var result: String?
            sample(site, function) { d, p in result = result ?? Self.fault(p, at: d) }
            return result
        } catch { return "the probability: \(error)" }
    }

    private static func fault(_ p: Double, at distance: Double) -> String? {
        p >= 0 && p <= 1
            ? nil
            : "the probability is \(p.isNaN ? "not a number" : "\(p)") at distance \(distance): "
                + "it must be from 0 to 1; max(0, min(1, …)) keeps it there"
    }

    /// The number of pairs times the mean probability of up to 2¹⁷ of them, spread evenly.
    public func expectedCount(_ site: ConnectionSite) -> Double {
        guard let function = try? probability.function(of: "d"), site.sources > 0, site.targets > 0 else { return 0 }
        var (sum, count) = (0.0, 0)
        sample(site, function) { _, p in
            sum += p
            count += 1
        }
        let pairs = Double(site.sources) * Double(site.targets)
        return count > 0 ? max(0, sum) / Double(count) * pairs : 0
    }

    /// Calls with distance and probability of up to 2¹⁷ pairs.
    ///
    /// Autapses and pairs at the maximum or beyond have probability 0.
    private func sample(_ site: ConnectionSite, _ function: ExpressionFunction, _ use: (Double, Double) -> Void) {
        guard let (source, target) = site.positions, source.fault(with: target) == nil else { return }
        let targets = min(site.targets, site.sources * site.targets <= 1 << 17 ? site.targets : 128)
        let sources = min(site.sources, max(1, (1 << 17) / max(targets, 1)))
        for t in 0..<targets {
            let j = t * site.targets / targets
            let twin = site.excluded(j, allowingAutapses: allowsAutapses)
            for s in 0..<sources {
                // Sources are shifted from target to target, so that no grid of the two hides a part of the distances.
                let i = sources == site.sources ? s : (s * site.sources / sources + t) % site.sources
                let d = source.distance(i, to: target, j)
                let isOut = i == Int(twin) || d >= maximumDistance ?? .infinity
                use(d, isOut ? 0 : function(d))
            }
        }
    }

    /// Needs no preparation beyond that of the expression.
    ///
    /// - Throws: ``SpikingNetworkError`` where ``fault(_:)`` finds something.
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker {
        if let fault = fault(site) {
            throw SpikingNetworkError.unfitParameters("projection '\(site.projection)'", fault)
        }
        guard let positions = site.positions else { preconditionFailure("positions were checked") }
        return Maker(
            site: site, source: positions.source, target: positions.target,
            maximum: maximumDistance ?? .infinity, allowsAutapses: allowsAutapses,
            probability: try probability.function(of: "d"),
            ties: RandomStream.number(of: site.projection + "/connections/ties"))
    }

    private struct Maker: ConnectionMaker {
        let site: ConnectionSite
        let source: Positions.Points
        let target: Positions.Points
        let maximum: Double
        let allowsAutapses: Bool
        let probability: ExpressionFunction
        let ties: UInt32
        /// How many sources are looked at together; a multiple of 4.
        static let chunk = 512

        func appendSources(ofTarget target: Int, to list: inout ConnectionList) {
            let twin = Int(site.excluded(target, allowingAutapses: allowsAutapses))
            let chunk = Self.chunk
            withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * chunk) { numbers in
                withUnsafeTemporaryAllocation(of: UInt32.self, capacity: chunk) { words in
                    guard let distances = numbers.baseAddress, let words = words.baseAddress else { return }
                    var random = site.bulk(target: target)
                    for first in stride(from: 0, to: site.sources, by: chunk) {
                        let count = min(chunk, site.sources - first)
                        source.distances(first..<first + count, to: self.target, target, into: distances)
                        random.fill(words, blocks: chunk / 4)
                        choose(first, count, target, twin, distances, distances + chunk, words, &list)
                    }
                }
            }
        }

        private func choose(
            _ first: Int, _ count: Int, _ target: Int, _ twin: Int, _ distances: UnsafeMutablePointer<Double>,
            _ probabilities: UnsafeMutablePointer<Double>, _ words: UnsafeMutablePointer<UInt32>,
            _ list: inout ConnectionList
        ) {
            var nearest = Double.infinity
            for i in 0..<count { nearest = min(nearest, distances[i]) }
            guard nearest < maximum else { return }
            probability.evaluate(distances, into: probabilities, count: count)
            for i in 0..<count where distances[i] < maximum && first + i != twin {
                let p = probabilities[i]
                guard p >= 0, p <= 1 else {
                    list.fault = list.fault ?? DistanceDependentConnector.fault(p, at: distances[i])
                    return
                }
                let excess = p * 0x1p32 - Double(words[i])
                guard excess > 0 else { continue }
                if excess < 1 {
                    // One pair in 2³²: the word leaves it open, and another stream decides.
                    var tie = RandomStream(
                        seed: site.seed, stream: ties, entity: UInt32(truncatingIfNeeded: target),
                        draw: UInt64(2 * (first + i)))
                    guard tie.uniform() < excess else { continue }
                }
                list.sources.append(Int32(first + i))
            }
        }
    }
}
