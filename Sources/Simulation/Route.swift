/// Memory that is written once, when a network is lowered, and then only read, by all workers.
///
/// It is unchecked because the compiler cannot see that nothing is stored after the plan has been made; only the
/// plan's initialiser has a way to store.
final class Arena: @unchecked Sendable {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { block.deallocate() } }

    /// Keeps a copy of `values` for as long as the arena lives.
    func store<Element: BitwiseCopyable>(_ values: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(values.count, 1))
        values.withUnsafeBufferPointer { buffer in
            if let first = buffer.baseAddress { memory.initialize(from: first, count: buffer.count) }
        }
        blocks.append(UnsafeMutableRawPointer(memory))
        return UnsafePointer(memory)
    }
}

/// Memory of an arena, which nobody writes.
struct ReadOnly<Element: BitwiseCopyable>: @unchecked Sendable {
    let base: UnsafePointer<Element>
    init(_ base: UnsafePointer<Element>) { self.base = base }
}

/// A ``SpikeRouter`` in the memory of an ``Arena``.
///
/// The inner loops pass it around by value without touching a reference count, which workers would have to share.
/// Whoever uses it keeps the arena alive.
struct Route: BitwiseCopyable, @unchecked Sendable {
    let source: Int
    let target: Int
    /// Where each place of the source arrives; `nil` where places are sites.
    let sites: Table?
    let siteCount: Int
    /// The one site of each place, where every place has one and its factor is 1, as in pooling without overlap.
    let onlySite: UnsafePointer<Int32>?
    let scatter: Scatter
    /// The same from the side of the targets, for a convolution.
    let gather: WindowGather?

    struct Table: BitwiseCopyable {
        let starts: UnsafePointer<Int>
        let targets: UnsafePointer<Int32>
        let factors: UnsafePointer<Float>

        init(_ table: SiteTable, in arena: Arena) {
            starts = arena.store(table.starts)
            targets = arena.store(table.targets)
            factors = arena.store(table.factors)
        }

        @inline(__always) func entries(of element: Int) -> Range<Int> { starts[element]..<starts[element + 1] }
    }

    struct Runs: BitwiseCopyable {
        let channels: Int
        let starts: UnsafePointer<Int>
        let runs: UnsafePointer<RunScatter.Run>
        let channelStride: Int
        let channelsPerGroup: Int
        let groupStride: Int
        let weights: UnsafePointer<Float>
        let longestRun: Int

        init(_ scatter: RunScatter, in arena: Arena) {
            channels = scatter.channels
            starts = arena.store(scatter.starts)
            runs = arena.store(scatter.runs)
            channelStride = scatter.channelStride
            channelsPerGroup = scatter.channelsPerGroup
            groupStride = scatter.groupStride
            weights = arena.store(scatter.weights)
            longestRun = scatter.runs.map(\.length).max() ?? 0
        }

        /// Calls `body` with the first target, the first weight, the length and the group's shift of each run of a site.
        @inline(__always) func forEachRun(
            ofSite site: Int, _ body: (Int, UnsafePointer<Float>, Int, Int) -> Void
        ) {
            let (pixel, channel) = site.quotientAndRemainder(dividingBy: channels)
            let shift = groupStride == 0 ? 0 : channel / channelsPerGroup * groupStride
            let first = weights + channel * channelStride
            for index in starts[pixel]..<starts[pixel + 1] {
                let run = runs[index]
                body(run.target + shift, first + run.weight, run.length, shift)
            }
        }
    }

    enum Scatter: BitwiseCopyable {
        case runs(UnsafePointer<Runs>)
        case entries(Table)
    }

    /// - Parameter shape: The shape of the target.
    init(_ router: SpikeRouter, from source: Int, to target: Int, shape: [Int], in arena: Arena) {
        self.source = source
        self.target = target
        sites = router.sites.map { Table($0, in: arena) }
        siteCount = router.siteCount
        onlySite = router.sites.flatMap { table in
            let isSingle = table.starts.indices.allSatisfy { table.starts[$0] == $0 }
            return isSingle && table.factors.allSatisfy { $0 == 1 } ? arena.store(table.targets) : nil
        }
        switch router.scatter {
        case .runs(let runs):
            let stored = Runs(runs, in: arena)
            scatter = .runs(arena.store([stored]))
            gather =
                WindowGather(
                    runs, outputs: shape[0], targets: shape.count == 3 ? shape.reduce(1, *) : shape[0],
                    weights: stored.weights, in: arena)
        case .entries(let table):
            scatter = .entries(Table(table, in: arena))
            gather = nil
        }
    }

    /// The greatest number of consecutive targets of a site.
    var longestRun: Int {
        switch scatter {
        case .runs(let runs): runs.pointee.longestRun
        case .entries: 1
        }
    }

    /// The number of targets that one source place changes.
    func fanOut(ofPlace place: Int) -> Int {
        guard let sites else { return fanOut(ofSite: place) }
        return sites.entries(of: place).reduce(0) { $0 + fanOut(ofSite: Int(sites.targets[$1])) }
    }

    private func fanOut(ofSite site: Int) -> Int {
        switch scatter {
        case .entries(let table): return table.entries(of: site).count
        case .runs(let runs):
            var sum = 0
            runs.pointee.forEachRun(ofSite: site) { _, _, length, _ in sum += length }
            return sum
        }
    }
}
