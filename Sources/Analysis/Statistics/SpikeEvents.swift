/// The spikes of one population: when, and which neuron.
public struct SpikeEvents: Sendable, Equatable {
    /// The population's name.
    public let name: String
    /// How many neurons it has, silent ones included.
    public let neuronCount: Int
    /// When each spike happened, in ms, in any order.
    public let times: [Double]
    /// Which neuron fired it, from 0.
    public let neurons: [Int]

    /// Makes a list of spikes.
    ///
    /// - Precondition: `times` and `neurons` are of equal length, and each neuron is in `0..<neuronCount`.
    public init(name: String, neuronCount: Int, times: [Double], neurons: [Int]) {
        precondition(times.count == neurons.count, "\(name): \(times.count) times, \(neurons.count) neurons")
        precondition(
            neurons.allSatisfy { $0 >= 0 && $0 < neuronCount }, "\(name): a neuron outside 0..<\(neuronCount)")
        self.name = name
        self.neuronCount = neuronCount
        self.times = times
        self.neurons = neurons
    }

    /// The number of spikes.
    public var count: Int { times.count }

    /// The spike times of each neuron, each in order.
    ///
    /// - Complexity: O(n log n).
    public var trains: [[Double]] {
        var trains = Array(repeating: [Double](), count: neuronCount)
        for (time, neuron) in zip(times, neurons) { trains[neuron].append(time) }
        for index in trains.indices { trains[index].sort() }
        return trains
    }

    /// The intervals between successive spikes of the same neuron, of all neurons, in ms.
    public var intervals: [Double] { trains.flatMap { SpikeStatistics.intervals(of: $0) } }

    /// The mean rate over a duration in ms, in spikes per second and neuron.
    public func meanRate(duration: Double) -> Double? {
        SpikeStatistics.rate(count: count, neurons: neuronCount, duration: duration)
    }

    /// The rate of each neuron in a stretch of time, in spikes per second, silent neurons included.
    ///
    /// - Parameter range: In ms, closed at its lower and open at its upper end; not empty.
    public func rates(in range: Range<Double>) -> [Double] {
        var counts = Array(repeating: 0.0, count: neuronCount)
        for (time, neuron) in zip(times, neurons) where range.contains(time) { counts[neuron] += 1 }
        let duration = range.upperBound - range.lowerBound
        return counts.map { $0 * 1000 / duration }
    }

    /// How much neurons fire together: the variance of the number of their spikes in a bin, divided by its mean.
    ///
    /// Independent Poisson processes have 1.
    ///
    /// - Parameters:
    ///   - range: In ms, closed at its lower and open at its upper end.
    ///   - bin: In ms; 3 in the source.
    ///   - limit: The most neurons that count, from the first; 1,000 in the source. The number grows with them.
    /// - Returns: Nil for fewer than two bins, or without spikes.
    /// - Source: T. C. Potjans, M. Diesmann 2014, Cereb. Cortex 24:785, doi:10.1093/cercor/bhs358 (figure 6).
    public func synchrony(in range: Range<Double>, bin: Double = 3, neurons limit: Int = 1000) -> Double? {
        let shown = zip(times, neurons).filter { $0.1 < limit }.map(\.0)
        return SpikeStatistics.fanoFactor(of: SpikeStatistics.counts(of: shown, in: range, window: bin))
    }

    /// The coefficient of variation of each neuron that has at least three spikes.
    public var coefficientsOfVariation: [Double] {
        trains.compactMap { SpikeStatistics.coefficientOfVariation(of: SpikeStatistics.intervals(of: $0)) }
    }

    /// The share of neurons without a spike, from 0 to 1; nil without neurons.
    public var silentShare: Double? {
        guard neuronCount > 0 else { return nil }
        return 1 - Double(Set(neurons).count) / Double(neuronCount)
    }

    /// The rate of the population in each bin of a stretch of time, in spikes per second and neuron.
    ///
    /// - Parameters:
    ///   - range: In ms, closed at its lower and open at its upper end.
    ///   - bin: The length of a bin in ms; positive.
    public func populationRate(in range: Range<Double>, bin: Double) -> [Double] {
        guard neuronCount > 0 else { return [] }
        return SpikeStatistics.counts(of: times, in: range, window: bin).map {
            Double($0) * 1000 / (bin * Double(neuronCount))
        }
    }
}
