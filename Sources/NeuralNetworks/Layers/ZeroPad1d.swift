import SynfireTensors

/// Zeros around a signal.
public struct ZeroPad1d: Layer {
    /// The name and hyperparameters.
    public static let schema = LayerSchema(
        "ZeroPad1d", "Adds zeros left and right of a signal.",
        rows: [
            HyperparameterRow(
                "padding", .list, allowed: .atLeast(0), "How many zeros: one number for all sides, or [left, right].")
        ])

    /// How many zeros are added: [left, right].
    public let padding: [Int]

    /// Makes a layer from checked values.
    public init(_ values: HyperparameterValues) throws {
        padding = try ZeroPadRules.sides("ZeroPad1d", values.list("padding"), "[left, right]")
    }

    /// Makes a layer.
    ///
    /// - Parameter padding: One number for all sides, or [left, right].
    public init(_ padding: [Int]) throws { try self.init(Self.schema.resolve(["padding": .list(padding)])) }

    /// The values that were set.
    public var hyperparameters: HyperparameterValues { HyperparameterValues(["padding": .list(padding)]) }

    /// The input's shape, larger by the padding.
    public func outputShape(for inputs: [[Int]]) throws(InputMismatch) -> [Int] {
        guard inputs[0].count == 2 else { throw InputMismatch("a signal of shape [channels, length]") }
        return [inputs[0][0], inputs[0][1] + padding[0] + padding[1]]
    }

    /// Copies of our own, in whatever layout the values come.
    public func makeKernel(_ request: KernelRequest) throws -> any LayerKernel {
        let input = request.inputs[0]
        let output = ValueLayout(shape: try outputShape(for: [input.shape]), block: input.block)
        return ZeroPadKernel(input, rows: 1, output, left: padding[0], top: 0)
    }
}
