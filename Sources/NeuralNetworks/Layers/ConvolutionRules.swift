/// What the convolution layers share.
enum ConvolutionRules {
    /// Refuses channels that do not divide into groups.
    static func check(_ kind: String, _ inputs: Int, _ outputs: Int, groups: Int) throws(NetworkError) {
        for (name, channels) in [("in_channels", inputs), ("out_channels", outputs)] where channels % groups != 0 {
            throw .hyperparameterConflict(
                kind: kind, reason: "\(name) is \(channels), which does not divide into \(groups) groups")
        }
    }

    /// Refuses an output padding that would be another input's output.
    static func check(_ kind: String, outputPadding: Pair, stride: Pair, isSignal: Bool) throws(NetworkError) {
        guard outputPadding.rows < stride.rows, outputPadding.columns < stride.columns else {
            let (padding, step) =
                isSignal ? ("\(outputPadding.columns)", "\(stride.columns)") : ("\(outputPadding)", "\(stride)")
            throw .hyperparameterConflict(
                kind: kind, reason: "output_padding is \(padding), which is not below stride \(step)")
        }
    }

    /// The length of an axis after a transposed convolution: (n − 1)s − 2p + d(k − 1) + output padding + 1.
    static func transposed(
        _ n: Int, kernel: Int, stride: Int, padding: Int, outputPadding: Int, dilation: Int
    ) -> Int {
        // What is too large for a number is too large for memory, which is told elsewhere.
        let length = Double(n - 1) * Double(stride) + Double(dilation) * Double(kernel - 1)
        guard length < 0x1p50 else { return 1 << 50 }
        return (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + outputPadding + 1
    }
}
