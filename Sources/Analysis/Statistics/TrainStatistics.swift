/// The statistics of a population's trains, gathered spike by spike: what a recording of any length leaves.
///
/// Memory goes with the neurons, not with the spikes.
public struct TrainStatistics: Sendable {
    /// How many neurons there are, silent ones included.
    public private(set) var neuronCount: Int
    /// How many spikes there were.
    public private(set) var spikeCount = 0
    private var trains: [Train]

    private struct Train {
        var last = 0.0
        var spikes = 0
        /// Mean of the intervals and the sum of their squared deviations (Welford 1962).
        var mean = 0.0
        var squares = 0.0
    }

    /// Starts without spikes.
    ///
    /// - Parameter neurons: How many neurons there are at least; one with a higher number that spikes is added.
    public init(neurons: Int) {
        neuronCount = neurons
        trains = Array(repeating: Train(), count: neurons)
    }

    /// Takes a spike; those of one neuron come in the order of time.
    public mutating func add(time: Double, neuron: Int) {
        if neuron >= trains.count {
            trains.append(contentsOf: repeatElement(Train(), count: neuron + 1 - trains.count))
            neuronCount = trains.count
        }
        spikeCount += 1
        var train = trains[neuron]
        if train.spikes > 0 {
            let interval = time - train.last
            let deviation = interval - train.mean
            train.mean += deviation / Double(train.spikes)
            train.squares += deviation * (interval - train.mean)
        }
        train.spikes += 1
        train.last = time
        trains[neuron] = train
    }

    /// The mean rate over a duration in ms, in spikes per second and neuron; nil where one of them is not positive.
    public func meanRate(duration: Double) -> Double? {
        SpikeStatistics.rate(count: spikeCount, neurons: neuronCount, duration: duration)
    }

    /// The coefficient of variation of the intervals of each neuron that has at least three spikes.
    public var coefficientsOfVariation: [Double] {
        trains.compactMap { train in
            guard train.spikes >= 3, train.mean > 0 else { return nil }
            return (train.squares / Double(train.spikes - 1)).squareRoot() / train.mean
        }
    }

    /// The mean of ``coefficientsOfVariation``; nil where no neuron has three spikes.
    public var meanCoefficientOfVariation: Double? {
        let values = coefficientsOfVariation
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The share of neurons without a spike, from 0 to 1; nil without neurons.
    public var silentShare: Double? {
        guard neuronCount > 0 else { return nil }
        return Double(trains.count { $0.spikes == 0 }) / Double(neuronCount)
    }
}
