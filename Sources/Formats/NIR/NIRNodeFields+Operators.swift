import SynfireHDF5
import SynfireSpikingNetworks

extension NIRNodeFields {
    /// The operators that a node is, and what it adds behind them: one number an element, or one for each index of the
    /// first axis.
    func operators(for input: [Int]) throws -> (items: [any ConnectionOperator], bias: [Double]?) {
        do {
            switch type {
            case "Conv2d": return ([try convolution(for: input)], try nonZero("bias"))
            case "Linear": return (try dense(for: input), nil)
            case "Affine": return (try dense(for: input), try nonZero("bias"))
            case "AvgPool2d": return ([try pooling(.average(countsPadding: true))], nil)
            case "SumPool2d": return ([try pooling(.sum)], nil)
            case "Flatten": return ([try flatten(for: input)], nil)
            case "Scale": return ([try scale(for: input)], nil)
            default:
                throw NIRError.unsupportedType(file: file, node: name, type: type, supported: NIRGraph.supported)
            }
        } catch let error as SpikingNetworkError {
            throw NIRError.shape(file: file, node: name, reason: "\(error)")
        }
    }

    private func nonZero(_ field: String) throws -> [Double]? {
        let values = try numbers(field).values
        return values.contains { $0 != 0 } ? values : nil
    }

    private func dense(for input: [Int]) throws -> [any ConnectionOperator] {
        let (weight, shape) = try weights("weight")
        guard shape.count >= 2, !shape.contains(0) else {
            throw bad("weight", "its shape \(shape) is not [..., outputs, inputs]")
        }
        if shape.count == 2 {
            if type == "Affine" {
                let bias = try numbers("bias").shape
                guard bias == [shape[0]] else {
                    throw bad("bias", "its shape is \(bias) where [\(shape[0])] is needed")
                }
            }
            return [try DenseOperator(inputs: shape[1], outputs: shape[0], weight: weight)]
        }
        // One matrix for each index of the leading axes.
        guard input == Array(shape.dropLast(2) + shape.suffix(1)) else {
            throw NIRError.shape(
                file: file, node: name, reason: "its weights have the shape \(shape), and \(input) comes to it")
        }
        let width = shape[shape.count - 1]
        let isDiagonal =
            shape[shape.count - 2] == width
            && weight.indices.allSatisfy { weight[$0] == 0 || $0 / width % width == $0 % width }
        guard isDiagonal else {
            throw bad(
                "weight",
                "its shape \(shape) has a matrix for each index of the leading axes, which is supported where each is "
                    + "diagonal")
        }
        let factors = (0..<weight.count / width).map { weight[$0 * width + $0 % width] }
        return factors.allSatisfy { $0 == 1 } ? [] : [try ScaleOperator(factors: factors)]
    }

    private func scale(for input: [Int]) throws -> ScaleOperator {
        let (factors, shape) = try weights("scale")
        if let first = factors.first, factors.allSatisfy({ $0 == first }), factors.count == 1 || shape == input {
            return try ScaleOperator(factors: [first])
        }
        guard shape == input else { throw bad("scale", "its shape is \(shape), and \(input) comes to it") }
        return try ScaleOperator(factors: factors)
    }

    private func flatten(for input: [Int]) throws -> FlattenOperator {
        if try has("input_type") {
            let own = try extents()
            guard own == input else { throw bad("input_type", "it is \(own), and \(input) comes to the node") }
        }
        return FlattenOperator(
            startAxis: try has("start_dim") ? integer("start_dim") : 1,
            endAxis: try has("end_dim") ? integer("end_dim") : -1)
    }

    private func pooling(_ reduction: PoolingOperator.Reduction) throws -> PoolingOperator {
        let (kernel, stride, padding) = (try pair("kernel_size"), try pair("stride"), try pair("padding"))
        // Beyond this, sums of extents would not fit.
        for (field, value) in [("kernel_size", kernel), ("stride", stride), ("padding", padding)] {
            guard value.min() >= 0, value.max() <= 1 << 24 else {
                throw bad(field, "\(value.x) and \(value.y) are not between 0 and \(1 << 24)")
            }
        }
        return try PoolingOperator(reduction, kernelSize: kernel, stride: stride, padding: padding)
    }

    private func convolution(for input: [Int]) throws -> ConvolutionOperator {
        var (weight, shape) = try weights("weight")
        guard shape.count == 4, !shape.contains(0) else {
            throw bad("weight", "its shape \(shape) is not [outputs, inputs of a group, height, width]")
        }
        let bias = try numbers("bias").shape
        guard bias == [shape[0]] else { throw bad("bias", "its shape is \(bias) where [\(shape[0])] is needed") }
        if try has("input_shape") {
            let own = try integers("input_shape")
            guard own == Array(input.dropFirst()) else {
                throw bad("input_shape", "it is \(own), and \(input) comes to the node")
            }
        }
        let stride = try pair("stride")
        var dilation = try pair("dilation")
        var padding = SIMD2(0, 0)
        switch try text("padding") {
        case nil: padding = try pair("padding")
        case "valid": break
        case "same":
            guard stride == .one else {
                throw bad("padding", "'same' goes with a stride of 1 only, and the stride is \(stride.x), \(stride.y)")
            }
            guard dilation.min() >= 1, dilation.max() <= 1 << 12, shape[2] <= 1 << 12, shape[3] <= 1 << 12 else {
                throw bad("dilation", "\(dilation.x) and \(dilation.y) are not between 1 and \(1 << 12)")
            }
            let window = dilation &* SIMD2(shape[2], shape[3]) &+ 1
            guard window.x * window.y <= (1 << 26) / (shape[0] * shape[1]) else {
                throw bad("dilation", "a window of \(window.x) by \(window.y) is too large for 'same'")
            }
            (weight, shape, dilation) = Self.symmetric(weight, shape, dilation)
            padding = dilation &* (SIMD2(shape[2], shape[3]) &- 1) / 2
        case .some(let word): throw bad("padding", "'\(word)' is neither a number nor one of 'same' and 'valid'")
        }
        return try ConvolutionOperator(
            outputChannels: shape[0], channelsPerGroup: shape[1], kernelSize: SIMD2(shape[2], shape[3]), stride: stride,
            padding: padding, dilation: dilation, groups: try integer("groups"), weight: weight)
    }

    /// Weights whose window reaches equally far to both sides, as symmetric padding needs it.
    ///
    /// Where 'same' asks for an odd number of zeros, the greater part stands behind the input (as in PyTorch): the
    /// window is filled up with zeros in front.
    private static func symmetric(
        _ weight: [Float], _ shape: [Int], _ dilation: SIMD2<Int>
    ) -> ([Float], [Int], SIMD2<Int>) {
        let reach = dilation &* (SIMD2(shape[2], shape[3]) &- 1)
        let odd = SIMD2(reach.x % 2, reach.y % 2)
        guard odd != .zero else { return (weight, shape, dilation) }
        let extent = reach &+ 1 &+ odd
        var wide = [Float](repeating: 0, count: shape[0] * shape[1] * extent.x * extent.y)
        for plane in 0..<shape[0] * shape[1] {
            for row in 0..<shape[2] {
                for column in 0..<shape[3] {
                    let (y, x) = (odd.x + row * dilation.x, odd.y + column * dilation.y)
                    wide[(plane * extent.x + y) * extent.y + x] = weight[(plane * shape[2] + row) * shape[3] + column]
                }
            }
        }
        return (wide, [shape[0], shape[1], extent.x, extent.y], .one)
    }
}
