/// Where each place of a resampled axis takes its value from: between two neighbours.
package struct ResamplingAxis: Sendable {
    /// One place: (1 − weight) of the value at `first` and `weight` of the one at `second`.
    struct Place: Sendable {
        let first: Int
        let second: Int
        let weight: Float
    }

    /// How places are found.
    package enum Method: Sendable {
        /// The value at ⌊i / scale⌋.
        case nearest
        /// The value whose middle is nearest to the place's own: ⌊(i + 1/2) / scale⌋.
        case nearestExact
        /// Between the neighbours; corners lie on each other, or else the middles of values count.
        case linear(alignsCorners: Bool)
    }

    let places: [Place]

    /// The places of an axis of n values.
    ///
    /// Positions are computed in single precision and rounded as in PyTorch, whose choices between two neighbours are
    /// met so.
    ///
    /// - Parameters:
    ///   - count: How many places there are.
    ///   - scale: By how much the axis is stretched where that was given; nil for count / n.
    package init(_ method: Method, from n: Int, to count: Int, scale: Double?) {
        let step = scale.map { Float(1 / $0) } ?? Float(n) / Float(count)
        let last = n - 1
        places = (0..<count).map { place in
            switch method {
            case .nearest:
                let source = count == n ? place : count == 2 * n ? place / 2 : Int(Float(place) * step)
                return Place(first: min(source, last), second: min(source, last), weight: 0)
            case .nearestExact:
                let source = min(Int((Float(place) + 0.5) * step), last)
                return Place(first: source, second: source, weight: 0)
            case .linear(let alignsCorners):
                let position =
                    alignsCorners
                    ? Float(place) * (count > 1 ? Float(last) / Float(count - 1) : 0)
                    : max(0, (Float(place) + 0.5) * step - 0.5)
                let first = count == n ? place : min(Int(position), last)
                let weight = count == n ? 0 : min(max(position - Float(first), 0), 1)
                return Place(first: first, second: min(first + 1, last), weight: weight)
            }
        }
    }
}

/// Feature maps of another size, by nearest values or between neighbours, in whatever layout they come.
package final class Resampling: Sendable {
    package let input: ValueLayout
    package let output: ValueLayout

    private let rows: ResamplingAxis
    private let columns: ResamplingAxis
    private let isNearest: Bool

    /// - Parameter output: (C, rows, columns) or (C, length) in the layout of the input.
    package init(input: ValueLayout, output: ValueLayout, rows: ResamplingAxis, columns: ResamplingAxis) {
        self.input = input
        self.output = output
        self.rows = rows
        self.columns = columns
        isNearest = (rows.places + columns.places).allSatisfy { $0.weight == 0 }
    }

    /// y ← resampled x for some images.
    package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, images: Int) {
        switch input.block {
        case 16: forward(SIMD16<Float>.self, x, y, images)
        case 8: forward(SIMD8<Float>.self, x, y, images)
        default: forward(Float.self, x, y, images)
        }
    }

    /// dx ← the gradient of some images' input.
    package func backward(_ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, images: Int) {
        switch input.block {
        case 16: backward(SIMD16<Float>.self, dy, dx, images)
        case 8: backward(SIMD8<Float>.self, dy, dx, images)
        default: backward(Float.self, dy, dx, images)
        }
    }

    @inline(__always)
    private func forward<L: Lanes>(
        _: L.Type, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ images: Int
    ) {
        let (block, width) = (input.block, input.columns)
        for plane in 0..<images * input.blocks {
            let x = x + plane * input.positions * block
            var y = y + plane * output.positions * block
            for row in rows.places {
                let (upper, lower) = (x + row.first * width * block, x + row.second * width * block)
                for column in columns.places {
                    let (left, right) = (column.first * block, column.second * block)
                    if isNearest {
                        L.load(upper + left).store(y)
                    } else {
                        let weight = column.weight
                        let above = L.load(upper + left).times(1 - weight) + L.load(upper + right).times(weight)
                        let below = L.load(lower + left).times(1 - weight) + L.load(lower + right).times(weight)
                        (above.times(1 - row.weight) + below.times(row.weight)).store(y)
                    }
                    y += block
                }
            }
        }
    }

    @inline(__always)
    private func backward<L: Lanes>(
        _: L.Type, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, _ images: Int
    ) {
        let (block, width) = (input.block, input.columns)
        dx.update(repeating: 0, count: images * input.imageStride)
        for plane in 0..<images * input.blocks {
            let dx = dx + plane * input.positions * block
            var dy = dy + plane * output.positions * block
            func add(_ gradient: L, _ target: UnsafeMutablePointer<Float>) { (L.load(target) + gradient).store(target) }
            for row in rows.places {
                let (upper, lower) = (dx + row.first * width * block, dx + row.second * width * block)
                for column in columns.places {
                    let (left, right) = (column.first * block, column.second * block)
                    let gradient = L.load(dy)
                    if isNearest {
                        add(gradient, upper + left)
                    } else {
                        let (above, below) = (gradient.times(1 - row.weight), gradient.times(row.weight))
                        add(above.times(1 - column.weight), upper + left)
                        add(above.times(column.weight), upper + right)
                        add(below.times(1 - column.weight), lower + left)
                        add(below.times(column.weight), lower + right)
                    }
                    dy += block
                }
            }
        }
    }
}
