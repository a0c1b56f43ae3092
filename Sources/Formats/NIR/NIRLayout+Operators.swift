import SynfireSpikingNetworks

extension NIRLayout {
    /// The nodes of an operator; their names say what they are and are made unique later.
    ///
    /// - Parameters:
    ///   - bias: What is added behind the operator: one number a channel of a convolution, or one a row of dense weights.
    static func nodes(
        of item: any ConnectionOperator, from input: [Int], to output: [Int], bias: [Double]?, projection: Projection
    ) throws(NIRError) -> [Node] {
        switch item {
        case let convolution as ConvolutionOperator: return [node(convolution, from: input, bias: bias)]
        case let dense as DenseOperator:
            let weight = Field.weights(dense.weight, shape: [dense.outputs, dense.inputs])
            guard let bias else { return [Node(name: "linear", type: "Linear", fields: ["weight": weight])] }
            return [
                Node(
                    name: "affine", type: "Affine",
                    fields: ["weight": weight, "bias": .numbers(bias, shape: [dense.outputs])])
            ]
        case let pooling as PoolingOperator: return nodes(pooling, from: input, to: output)
        case let flatten as FlattenOperator:
            let first = flatten.startAxis < 0 ? flatten.startAxis + input.count : flatten.startAxis
            let last = flatten.endAxis < 0 ? flatten.endAxis + input.count : flatten.endAxis
            return [
                Node(
                    name: "flatten", type: "Flatten",
                    fields: [
                        "input_type": .integers(input), "start_dim": .integer(first),
                        "end_dim": .integer(last == input.count - 1 ? -1 : last),
                    ])
            ]
        case let scale as ScaleOperator:
            let factors =
                scale.factors.count == 1
                ? [Float](repeating: scale.factors[0], count: input.reduce(1, *)) : scale.factors
            return [Node(name: "scale", type: "Scale", fields: ["scale": .weights(factors, shape: input)])]
        default:
            throw .notExpressible(
                what: "projection '\(projection.name)'",
                reason: "the operator '\(type(of: item).kind)' has no node type that means the same")
        }
    }

    private static func node(_ convolution: ConvolutionOperator, from input: [Int], bias: [Double]?) -> Node {
        let channels = convolution.outputChannels
        return Node(
            name: "conv2d", type: "Conv2d",
            fields: [
                // Readers of the package `nir` demand it, though for several groups they derive a wrong shape from it.
                "input_shape": .integers([input[1], input[2]]),
                "weight": .weights(
                    convolution.weight,
                    shape: [channels, convolution.channelsPerGroup, convolution.kernelSize.x, convolution.kernelSize.y]),
                "stride": pair(convolution.stride), "padding": pair(convolution.padding),
                "dilation": pair(convolution.dilation), "groups": .integer(convolution.groups),
                "bias": bias.map { .numbers($0, shape: [channels]) } ?? same(0, shape: [channels]),
            ])
    }

    private static func nodes(_ pooling: PoolingOperator, from input: [Int], to output: [Int]) -> [Node] {
        func pool(_ type: String) -> Node {
            Node(
                name: type.lowercased(), type: type,
                fields: [
                    "kernel_size": pair(pooling.kernelSize), "stride": pair(pooling.stride),
                    "padding": pair(pooling.padding),
                ])
        }
        switch pooling.reduction {
        case .sum: return [pool("SumPool2d")]
        case .average(true): return [pool("AvgPool2d")]
        case .average(false):
            guard pooling.padding != .zero else { return [pool("AvgPool2d")] }
            // AvgPool2d counts the padding. The sum, divided by the number of elements that are there, does not.
            func extent(_ window: Int, _ axis: Int) -> Int {
                let first = window * pooling.stride[axis] - pooling.padding[axis]
                return min(first + pooling.kernelSize[axis], input[axis + 1]) - max(first, 0)
            }
            var factors: [Float] = []
            for _ in 0..<output[0] {
                for row in 0..<output[1] {
                    for column in 0..<output[2] { factors.append(1 / Float(extent(row, 0) * extent(column, 1))) }
                }
            }
            return [
                pool("SumPool2d"),
                Node(name: "scale", type: "Scale", fields: ["scale": .weights(factors, shape: output)]),
            ]
        }
    }

    /// A node that passes everything on and adds a constant.
    ///
    /// `Affine` takes one matrix for each index of the leading axes, here the identity along the last axis. It is
    /// the format's only way to say a constant of its own for each neuron.
    static func identity(adding values: [Double], shape: [Int]) -> Node {
        let width = shape.last ?? 1
        var weight = [Float](repeating: 0, count: values.count * width)
        for row in values.indices { weight[row * width + row % width] = 1 }
        return Node(
            name: "bias", type: "Affine",
            fields: ["weight": .weights(weight, shape: shape + [width]), "bias": .numbers(values, shape: shape)])
    }

    private static func pair(_ values: ConvolutionOperator.Pair) -> Field { .integers([values.x, values.y]) }
}
