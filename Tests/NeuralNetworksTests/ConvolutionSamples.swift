import SynfireNeuralNetworks
import SynfireTensors

/// Convolutions, poolings and resampling of odd shapes.
enum ConvolutionSamples {
    typealias Sample = LayerSamples.Sample

    static func all() throws -> [Sample] {
        try maps() + signals() + transposed() + poolings() + adaptive() + resampled()
    }

    private static func maps() throws -> [Sample] {
        [
            Sample(try Conv2d(1, 3, kernelSize: 1), [1, 1, 1], [3, 1, 1]),
            Sample(try Conv2d(17, 9, kernelSize: 1), [17, 3, 2], [9, 3, 2]),
            Sample(try Conv2d(3, 4, kernelSize: Pair(2, 3), stride: Pair(3, 4), bias: false), [3, 8, 9], [4, 3, 2]),
            Sample(try Conv2d(5, 7, kernelSize: 3, stride: 2, padding: .same), [5, 6, 7], [7, 3, 4]),
            Sample(try Conv2d(8, 8, kernelSize: 2, padding: .same), [8, 4, 3], [8, 4, 3]),
            Sample(try Conv2d(2, 3, kernelSize: 5, padding: 2), [2, 2, 3], [3, 2, 3]),
            Sample(try Conv2d(16, 16, kernelSize: 3, padding: 1, groups: 16), [16, 5, 4], [16, 5, 4]),
            Sample(
                try Conv2d(6, 12, kernelSize: 3, stride: Pair(1, 2), padding: 1, groups: 6), [6, 4, 5], [12, 4, 3]),
            Sample(
                try Conv2d(3, 10, kernelSize: 3, padding: .same, dilation: Pair(2, 3)), [3, 7, 8], [10, 7, 8]),
            Sample(
                try Conv2d(4, 5, kernelSize: Pair(2, 3), padding: .numbers(top: 0, bottom: 1, left: 2, right: 0)),
                [4, 4, 5], [5, 4, 5]),
            Sample(
                try Conv2d(16, 32, kernelSize: 3, stride: 2, padding: .numbers(top: 1, bottom: 0, left: 0, right: 2)),
                [16, 6, 5], [32, 3, 3]),
            Sample(try Conv2d(2, 2, kernelSize: 2, stride: 3, padding: 3), [2, 1, 1], [2, 2, 2]),
        ]
    }

    private static func signals() throws -> [Sample] {
        [
            Sample(try Conv1d(1, 4, kernelSize: 3), [1, 9], [4, 7]),
            Sample(try Conv1d(2, 3, kernelSize: 1, bias: false), [2, 1], [3, 1]),
            Sample(try Conv1d(3, 5, kernelSize: 4, stride: 3, padding: 2, dilation: 2), [3, 11], [5, 3]),
            // Causal: what comes later is not seen.
            Sample(
                try Conv1d(8, 16, kernelSize: 3, padding: .signal(before: 4, after: 0), dilation: 2), [8, 10],
                [16, 10]),
            Sample(try Conv1d(6, 4, kernelSize: 5, padding: .same, groups: 2), [6, 3], [4, 3]),
            Sample(try Conv1d(16, 16, kernelSize: 3, stride: 2, padding: .same, groups: 16), [16, 8], [16, 4]),
        ]
    }

    private static func transposed() throws -> [Sample] {
        [
            Sample(try ConvTranspose2d(1, 1, kernelSize: 1), [1, 1, 1], [1, 1, 1]),
            Sample(
                try ConvTranspose2d(3, 5, kernelSize: 3, stride: 2, padding: 1, outputPadding: 1), [3, 4, 5],
                [5, 8, 10]),
            Sample(
                try ConvTranspose2d(8, 16, kernelSize: Pair(2, 3), stride: Pair(2, 1)), [8, 3, 4], [16, 6, 6]),
            Sample(
                try ConvTranspose2d(6, 4, kernelSize: 3, groups: 2, bias: false, dilation: 2), [6, 3, 2], [4, 7, 6]),
            Sample(
                try ConvTranspose2d(2, 3, kernelSize: 2, stride: 3, outputPadding: Pair(2, 0)), [2, 2, 3], [3, 7, 8]),
            Sample(
                try ConvTranspose2d(8, 8, kernelSize: 4, stride: 2, padding: 1, groups: 8), [8, 3, 3], [8, 6, 6]),
            Sample(try ConvTranspose2d(16, 1, kernelSize: 3, padding: Pair(1, 2)), [16, 4, 5], [1, 4, 3]),
            Sample(
                try ConvTranspose1d(4, 6, kernelSize: 5, stride: 3, padding: 2, outputPadding: 1), [4, 7], [6, 20]),
            Sample(try ConvTranspose1d(16, 8, kernelSize: 2, stride: 2), [16, 3], [8, 6]),
        ]
    }

