import Foundation
import SynfireSpikingNetworks
import Testing

/// A site of two sides; `recurrent` makes both the same population.
func site(
    _ sources: Int, _ targets: Int, recurrent: Bool = false, seed: UInt64 = 1,
    positions: (source: Positions.Points, target: Positions.Points)? = nil,
    shapes: (source: [Int], target: [Int])? = nil
) -> ConnectionSite {
    ConnectionSite(
        sources: sources, targets: targets, twins: recurrent ? (0..<Int32(targets)).map { $0 } : nil,
        positions: positions, shapes: shapes, seed: seed, projection: "p")
}

/// The sources of each target.
func rows(_ connector: any Connector, _ site: ConnectionSite) throws -> [[Int32]] {
    try #require(connector.fault(site) == nil)
    let maker = try connector.prepared(site)
    var list = ConnectionList()
    return try (0..<site.targets).map { target in
        list.removeAll()
        maker.appendSources(ofTarget: target, to: &list)
        try #require(list.fault == nil)
        return list.sources
    }
}

/// How far a χ² statistic lies above what is expected, in standard deviations of a normal distribution.
///
/// By Wilson & Hilferty 1931; above 4.5 once in 300,000 times. Bins that expect fewer than five are joined with the
/// next.
func chiSquaredScore(_ observed: [Int], _ expected: [Double]) -> Double {
    var bins: [(Double, Double)] = []
    var (o, e) = (0.0, 0.0)
    for (count, mean) in zip(observed, expected) {
        o += Double(count)
        e += mean
        if e >= 5 {
            bins.append((o, e))
            (o, e) = (0, 0)
        }
    }
    if let last = bins.popLast() { bins.append((last.0 + o, last.1 + e)) }
    let k = Double(bins.count - 1)
    guard k > 0 else { return 0 }
    let statistic = bins.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 }
    return (pow(statistic / k, 1.0 / 3) - (1 - 2 / (9 * k))) / (2 / (9 * k)).squareRoot()
}

/// The score of counts against a uniform distribution.
func uniformScore(_ observed: [Int]) -> Double {
    let mean = Double(observed.reduce(0, +)) / Double(observed.count)
    return chiSquaredScore(observed, observed.map { _ in mean })
}

/// How often each number from 0 to `count` - 1 is there.
func histogram(_ numbers: some Sequence<Int>, _ count: Int) -> [Int] {
    var bins = [Int](repeating: 0, count: count)
    for number in numbers { bins[number] += 1 }
    return bins
}

/// Reference numbers that are stored beside the script that made them.
func reference<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try JSONDecoder().decode(
        type, from: Data(contentsOf: folder.appendingPathComponent("Reference/\(name).json")))
}

/// Points in a row along the first axis.
func row(_ count: Int, spacing: Double, periods: [Double]? = nil) -> Positions.Points {
    Positions.Points(dimensions: 1, coordinates: (0..<count).map { Double($0) * spacing }, periods: periods)
}
