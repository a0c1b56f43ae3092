import SynfireSimulation

/// Accuracy, spikes and operations over time, summed over trials.
struct AccuracyTally {
    /// One time, averaged over trials.
    struct Row {
        var time: Double
        /// The share of labelled trials that were classified right; `nil` where none had a label.
        var accuracy: Double?
        var spikesPerNeuron: Double
        var synapticOperations: Double
    }

    /// How many events from outside there have been, over all trials.
    private(set) var events = 0

    /// The populations whose spikes come from outside and are none of the network's neurons.
    private let sources: Set<Int>
    private var times: [Double] = []
    private var hits: [Int] = []
    private var spikes: [Int] = []
    private var operations: [Int] = []
    private var trials = 0
    private var labelled = 0

    init(sources: Set<Int> = []) { self.sources = sources }

    mutating func add(_ result: TrialResult, label: Int?) {
        if times.isEmpty {
            times = result.checkpoints.map(\.time)
            hits = times.map { _ in 0 }
            spikes = hits
            operations = hits
        }
        trials += 1
        if label != nil { labelled += 1 }
        for (index, checkpoint) in result.checkpoints.enumerated() {
            if let label, checkpoint.prediction == label { hits[index] += 1 }
            let given = sources.reduce(0) { $0 + checkpoint.spikes[$1] }
            spikes[index] += checkpoint.spikes.reduce(0, +) - given
            operations[index] += checkpoint.synapticOperations
            if index == result.checkpoints.count - 1 { events += given }
        }
    }

    /// The accuracy at the end, for a progress bar.
    var note: String {
        guard labelled > 0, let last = hits.last else { return "" }
        return "accuracy " + Format.percent(Double(last) / Double(labelled))
    }

    func rows(neurons: Int) -> [Row] {
        times.indices.map { index in
            Row(
                time: times[index], accuracy: labelled > 0 ? Double(hits[index]) / Double(labelled) : nil,
                spikesPerNeuron: Double(spikes[index]) / Double(max(1, trials)) / Double(max(1, neurons)),
                synapticOperations: Double(operations[index]) / Double(max(1, trials)))
        }
    }

    func table(neurons: Int) -> String {
        Format.table(
            [["T (ms)", "accuracy", "spikes/neuron", "synaptic operations"]]
                + rows(neurons: neurons).map { row in
                    [
                        Format.count(row.time), row.accuracy.map(Format.percent) ?? "–",
                        Format.count(row.spikesPerNeuron), Format.count(row.synapticOperations),
                    ]
                })
    }
}
