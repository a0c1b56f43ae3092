import SynfireTensors

/// What the layers that add zeros share.
enum ZeroPadRules {
    /// One number for each side.
    static func sides(_ kind: String, _ given: [Int], _ order: String) throws -> [Int] {
        let count = order.split(separator: ",").count
        if given.count == 1 { return Array(repeating: given[0], count: count) }
        guard given.count == count else {
            throw NetworkError.hyperparameterConflict(
                kind: kind, reason: "padding is \(given), but is one number or \(order)")
        }
        return given
    }
}

/// Copies of rows into larger images, in any layout.
final class ZeroPadKernel: LayerKernel {
    let inputs: [ValueLayout]
    let output: ValueLayout
    let memoryUse: MemoryUse = []

    /// Where the input's rows lie in both, from the start of an image.
    private let rows: [(input: Int, output: Int)]
    private let rowCount: Int

    /// Makes a kernel.
    ///
    /// - Parameters:
    ///   - input: The layout of what comes.
    ///   - rows: The rows of one of its channels.
    ///   - output: The layout of what is made.
    ///   - left: The zeros before each row.
    ///   - top: The rows of zeros before a channel.
    init(_ input: ValueLayout, rows: Int, _ output: ValueLayout, left: Int, top: Int) {
        inputs = [input]
        self.output = output
        rowCount = input.positions / rows * input.block
        let outputRow = (output.shape.last ?? 1) * input.block
        let outputRows = output.positions * output.block / outputRow
        var places: [(input: Int, output: Int)] = []
        for block in 0..<input.blocks {
            for row in 0..<rows {
                places.append(
                    (
                        (block * rows + row) * rowCount,
                        (block * outputRows + top + row) * outputRow + left * input.block
                    ))
            }
        }
        self.rows = places
    }

    func forward(_ inputs: [ValueBuffer], _ output: ValueBuffer) -> [KernelStep] {
        let (inputSize, outputSize) = (self.inputs[0].imageStride, self.output.imageStride)
        return [
            .shards { [self] shard in
                let y = output.pointer(shard)
                y.update(repeating: 0, count: output.count(shard))
                for image in 0..<shard.images {
                    let (x, y) = (inputs[0].pointer(shard) + image * inputSize, y + image * outputSize)
                    for row in rows { (y + row.output).update(from: x + row.input, count: rowCount) }
                }
            }
        ]
    }

    func backward(_ values: BackwardValues) -> [KernelStep] {
        guard let inputGradient = values.inputGradients[0] else { return [] }
        let (inputSize, outputSize) = (inputs[0].imageStride, output.imageStride)
        return [
            .shards { [self] shard in
                for image in 0..<shard.images {
                    let dx = inputGradient.pointer(shard) + image * inputSize
                    let dy = values.outputGradient.pointer(shard) + image * outputSize
                    for row in rows { (dx + row.input).update(from: dy + row.output, count: rowCount) }
                }
            }
        ]
    }
}
