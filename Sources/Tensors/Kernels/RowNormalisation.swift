/// Normalisation of rows of plain values to mean 0 and variance 1, each by itself, then a scale and a shift.
///
///     n = (x − mean) · r with r = 1 / √(variance + eps),   y = n · weight + bias
///     dx = r · (g − mean(g) − n · mean(g · n)) with g = dy · weight
///     d weight = Σ dy · n,   d bias = Σ dy
///
/// An image is `rows` rows of `length` numbers. Sums over up to 512 numbers are single precision, over more double.
package struct RowNormalisation: Sendable {
    /// Which weight belongs to which number.
    package enum Affine: Sendable {
        /// Number i of a row has weight i.
        case elements
        /// So many numbers of an image in a row share a weight, or there are no weights at all.
        case runs(of: Int)
    }

    /// Mean and inverse deviation of a row.
    package struct Moments: Sendable {
        var mean: Float = 0
        var inverse: Float = 0

        /// Zeros.
        package init() {}
    }

    private let rows: Int
    private let length: Int
    private let affine: Affine
    private let epsilon: Double

    /// Prepares for images of `rows` rows.
    package init(rows: Int, length: Int, affine: Affine, epsilon: Double) {
        self.rows = rows
        self.length = length
        self.affine = affine
        self.epsilon = epsilon
    }

    /// y from x, which it may be; also the moments of each row, one row after the other.
    package func forward(
        _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>?, bias: UnsafePointer<Float>?,
        into y: UnsafeMutablePointer<Float>, moments: UnsafeMutablePointer<Moments>, images: Int
    ) {
        for image in 0..<images {
            for row in 0..<rows {
                let offset = (image * rows + row) * length
                let found = self.moments(x + offset)
                moments[image * rows + row] = found
                normalise(x + offset, found, weight, bias, y + offset, row: row)
            }
        }
    }

    private func moments(_ x: UnsafePointer<Float>) -> Moments {
        // Deviations from a first guess of the mean lose little where the mean is large against the spread.
        let pivot = x[0]
        let count = Double(length)
        let guess = Float(Double(pivot) + Self.sum(length) { x[$0] - pivot } / count)
        let rest = Self.sum(length) { x[$0] - guess } / count
        let squares = Self.sum(length) {
            let deviation = x[$0] - guess
            return deviation * deviation
        }
        let variance = max(0, squares / count - rest * rest)
        var moments = Moments()
        moments.mean = Float(Double(guess) + rest)
        moments.inverse = Float(1 / (variance + epsilon).squareRoot())
        return moments
    }

    private func normalise(
        _ x: UnsafePointer<Float>, _ moments: Moments, _ weight: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?,
        _ y: UnsafeMutablePointer<Float>, row: Int
    ) {
        let (mean, inverse) = (moments.mean, moments.inverse)
        switch affine {
        case .elements:
            if let weight, let bias {
                for i in 0..<length { y[i] = (x[i] - mean) * inverse * weight[i] + bias[i] }
            } else if let weight {
                for i in 0..<length { y[i] = (x[i] - mean) * inverse * weight[i] }
            } else {
                for i in 0..<length { y[i] = (x[i] - mean) * inverse }
            }
        case .runs(let run):
            for (number, first) in stride(from: 0, to: length, by: run).enumerated() {
                let index = row * (length / run) + number
                let (scale, shift) = (inverse * (weight?[index] ?? 1), bias?[index] ?? 0)
                for i in first..<first + run { y[i] = (x[i] - mean) * scale + shift }
            }
        }
    }

    /// dx from what the way forward left, and a shard's part of the gradients of weight and bias.
    ///
    /// - Parameters:
    ///   - dx: May be `dy`.
    ///   - weightSums: Becomes Σ dy · n for each weight, or nil.
    ///   - biasSums: Becomes Σ dy for each shift, or nil.
    package func backward(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, weight: UnsafePointer<Float>?,
        moments: UnsafePointer<Moments>, into dx: UnsafeMutablePointer<Float>?,
        weightSums: UnsafeMutablePointer<Double>?, biasSums: UnsafeMutablePointer<Double>?, images: Int
    ) {
        let weights =
            switch affine {
            case .elements: length
            case .runs(let run): rows * (length / run)
            }
        weightSums?.update(repeating: 0, count: weights)
        biasSums?.update(repeating: 0, count: weights)
        for image in 0..<images {
            for row in 0..<rows {
                let offset = (image * rows + row) * length
                let (x, dy, dx) = (x + offset, dy + offset, dx.map { $0 + offset })
                let moments = moments[image * rows + row]
                switch affine {
                case .elements: backwardElements(x, dy, weight, moments, dx, weightSums, biasSums)
                case .runs(let run):
                    let first = row * (length / run)
                    backwardRuns(
                        x, dy, weight.map { $0 + first }, moments, dx, weightSums.map { $0 + first },
                        biasSums.map { $0 + first }, run)
                }
            }
        }
    }

    private func backwardElements(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ weight: UnsafePointer<Float>?, _ moments: Moments,
        _ dx: UnsafeMutablePointer<Float>?, _ weightSums: UnsafeMutablePointer<Double>?,
        _ biasSums: UnsafeMutablePointer<Double>?
    ) {
        let (mean, inverse) = (moments.mean, moments.inverse)
        if let weightSums {
            for i in 0..<length { weightSums[i] += Double(dy[i] * ((x[i] - mean) * inverse)) }
        }
        if let biasSums { for i in 0..<length { biasSums[i] += Double(dy[i]) } }
        guard let dx else { return }
        guard let weight else {
            let sum = Self.sum(length) { dy[$0] }
            let product = Self.sum(length) { dy[$0] * ((x[$0] - mean) * inverse) }
            let (a, b) = (Float(sum / Double(length)), Float(product / Double(length)))
            for i in 0..<length { dx[i] = inverse * (dy[i] - a - (x[i] - mean) * inverse * b) }
            return
        }
        let sum = Self.sum(length) { dy[$0] * weight[$0] }
        let product = Self.sum(length) { dy[$0] * weight[$0] * ((x[$0] - mean) * inverse) }
        let (a, b) = (Float(sum / Double(length)), Float(product / Double(length)))
        for i in 0..<length { dx[i] = inverse * (dy[i] * weight[i] - a - (x[i] - mean) * inverse * b) }
    }

    /// The same where runs share a weight; pointers to weights start at the row's first.
    private func backwardRuns(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ weight: UnsafePointer<Float>?, _ moments: Moments,
        _ dx: UnsafeMutablePointer<Float>?, _ weightSums: UnsafeMutablePointer<Double>?,
        _ biasSums: UnsafeMutablePointer<Double>?, _ run: Int
    ) {
        let (mean, inverse) = (moments.mean, moments.inverse)
        var (total, totalProduct) = (0.0, 0.0)
        for (number, first) in stride(from: 0, to: length, by: run).enumerated() {
            let (x, dy) = (x + first, dy + first)
            let sum = Self.sum(run) { dy[$0] }
            let product = Self.sum(run) { dy[$0] * ((x[$0] - mean) * inverse) }
            weightSums?[number] += product
            biasSums?[number] += sum
            let scale = Double(weight?[number] ?? 1)
            total += scale * sum
            totalProduct += scale * product
        }
        guard let dx else { return }
        let (a, b) = (Float(total / Double(length)), Float(totalProduct / Double(length)))
        for (number, first) in stride(from: 0, to: length, by: run).enumerated() {
            let scale = weight?[number] ?? 1
            for i in first..<first + run { dx[i] = inverse * (dy[i] * scale - a - (x[i] - mean) * inverse * b) }
        }
    }

    /// Adds up `count` terms in an order that depends on their number only.
    @inline(__always)
    private static func sum(_ count: Int, _ term: (Int) -> Float) -> Double {
        var total = 0.0
        for start in stride(from: 0, to: count, by: 512) {
            let end = min(start + 512, count)
            let whole = start + (end - start) / 8 * 8
            var sums = SIMD8<Float>.zero
            for first in stride(from: start, to: whole, by: 8) {
                var terms = SIMD8<Float>.zero
                for lane in 0..<8 { terms[lane] = term(first + lane) }
                sums += terms
            }
            var part = sums.sum()
            for i in whole..<end { part += term(i) }
            total += Double(part)
        }
        return total
    }
}
