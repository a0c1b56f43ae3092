import CSynfireSupport

/// Weights from the side of their targets: for each target pixel, the input pixels under its window.
///
/// A matrix is one pixel whose channels are its elements. Where many sites are active in a step, a target pixel's channels are summed in registers over all of them, which
/// reads each weight once and writes each target once. Scattering site by site would pass the targets through the
/// cache for each of them.
struct WindowGather: BitwiseCopyable {
    /// An input pixel under a window, and the weights of its first channel there.
    struct Tap: BitwiseCopyable {
        let pixel: Int32
        let weight: Int32
    }

    let targetPixels: Int
    let inputPixels: Int
    /// The number of input channels and of output channels.
    let channels: Int
    let outputs: Int
    /// The taps of target pixel `p` are `starts[p] ..< starts[p + 1]`.
    let starts: UnsafePointer<Int32>
    let taps: UnsafePointer<Tap>
    /// How much further on the weights of the next input channel are.
    let channelStride: Int
    let weights: UnsafePointer<Float>
    /// Whether the weights are too many to stay near, so that they are asked for ahead.
    let isLarge: Bool

    /// The transpose of a scatter, where it has one group and every run is made of whole pixels.
    init?(_ scatter: RunScatter, outputs: Int, targets: Int, weights: UnsafePointer<Float>, in arena: Arena) {
        guard scatter.channelsPerGroup == scatter.channels, scatter.weights.count <= Int(Int32.max) else { return nil }
        isLarge = scatter.weights.count > 1 << 17
        targetPixels = targets / outputs
        inputPixels = scatter.starts.count - 1
        channels = scatter.channels
        self.outputs = outputs
        channelStride = scatter.channelStride
        self.weights = weights
        var lists = [[Tap]](repeating: [], count: targetPixels)
        for pixel in 0..<inputPixels {
            for run in scatter.runs[scatter.starts[pixel]..<scatter.starts[pixel + 1]] {
                for offset in stride(from: 0, to: run.length, by: outputs) {
                    lists[(run.target + offset) / outputs].append(
                        Tap(pixel: Int32(pixel), weight: Int32(run.weight + offset)))
                }
            }
        }
        var starts: [Int32] = [0]
        for list in lists { starts.append(starts[starts.count - 1] + Int32(list.count)) }
        self.starts = arena.store(starts)
        taps = arena.store(Array(lists.joined()))
    }
}

/// The active sites of a step, pixel by pixel.
struct ActiveSites {
    /// The channels and amounts of pixel `p` are `starts[p] ..< starts[p + 1]`.
    let starts: WorkBuffer<Int32>
    let offsets: WorkBuffer<Int32>
    let amounts: WorkBuffer<Float>

    init(_ gather: WindowGather) {
        starts = WorkBuffer(repeating: 0, count: gather.inputPixels + 1)
        // One more than there can be, as a place is written before it is known whether it counts; and some that are
        // looked at ahead.
        let most = gather.inputPixels * gather.channels + 1 + WindowGather.ahead
        offsets = WorkBuffer(repeating: 0, count: most)
        amounts = WorkBuffer(repeating: 0, count: most)
    }

    /// Lists what is not zero and clears it.
    func collect(from sums: UnsafeMutablePointer<Float>, _ gather: WindowGather) {
        var count = 0
        var site = 0
        for pixel in 0..<gather.inputPixels {
            starts.base[pixel] = Int32(truncatingIfNeeded: count)
            for channel in 0..<gather.channels {
                // Written always and counted only where active: no branch that could be mispredicted.
                let amount = sums[site]
                offsets.base[count] = Int32(truncatingIfNeeded: channel * gather.channelStride)
                amounts.base[count] = amount
                count += amount != 0 ? 1 : 0
                sums[site] = 0
                site += 1
            }
        }
        starts.base[gather.inputPixels] = Int32(truncatingIfNeeded: count)
    }
}

