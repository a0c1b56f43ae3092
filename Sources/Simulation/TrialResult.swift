import SynfireSpikingNetworks

/// What a trial came to.
public struct TrialResult: Sendable, Equatable {
    /// The number of the trial.
    public var trial: Int
    /// The state of affairs at each time asked for, and at the end.
    public var checkpoints: [Checkpoint]
    /// The spikes of each neuron over the trial, for each population of the network in row-major order; empty where
    /// they were not asked for, and for sources.
    public var spikeCounts: [[UInt32]]
    /// What was recorded.
    public var trace: TrialTrace

    /// The state of affairs at one time.
    public struct Checkpoint: Sendable, Equatable {
        /// The time since the start of the trial [ms].
        public var time: Double
        /// One number for each neuron of the readout.
        ///
        /// Its potential [mV] where it never spikes, otherwise its number of
        /// spikes. Empty where the network has no readout.
        public var readout: [Double]
        /// The spikes so far, for each population of the network.
        public var spikes: [Int]
        /// The weights that spikes have added to targets so far.
        ///
        /// What analog sources cost is not in it.
        public var synapticOperations: Int

        /// The index of the greatest number of the readout, the first of several; `nil` where there is none.
        public var prediction: Int? {
            readout.indices.max { readout[$0] < readout[$1] || (readout[$0] == readout[$1] && $0 > $1) }
        }
    }
}
