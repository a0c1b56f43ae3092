import SynfireSpikingNetworks

extension SpikeRouter {
    /// Lowers the operators of a projection that has been checked.
    ///
    /// - Throws: ``SimulationError`` where the chain would need a table of more than 2³¹ entries.
    init(_ projection: Projection, from source: [Int], to target: [Int]) throws(SimulationError) {
        guard let shapes = try? projection.shapes(from: source) else {
            fatalError("projection '\(projection.name)' was not checked")
        }
        let kernels = zip(projection.operators, shapes).map { $0.kernel(for: $1) }
        let weighted = kernels.lastIndex { kernel in
            switch kernel {
            case .dense, .convolution: true
            case .identity, .sparse: false
            }
        }
        let targetLayout = Layout(target)

        // Only a weighted operator at the very end can scatter in runs; what follows one would have to be pushed
        // through element by element, so then the whole chain becomes one table.
        let isLast = weighted.map { index in
            kernels[(index + 1)...].allSatisfy { if case .identity = $0 { true } else { false } }
                && shapes[index + 1].count == target.count
        }
        guard let weighted, isLast == true else {
            sites = nil
            siteCount = source.reduce(1, *)
            scatter = .entries(
                try SiteTable.composing(
                    kernels, shapes: shapes, from: Layout(source), to: targetLayout, name: projection.name))
            return
        }
        let siteLayout = Layout(shapes[weighted])
        let front = Array(kernels[..<weighted])
        let isPlain = front.allSatisfy { if case .identity = $0 { true } else { false } }
        var sites: SiteTable?
        if !isPlain || siteLayout.shape != source {
            sites = try SiteTable.composing(
                front, shapes: Array(shapes[...weighted]), from: Layout(source), to: siteLayout,
                name: projection.name)
        }
        siteCount = siteLayout.count
        var runs: RunScatter
        switch kernels[weighted] {
        case .dense(let dense): runs = RunScatter(dense)
        case .convolution(let convolution):
            runs = RunScatter(convolution, input: shapes[weighted], output: shapes[weighted + 1])
        case .identity, .sparse: fatalError("not a weighted operator")
        }
        // A factor that is the same power of two everywhere, as in average pooling over 2×2, is exact in the weights.
        if let factor = sites?.factors.first, factor != 1, factor.significand == 1, factor > 0,
            sites?.factors.allSatisfy({ $0 == factor }) == true,
            runs.weights.allSatisfy({ $0 * factor / factor == $0 })
        {
            for index in runs.weights.indices { runs.weights[index] *= factor }
            for index in sites?.factors.indices ?? 0..<0 { sites?.factors[index] = 1 }
        }
        self.sites = sites
        scatter = .runs(runs)
    }
}

extension RunScatter {
    /// One pixel whose channels are the inputs; each reaches all outputs.
    init(_ dense: DenseOperator) {
        channels = dense.inputs
        starts = [0, 1]
        runs = [Run(target: 0, weight: 0, length: dense.outputs)]
        channelStride = dense.outputs
        channelsPerGroup = dense.inputs
        groupStride = 0
        var transposed = [Float](repeating: 0, count: dense.weight.count)
        for output in 0..<dense.outputs {
            for input in 0..<dense.inputs {
                transposed[input * dense.outputs + output] = dense.weight[output * dense.inputs + input]
            }
        }
        weights = transposed
    }

