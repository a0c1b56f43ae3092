import SynfireTensors

/// Zeros around a feature map.
public struct ZeroPad2d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "ZeroPad2d", "Adds zeros around a feature map.",
        rows: [
            HyperparameterRow(
                "padding", .list, allowed: .atLeast(0),
                "How many zeros: one number for all sides, or [left, right, top, bottom].")
        ])

    /// How many zeros are added: [left, right, top, bottom].
    public let padding: [Int]

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        padding = try ZeroPadRules.sides("ZeroPad2d", values.list("padding"), "[left, right, top, bottom]")
    }

    /// Makes a layer.
    ///
    /// - Parameter padding: One number for all sides, or [left, right, top, bottom].
    public init(_ padding: [Int]) throws { try self.init(Self.schema.resolve(["padding": .list(padding)])) }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues { HyperparameterValues(["padding": .list(padding)]) }

    /// The input's shape, larger by the padding.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0].count == 3 else { throw InputMismatch("a feature map of shape [channels, rows, columns]") }
        let shape = inputs[0]
        return [shape[0], shape[1] + padding[2] + padding[3], shape[2] + padding[0] + padding[1]]
    }

    /// Copies of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let input = request.inputs[0]
        let output = ValueLayout(shape: try outputShape(for: [input.shape]), block: input.block)
        return ZeroPadKernel(input, rows: input.shape[1], output, left: padding[0], top: padding[2])
    }
}
