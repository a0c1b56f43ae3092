import CSynfireOneDNN

/// How a window moves along one axis of a feature map.
package struct WindowAxis: Sendable, Hashable {
    /// The number of taps.
    package var kernel: Int
    /// How far the window moves at a time.
    package var stride: Int
    /// The distance of neighbouring taps; 1 is none skipped.
    package var dilation: Int
    /// What is added in front of the first value.
    package var before: Int
    /// What is added behind the last value.
    package var after: Int
    /// How far the last window reaches beyond what is added.
    package var overhang = 0

    package init(kernel: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0) {
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.before = before
        self.after = after
    }

    /// From the first tap to the last: d(k − 1) + 1, or more than any axis is long.
    package var span: Int {
        let (reach, overflow) = dilation.multipliedReportingOverflow(by: kernel - 1)
        return overflow ? 1 << 60 : min(reach, 1 << 60 - 1) + 1
    }

    /// How many places the window takes on an axis of n values: ⌊(n + before + after − span) / s⌋ + 1.
    package func outputSize(of n: Int) -> Int {
        let free = n + before + after + overhang - span
        return free < 0 ? 0 : free / stride + 1
    }

    /// The same with as much on both sides as makes ⌈n / s⌉ places; where it is odd, one more behind.
    ///
    /// That is Keras' rule, and for a stride of 1 PyTorch's.
    package func keepingSize(of n: Int) -> WindowAxis {
        let places = (n + stride - 1) / stride
        let total = max((places - 1) * stride + span - n, 0)
        var axis = self
        (axis.before, axis.after) = (total / 2, total - total / 2)
        return axis
    }

    /// The same with another place where the last one leaves values over, if that begins on a value or in front of it.
    ///
    /// That is PyTorch's `ceil_mode`.
    package func roundingUp(over n: Int) -> WindowAxis {
        let free = n + before + after - span
        guard free + stride - 1 >= 0 else { return self }
        var places = (free + stride - 1) / stride + 1
        if (places - 1) * stride >= n + before { places -= 1 }
        var axis = self
        axis.overhang = max(0, (places - 1) * stride + span - (n + before + after))
        return axis
    }

    /// The taps that lie on values of an axis of n where the window begins at `start`, which may be negative.
    package func taps(from start: Int, on n: Int) -> Range<Int> {
        let first = start < 0 ? min((dilation - 1 - start) / dilation, kernel) : 0
        let end = start < n ? min((n - start + dilation - 1) / dilation, kernel) : 0
        return first..<max(first, end)
    }

    /// Whether each place of the window has a tap on a value of an axis of n.
    package func coversValues(of n: Int) -> Bool {
        (0..<outputSize(of: n)).allSatisfy { !taps(from: $0 * stride - before, on: n).isEmpty }
    }
}

/// How a window moves over an image.
package struct Window: Sendable, Hashable {
    /// Down the image.
    package var rows: WindowAxis
    /// Across the image.
    package var columns: WindowAxis

    package init(rows: WindowAxis, columns: WindowAxis) {
        self.rows = rows
        self.columns = columns
    }

    /// The same padding on both sides of an axis; all pairs are rows, columns.
    package init(kernel: (Int, Int), stride: (Int, Int), padding: (Int, Int), dilation: (Int, Int) = (1, 1)) {
        rows = WindowAxis(
            kernel: kernel.0, stride: stride.0, dilation: dilation.0, before: padding.0, after: padding.0)
        columns = WindowAxis(
            kernel: kernel.1, stride: stride.1, dilation: dilation.1, before: padding.1, after: padding.1)
    }

    /// Rows and columns of the window.
    package var kernel: (Int, Int) { (rows.kernel, columns.kernel) }

    /// Rows and columns of the result for an image of the given rows and columns.
    package func outputSize(rows rowCount: Int, columns columnCount: Int) -> (Int, Int) {
        (rows.outputSize(of: rowCount), columns.outputSize(of: columnCount))
    }

    var forOneDNN: synfire_window {
        synfire_window(
            kernel: (Int64(rows.kernel), Int64(columns.kernel)), stride: (Int64(rows.stride), Int64(columns.stride)),
            dilation: (Int64(rows.dilation - 1), Int64(columns.dilation - 1)),
            padding_before: (Int64(rows.before), Int64(columns.before)),
            padding_after: (Int64(rows.after + rows.overhang), Int64(columns.after + columns.overhang)))
    }
}
