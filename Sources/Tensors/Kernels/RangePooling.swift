/// Which positions of an axis each place of a pooling covers, and by what an average is divided.
package struct PoolingAxis: Sendable {
    /// One place: positions `first`, `first + step`, …, `count` of them.
    struct Place: Sendable {
        let first: Int
        let count: Int
        let divisor: Int
    }

    let places: [Place]
    let step: Int

    /// The places of a window on an axis of n values.
    ///
    /// - Parameter countsPadding: Whether an average is divided by what is added, too; never by what overhangs.
    package init(_ axis: WindowAxis, over n: Int, countsPadding: Bool = false) {
        step = axis.dilation
        places = (0..<axis.outputSize(of: n)).map { place in
            let start = place * axis.stride - axis.before
            let taps = axis.taps(from: start, on: n)
            let padded = axis.taps(from: start + axis.before, on: n + axis.before + axis.after).count
            return Place(
                first: start + taps.lowerBound * axis.dilation, count: taps.count,
                divisor: countsPadding ? padded : taps.count)
        }
    }

    /// As many places as asked for, spread over n values: place i covers ⌊i·n/places⌋ to ⌈(i + 1)·n/places⌉.
    ///
    /// They overlap where n does not divide. That is PyTorch's adaptive pooling.
    package init(adaptive placeCount: Int, over n: Int) {
        step = 1
        places = (0..<placeCount).map { place in
            let first = place * n / placeCount
            let end = ((place + 1) * n + placeCount - 1) / placeCount
            return Place(first: first, count: end - first, divisor: end - first)
        }
    }
}

