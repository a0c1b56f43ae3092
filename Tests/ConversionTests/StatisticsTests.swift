import SynfireConversion
import SynfireParallel
import Testing

@Suite("Activation statistics")
struct ActivationStatisticsTests {
    @Test("Percentiles agree with sorting to one bin", arguments: [50.0, 90, 99, 99.9, 100])
    func percentiles(percent: Double) throws {
        var stream = RandomStream(seed: 3, stream: 0)
        let (images, channels, each) = (40, 3, 500)
        // Rectified, with a long tail, and of different size in each channel.
        var values: [Float] = []
        for _ in 0..<images {
            for channel in 0..<channels {
                for _ in 0..<each {
                    let draw = Float.random(in: -1...1, using: &stream)
                    values.append(max(0, draw) * max(0, draw) * Float(channel + 1))
                }
            }
        }
        var statistics = ActivationStatistics(channels: channels)
        #expect(statistics.noteMaxima(values, images: images) == nil)
        // Seen in two parts, as data comes in batches.
        let half = values.count / 2
        statistics.count(Array(values[..<half]), images: images / 2)
        statistics.count(Array(values[half...]), images: images / 2)
        for channel in 0..<channels {
            var own: [Float] = []
            for image in 0..<images {
                let first = (image * channels + channel) * each
                own += values[first..<first + each]
            }
            own.sort()
            let rank = min(own.count - 1, Int((Double(own.count) * percent / 100).rounded(.up)) - 1)
            let bin = Double(own[own.count - 1]) / Double(ActivationStatistics.bins)
            let found = statistics.percentile(percent, channel: channel)
            // Between two neighbours in order any value is a percentile; a bin more for the histogram.
            let low = Double(own[max(0, rank - 1)]) - bin
            let high = Double(own[min(own.count - 1, rank + 1)]) + bin
            #expect((low...high).contains(found), "channel \(channel)")
        }
    }

    @Test("A value that is not finite is found with its image")
    func findsInfinity() {
        var statistics = ActivationStatistics(channels: 2)
        var values = [Float](repeating: 1, count: 3 * 2 * 4)
        values[2 * 8 + 5] = .infinity
        #expect(statistics.noteMaxima(values, images: 3) == 2)
        values[2 * 8 + 5] = .nan
        var other = ActivationStatistics(channels: 2)
        #expect(other.noteMaxima(values, images: 3) == 2)
    }
}
