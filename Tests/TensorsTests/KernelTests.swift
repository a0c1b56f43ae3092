import SynfireParallel
import SynfireTensors
import Testing

@Suite("oneDNN threads")
struct KernelThreadsTests {
    @Test("each worker is limited to one thread, and the caller gets its own number back")
    func limited() throws {
        let before = KernelThreads.current
        let pool = try WorkerPool(workers: 3)
        KernelThreads.limited {
            #expect(KernelThreads.current == 1)
            pool.parallelFor(12) { _ in
                KernelThreads.limitCallingThread()
                #expect(KernelThreads.current == 1)
            }
        }
        #expect(KernelThreads.current == before)
        #expect(before >= 1)
    }

    @Test("the loaded library is one that is supported")
    func version() {
        #expect(OneDNN.version.hasPrefix("2.") || OneDNN.version.hasPrefix("3."))
    }
}

/// Values of some images, written in any layout from a rule over (image, channel, position).
private struct Values {
    let layout: ValueLayout
    let images: Int
    let buffer: FloatBuffer

    init(_ layout: ValueLayout, images: Int, _ rule: (Int, Int, Int) -> Float) throws {
        self.layout = layout
        self.images = images
        buffer = try FloatBuffer(count: images * layout.imageStride)
        for image in 0..<images {
            for channel in 0..<layout.channels {
                for position in 0..<layout.positions {
                    buffer.base[offset(image, channel, position)] = rule(image, channel, position)
                }
            }
        }
    }

    func offset(_ image: Int, _ channel: Int, _ position: Int) -> Int {
        image * layout.imageStride + (channel / layout.block) * layout.positions * layout.block
            + position * layout.block + channel % layout.block
    }

    func value(_ image: Int, _ channel: Int, _ position: Int) -> Double {
        Double(buffer.base[offset(image, channel, position)])
    }

    /// All values of a channel.
    func channel(_ channel: Int) -> [Double] {
        (0..<images).flatMap { image in (0..<layout.positions).map { value(image, channel, $0) } }
    }
}

@Suite("Loops over channels")
struct ChannelStatisticsTests {
    static let layouts = [
        ValueLayout(shape: [5, 3, 7], block: 1), ValueLayout(shape: [5, 3, 7], block: 8),
        ValueLayout(shape: [20, 4, 4], block: 16), ValueLayout(shape: [16, 1, 3], block: 16),
        ValueLayout(shape: [3, 1, 1], block: 1), ValueLayout(shape: [24, 5, 5], block: 8),
    ]

    private static func random(_ layout: ValueLayout, seed: UInt64, offset: Double = 0) throws -> Values {
        var stream = RandomStream(seed: seed, stream: 0)
        return try Values(layout, images: 3) { _, channel, _ in
            Float(offset + Double(channel) + stream.normal())
        }
    }

    @Test("moments agree with two passes in double precision, even far from zero", arguments: layouts, [0.0, 1_000.0])
    func moments(layout: ValueLayout, offset: Double) throws {
        let x = try Self.random(layout, seed: 1, offset: offset)
        let width = layout.blocks * layout.block
        var mean = [Double](repeating: 9, count: width)
        var squares = mean
        ChannelStatistics.moments(of: x.buffer.base, layout: layout, images: 3, mean: &mean, squares: &squares)
        for channel in 0..<layout.channels {
            let values = x.channel(channel)
            let exact = values.reduce(0, +) / Double(values.count)
            let spread = values.reduce(0) { $0 + ($1 - exact) * ($1 - exact) }
            #expect(abs(mean[channel] - exact) < 1e-5)
            #expect(abs(squares[channel] - spread) < 1e-4 * (1 + spread))
        }
        for channel in layout.channels..<width {
            #expect(mean[channel] == 0)
            #expect(squares[channel] == 0)
        }
    }

    @Test("moments of parts combine to those of the whole")
    func combine() throws {
        let layout = ValueLayout(shape: [4, 3, 3])
        let x = try Self.random(layout, seed: 2)
        var whole = ([Double](repeating: 0, count: 4), [Double](repeating: 0, count: 4))
        var (first, rest) = (whole, whole)
        ChannelStatistics.moments(of: x.buffer.base, layout: layout, images: 3, mean: &whole.0, squares: &whole.1)
        ChannelStatistics.moments(of: x.buffer.base, layout: layout, images: 1, mean: &first.0, squares: &first.1)
        ChannelStatistics.moments(
            of: x.buffer.base + layout.imageStride, layout: layout, images: 2, mean: &rest.0, squares: &rest.1)
        let count = ChannelStatistics.combine(
            count: 9, mean: &first.0, squares: &first.1, with: 18, mean: rest.0, squares: rest.1, channels: 4)
        #expect(count == 27)
        for channel in 0..<4 {
            #expect(abs(first.0[channel] - whole.0[channel]) < 1e-6)
            #expect(abs(first.1[channel] - whole.1[channel]) < 1e-5)
        }
    }

