import Foundation
import SynfireNeuralNetworks

extension LayerReference {
    static func normalisation(_ layer: any Layer) -> DoubleForward? {
        switch layer {
        case let layer as BatchNorm1d: { batchNorm($0, layer.epsilon) }
        case let layer as BatchNorm2d: { batchNorm($0, layer.epsilon) }
        case let layer as LayerNorm:
            { call in
                let length = layer.normalizedShape.reduce(1, *)
                return normalised(call, groups: { $0 / length }, weights: { $0 % length }, layer.epsilon)
            }
        case let layer as GroupNorm:
            { call in
                let (size, channels) = (call.x.size, call.x.shape[1])
                return normalised(
                    call, groups: { $0 / (size / layer.groups) }, weights: { $0 % size / (size / channels) },
                    layer.epsilon)
            }
        case let layer as Softmax: { softmax($0, layer.axis).map(exp) }
        case let layer as LogSoftmax: { softmax($0, layer.axis) }
        default: nil
        }
    }

    private static func batchNorm(_ call: ReferenceCall, _ epsilon: Double) -> [Double] {
        let channels = call.x.shape[1]
        let positions = call.x.size / channels
        let channel: (Int) -> Int = { $0 / positions % channels }
        if call.isTraining { return normalised(call, groups: channel, weights: channel, epsilon) }
        let parameters = call.parameters
        return call.x.values.enumerated().map { offset, x in
            let c = channel(offset)
            let deviation = ((parameters["running_var"]?.values[c] ?? 0) + epsilon).squareRoot()
            let normal = (x - (parameters["running_mean"]?.values[c] ?? 0)) / deviation
            return normal * (parameters["weight"]?.values[c] ?? 1) + (parameters["bias"]?.values[c] ?? 0)
        }
    }

    /// Numbers of a group taken to mean 0 and variance 1, then scaled and shifted.
    private static func normalised(
        _ call: ReferenceCall, groups: (Int) -> Int, weights: (Int) -> Int, _ epsilon: Double
    ) -> [Double] {
        let x = call.x.values
        var members: [Int: [Double]] = [:]
        for (offset, value) in x.enumerated() { members[groups(offset), default: []].append(value) }
        let moments = members.mapValues { values in
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            return (mean: mean, deviation: (variance + epsilon).squareRoot())
        }
        let (weight, bias) = (call.parameters["weight"]?.values, call.parameters["bias"]?.values)
        return x.enumerated().map { offset, value in
            let (mean, deviation) = moments[groups(offset)] ?? (0, 1)
            let index = weights(offset)
            return (value - mean) / deviation * (weight?[index] ?? 1) + (bias?[index] ?? 0)
        }
    }

    private static func softmax(_ call: ReferenceCall, _ dim: Int) -> [Double] {
        let x = call.x
        let axis = dim < 0 ? x.shape.count + dim : dim
        var sums: [[Int]: Double] = [:]
        let keys = x.values.indices.map { offset in
            var position = x.position(offset)
            position[axis] = 0
            return position
        }
        for (key, value) in zip(keys, x.values) { sums[key, default: 0] += exp(value) }
        return zip(keys, x.values).map { $1 - log(sums[$0] ?? 0) }
    }

    static func structural(_ layer: any Layer) -> DoubleForward? {
        switch layer {
        case is Add: { call in broadcast(call, +) }
        case is Multiply: { call in broadcast(call, *) }
        case let layer as Concat:
            { call in
                let rank = call.x.shape.count
                let axis = layer.axis < 0 ? rank + layer.axis : layer.axis
                var shape = call.x.shape
                shape[axis] = call.inputs.reduce(0) { $0 + $1.shape[axis] }
                return DoubleArray(shape, []).positions.map { position in
                    var position = position
                    for input in call.inputs {
                        if position[axis] < input.shape[axis] { return input.value(at: position) }
                        position[axis] -= input.shape[axis]
                    }
                    return .nan
                }
            }
        case let layer as Permute:
            { call in
                let axes = [0] + layer.axes
                return DoubleArray(axes.map { call.x.shape[$0] }, []).positions.map { position in
                    var source = position
                    for (index, axis) in axes.enumerated() { source[axis] = position[index] }
                    return call.x.value(at: source)
                }
            }
        case let layer as ZeroPad1d: { padded($0, layer.padding) }
        case let layer as ZeroPad2d: { padded($0, layer.padding) }
        default: nil
        }
    }

    /// PyTorch's order of sides: the last axis first, low before high.
    private static func padded(_ call: ReferenceCall, _ sides: [Int]) -> [Double] {
        var shape = call.x.shape
        var before = shape.map { _ in 0 }
        for pair in 0..<sides.count / 2 {
            let axis = shape.count - 1 - pair
            before[axis] = sides[2 * pair]
            shape[axis] += sides[2 * pair] + sides[2 * pair + 1]
        }
        return DoubleArray(shape, []).positions.map { position in
            let source = zip(position, before).map { $0 - $1 }
            let isInside = zip(source, call.x.shape).allSatisfy { $0 >= 0 && $0 < $1 }
            return isInside ? call.x.value(at: source) : 0
        }
    }

    private static func broadcast(_ call: ReferenceCall, _ operation: (Double, Double) -> Double) -> [Double] {
        let shape = call.x.shape.indices.map { axis in call.inputs.map { $0.shape[axis] }.max() ?? 1 }
        return DoubleArray(shape, []).positions.map { position in
            let values = call.inputs.map { $0.value(at: position) }
            return values.dropFirst().reduce(values[0], operation)
        }
    }
}

extension DoubleArray {
    /// The positions of all numbers of the shape.
    fileprivate var positions: [[Int]] { (0..<shape.reduce(1, *)).map { position($0) } }
}
