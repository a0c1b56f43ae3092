import SynfireTensors

extension PlanBuilder {
    /// Adds the way back through a kernel or a change of layout.
    mutating func addBackward(_ link: Link) throws {
        switch link {
        case .reorder(let reorder, let input, let output):
            guard let gradient = try summedGradient(of: output)?.buffer else { return }
            let result = buffer(input.buffer.layout)
            input.gradients.append(Gradient(result))
            addBackward(
                [
                    .shards { shard in
                        try reorder.run(
                            gradient.pointer(shard), into: result.pointer(shard), images: shard.images,
                            worker: shard.worker)
                    }
                ], [gradient, result])
        case .kernel(let kernel, let inputs, let output):
            guard output.needsGradient, let gradient = try summedGradient(of: output) else { return }
            defer { gradient.owners -= 1 }
            if kernel.memoryUse.contains(.backwardPassesGradient) {
                for input in inputs where input.needsGradient {
                    gradient.owners += 1
                    input.gradients.append(gradient)
                }
                return
            }
            try addBackward(kernel, inputs, output, gradient)
        }
    }

    private mutating func addBackward(
        _ kernel: any LayerKernel, _ inputs: [Value], _ output: Value, _ gradient: Gradient
    ) throws {
        let use = kernel.memoryUse
        var inputGradients: [ValueBuffer?] = []
        for (index, input) in inputs.enumerated() {
            guard input.needsGradient else {
                inputGradients.append(nil)
                continue
            }
            let mayShare =
                index == 0 && inputs.count == 1 && gradient.owners == 1 && use.contains(.backwardInPlace)
                && gradient.buffer.layout.imageStride == input.buffer.layout.imageStride
            let result =
                mayShare ? gradient.buffer.viewed(as: input.buffer.layout) : buffer(input.buffer.layout)
            input.gradients.append(Gradient(result))
            inputGradients.append(result)
        }
        let steps = kernel.backward(
            BackwardValues(
                inputs: inputs.map(\.buffer), output: output.buffer, outputGradient: gradient.buffer,
                inputGradients: inputGradients))
        addBackward(
            steps,
            [gradient.buffer] + inputGradients.compactMap { $0 }
                + (use.contains(.backwardReadsInputs) ? inputs.map(\.buffer) : [])
                + (use.contains(.backwardReadsOutput) ? [output.buffer] : []))
    }

    /// The gradient of a value: the sum of what its readers found, in their order.
    ///
    /// It is summed where one of them may be written over, else in memory of its own.
    mutating func summedGradient(of value: Value) throws -> Gradient? {
        guard var sum = value.gradients.first else { return nil }
        for other in value.gradients.dropFirst() {
            let result: Gradient
            if sum.owners == 1 {
                result = sum
            } else if other.owners == 1 {
                result = other
            } else {
                result = Gradient(buffer(sum.buffer.layout))
            }
            let (a, b, y) = (sum.buffer, other.buffer, result.buffer)
            addBackward(
                [
                    .shards { shard in
                        Elementwise.add(
                            a.pointer(shard), b.pointer(shard), into: y.pointer(shard), count: y.count(shard))
                    }
                ], [a, b, y])
            if sum !== result { sum.owners -= 1 }
            if other !== result { other.owners -= 1 }
            sum = result
        }
        value.gradients = [sum]
        return sum
    }
}
