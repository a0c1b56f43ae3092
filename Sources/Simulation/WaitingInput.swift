/// Spikes that arrive before the onset of their targets, counted by site and added up when somebody asks.
///
/// Before the onset no potential is compared with its threshold, so that only the sum of what arrived matters. A target
/// sums over the sites of a route in ascending order, whatever the order of the spikes; counts are whole numbers, and
/// their products with single-precision weights are exact.
final class WaitingInput {
    /// For each route that can wait, by its number.
    private var routes: [Waiting?]
    private let targets: Int
    private(set) var isEmpty = true
    /// What ``preview(on:)`` gives, until the next spike.
    private var previewed: WorkBuffer<Double>?

    private struct Waiting {
        let gather: WindowGather
        let onlySite: UnsafePointer<Int32>?
        let counts: WorkBuffer<Float>
        let active: ActiveSites
    }

    /// A count is exact up to this.
    private static let most: Float = 16_777_216

    init(_ incoming: [Int: Route], targets: Int) {
        self.targets = targets
        routes = Array(repeating: nil, count: (incoming.keys.max() ?? -1) + 1)
        for (number, route) in incoming {
            guard let gather = route.gather, route.sites == nil || route.onlySite != nil else { continue }
            routes[number] = Waiting(
                gather: gather, onlySite: route.onlySite, counts: WorkBuffer(repeating: 0, count: route.siteCount),
                active: ActiveSites(gather))
        }
    }

    /// Counts a spike; `false` where it cannot wait.
    @inline(__always) func take(_ spike: Spike) -> Bool {
        let number = Int(spike.route)
        guard number < routes.count, let route = routes[number] else { return false }
        let site = route.onlySite.map { Int($0[Int(spike.place)]) } ?? Int(spike.place)
        guard route.counts.base[site] < Self.most else { return false }
        route.counts.base[site] += 1
        isEmpty = false
        previewed = nil
        return true
    }

    func removeAll() {
        guard !isEmpty else { return }
        for route in routes { route?.counts.fill(0) }
        isEmpty = true
        previewed = nil
    }

    /// Adds everything up, and forgets it.
    func settle(on offset: WorkBuffer<Double>) {
        guard !isEmpty else { return }
        add(to: offset)
        isEmpty = true
        previewed = nil
    }

    /// What ``settle(on:)`` would come to.
    func preview(on offset: WorkBuffer<Double>) -> WorkBuffer<Double> {
        if let previewed { return previewed }
        let copy = WorkBuffer<Double>(repeating: 0, count: targets)
        copy.base.update(from: offset.base, count: targets)
        let kept = routes.map { route in
            route.map { Array(UnsafeBufferPointer(start: $0.counts.base, count: $0.counts.count)) }
        }
        add(to: copy)
        for (route, counts) in zip(routes, kept) { if let counts { route?.counts.set(counts) } }
        previewed = copy
        return copy
    }

    private func add(to offset: WorkBuffer<Double>) {
        for route in routes {
            guard let route else { continue }
            route.active.collect(from: route.counts.base, route.gather)
            route.gather.add(route.active, to: offset.base)
        }
    }
}

extension WindowGather {
    /// Adds what all active sites bring to all targets, in double precision.
    ///
    /// A target sums over the taps of its window in order, and under each over channels in order.
    func add(_ sites: ActiveSites, to targets: UnsafeMutablePointer<Double>) {
        let (first, offsets, amounts) = (sites.starts.base, sites.offsets.base, sites.amounts.base)
        for pixel in 0..<targetPixels {
            let target = targets + pixel * outputs
            for index in Int(starts[pixel])..<Int(starts[pixel + 1]) {
                let base = weights + Int(taps[index].weight)
                let under = Int(taps[index].pixel)
                for active in Int(first[under])..<Int(first[under + 1]) {
                    let amount = Double(amounts[active])
                    let row = base + Int(offsets[active])
                    for output in 0..<outputs { target[output] += amount * Double(row[output]) }
                }
            }
        }
    }
}
