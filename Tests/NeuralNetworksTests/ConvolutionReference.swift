import SynfireNeuralNetworks
import SynfireTensors

/// Feature maps in double precision, (N, C, H, W); signals are maps of one row.
struct Maps {
    var count, channels, rows, columns: Int
    var values: [Double]

    init(_ count: Int, _ channels: Int, _ rows: Int, _ columns: Int) {
        (self.count, self.channels, self.rows, self.columns) = (count, channels, rows, columns)
        values = Array(repeating: 0, count: count * channels * rows * columns)
    }

    /// Takes a tensor of maps, or of signals, or weights of either.
    init(_ tensor: Tensor) {
        let shape = tensor.shape
        let isMap = shape.count == 4
        self.init(shape[0], shape[1], isMap ? shape[2] : 1, shape[isMap ? 3 : 2])
        values = tensor.scalars.map(Double.init)
    }

    func index(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Int { ((n * channels + c) * rows + y) * columns + x }

    subscript(n: Int, c: Int, y: Int, x: Int) -> Double {
        get { values[index(n, c, y, x)] }
        set { values[index(n, c, y, x)] = newValue }
    }

    /// The value at a place, or nil where that is padding.
    func value(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Double? {
        (0..<rows).contains(y) && (0..<columns).contains(x) ? self[n, c, y, x] : nil
    }

    /// One map of the batch.
    func image(_ n: Int) -> Maps {
        var result = Maps(1, channels, rows, columns)
        let size = channels * rows * columns
        result.values = Array(values[n * size..<(n + 1) * size])
        return result
    }
}

/// What convolutions, poolings and resampling are by definition: loops in double precision that share nothing with the
/// kernels.
enum Naive {
    /// One axis of a window.
    struct Axis {
        var kernel: Int
        var stride = 1
        var dilation = 1
        var padding: (before: Int, after: Int) = (0, 0)
        var places = 0

        /// Counts the places where the window fits, trying one after the other.
        mutating func fit(_ n: Int, ceil: Bool = false) {
            places = 0
            while true {
                let start = places * stride - padding.before
                let end = start + (kernel - 1) * dilation
                let fits = end < n + padding.after
                // With rounding up, a place counts if it begins before the padding behind and the one before it left
                // something of what is padded.
                let previousEnd = end - stride
                let isRest = ceil && start < n && previousEnd < n + padding.after - 1
                guard fits || isRest else { return }
                places += 1
            }
        }

        /// Keras' rule for `same`.
        mutating func same(_ n: Int) {
            places = (n + stride - 1) / stride
            var total = (places - 1) * stride + (kernel - 1) * dilation + 1 - n
            if total < 0 { total = 0 }
            padding = (total / 2, total - total / 2)
        }
    }

    /// The two axes of a layer's window over maps of some size, from its settings alone.
    static func axes(_ layer: any Layer, _ rows: Int, _ columns: Int) -> (Axis, Axis) {
        let settings = layer.hyperparameters.values
        let isSignal = layer.kind.hasSuffix("1d")
        func pair(_ name: String) -> (Int, Int) {
            switch settings[name] {
            case .pair(let pair): (pair.rows, pair.columns)
            case .integer(let number): (isSignal ? 1 : number, number)
            default: (1, 1)
            }
        }
        let (kernel, stride, dilation) = (pair("kernel_size"), pair("stride"), pair("dilation"))
        var (y, x) = (
            Axis(kernel: kernel.0, stride: stride.0, dilation: dilation.0),
            Axis(kernel: kernel.1, stride: stride.1, dilation: dilation.1)
        )
        let ceil = settings["ceil_mode"] == .flag(true)
        guard case .padding(let padding) = settings["padding"] else { return (y, x) }
        switch padding {
        case .same:
            y.same(rows)
            x.same(columns)
        case .numbers(let top, let bottom, let left, let right):
            y.padding = isSignal ? (0, 0) : (top, bottom)
            x.padding = isSignal ? (top, left) : (left, right)
            y.fit(rows, ceil: ceil)
            x.fit(columns, ceil: ceil)
        }
        return (y, x)
    }

    static func convolution(_ input: Maps, _ weight: Maps, _ bias: [Double]?, _ y: Axis, _ x: Axis, groups: Int) -> Maps
    {
        var output = Maps(input.count, weight.count, y.places, x.places)
        let (ins, outs) = (weight.channels, weight.count / groups)
        for n in 0..<input.count {
            for o in 0..<weight.count {
                for row in 0..<y.places {
                    for column in 0..<x.places {
                        var sum = bias?[o] ?? 0
                        for i in 0..<ins {
                            for u in 0..<y.kernel {
                                for v in 0..<x.kernel {
                                    let place = (
                                        row * y.stride + u * y.dilation - y.padding.before,
                                        column * x.stride + v * x.dilation - x.padding.before
                                    )
                                    let value = input.value(n, o / outs * ins + i, place.0, place.1) ?? 0
                                    sum += value * weight[o, i, u, v]
                                }
                            }
                        }
                        output[n, o, row, column] = sum
                    }
                }
            }
        }
        return output
    }

    /// - Parameter size: Rows and columns of the output.
    static func transposed(
        _ input: Maps, _ weight: Maps, _ bias: [Double]?, _ y: Axis, _ x: Axis, cut: (Int, Int), size: (Int, Int),
        groups: Int
    ) -> Maps {
        let (ins, outs) = (weight.count / groups, weight.channels)
        var output = Maps(input.count, outs * groups, size.0, size.1)
        for n in 0..<input.count {
            for o in 0..<output.channels {
                for row in 0..<size.0 { for column in 0..<size.1 { output[n, o, row, column] = bias?[o] ?? 0 } }
            }
            for i in 0..<input.channels {
                for o in 0..<outs {
                    for row in 0..<input.rows {
                        for column in 0..<input.columns {
                            for u in 0..<y.kernel {
                                for v in 0..<x.kernel {
                                    let place = (
                                        row * y.stride + u * y.dilation - cut.0,
                                        column * x.stride + v * x.dilation - cut.1
                                    )
                                    let channel = i / ins * outs + o
                                    guard output.value(n, channel, place.0, place.1) != nil else { continue }
                                    output[n, channel, place.0, place.1] +=
                                        input[n, i, row, column] * weight[i, o, u, v]
                                }
                            }
                        }
                    }
                }
            }
        }
        return output
    }

    enum Reduction { case maximum, averageOfAll, averageOfValues }

    static func pool(_ input: Maps, _ y: Axis, _ x: Axis, _ reduction: Reduction) -> Maps {
        var output = Maps(input.count, input.channels, y.places, x.places)
        /// The taps that count in a mean with the padding: those inside what is padded.
        func padded(_ axis: Axis, _ place: Int, _ n: Int) -> Int {
            (0..<axis.kernel).count { place * axis.stride + $0 < n + axis.padding.before + axis.padding.after }
        }
        for n in 0..<input.count {
            for c in 0..<input.channels {
                for row in 0..<y.places {
                    for column in 0..<x.places {
                        var values: [Double] = []
                        for u in 0..<y.kernel {
                            for v in 0..<x.kernel {
                                let value = input.value(
                                    n, c, row * y.stride + u * y.dilation - y.padding.before,
                                    column * x.stride + v * x.dilation - x.padding.before)
                                if let value { values.append(value) }
                            }
                        }
                        let sum = values.reduce(0, +)
                        output[n, c, row, column] =
                            switch reduction {
                            case .maximum: values.max() ?? -.infinity
                            case .averageOfValues: sum / Double(values.count)
                            case .averageOfAll:
                                sum / Double(padded(y, row, input.rows) * padded(x, column, input.columns))
                            }
                    }
                }
            }
        }
        return output
    }

    /// Parts of an axis by PyTorch's rule.
    static func adaptive(_ input: Maps, _ size: (Int, Int), maximum: Bool) -> Maps {
        var output = Maps(input.count, input.channels, size.0, size.1)
        func part(_ place: Int, _ places: Int, _ n: Int) -> Range<Int> {
            let (start, end) = (Double(place * n) / Double(places), Double((place + 1) * n) / Double(places))
            return Int(start.rounded(.down))..<Int(end.rounded(.up))
        }
        for n in 0..<input.count {
            for c in 0..<input.channels {
                for row in 0..<size.0 {
                    for column in 0..<size.1 {
                        let values = part(row, size.0, input.rows).flatMap { y in
                            part(column, size.1, input.columns).map { input[n, c, y, $0] }
                        }
                        output[n, c, row, column] =
                            maximum ? values.max() ?? 0 : values.reduce(0, +) / Double(values.count)
                    }
                }
            }
        }
        return output
    }

    /// A weight for each value of an axis, for each place of the resampled one.
    static func resampling(_ mode: Upsample.Mode, aligns: Bool, _ n: Int, _ places: Int, _ scale: Double?) -> [[Double]]
    {
        let step = scale.map { 1 / $0 } ?? Double(n) / Double(places)
        return (0..<places).map { place in
            var weights = Array(repeating: 0.0, count: n)
            switch mode {
            case .nearest: weights[min(n - 1, Int(Double(place) * step))] = 1
            case .nearestExact: weights[min(n - 1, Int((Double(place) + 0.5) * step))] = 1
            case .linear, .bilinear:
                let aligned = places > 1 ? Double(place) * Double(n - 1) / Double(places - 1) : 0
                let position = min(max(aligns ? aligned : (Double(place) + 0.5) * step - 0.5, 0), Double(n - 1))
                let first = Int(position)
                weights[first] += 1 - (position - Double(first))
                weights[min(first + 1, n - 1)] += position - Double(first)
            }
            return weights
        }
    }

    static func resample(_ input: Maps, _ rows: [[Double]], _ columns: [[Double]]) -> Maps {
        var output = Maps(input.count, input.channels, rows.count, columns.count)
        for n in 0..<input.count {
            for c in 0..<input.channels {
                for (row, down) in rows.enumerated() {
                    for (column, across) in columns.enumerated() {
                        var sum = 0.0
                        for (y, a) in down.enumerated() where a != 0 {
                            for (x, b) in across.enumerated() where b != 0 { sum += a * b * input[n, c, y, x] }
                        }
                        output[n, c, row, column] = sum
                    }
                }
            }
        }
        return output
    }
}

extension Naive {
    /// A layer by definition, from its settings and given parameters.
    static func forward(_ layer: any Layer, _ input: Maps, _ parameters: [String: Maps], output: [Int]) -> Maps? {
        let bias = parameters["bias"]?.values
        let (y, x) = axes(layer, input.rows, input.columns)
        // (channels, rows, columns), or (channels, length), or (channels).
        let size = (output.count == 3 ? output[1] : 1, output.count == 1 ? 1 : output[output.count - 1])
        switch layer {
        case let layer as Conv2d:
            return parameters["weight"].map { convolution(input, $0, bias, y, x, groups: layer.groups) }
        case let layer as Conv1d:
            return parameters["weight"].map { convolution(input, $0, bias, y, x, groups: layer.groups) }
        case let layer as ConvTranspose2d:
            let cut = (layer.padding.rows, layer.padding.columns)
            return parameters["weight"].map {
                transposed(input, $0, bias, y, x, cut: cut, size: size, groups: layer.groups)
            }
        case let layer as ConvTranspose1d:
            return parameters["weight"].map {
                transposed(input, $0, bias, y, x, cut: (0, layer.padding), size: size, groups: layer.groups)
            }
        case is MaxPool1d, is MaxPool2d: return pool(input, y, x, .maximum)
        case let layer as AvgPool2d: return pool(input, y, x, layer.countsPadding ? .averageOfAll : .averageOfValues)
        case let layer as AvgPool1d: return pool(input, y, x, layer.countsPadding ? .averageOfAll : .averageOfValues)
        case is AdaptiveAvgPool1d, is AdaptiveAvgPool2d, is GlobalAvgPool1d, is GlobalAvgPool2d:
            return adaptive(input, size, maximum: false)
        case is AdaptiveMaxPool1d, is AdaptiveMaxPool2d, is GlobalMaxPool1d, is GlobalMaxPool2d:
            return adaptive(input, size, maximum: true)
        case let layer as Upsample:
            let scale = layer.size.isEmpty ? layer.scaleFactor : nil
            func axis(_ n: Int, _ places: Int, _ scale: Double?) -> [[Double]] {
                resampling(layer.mode, aligns: layer.alignsCorners, n, places, scale)
            }
            return resample(
                input, output.count == 2 ? [[1]] : axis(input.rows, size.0, scale),
                axis(input.columns, size.1, scale))
        default: return nil
        }
    }
}
