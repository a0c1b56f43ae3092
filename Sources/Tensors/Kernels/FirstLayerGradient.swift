/// The weight gradient of a convolution whose input is plain and has few channels, such as a network's first.
///
/// oneDNN has fast kernels for that only for some counts of channels and instruction sets (with AVX2 for 3, not for 1);
/// its reference kernel takes hundreds of times as long as this loop, and blocks filled up with zeros seven times.
///
///     dw[o, i, r, c] = Σ dy[o, y, x] · in[i, y·s + r·d − p, x·s + c·d − p]
struct FirstLayerGradient: Sendable {
    private let input: ValueLayout
    private let output: ValueLayout
    private let window: Window
    /// For each row and column of the window, the first and the end of the outputs that it reaches the image from.
    private let rows: [Range<Int>]
    private let columns: [Range<Int>]

    /// The largest number of input channels for which it is worth it.
    static let mostChannels = 4

    /// Makes the loop for an input in plain order and an output in blocks; nil for others.
    init?(input: ValueLayout, output: ValueLayout, window: Window, groups: Int) {
        guard input.isPlain, input.channels <= Self.mostChannels, groups == 1, output.block == 8 || output.block == 16
        else { return nil }
        self.input = input
        self.output = output
        self.window = window
        func reached(_ axis: WindowAxis, from n: Int, to m: Int) -> [Range<Int>] {
            (0..<axis.kernel).map { tap in
                let offset = tap * axis.dilation - axis.before
                let first = offset >= 0 ? 0 : (-offset + axis.stride - 1) / axis.stride
                let end = n - 1 - offset < 0 ? 0 : min(m, (n - 1 - offset) / axis.stride + 1)
                return min(first, end)..<end
            }
        }
        rows = reached(window.rows, from: input.shape[1], to: output.shape[1])
        columns = reached(window.columns, from: input.shape[2], to: output.shape[2])
    }

    /// The numbers of the gradient, in the order (out, in, rows, columns).
    var count: Int { output.channels * input.channels * rows.count * columns.count }

    /// dw, db ← the gradients from one shard; `db` is left alone where it is nil.
    func run(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dw: UnsafeMutablePointer<Float>,
        _ db: UnsafeMutablePointer<Float>?, images: Int
    ) {
        let half = 8
        for block in 0..<output.blocks {
            for first in stride(from: 0, to: output.block, by: half) {
                let channel = block * output.block + first
                guard channel < output.channels else { break }
                let kept = min(half, output.channels - channel)
                let place = block * output.positions * output.block + first
                for input in 0..<self.input.channels {
                    for row in rows.indices {
                        for column in columns.indices {
                            var sum = SIMD8<Float>.zero
                            for image in 0..<images {
                                sum += tap(
                                    x + image * self.input.imageStride + input * self.input.positions,
                                    dy + image * output.imageStride + place, row, column)
                            }
                            for lane in 0..<kept {
                                let weight =
                                    (((channel + lane) * self.input.channels + input) * rows.count + row)
                                    * columns.count + column
                                dw[weight] = sum[lane]
                            }
                        }
                    }
                }
                guard let db else { continue }
                var sum = SIMD8<Float>.zero
                for image in 0..<images {
                    var part = SIMD8<Float>.zero
                    let values = dy + image * output.imageStride + place
                    for position in 0..<output.positions { part += load(values + position * output.block) }
                    sum += part
                }
                for lane in 0..<kept { db[channel + lane] = sum[lane] }
            }
        }
    }

    /// Σ dy · in over an image for one weight of a window and eight output channels.
    @inline(__always)
    private func tap(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ row: Int, _ column: Int
    ) -> SIMD8<Float> {
        let (width, outputWidth, block) = (input.shape[2], output.shape[2], output.block)
        let (step, reached) = (window.columns.stride, columns[column])
        let left = column * window.columns.dilation - window.columns.before
        // Sums of their own, so that one addition need not wait for the one before.
        var (a, b, c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
        for y in rows[row] {
            let line = x + (y * window.rows.stride + row * window.rows.dilation - window.rows.before) * width + left
            let gradient = dy + y * outputWidth * block
            var at = reached.lowerBound
            while at + 4 <= reached.upperBound {
                a.addProduct(load(gradient + at * block), SIMD8(repeating: line[at * step]))
                b.addProduct(load(gradient + (at + 1) * block), SIMD8(repeating: line[(at + 1) * step]))
                c.addProduct(load(gradient + (at + 2) * block), SIMD8(repeating: line[(at + 2) * step]))
                d.addProduct(load(gradient + (at + 3) * block), SIMD8(repeating: line[(at + 3) * step]))
                at += 4
            }
            while at < reached.upperBound {
                a.addProduct(load(gradient + at * block), SIMD8(repeating: line[at * step]))
                at += 1
            }
        }
        return (a + b) + (c + d)
    }

    @inline(__always)
    private func load(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
        UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
    }
}
