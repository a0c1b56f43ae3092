import SynfireSpikingNetworks
import SynfireUnits

/// In which order populations are advanced in continuous time, and for how long before spikes are exchanged.
///
/// Populations that act on each other in a circle form a group. Within a group no spike is felt before the least delay
/// of its connections has passed, which is the *epoch*. Groups form no circle, so that one after the other is advanced by
/// a whole epoch, whatever the delays between them: they may be zero.
struct EventSchedule: Sendable {
    /// A way from one population to another.
    struct Edge: Sendable {
        let source: Int
        let target: Int
        /// The least delay [ticks].
        let delay: Int64
    }

    /// The group of each population; all edges that are not within a group go from a lower one to a higher one.
    let levels: [Int]
    /// How many groups there are.
    let levelCount: Int
    /// The length of a slice [ticks].
    let slice: Int64
    /// How many slices an epoch has.
    let slicesPerEpoch: Int
    /// The length of an epoch [ticks].
    var epoch: Int64 { slice * Int64(slicesPerEpoch) }

    /// How many events a neuron should get in a slice, about.
    private static let eventsPerSlice = 3.0
    /// No slice is longer, so that it is short beside time constants [ms].
    private static let longestSlice = 2.0
    /// The most slices of an epoch.
    private static let mostSlices = 64

    /// - Parameters:
    ///   - eventRate: About how many events a neuron gets [1/ms].
    /// - Throws: ``SimulationError/zeroDelayCycle(_:)``.
    init(_ populations: [Population], edges: [Edge], eventRate: Double) throws(SimulationError) {
        let groups = Self.groups(count: populations.count, edges)
        levels = groups
        levelCount = (groups.max() ?? -1) + 1
        let within = edges.filter { groups[$0.source] == groups[$0.target] }
        let least = within.map(\.delay).min() ?? Ticks.never
        if least <= 0 {
            let circle = within.filter { $0.delay <= 0 }
            let group = circle.first.map { groups[$0.source] } ?? 0
            throw .zeroDelayCycle(populations.indices.filter { groups[$0] == group }.map { populations[$0].name })
        }
        // A neuron's own pace bounds the length where nothing else does.
        let bound = Ticks.milliseconds(min(least, 64 * Ticks.perMillisecond))
        // Rounded down to a binary fraction of nine digits, most of which are whole ticks.
        let unit = Double(sign: .plus, exponent: bound.exponent - 8, significand: 1)
        let epoch = (bound / unit).rounded(.down) * unit
        var slices = 1
        func isLong() -> Bool {
            let slice = epoch / Double(slices)
            return slice > Self.longestSlice || slice * eventRate > Self.eventsPerSlice * 2.squareRoot()
        }
        while slices < Self.mostSlices, isLong() { slices *= 2 }
        slicesPerEpoch = slices
        slice = max(1, Int64(epoch / Double(slices) * 1e12))
    }

    /// The strongly connected components, numbered in an order in which edges go upwards (Tarjan 1972,
    /// doi:10.1137/0201010).
    private static func groups(count: Int, _ edges: [Edge]) -> [Int] {
        var next = [[Int]](repeating: [], count: count)
        for edge in edges { next[edge.source].append(edge.target) }
        var (number, low) = ([Int](repeating: -1, count: count), [Int](repeating: 0, count: count))
        var (isOnStack, stack, counter) = ([Bool](repeating: false, count: count), [Int](), 0)
        var (group, groupCount) = ([Int](repeating: 0, count: count), 0)
        // Without recursion: networks may be chains of many populations.
        for root in 0..<count where number[root] < 0 {
            var path: [(node: Int, edge: Int)] = [(root, 0)]
            while let (node, edge) = path.last {
                if edge == 0 {
                    number[node] = counter
                    low[node] = counter
                    counter += 1
                    stack.append(node)
                    isOnStack[node] = true
                }
                if edge < next[node].count {
                    path[path.count - 1].edge += 1
                    let other = next[node][edge]
                    if number[other] < 0 {
                        path.append((other, 0))
                    } else if isOnStack[other] {
                        low[node] = min(low[node], number[other])
                    }
                    continue
                }
                path.removeLast()
                if let parent = path.last { low[parent.node] = min(low[parent.node], low[node]) }
                if low[node] == number[node] {
                    while let member = stack.popLast() {
                        isOnStack[member] = false
                        group[member] = groupCount
                        if member == node { break }
                    }
                    groupCount += 1
                }
            }
        }
        // Components are found with those first that have no way out.
        return group.map { groupCount - 1 - $0 }
    }
}
