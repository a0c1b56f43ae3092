import SynfireParallel

/// Connects neighbours, and then moves some connections to sources far away.
///
/// Every target starts with its neighbours. Each of these connections is then rewired with a probability: its source
/// is replaced by one that is drawn uniformly from the sources that are not connected to this target, itself left out
/// unless autapses are allowed. The target stays, so that in-degrees are those of the neighbourhood; out-degrees vary.
/// Nothing is connected twice. A target that is connected to all sources stays as it is.
///
/// With `ring`, both sides must be of one size, and the neighbours of target `t` are the sources `t ± 1` to
/// `t ± degree / 2` round the ring (Watts and Strogatz). With `within`, they are the sources at a distance less than
/// `radius`, by positions, as PyNN's `SmallWorldConnector` defines its `degree`.
///
/// - Source: Watts & Strogatz 1998, "Collective dynamics of 'small-world' networks", doi:10.1038/30918.
public struct SmallWorldConnector: Connector {
    /// `small_world`.
    public static let kind = "small_world"

    /// Which sources are neighbours of a target.
    public enum Neighbourhood: Sendable, Equatable {
        /// An even number of sources, half of them on each side of a ring.
        case ring(degree: Int)
        /// Those nearer than a radius, in the unit of the positions.
        case within(radius: Double)
    }

    /// Which sources are neighbours of a target.
    public var neighbourhood: Neighbourhood
    /// The probability that a connection is rewired, from 0 to 1.
    public var rewiring: Double
    /// Whether a neuron may connect to itself: as its own neighbour, by positions, and by rewiring.
    public var allowsAutapses: Bool

    /// Makes the connector.
    public init(_ neighbourhood: Neighbourhood, rewiring: Double, allowsAutapses: Bool = false) {
        self.neighbourhood = neighbourhood
        self.rewiring = rewiring
        self.allowsAutapses = allowsAutapses
    }

    /// A neighbourhood that does not fit, or a probability that is none.
    public func fault(_ site: ConnectionSite) -> String? {
        if let fault = ConnectionSite.fault(probability: rewiring, "rewiring probability") { return fault }
        switch neighbourhood {
        case .ring(let degree):
            guard site.sources == site.targets else {
                return "a ring needs as many sources as targets; there are \(site.sources) sources and "
                    + "\(site.targets) targets"
            }
            guard degree >= 0, degree.isMultiple(of: 2) else {
                return "the degree is \(degree): give an even number of at least 0, for half of it on each side"
            }
            return degree < max(site.sources, 1)
                ? nil : "the degree is \(degree), but a neuron has only \(site.sources - 1) others on the ring"
        case .within(let radius):
            guard let (source, target) = site.positions else {
                return "small_world with a radius needs positions of both the sources and the targets"
            }
            guard radius >= 0 else { return "the radius is \(radius): it must not be negative" }
            return source.fault(with: target)
        }
    }

    /// The degree for each target; with a radius, the mean number of neighbours of up to 256 targets for each.
    public func expectedCount(_ site: ConnectionSite) -> Double {
        if case .ring(let degree) = neighbourhood { return Double(degree) * Double(site.targets) }
        let maker = Maker(site: site, rule: self)
        let sampled = min(site.targets, 256)
        let found = (0..<sampled).reduce(0) { $0 + maker.neighbours(of: $1 * site.targets / sampled).count }
        return sampled > 0 ? Double(found) / Double(sampled) * Double(site.targets) : 0
    }

    /// Needs no preparation.
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker { Maker(site: site, rule: self) }

    private struct Maker: ConnectionMaker {
        let site: ConnectionSite
        let rule: SmallWorldConnector

        func neighbours(of target: Int) -> [Int32] {
            switch rule.neighbourhood {
            case .ring(let degree):
                let size = site.sources
                return (1..<degree / 2 + 1).flatMap { step in
                    [Int32((target - step + size) % size), Int32((target + step) % size)]
                }
            case .within(let radius):
                guard let (source, place) = site.positions else { return [] }
                let twin = Int(site.excluded(target, allowingAutapses: rule.allowsAutapses))
                return (0..<site.sources).filter { $0 != twin && source.distance($0, to: place, target) < radius }
                    .map(Int32.init)
            }
        }

        func appendSources(ofTarget target: Int, to list: inout ConnectionList) {
            var row = neighbours(of: target)
            if rule.rewiring > 0 { rewire(&row, target) }
            list.sources += row
        }

        private func rewire(_ row: inout [Int32], _ target: Int) {
            var stream = site.stream(target: target)
            let twin = site.excluded(target, allowingAutapses: rule.allowsAutapses)
            // What may not be drawn: what is connected, and the neuron itself.
            var taken = Set(row)
            if twin >= 0 { taken.insert(twin) }
            for index in row.indices where stream.uniform() < rule.rewiring {
                let free = site.sources - taken.count
                guard free > 0 else { continue }
                let chosen: Int32
                if free >= site.sources / 8 {
                    var drawn: Int32
                    repeat { drawn = Int32(stream.integer(below: site.sources)) } while taken.contains(drawn)
                    chosen = drawn
                } else {
                    let candidates = (0..<Int32(site.sources)).filter { !taken.contains($0) }
                    chosen = candidates[stream.integer(below: candidates.count)]
                }
                if row[index] != twin { taken.remove(row[index]) }
                taken.insert(chosen)
                row[index] = chosen
            }
        }
    }
}