    /// The targets of each pixel of a channels-last input.
    ///
    /// Weights lie as `[kernel row][input channel][kernel column, last first][output channel]`: with a stride and a
    /// dilation of 1 the targets of one kernel row are then one run of consecutive pixels.
    init(_ convolution: ConvolutionOperator, input: [Int], output: [Int]) {
        let (rows, columns) = (convolution.kernelSize.x, convolution.kernelSize.y)
        let perGroup = convolution.outputChannels / convolution.groups
        channels = input[0]
        channelsPerGroup = convolution.channelsPerGroup
        groupStride = perGroup
        channelStride = columns * perGroup

        var weights = [Float](repeating: 0, count: rows * columns * input[0] * perGroup)
        for out in 0..<convolution.outputChannels {
            let group = out / perGroup
            for inside in 0..<channelsPerGroup {
                let channel = group * channelsPerGroup + inside
                for row in 0..<rows {
                    for column in 0..<columns {
                        let from = ((out * channelsPerGroup + inside) * rows + row) * columns + column
                        let tap = (row * input[0] + channel) * columns + (columns - 1 - column)
                        weights[tap * perGroup + out % perGroup] = convolution.weight[from]
                    }
                }
            }
        }
        self.weights = weights

        /// The output position that tap `tap` of the window has `position` under it, if there is one.
        func reached(_ position: Int, _ tap: Int, _ axis: Int) -> Int? {
            let shifted = position + convolution.padding[axis] - tap * convolution.dilation[axis]
            guard shifted >= 0, shifted.isMultiple(of: convolution.stride[axis]) else { return nil }
            let place = shifted / convolution.stride[axis]
            return place < output[axis + 1] ? place : nil
        }
        var starts = [0]
        var runs: [Run] = []
        for y in 0..<input[1] {
            for x in 0..<input[2] {
                for row in 0..<rows {
                    guard let outY = reached(y, row, 0) else { continue }
                    for column in (0..<columns).reversed() {
                        guard let outX = reached(x, column, 1) else { continue }
                        let next = Run(
                            target: (outY * output[2] + outX) * convolution.outputChannels,
                            weight: (row * input[0] * columns + (columns - 1 - column)) * perGroup, length: perGroup)
                        if let last = runs.last, runs.count > starts[starts.count - 1], convolution.groups == 1,
                            last.target + last.length == next.target, last.weight + last.length == next.weight
                        {
                            runs[runs.count - 1] = Run(
                                target: last.target, weight: last.weight, length: last.length + perGroup)
                        } else {
                            runs.append(next)
                        }
                    }
                }
                starts.append(runs.count)
            }
        }
        self.starts = starts
        self.runs = runs
    }
}

extension SiteTable {
    /// Pushes each element of a layout through a chain of operators and lists where it arrives, by ascending place.
    ///
    /// - Complexity: O(entries of the result, times the length of the chain).
    static func composing(
        _ kernels: [OperatorKernel], shapes: [[Int]], from source: Layout, to target: Layout, name: String
    ) throws(SimulationError) -> SiteTable {
        var table = SiteTable()
        let scatters = zip(kernels, shapes.indices).map {
            ElementScatter($0, input: shapes[$1], output: shapes[$1 + 1])
        }
        for place in 0..<source.count {
            var amounts: [Int: Float] = [source.rowMajor(ofPlace: place): 1]
            for scatter in scatters {
                var next: [Int: Float] = [:]
                for (element, amount) in amounts.sorted(by: { $0.key < $1.key }) {
                    scatter.forEachTarget(element) { next[$0, default: 0] += amount * $1 }
                }
                amounts = next
            }
            let entries = amounts.map { (target.place(ofRowMajor: $0.key), $0.value) }.sorted { $0.0 < $1.0 }
            for (end, amount) in entries {
                table.targets.append(Int32(end))
                table.factors.append(amount)
            }
            guard table.targets.count <= Int(Int32.max) else { throw .tableTooLarge(projection: name) }
            table.starts.append(table.targets.count)
        }
        return table
    }
}

/// The targets of one element of a lowered operator, by row-major indices.
private struct ElementScatter {
    let kernel: OperatorKernel
    let input: Layout
    let output: Layout
    let runs: RunScatter?

    init(_ kernel: OperatorKernel, input: [Int], output: [Int]) {
        self.kernel = kernel
        self.input = Layout(input)
        self.output = Layout(output)
        runs =
            switch kernel {
            case .dense(let dense): RunScatter(dense)
            case .convolution(let convolution): RunScatter(convolution, input: input, output: output)
            case .identity, .sparse: nil
            }
    }

    func forEachTarget(_ element: Int, _ body: (Int, Float) -> Void) {
        switch kernel {
        case .identity: body(element, 1)
        case .sparse(let map):
            for entry in map.rowStarts[element]..<map.rowStarts[element + 1] {
                body(Int(map.targets[entry]), map.factors[entry])
            }
        case .dense, .convolution:
            guard let runs else { return }
            runs.forEachRun(ofSite: input.place(ofRowMajor: element)) { target, weight, length in
                for offset in 0..<length {
                    body(output.rowMajor(ofPlace: target + offset), runs.weights[weight + offset])
                }
            }
        }
    }
}

extension RunScatter {
    /// Calls `body` with the first target, first weight and length of each run of a site.
    @inline(__always) func forEachRun(ofSite site: Int, _ body: (Int, Int, Int) -> Void) {
        let (pixel, channel) = site.quotientAndRemainder(dividingBy: channels)
        let targetShift = channel / channelsPerGroup * groupStride
        let weightShift = channel * channelStride
        for index in starts[pixel]..<starts[pixel + 1] {
            let run = runs[index]
            body(run.target + targetShift, run.weight + weightShift, run.length)
        }
    }
}