/// Maximum and average pooling by loops of our own, for what oneDNN does not have: places of any size and distance.
package final class RangePooling: Sendable {
    /// What becomes of the values of a place.
    package enum Operation: Sendable {
        case maximum
        case average
    }

    package let input: ValueLayout
    package let output: ValueLayout
    /// The bytes that an image needs from forward to backward, where each maximum stood; 0 for an average.
    package let workspaceBytes: Int

    private let operation: Operation
    private let rows: PoolingAxis
    private let columns: PoolingAxis

    /// - Parameter output: (C, rows, columns) or (C, length) in the layout of the input, or a plain vector (C) where
    ///   there is one place only.
    package init(
        _ operation: Operation, input: ValueLayout, output: ValueLayout, rows: PoolingAxis, columns: PoolingAxis
    ) {
        self.operation = operation
        self.input = input
        self.output = output
        self.rows = rows
        self.columns = columns
        let places = rows.places.count * columns.places.count
        workspaceBytes = operation == .maximum ? input.blocks * input.block * places * MemoryLayout<Int32>.stride : 0
    }

    /// y ← pooled x for some images.
    package func forward(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, workspace: UnsafeMutableRawPointer?,
        images: Int
    ) {
        switch input.block {
        case 16: forward(SIMD16<Float>.self, x, y, workspace, images)
        case 8: forward(SIMD8<Float>.self, x, y, workspace, images)
        default: forward(Float.self, x, y, workspace, images)
        }
    }

    /// dx ← the gradient of some images' input.
    package func backward(
        _ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, workspace: UnsafeRawPointer?, images: Int
    ) {
        switch input.block {
        case 16: backward(SIMD16<Float>.self, dy, dx, workspace, images)
        case 8: backward(SIMD8<Float>.self, dy, dx, workspace, images)
        default: backward(Float.self, dy, dx, workspace, images)
        }
    }

    /// Calls `body` for each block of channels: where its values begin in the input, in a blocked output and in the
    /// output as it is, and how many lanes that has.
    private func forEachBlock(_ images: Int, _ body: (_ input: Int, _ place: Int, _ output: Int, _ lanes: Int) -> Void)
    {
        let (block, blocks) = (input.block, input.blocks)
        let places = rows.places.count * columns.places.count
        let isVector = output.shape.count == 1
        for image in 0..<images {
            for index in 0..<blocks {
                let plane = image * blocks + index
                body(
                    plane * input.positions * block, plane * places * block,
                    isVector ? image * output.imageStride + index * block : plane * places * block,
                    isVector ? min(block, input.channels - index * block) : block)
            }
        }
    }

    @inline(__always)
    private func forward<L: Lanes>(
        _: L.Type, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ workspace: UnsafeMutableRawPointer?,
        _ images: Int
    ) {
        let (block, width) = (input.block, input.columns)
        forEachBlock(images) { first, place, out, lanes in
            let x = x + first
            var number = 0
            for row in rows.places {
                for column in columns.places {
                    let start = row.first * width + column.first
                    let result: L
                    switch operation {
                    case .average:
                        // Row by row, so that rounding does not grow with the area.
                        var sum = L.zero
                        for i in 0..<row.count {
                            let left = start + i * rows.step * width
                            var rowSum = L.zero
                            for j in 0..<column.count {
                                rowSum = rowSum + L.load(x + (left + j * columns.step) * block)
                            }
                            sum = sum + rowSum
                        }
                        result = sum.divided(by: Float(row.divisor * column.divisor))
                    case .maximum:
                        var best = L.load(x + start * block)
                        var positions = L.positions(Int32(truncatingIfNeeded: start))
                        for i in 0..<row.count {
                            let left = start + i * rows.step * width
                            for j in 0..<column.count {
                                let position = left + j * columns.step
                                best.takeLarger(
                                    L.load(x + position * block), Int32(truncatingIfNeeded: position), &positions)
                            }
                        }
                        if let workspace {
                            L.store(positions, workspace + (place + number * block) * MemoryLayout<Int32>.stride)
                        }
                        result = best
                    }
                    Self.write(result, y + out + number * block, lanes: lanes, block: block)
                    number += 1
                }
            }
        }
    }

    @inline(__always)
    private func backward<L: Lanes>(
        _: L.Type, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, _ workspace: UnsafeRawPointer?,
        _ images: Int
    ) {
        let (block, width) = (input.block, input.columns)
        dx.update(repeating: 0, count: images * input.imageStride)
        forEachBlock(images) { first, place, out, lanes in
            let dx = dx + first
            var number = 0
            for row in rows.places {
                for column in columns.places {
                    let gradient: L = Self.read(dy + out + number * block, lanes: lanes, block: block)
                    if operation == .maximum {
                        if let workspace {
                            let positions: L.Positions = L.load(
                                workspace + (place + number * block) * MemoryLayout<Int32>.stride)
                            gradient.scatter(positions, into: dx)
                        }
                    } else {
                        let share = gradient.divided(by: Float(row.divisor * column.divisor))
                        for i in 0..<row.count {
                            let left = (row.first + i * rows.step) * width + column.first
                            for j in 0..<column.count {
                                let target = dx + (left + j * columns.step) * block
                                (L.load(target) + share).store(target)
                            }
                        }
                    }
                    number += 1
                }
            }
        }
    }

    /// Writes the lanes that the output has.
    @inline(__always)
    private static func write<L: Lanes>(
        _ value: L, _ address: UnsafeMutablePointer<Float>, lanes: Int, block: Int
    ) {
        guard lanes < block else { return value.store(address) }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: block) { whole in
            guard let first = whole.baseAddress else { return }
            value.store(first)
            address.update(from: first, count: lanes)
        }
    }

    /// Reads the lanes that the output has; the others are 0.
    @inline(__always)
    private static func read<L: Lanes>(_ address: UnsafePointer<Float>, lanes: Int, block: Int) -> L {
        guard lanes < block else { return L.load(address) }
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: block) { whole in
            guard let first = whole.baseAddress else { return L.zero }
            first.update(repeating: 0, count: block)
            first.update(from: address, count: lanes)
            return L.load(UnsafePointer(first))
        }
    }
}
