/// What a run is asked to record.
public struct RecordingRequest: Sendable, Equatable {
    /// The names of the populations whose spikes are recorded.
    public var spikes: [String]
    /// The potentials that are sampled.
    public var potentials: [PotentialProbe]

    /// Records the spikes of some populations and the potentials of some neurons.
    public init(spikes: [String] = [], potentials: [PotentialProbe] = []) {
        self.spikes = spikes
        self.potentials = potentials
    }
}

/// Neurons of one population whose membrane potentials are sampled at a fixed interval.
public struct PotentialProbe: Sendable, Equatable {
    /// The name of the population.
    public var population: String
    /// The row-major indices of the neurons in the population.
    public var neurons: [Int]
    /// The time between two samples [ms], above 0.
    public var interval: Double

    /// Samples `neurons` of `population` every `interval` milliseconds, from time 0 on.
    public init(population: String, neurons: [Int], interval: Double) {
        self.population = population
        self.neurons = neurons
        self.interval = interval
    }
}

/// The spikes of one population in one trial, in order of time and then of neuron.
public struct SpikeTrain: Sendable, Equatable {
    /// Times since the start of the trial [ms].
    public var times: [Double]
    /// The row-major index of the neuron of each spike.
    public var neurons: [UInt32]

    /// Takes two arrays of one length.
    public init(times: [Double] = [], neurons: [UInt32] = []) {
        precondition(times.count == neurons.count)
        self.times = times
        self.neurons = neurons
    }
}

/// What one trial left: one presentation of an input to a network at rest.
public struct TrialTrace: Sendable, Equatable {
    /// The number of the trial, from 0.
    public var trial: Int
    /// The spikes of each requested population, in the order of the request.
    public var spikes: [SpikeTrain]
    /// The samples of each requested probe, in the order of the request: row-major `[samples, neurons]` [mV].
    public var potentials: [[Float]]

    /// Takes what was recorded.
    public init(trial: Int, spikes: [SpikeTrain], potentials: [[Float]]) {
        self.trial = trial
        self.spikes = spikes
        self.potentials = potentials
    }
}
