import SynfireTensors

/// Poolings whose windows follow from the size of what comes in.
enum AdaptivePooling {
    /// So many places a row and column: by oneDNN where all are alike, else by loops of our own.
    static func kernel(
        _ operation: RangePooling.Operation, places: (rows: Int, columns: Int), _ request: KernelRequest
    ) throws -> any LayerKernel {
        let input = request.inputs[0]
        let (rows, columns) = (input.rows, input.columns)
        if rows % places.rows == 0, columns % places.columns == 0, max(rows, columns) < 1 << 15 {
            let size = (rows / places.rows, columns / places.columns)
            return try PoolingKernel(
                operation == .maximum ? .maximum : .averageWithoutPadding,
                Window(kernel: size, stride: size, padding: (0, 0)), request)
        }
        let shape = WindowSettings.shape(
            input.channels, places.rows, places.columns, isSignal: input.shape.count == 2)
        return try RangePoolingKernel(
            RangePooling(
                operation, input: input, output: ValueLayout(shape: shape, block: input.block),
                rows: PoolingAxis(adaptive: places.rows, over: rows),
                columns: PoolingAxis(adaptive: places.columns, over: columns)), request)
    }

    /// One place for all of a channel.
    static func globalKernel(
        _ operation: RangePooling.Operation, keepsDimensions: Bool, _ request: KernelRequest
    ) throws -> any LayerKernel {
        let input = request.inputs[0]
        let shape = WindowSettings.shape(input.channels, 1, 1, isSignal: input.shape.count == 2)
        return try RangePoolingKernel(
            RangePooling(
                operation, input: input,
                output: keepsDimensions
                    ? ValueLayout(shape: shape, block: input.block) : ValueLayout(shape: [input.channels]),
                rows: PoolingAxis(adaptive: 1, over: input.rows),
                columns: PoolingAxis(adaptive: 1, over: input.columns)), request)
    }
}
