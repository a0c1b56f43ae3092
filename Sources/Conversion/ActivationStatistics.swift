/// The distribution of a layer's activations, channel by channel, from data that is seen in parts.
///
/// Two passes: the first finds the greatest value of each channel, the second counts values in equal bins up to it, so
/// that memory does not grow with the data. A percentile is interpolated inside its bin, which bounds its error by
/// one part in ``bins`` of the greatest value.
package struct ActivationStatistics {
    package static let bins = 4096

    package let channels: Int
    package private(set) var maxima: [Float]
    /// The sum of each channel's values.
    package private(set) var sums: [Double]
    /// How many values of each channel were summed.
    package private(set) var summed = 0
    private var counts: [Int]
    private var seen = 0

    package init(channels: Int) {
        self.channels = channels
        maxima = Array(repeating: 0, count: channels)
        sums = Array(repeating: 0, count: channels)
        counts = []
    }

    /// First pass: takes values of shape (images, channels, elements).
    ///
    /// - Returns: The image of the first value that is not finite, if there is one.
    package mutating func noteMaxima(_ values: [Float], images: Int) -> Int? {
        let each = values.count / max(images * channels, 1)
        summed += images * each
        for image in 0..<images {
            for channel in 0..<channels {
                let first = (image * channels + channel) * each
                var greatest = maxima[channel]
                var (noughts, sum): (Float, Float) = (0, 0)
                for index in first..<first + each {
                    greatest = max(greatest, values[index])
                    noughts += values[index] * 0
                    sum += values[index]
                }
                // Nought times a number is nought unless the number is infinite or none.
                guard noughts == 0 else { return image }
                maxima[channel] = greatest
                sums[channel] += Double(sum)
            }
        }
        return nil
    }

    /// Second pass: takes the same values again.
    package mutating func count(_ values: [Float], images: Int) {
        if counts.isEmpty { counts = Array(repeating: 0, count: channels * Self.bins) }
        let each = values.count / max(images * channels, 1)
        seen += images * each
        for channel in 0..<channels where maxima[channel] > 0 {
            let scale = Float(Self.bins) / maxima[channel]
            for image in 0..<images {
                let first = (image * channels + channel) * each
                for index in first..<first + each where values[index] > 0 {
                    counts[channel * Self.bins + min(Self.bins - 1, Int(values[index] * scale))] += 1
                }
            }
        }
    }

    /// The value that `percent` of a channel's values, zeros included, do not exceed.
    package func percentile(_ percent: Double, channel: Int) -> Double {
        let above = Double(seen) * (1 - percent / 100)
        let width = Double(maxima[channel]) / Double(Self.bins)
        var sum = 0.0
        for bin in (0..<Self.bins).reversed() {
            let count = Double(counts[channel * Self.bins + bin])
            if count > 0, sum + count > above {
                return width * (Double(bin) + 1 - (above - sum) / count)
            }
            sum += count
        }
        return 0
    }
}
