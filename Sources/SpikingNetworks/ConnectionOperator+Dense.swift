extension ConnectionOperator {
    /// The operator applied to numbers at all elements of a shape, in double precision.
    ///
    /// What a constant becomes behind the operator, for example a bias that stands in front of pooling.
    ///
    /// - Parameters:
    ///   - values: One number an element, row-major.
    ///   - input: A shape that ``outputShape(for:)`` accepts.
    /// - Returns: One number for each element behind, row-major.
    /// - Throws: ``SpikingNetworkError`` where the operator cannot take `input`.
    /// - Complexity: O(connections).
    public func applied(to values: [Double], shape input: [Int]) throws(SpikingNetworkError) -> [Double] {
        let output = try outputShape(for: input)
        precondition(values.count == input.reduce(1, *))
        switch kernel(for: input) {
        case .identity: return values
        case .sparse(let map):
            var sums = [Double](repeating: 0, count: output.reduce(1, *))
            for (element, value) in values.enumerated() where value != 0 {
                for entry in map.rowStarts[element]..<map.rowStarts[element + 1] {
                    sums[Int(map.targets[entry])] += value * Double(map.factors[entry])
                }
            }
            return sums
        case .dense(let dense):
            return (0..<dense.outputs).map { row in
                let first = row * dense.inputs
                return values.indices.reduce(0) { $0 + values[$1] * Double(dense.weight[first + $1]) }
            }
        case .convolution(let convolution): return convolution.convolve(values, input: input, output: output)
        }
    }
}

extension ConvolutionOperator {
    fileprivate func convolve(_ values: [Double], input: [Int], output: [Int]) -> [Double] {
        var sums = [Double](repeating: 0, count: output.reduce(1, *))
        let perGroup = outputChannels / groups
        for out in 0..<outputChannels {
            for inside in 0..<channelsPerGroup {
                let channel = out / perGroup * channelsPerGroup + inside
                for row in 0..<kernelSize.x {
                    for column in 0..<kernelSize.y {
                        let tap = ((out * channelsPerGroup + inside) * kernelSize.x + row) * kernelSize.y + column
                        let weight = Double(weight[tap])
                        for outY in 0..<output[1] {
                            let y = outY * stride.x - padding.x + row * dilation.x
                            guard y >= 0, y < input[1] else { continue }
                            for outX in 0..<output[2] {
                                let x = outX * stride.y - padding.y + column * dilation.y
                                guard x >= 0, x < input[2] else { continue }
                                sums[(out * output[1] + outY) * output[2] + outX] +=
                                    weight * values[(channel * input[1] + y) * input[2] + x]
                            }
                        }
                    }
                }
            }
        }
        return sums
    }
}