    @Test("gradient sums, scaling and gradients agree with their formulas", arguments: layouts)
    func maps(layout: ValueLayout) throws {
        let x = try Self.random(layout, seed: 3)
        let dy = try Self.random(layout, seed: 4, offset: -2)
        let width = layout.blocks * layout.block
        func perChannel(_ seed: UInt64) -> [Float] {
            var stream = RandomStream(seed: seed, stream: 1)
            return (0..<width).map { $0 < layout.channels ? Float(stream.normal()) : 0 }
        }
        let (a, b, c, centre) = (perChannel(5), perChannel(6), perChannel(7), perChannel(8))
        var sums = [Double](repeating: 9, count: width)
        var products = sums
        ChannelStatistics.gradientSums(
            of: dy.buffer.base, x: x.buffer.base, centre: centre, layout: layout, images: 3, sums: &sums,
            products: &products)
        let y = try Values(layout, images: 3) { _, _, _ in 0 }
        ChannelStatistics.scale(x.buffer.base, by: a, b, into: y.buffer.base, layout: layout, images: 3)
        let dx = try Values(layout, images: 3) { _, _, _ in 0 }
        ChannelStatistics.gradient(
            dy.buffer.base, x.buffer.base, centre: centre, a, b, c, into: dx.buffer.base, layout: layout, images: 3)
        for channel in 0..<layout.channels {
            let (gradients, values) = (dy.channel(channel), x.channel(channel).map { $0 - Double(centre[channel]) })
            let product = zip(gradients, values).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(sums[channel] - gradients.reduce(0, +)) < 1e-3)
            #expect(abs(products[channel] - product) < 1e-3 * (1 + abs(product)))
            for (image, position) in (0..<3).flatMap({ i in (0..<layout.positions).map { (i, $0) } }) {
                let value = x.value(image, channel, position)
                let scaled = value * Double(a[channel]) + Double(b[channel])
                #expect(abs(y.value(image, channel, position) - scaled) < 1e-4)
                let gradient =
                    dy.value(image, channel, position) * Double(a[channel])
                    + (value - Double(centre[channel])) * Double(b[channel]) + Double(c[channel])
                #expect(abs(dx.value(image, channel, position) - gradient) < 1e-4)
            }
        }
        for channel in layout.channels..<width { #expect(y.channel(channel).allSatisfy { $0 == 0 }) }
    }

    @Test("a rectifier keeps what is not a number")
    func rectify() {
        let x: [Float] = [-1, 0, 2, .nan, -.infinity, .infinity, -0.0, 3, -3]
        var y = [Float](repeating: 9, count: x.count)
        Elementwise.rectify(x, into: &y, count: x.count)
        #expect(y[3].isNaN)
        #expect(y.enumerated().allSatisfy { $0.offset == 3 || $0.element == max(0, x[$0.offset]) })
    }
}

@Suite("Layout changes")
struct ReorderTests {
    @Test("there and back gives the same values, and filling is zero", arguments: [8, 16])
    func roundTrip(block: Int) throws {
        try KernelThreads.limited {
            let plain = ValueLayout(shape: [11, 3, 5])
            let blocked = ValueLayout(shape: [11, 3, 5], block: block)
            let context = try KernelContext(workers: 1)
            let x = try Values(plain, images: 2) { Float($0 * 1_000 + $1 * 50 + $2 + 1) }
            let y = try FloatBuffer(count: 2 * blocked.imageStride)
            let z = try FloatBuffer(count: 2 * plain.imageStride)
            for index in 0..<y.count { y.base[index] = 7 }
            let there = Reorder(from: plain, to: blocked, context: context)
            let back = Reorder(from: blocked, to: plain, context: context)
            try there.prepare(images: 2)
            try back.prepare(images: 2)
            try there.run(x.buffer.base, into: y.base, images: 2, worker: 0)
            try back.run(y.base, into: z.base, images: 2, worker: 0)
            #expect(z.array(count: z.count) == x.buffer.array(count: z.count))
            let expected = try Values(blocked, images: 2) { Float($0 * 1_000 + $1 * 50 + $2 + 1) }
            #expect(y.array(count: y.count) == expected.buffer.array(count: y.count))
        }
    }
}
