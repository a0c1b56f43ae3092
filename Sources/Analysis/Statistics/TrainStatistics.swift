/// The statistics of a population's trains, gathered spike by spike: what a recording of any length leaves.
///
/// Memory goes with the neurons that fire, not with the spikes.
public struct TrainStatistics: Sendable {
    /// How many neurons there are, silent ones included.
    public private(set) var neuronCount: Int
    /// How many spikes there were.
    public private(set) var spikeCount = 0
    /// The times of the first and the last spike [ms]; nil without spikes.
    public private(set) var timeRange: ClosedRange<Double>?
    /// How many neurons have fired.
    public private(set) var firingCount = 0
    /// The trains of the first neurons, as far as one has fired.
    private var trains: [Train] = []
    /// Those of neurons with high numbers, which may be few of very many.
    private var others: [Int: Train] = [:]
    private static let listed = 1 << 20

    private struct Train {
        var last = 0.0
        var spikes = 0
        var stretch = 0
        /// How many intervals there are, their mean and the sum of their squared deviations (Welford 1962).
        var intervals = 0
        var mean = 0.0
        var squares = 0.0

        mutating func add(_ time: Double, stretch current: Int) {
            if spikes > 0, stretch == current {
                let interval = time - last
                let deviation = interval - mean
                intervals += 1
                mean += deviation / Double(intervals)
                squares += deviation * (interval - mean)
            }
            spikes += 1
            last = time
            stretch = current
        }

        var coefficientOfVariation: Double? {
            guard intervals >= 2, mean > 0 else { return nil }
            return (squares / Double(intervals)).squareRoot() / mean
        }
    }

    /// Starts without spikes.
    ///
    /// - Parameter neurons: How many neurons there are at least; one with a higher number that spikes is added.
    public init(neurons: Int) { neuronCount = neurons }

    /// Takes a spike; those of one neuron come in the order of time.
    ///
    /// - Parameters:
    ///   - time: In ms.
    ///   - neuron: The neuron, from 0.
    ///   - stretch: The trial, or the stretch of uninterrupted recording: between two of them there is no interval.
    public mutating func add(time: Double, neuron: Int, stretch: Int = 0) {
        neuronCount = max(neuronCount, neuron + 1)
        spikeCount += 1
        timeRange = min(timeRange?.lowerBound ?? time, time)...max(timeRange?.upperBound ?? time, time)
        if neuron < Self.listed {
            if neuron >= trains.count {
                trains.append(contentsOf: repeatElement(Train(), count: neuron + 1 - trains.count))
            }
            if trains[neuron].spikes == 0 { firingCount += 1 }
            trains[neuron].add(time, stretch: stretch)
        } else {
            if others[neuron] == nil { firingCount += 1 }
            others[neuron, default: Train()].add(time, stretch: stretch)
        }
    }

    /// Takes many spikes; those of one neuron come in the order of time.
    ///
    /// - Parameters:
    ///   - times: In ms.
    ///   - neurons: The neuron of each, from 0.
    ///   - trials: The trial of each; nil for one run.
    ///   - coverage: Which neurons were recorded, and when, where that is known: in one run, no interval reaches from one
    ///     stretch of recording to the next.
    /// - Precondition: The arrays are of equal length.
    public mutating func add(
        times: [Double], neurons: [UInt32], trials: [Int]? = nil, coverage: RecordingCoverage? = nil
    ) {
        precondition(times.count == neurons.count, "\(times.count) times, \(neurons.count) neurons")
        for (index, time) in times.enumerated() {
            let neuron = Int(neurons[index])
            add(time: time, neuron: neuron, stretch: trials?[index] ?? coverage?.stretch(of: neuron, at: time) ?? -1)
        }
    }

    /// The mean rate over a duration in ms, in spikes per second and neuron; nil where one of them is not positive.
    public func meanRate(duration: Double) -> Double? {
        SpikeStatistics.rate(count: spikeCount, neurons: neuronCount, duration: duration)
    }

    /// The coefficient of variation of the intervals of each neuron that has at least two.
    ///
    /// Intervals of all trials count together.
    public var coefficientsOfVariation: [Double] {
        trains.compactMap(\.coefficientOfVariation)
            + others.sorted { $0.key < $1.key }.compactMap(\.value.coefficientOfVariation)
    }

    /// The mean of ``coefficientsOfVariation``; nil where no neuron has two intervals.
    public var meanCoefficientOfVariation: Double? {
        let values = coefficientsOfVariation
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The share of neurons without a spike, from 0 to 1; nil without neurons.
    public var silentShare: Double? { silentShare(of: neuronCount) }

    /// The share of silent neurons among those that were recorded, from 0 to 1; nil where there are none.
    public func silentShare(of recorded: Int) -> Double? {
        recorded > 0 ? 1 - Double(min(firingCount, recorded)) / Double(recorded) : nil
    }
}