    private static func poolings() throws -> [Sample] {
        [
            Sample(try MaxPool2d(kernelSize: 2, stride: 3, roundsUp: true), [3, 4, 6], [3, 2, 2]),
            Sample(try MaxPool2d(kernelSize: 3, stride: 2, roundsUp: true), [16, 6, 5], [16, 3, 2]),
            Sample(try MaxPool2d(kernelSize: Pair(2, 3), stride: 1, dilation: Pair(2, 1)), [8, 5, 4], [8, 3, 2]),
            Sample(try MaxPool2d(kernelSize: 3, stride: 2, padding: 1, dilation: 2), [5, 7, 8], [5, 3, 3]),
            Sample(try MaxPool2d(kernelSize: 3, stride: 2, padding: .same), [3, 6, 7], [3, 3, 4]),
            Sample(try MaxPool2d(kernelSize: 1), [1, 1, 1], [1, 1, 1]),
            Sample(
                try MaxPool2d(kernelSize: 3, stride: 1, padding: .numbers(top: 1, bottom: 0, left: 0, right: 1)),
                [16, 4, 3], [16, 3, 2]),
            Sample(try AvgPool2d(kernelSize: 3, stride: 2, padding: 1, roundsUp: true), [8, 6, 7], [8, 4, 4]),
            Sample(
                try AvgPool2d(kernelSize: 3, stride: 2, padding: 1, roundsUp: true, countsPadding: false), [3, 6, 7],
                [3, 4, 4]),
            Sample(try AvgPool2d(kernelSize: 2, stride: 3, roundsUp: true), [2, 7, 4], [2, 3, 2]),
            Sample(
                try AvgPool2d(kernelSize: Pair(2, 3), padding: .same, countsPadding: false), [16, 5, 4], [16, 3, 2]),
            Sample(
                try AvgPool2d(
                    kernelSize: Pair(2, 3), stride: 1, padding: .numbers(top: 1, bottom: 0, left: 0, right: 1)),
                [4, 3, 5], [4, 3, 4]),
            Sample(try MaxPool1d(kernelSize: 3), [3, 10], [3, 3]),
            Sample(try MaxPool1d(kernelSize: 2, stride: 2, padding: 1, dilation: 2, roundsUp: true), [8, 6], [8, 4]),
            Sample(try MaxPool1d(kernelSize: 4, stride: 1, padding: .signal(before: 2, after: 0)), [2, 5], [2, 4]),
            Sample(try AvgPool1d(kernelSize: 3, stride: 2, padding: 1), [3, 8], [3, 4]),
            Sample(try AvgPool1d(kernelSize: 3, stride: 2, padding: .same, countsPadding: false), [8, 8], [8, 4]),
            Sample(try AvgPool1d(kernelSize: 4, stride: 3, roundsUp: true), [1, 9], [1, 3]),
        ]
    }

    private static func adaptive() throws -> [Sample] {
        [
            Sample(try AdaptiveAvgPool2d(outputSize: Pair(3, 2)), [8, 7, 5], [8, 3, 2]),
            Sample(try AdaptiveAvgPool2d(outputSize: 2), [3, 4, 6], [3, 2, 2]),
            Sample(try AdaptiveAvgPool2d(outputSize: Pair(4, 5)), [2, 3, 2], [2, 4, 5]),
            Sample(try AdaptiveMaxPool2d(outputSize: Pair(2, 3)), [16, 5, 7], [16, 2, 3]),
            Sample(try AdaptiveMaxPool2d(outputSize: 1), [5, 3, 4], [5, 1, 1]),
            Sample(try AdaptiveAvgPool1d(outputSize: 3), [4, 8], [4, 3]),
            Sample(try AdaptiveMaxPool1d(outputSize: 4), [3, 9], [3, 4]),
            Sample(GlobalAvgPool2d(), [5, 3, 4], [5]),
            Sample(GlobalAvgPool2d(keepsDimensions: true), [16, 7, 7], [16, 1, 1]),
            Sample(GlobalMaxPool2d(), [16, 4, 3], [16]),
            Sample(GlobalMaxPool2d(keepsDimensions: true), [3, 1, 1], [3, 1, 1]),
            Sample(GlobalAvgPool1d(), [6, 9], [6]),
            Sample(GlobalMaxPool1d(keepsDimensions: true), [2, 5], [2, 1]),
        ]
    }

    private static func resampled() throws -> [Sample] {
        [
            Sample(try Upsample(scaleFactor: 2), [3, 2, 3], [3, 4, 6]),
            Sample(try Upsample(size: [5, 3]), [8, 3, 4], [8, 5, 3]),
            Sample(try Upsample(scaleFactor: 1.5, mode: .nearestExact), [2, 3, 5], [2, 4, 7]),
            Sample(try Upsample(scaleFactor: 2, mode: .bilinear), [16, 3, 2], [16, 6, 4]),
            Sample(try Upsample(size: [7, 5], mode: .bilinear, alignsCorners: true), [3, 4, 2], [3, 7, 5]),
            Sample(try Upsample(scaleFactor: 2.3, mode: .bilinear), [2, 3, 4], [2, 6, 9]),
            Sample(try Upsample(size: [3], mode: .bilinear), [4, 1, 5], [4, 3, 3]),
            Sample(try Upsample(scaleFactor: 3, mode: .linear), [8, 4], [8, 12]),
            Sample(try Upsample(size: [6], mode: .linear, alignsCorners: true), [3, 4], [3, 6]),
            Sample(try Upsample(scaleFactor: 2.5), [3, 4], [3, 10]),
        ]
    }
}
