/// The rectifier whose slope below zero is a parameter of each channel.
///
/// Slopes are given by channel, `layout.blocks * layout.block` of them, filling included.
package enum ParametricRectifier {
    /// y ← x above 0, slope · x elsewhere; `y` may be `x`.
    package static func forward(
        _ x: UnsafePointer<Float>, slopes: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
        layout: ValueLayout, images: Int
    ) {
        forEachRun(layout, images) { offset, channel, lanes, positions in
            let slopes = slopes + channel
            for position in 0..<positions {
                let (x, y) = (x + offset + position * lanes, y + offset + position * lanes)
                for lane in 0..<lanes {
                    let value = x[lane]
                    y[lane] = value > 0 ? value : slopes[lane] * value
                }
            }
        } plain: { offset, channel, positions in
            let (x, y, slope) = (x + offset, y + offset, slopes[channel])
            for i in 0..<positions {
                let value = x[i]
                y[i] = value > 0 ? value : slope * value
            }
        }
    }

    /// dx ← dy above 0, slope · dy elsewhere; `dx` may be `dy`.
    ///
    /// - Parameter sums: Becomes Σ dy · x over values that are not above 0, by channel.
    package static func backward(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, slopes: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>?, sums: UnsafeMutablePointer<Double>, layout: ValueLayout, images: Int
    ) {
        for channel in 0..<layout.blocks * layout.block { sums[channel] = 0 }
        forEachRun(layout, images) { offset, channel, lanes, positions in
            let (slopes, sums) = (slopes + channel, sums + channel)
            for position in 0..<positions {
                let offset = offset + position * lanes
                let (x, dy) = (x + offset, dy + offset)
                for lane in 0..<lanes { sums[lane] += x[lane] > 0 ? 0 : Double(dy[lane] * x[lane]) }
                guard let dx = dx.map({ $0 + offset }) else { continue }
                for lane in 0..<lanes {
                    let gradient = dy[lane]
                    dx[lane] = x[lane] > 0 ? gradient : slopes[lane] * gradient
                }
            }
        } plain: { offset, channel, positions in
            let (x, dy, slope) = (x + offset, dy + offset, slopes[channel])
            var sum = 0.0
            for i in 0..<positions { sum += x[i] > 0 ? 0 : Double(dy[i] * x[i]) }
            sums[channel] += sum
            guard let dx = dx.map({ $0 + offset }) else { return }
            for i in 0..<positions {
                let gradient = dy[i]
                dx[i] = x[i] > 0 ? gradient : slope * gradient
            }
        }
    }

    /// Goes through runs of channels that lie side by side, or of one channel's values.
    ///
    /// The numbers of a vector are channels side by side.
    @inline(__always)
    private static func forEachRun(
        _ layout: ValueLayout, _ images: Int,
        blocked: (_ offset: Int, _ channel: Int, _ lanes: Int, _ positions: Int) -> Void,
        plain: (_ offset: Int, _ channel: Int, _ positions: Int) -> Void
    ) {
        for image in 0..<images {
            let first = image * layout.imageStride
            if layout.shape.count == 1 {
                blocked(first, 0, layout.channels, 1)
                continue
            }
            let run = layout.positions * layout.block
            for block in 0..<layout.blocks {
                if layout.isPlain {
                    plain(first + block * run, block, layout.positions)
                } else {
                    blocked(first + block * run, block * layout.block, layout.block, layout.positions)
                }
            }
        }
    }
}
