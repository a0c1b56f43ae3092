/// One number a channel that is added to all its values, for kernels that cannot do so themselves.
package enum ChannelBias {
    /// y ← y + bias for some images.
    ///
    /// - Parameter bias: One number a channel, and zeros up to a whole number of blocks.
    package static func add(
        _ bias: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ layout: ValueLayout, images: Int
    ) {
        switch layout.block {
        case 16: add(SIMD16<Float>.self, bias, y, layout, images)
        case 8: add(SIMD8<Float>.self, bias, y, layout, images)
        default: add(Float.self, bias, y, layout, images)
        }
    }

    /// sums ← Σ dy over images and positions for each channel: the bias' gradient.
    ///
    /// Values of an image are summed in single precision in runs of 64, runs in double precision.
    package static func gradient(
        _ dy: UnsafePointer<Float>, _ layout: ValueLayout, images: Int, into sums: UnsafeMutablePointer<Float>
    ) {
        switch layout.block {
        case 16: gradient(SIMD16<Float>.self, dy, layout, images, sums)
        case 8: gradient(SIMD8<Float>.self, dy, layout, images, sums)
        default: gradient(Float.self, dy, layout, images, sums)
        }
    }

    @inline(__always)
    private static func gradient<L: Lanes>(
        _: L.Type, _ dy: UnsafePointer<Float>, _ layout: ValueLayout, _ images: Int, _ sums: UnsafeMutablePointer<Float>
    ) {
        let (block, blocks, positions) = (layout.block, layout.blocks, layout.positions)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: block) { totals in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: block) { run in
                guard let total = totals.baseAddress, let lanes = run.baseAddress else { return }
                for index in 0..<blocks {
                    total.update(repeating: 0, count: block)
                    for image in 0..<images {
                        let plane = dy + (image * blocks + index) * positions * block
                        for start in stride(from: 0, to: positions, by: 64) {
                            var sum = L.zero
                            for position in start..<min(start + 64, positions) {
                                sum = sum + L.load(plane + position * block)
                            }
                            sum.store(lanes)
                            for lane in 0..<block { total[lane] += Double(lanes[lane]) }
                        }
                    }
                    let first = index * block
                    for lane in 0..<min(block, layout.channels - first) { sums[first + lane] = Float(total[lane]) }
                }
            }
        }
    }

    @inline(__always)
    private static func add<L: Lanes>(
        _: L.Type, _ bias: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ layout: ValueLayout,
        _ images: Int
    ) {
        let (block, blocks, positions) = (layout.block, layout.blocks, layout.positions)
        for plane in 0..<images * blocks {
            let value = L.load(bias + plane % blocks * block)
            let y = y + plane * positions * block
            for position in 0..<positions {
                let target = y + position * block
                (L.load(target) + value).store(target)
            }
        }
    }
}