extension WindowGather {
    /// Adds what all active sites bring to all targets.
    ///
    /// A target sums over the taps of its window in order, and under each over channels in order, each product fused
    /// with its addition.
    func add(_ sites: ActiveSites, to targets: UnsafeMutablePointer<Float>) {
        for pixel in 0..<targetPixels {
            let target = targets + pixel * outputs
            let taps = Int(starts[pixel])..<Int(starts[pixel + 1])
            var first = 0
            while first + 64 <= outputs {
                addBlock64(sites, taps, first, target + first)
                first += 64
            }
            while first + 16 <= outputs {
                addBlock16(sites, taps, first, target + first)
                first += 16
            }
            if first < outputs { addRest(sites, taps, first, target) }
        }
    }

    private typealias Lanes = SIMD8<Float>

    /// How many active sites ahead weights are asked for.
    static let ahead = 6

    @inline(__always) private func prefetch(_ row: UnsafePointer<Float>) {
        synfire_prefetch(row)
        synfire_prefetch(row + 16)
        synfire_prefetch(row + 32)
        synfire_prefetch(row + 48)
    }

    @inline(__always) private func load(_ pointer: UnsafePointer<Float>, _ index: Int) -> Lanes {
        UnsafeRawPointer(pointer).loadUnaligned(fromByteOffset: index * 32, as: Lanes.self)
    }

    @inline(__always) private func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>, _ index: Int) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: value, toByteOffset: index * 32, as: Lanes.self)
    }

    private func addBlock64(
        _ sites: ActiveSites, _ taps: Range<Int>, _ first: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        let from = UnsafePointer(target)
        var (a, b, c, d) = (load(from, 0), load(from, 1), load(from, 2), load(from, 3))
        var (e, f, g, h) = (load(from, 4), load(from, 5), load(from, 6), load(from, 7))
        let (starts, offsets, amounts) = (sites.starts.base, sites.offsets.base, sites.amounts.base)
        for index in taps {
            let tap = self.taps[index]
            let base = weights + (Int(tap.weight) + first)
            for active in Int(starts[Int(tap.pixel)])..<Int(starts[Int(tap.pixel) + 1]) {
                if isLarge { prefetch(base + Int(offsets[active + Self.ahead])) }
                let amount = Lanes(repeating: amounts[active])
                let row = base + Int(offsets[active])
                a = a.addingProduct(amount, load(row, 0))
                b = b.addingProduct(amount, load(row, 1))
                c = c.addingProduct(amount, load(row, 2))
                d = d.addingProduct(amount, load(row, 3))
                e = e.addingProduct(amount, load(row, 4))
                f = f.addingProduct(amount, load(row, 5))
                g = g.addingProduct(amount, load(row, 6))
                h = h.addingProduct(amount, load(row, 7))
            }
        }
        store(a, target, 0)
        store(b, target, 1)
        store(c, target, 2)
        store(d, target, 3)
        store(e, target, 4)
        store(f, target, 5)
        store(g, target, 6)
        store(h, target, 7)
    }

    private func addBlock16(
        _ sites: ActiveSites, _ taps: Range<Int>, _ first: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        let from = UnsafePointer(target)
        var (a, b) = (load(from, 0), load(from, 1))
        let (starts, offsets, amounts) = (sites.starts.base, sites.offsets.base, sites.amounts.base)
        for index in taps {
            let tap = self.taps[index]
            let base = weights + (Int(tap.weight) + first)
            for active in Int(starts[Int(tap.pixel)])..<Int(starts[Int(tap.pixel) + 1]) {
                let amount = Lanes(repeating: amounts[active])
                let row = base + Int(offsets[active])
                a = a.addingProduct(amount, load(row, 0))
                b = b.addingProduct(amount, load(row, 1))
            }
        }
        store(a, target, 0)
        store(b, target, 1)
    }

    private func addRest(_ sites: ActiveSites, _ taps: Range<Int>, _ first: Int, _ target: UnsafeMutablePointer<Float>)
    {
        for index in taps {
            let tap = self.taps[index]
            let base = weights + Int(tap.weight)
            for active in Int(sites.starts.base[Int(tap.pixel)])..<Int(sites.starts.base[Int(tap.pixel) + 1]) {
                let row = base + Int(sites.offsets.base[active])
                for output in first..<outputs {
                    target[output] = target[output].addingProduct(sites.amounts.base[active], row[output])
                }
            }
        }
    }
}
