/// One population's part of a recorder, as a simulation resolves it.
public struct RecordingChannel: Sendable, Equatable {
    /// The name of the population.
    public var population: String
    /// What is recorded.
    public var quantity: Recorder.Quantity
    /// The unit of samples; `ms` for spikes.
    public var unit: String
    /// The recorded neurons, by row-major index in the population.
    public var neurons: [Int]
    /// The time between two samples [ms]; 0 for spikes.
    public var interval: Double
    /// The time of the first sample, or after which spikes count [ms].
    public var start: Double
    /// Until when there are spikes or samples [ms]; `nil` for the end of the run.
    public var stop: Double?

    /// Describes a channel.
    public init(
        population: String, quantity: Recorder.Quantity, unit: String, neurons: [Int], interval: Double, start: Double,
        stop: Double? = nil
    ) {
        self.population = population
        self.quantity = quantity
        self.unit = unit
        self.neurons = neurons
        self.interval = interval
        self.start = start
        self.stop = stop
    }
}

/// What was recorded in a stretch of a run, channel by channel.
public struct RecordedSegment: Sendable, Equatable {
    /// The recordings, one for each channel of the simulation.
    public var recordings: [Recording]

    /// One channel's part.
    public struct Recording: Sendable, Equatable {
        /// Spikes, in order of time and then of neuron (its index in the population); empty for a variable.
        public var spikes = SpikeTrain()
        /// Samples that follow on those before, row-major [samples, neurons]; empty for spikes.
        public var samples: [Float] = []

        /// Nothing.
        public init() {}
    }

    /// Takes recordings.
    public init(recordings: [Recording]) { self.recordings = recordings }
}
