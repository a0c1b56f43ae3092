/// Sums over each channel of a shard, and maps that differ by channel, in any layout.
///
/// They are what batch normalisation is made of. oneDNN's own works on a whole batch in one call, so that its sums
/// depend on the threads; these take one shard at a time and are combined in order. Channel arrays have
/// `layout.blocks * layout.block` entries, filling included. Sums over one image are single precision, over images
/// double.
package enum ChannelStatistics {
    /// The mean of each channel over a shard, and the sum of squared deviations from it.
    ///
    /// Deviations are taken from the channel's first value while summing, so that little is lost where the mean is
    /// large against the spread.
    package static func moments(
        of x: UnsafePointer<Float>, layout: ValueLayout, images: Int, mean: UnsafeMutablePointer<Double>,
        squares: UnsafeMutablePointer<Double>
    ) {
        let count = Double(images * layout.positions)
        switch layout.block {
        case 16: moments16(x, layout, images, mean, squares)
        case 8: moments8(x, layout, images, mean, squares)
        default: momentsPlain(x, layout, images, mean, squares)
        }
        let block = layout.block
        for channel in 0..<layout.blocks * block {
            let pivot = x[(channel / block) * layout.positions * block + channel % block]
            let (sum, sumOfSquares) = (mean[channel], squares[channel])
            mean[channel] = Double(pivot) + sum / count
            squares[channel] = max(0, sumOfSquares - sum * sum / count)
        }
    }

    /// Takes the moments of further values into account (Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115).
    ///
    /// - Returns: The count of both.
    package static func combine(
        count: Double, mean: UnsafeMutablePointer<Double>, squares: UnsafeMutablePointer<Double>,
        with other: Double, mean otherMean: UnsafePointer<Double>, squares otherSquares: UnsafePointer<Double>,
        channels: Int
    ) -> Double {
        let total = count + other
        for channel in 0..<channels {
            let difference = otherMean[channel] - mean[channel]
            mean[channel] += difference * other / total
            squares[channel] += otherSquares[channel] + difference * difference * count * other / total
        }
        return total
    }

    /// The sums Σ dy and Σ dy · (x − centre) of each channel over a shard.
    package static func gradientSums(
        of dy: UnsafePointer<Float>, x: UnsafePointer<Float>, centre: UnsafePointer<Float>, layout: ValueLayout,
        images: Int, sums: UnsafeMutablePointer<Double>, products: UnsafeMutablePointer<Double>
    ) {
        for channel in 0..<layout.blocks * layout.block {
            sums[channel] = 0
            products[channel] = 0
        }
        forEachRun(layout, images) { offset, channel in
            switch layout.block {
            case 16:
                let centre = load16(centre + channel)
                let (s, p) = products16(dy + offset, x + offset, centre, layout.positions)
                for lane in 0..<16 {
                    sums[channel + lane] += Double(s[lane])
                    products[channel + lane] += Double(p[lane])
                }
            case 8:
                let centre = load8(centre + channel)
                let (s, p) = products8(dy + offset, x + offset, centre, layout.positions)
                for lane in 0..<8 {
                    sums[channel + lane] += Double(s[lane])
                    products[channel + lane] += Double(p[lane])
                }
            default:
                let whole = layout.positions / 8
                let (s, p) = products8(dy + offset, x + offset, SIMD8(repeating: centre[channel]), whole)
                var (sum, product) = (Double(s.sum()), Double(p.sum()))
                for i in whole * 8..<layout.positions {
                    sum += Double(dy[offset + i])
                    product += Double(dy[offset + i] * (x[offset + i] - centre[channel]))
                }
                sums[channel] += sum
                products[channel] += product
            }
        }
    }

    /// y ← x · scale + shift by channel; `y` may be `x`.
    package static func scale(
        _ x: UnsafePointer<Float>, by scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
        into y: UnsafeMutablePointer<Float>, layout: ValueLayout, images: Int
    ) {
        let positions = layout.positions
        forEachRun(layout, images) { offset, channel in
            let (x, y) = (x + offset, y + offset)
            switch layout.block {
            case 16:
                let (a, b) = (load16(scale + channel), load16(shift + channel))
                for i in 0..<positions { store16(load16(x + 16 * i) * a + b, y + 16 * i) }
            case 8:
                let (a, b) = (load8(scale + channel), load8(shift + channel))
                for i in 0..<positions { store8(load8(x + 8 * i) * a + b, y + 8 * i) }
            default:
                let (a, b) = (scale[channel], shift[channel])
                for i in 0..<positions { y[i] = x[i] * a + b }
            }
        }
    }

    /// dx ← dy · a + (x − centre) · b + c by channel; `dx` may be `dy`.
    package static func gradient(
        _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, centre: UnsafePointer<Float>,
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, layout: ValueLayout, images: Int
    ) {
        let positions = layout.positions
        forEachRun(layout, images) { offset, channel in
            let (dy, x, dx) = (dy + offset, x + offset, dx + offset)
            switch layout.block {
            case 16:
                let (a, b, c) = (load16(a + channel), load16(b + channel), load16(c + channel))
                let centre = load16(centre + channel)
                for i in 0..<positions {
                    store16(load16(dy + 16 * i) * a + (load16(x + 16 * i) - centre) * b + c, dx + 16 * i)
                }
            case 8:
                let (a, b, c) = (load8(a + channel), load8(b + channel), load8(c + channel))
                let centre = load8(centre + channel)
                for i in 0..<positions {
                    store8(load8(dy + 8 * i) * a + (load8(x + 8 * i) - centre) * b + c, dx + 8 * i)
                }
            default:
                let (a, b, c, centre) = (a[channel], b[channel], c[channel], centre[channel])
                for i in 0..<positions { dx[i] = dy[i] * a + (x[i] - centre) * b + c }
            }
        }
    }
}

