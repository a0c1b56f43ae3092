/// The columns of the matrix that a chain of operators is.
struct OperatorMatrix {
    private(set) var stages: [Stage] = []

    struct Stage {
        let kernel: OperatorKernel
        let input: [Int]
        let output: [Int]
        /// The sums behind the operator, all 0 between columns, and which of them may not be.
        var sums: [Double]
        var touched: [Int32] = []
        var isTouched: [Bool]
    }

    /// - Precondition: The operators accept the shapes.
    init(_ operators: [any ConnectionOperator], input: [Int]) {
        var shape = input
        for item in operators {
            guard let output = try? item.outputShape(for: shape) else { preconditionFailure("shapes were checked") }
            let size = output.reduce(1, *)
            stages.append(
                Stage(
                    kernel: item.kernel(for: shape), input: shape, output: output,
                    sums: [Double](repeating: 0, count: size), isTouched: [Bool](repeating: false, count: size)))
            shape = output
        }
    }

    /// Appends the targets of a source and their factors, which are summed in double precision.
    mutating func appendColumn(_ source: Int, _ targets: inout [Int32], _ factors: inout [Float]) {
        guard !stages.isEmpty else {
            targets.append(Int32(source))
            factors.append(1)
            return
        }
        stages[0].scatter(source, 1)
        for index in stages.indices.dropFirst() {
            for element in stages[index - 1].touched {
                let value = stages[index - 1].sums[Int(element)]
                if value != 0 { stages[index].scatter(Int(element), value) }
            }
            stages[index - 1].clear()
        }
        let last = stages.count - 1
        for element in stages[last].touched {
            let factor = Float(stages[last].sums[Int(element)])
            guard factor != 0 else { continue }
            targets.append(element)
            factors.append(factor)
        }
        stages[last].clear()
    }
}

extension OperatorMatrix.Stage {
    private mutating func add(_ target: Int, _ value: Double) {
        if !isTouched[target] {
            isTouched[target] = true
            touched.append(Int32(target))
        }
        sums[target] += value
    }

    mutating func clear() {
        for element in touched {
            sums[Int(element)] = 0
            isTouched[Int(element)] = false
        }
        touched.removeAll(keepingCapacity: true)
    }

    /// Adds what `value` at an element is behind the operator.
    mutating func scatter(_ element: Int, _ value: Double) {
        switch kernel {
        case .identity: add(element, value)
        case .sparse(let map):
            for entry in map.rowStarts[element]..<map.rowStarts[element + 1] {
                add(Int(map.targets[entry]), value * Double(map.factors[entry]))
            }
        case .dense(let dense):
            for target in 0..<dense.outputs {
                add(target, value * Double(dense.weight[target * dense.inputs + element]))
            }
        case .convolution(let convolution): scatter(element, value, convolution)
        }
    }

    private mutating func scatter(_ element: Int, _ value: Double, _ convolution: ConvolutionOperator) {
        let (x, row) = (element % input[2], element / input[2])
        let (y, channel) = (row % input[1], row / input[1])
        let (group, inside) = channel.quotientAndRemainder(dividingBy: convolution.channelsPerGroup)
        let size = convolution.kernelSize
        /// The window that has this tap at a place of the input, if any.
        func window(_ place: Int, _ tap: Int, _ axis: Int) -> Int? {
            let first = place + convolution.padding[axis] - tap * convolution.dilation[axis]
            guard first >= 0, first.isMultiple(of: convolution.stride[axis]) else { return nil }
            let index = first / convolution.stride[axis]
            return index < output[axis + 1] ? index : nil
        }
        let rows = (0..<size.x).compactMap { tap in window(y, tap, 0).map { (tap, $0) } }
        let columns = (0..<size.y).compactMap { tap in window(x, tap, 1).map { (tap, $0) } }
        let perGroup = convolution.outputChannels / convolution.groups
        for out in group * perGroup..<(group + 1) * perGroup {
            let taps = (out * convolution.channelsPerGroup + inside) * size.x
            for (tapY, outY) in rows {
                for (tapX, outX) in columns {
                    let weight = convolution.weight[(taps + tapY) * size.y + tapX]
                    if weight != 0 { add((out * output[1] + outY) * output[2] + outX, value * Double(weight)) }
                }
            }
        }
    }
}