// MARK: - Lanes

// Registers of fixed width are named here; everything above is written in terms of them.

@inline(__always)
private func load16(_ p: UnsafePointer<Float>) -> SIMD16<Float> {
    UnsafeRawPointer(p).loadUnaligned(as: SIMD16<Float>.self)
}

@inline(__always)
private func load8(_ p: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(p).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
private func store16(_ v: SIMD16<Float>, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: SIMD16<Float>.self)
}

@inline(__always)
private func store8(_ v: SIMD8<Float>, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: SIMD8<Float>.self)
}

/// Calls `body` for each image and channel block with the offset of its first value and its first channel.
@inline(__always)
private func forEachRun(_ layout: ValueLayout, _ images: Int, _ body: (_ offset: Int, _ channel: Int) -> Void) {
    let run = layout.positions * layout.block
    for image in 0..<images {
        for block in 0..<layout.blocks { body(image * layout.imageStride + block * run, block * layout.block) }
    }
}

// Two chains of additions each, because an addition takes longer than starting the next one.

@inline(__always)
private func deviations16(
    _ x: UnsafePointer<Float>, _ pivot: SIMD16<Float>, _ count: Int
) -> (SIMD16<Float>, SIMD16<Float>) {
    var (s0, s1, q0, q1) = (SIMD16<Float>.zero, SIMD16<Float>.zero, SIMD16<Float>.zero, SIMD16<Float>.zero)
    for i in 0..<count / 2 {
        let (a, b) = (load16(x + 32 * i) - pivot, load16(x + 32 * i + 16) - pivot)
        s0 += a
        s1 += b
        q0 += a * a
        q1 += b * b
    }
    if count % 2 == 1 {
        let a = load16(x + 16 * (count - 1)) - pivot
        s0 += a
        q0 += a * a
    }
    return (s0 + s1, q0 + q1)
}

@inline(__always)
private func deviations8(
    _ x: UnsafePointer<Float>, _ pivot: SIMD8<Float>, _ count: Int
) -> (SIMD8<Float>, SIMD8<Float>) {
    var (s0, s1, q0, q1) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    for i in 0..<count / 2 {
        let (a, b) = (load8(x + 16 * i) - pivot, load8(x + 16 * i + 8) - pivot)
        s0 += a
        s1 += b
        q0 += a * a
        q1 += b * b
    }
    if count % 2 == 1 {
        let a = load8(x + 8 * (count - 1)) - pivot
        s0 += a
        q0 += a * a
    }
    return (s0 + s1, q0 + q1)
}

@inline(__always)
private func products16(
    _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ centre: SIMD16<Float>, _ count: Int
) -> (SIMD16<Float>, SIMD16<Float>) {
    var (s, p) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
    for i in 0..<count {
        let gradient = load16(dy + 16 * i)
        s += gradient
        p += gradient * (load16(x + 16 * i) - centre)
    }
    return (s, p)
}

@inline(__always)
private func products8(
    _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ centre: SIMD8<Float>, _ count: Int
) -> (SIMD8<Float>, SIMD8<Float>) {
    var (s, p) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    for i in 0..<count {
        let gradient = load8(dy + 8 * i)
        s += gradient
        p += gradient * (load8(x + 8 * i) - centre)
    }
    return (s, p)
}

// The sums of deviations of a shard from each channel's first value, and of their squares, for each layout.

private func moments16(
    _ x: UnsafePointer<Float>, _ layout: ValueLayout, _ images: Int, _ sums: UnsafeMutablePointer<Double>,
    _ squares: UnsafeMutablePointer<Double>
) {
    clear(sums, squares, layout)
    forEachRun(layout, images) { offset, channel in
        let pivot = load16(x + channel / 16 * layout.positions * 16)
        let (s, q) = deviations16(x + offset, pivot, layout.positions)
        for lane in 0..<16 {
            sums[channel + lane] += Double(s[lane])
            squares[channel + lane] += Double(q[lane])
        }
    }
}

private func moments8(
    _ x: UnsafePointer<Float>, _ layout: ValueLayout, _ images: Int, _ sums: UnsafeMutablePointer<Double>,
    _ squares: UnsafeMutablePointer<Double>
) {
    clear(sums, squares, layout)
    forEachRun(layout, images) { offset, channel in
        let pivot = load8(x + channel / 8 * layout.positions * 8)
        let (s, q) = deviations8(x + offset, pivot, layout.positions)
        for lane in 0..<8 {
            sums[channel + lane] += Double(s[lane])
            squares[channel + lane] += Double(q[lane])
        }
    }
}

private func momentsPlain(
    _ x: UnsafePointer<Float>, _ layout: ValueLayout, _ images: Int, _ sums: UnsafeMutablePointer<Double>,
    _ squares: UnsafeMutablePointer<Double>
) {
    clear(sums, squares, layout)
    let whole = layout.positions / 8
    forEachRun(layout, images) { offset, channel in
        let pivot = x[channel * layout.positions]
        let (s, q) = deviations8(x + offset, SIMD8(repeating: pivot), whole)
        var (sum, square) = (Double(s.sum()), Double(q.sum()))
        for i in whole * 8..<layout.positions {
            let deviation = x[offset + i] - pivot
            sum += Double(deviation)
            square += Double(deviation * deviation)
        }
        sums[channel] += sum
        squares[channel] += square
    }
}

private func clear(
    _ sums: UnsafeMutablePointer<Double>, _ squares: UnsafeMutablePointer<Double>, _ layout: ValueLayout
) {
    for channel in 0..<layout.blocks * layout.block {
        sums[channel] = 0
        squares[channel] = 0
    }
}
