import SynfireFormats
import SynfireParallel
import SynfireSpikingModels
import SynfireSpikingNetworks

/// Recordings for the tests, with numbers from a seed.
enum TraceExample {
    static func network() throws -> Network {
        try Network(
            name: "net",
            populations: [
                Population("b", shape: [2, 3, 4], model: IntegrateAndFire.self),
                Population("a", shape: [10], model: IntegrateAndFire.self),
            ], projections: [])
    }

    static let request = RecordingRequest(
        spikes: ["b", "a"],
        potentials: [
            PotentialProbe(population: "a", neurons: [7, 2], interval: 2),
            PotentialProbe(population: "a", neurons: [4], interval: 2),
        ])

    /// A trial of 10 ms: `count` spikes of 'b' and a few of 'a', which has none in trial 1.
    static func trace(_ trial: Int, count: Int) -> TrialTrace {
        var stream = RandomStream(seed: 11, stream: 3, entity: UInt32(trial))
        func train(_ count: Int, of neurons: Int) -> SpikeTrain {
            SpikeTrain(
                times: (0..<count).map { _ in stream.uniform(in: 0..<10) }.sorted(),
                neurons: (0..<count).map { _ in UInt32(stream.integer(below: neurons)) })
        }
        let spikes = [train(count, of: 24), train(trial == 1 ? 0 : 3, of: 10)]
        return TrialTrace(
            trial: trial, spikes: spikes,
            potentials: [
                (0..<10).map { Float(trial * 100 + $0) }, (0..<5).map { Float(trial * 100 + 50 + $0) },
            ])
    }

    static func writer(
        _ path: String, replacing: Bool = false, recording: RecordingRequest = request, samples: [Int] = [5, 5],
        trials: Int? = nil, duration: Double = 10
    ) throws -> TraceWriter {
        try TraceWriter(
            path: path, replacing: replacing, network: network(), recording: recording, trialDuration: duration,
            samplesPerTrial: samples, trials: trials, facts: ["engine": "event", "seed": "11"])
    }
}

/// The error of recording or reading, which must be a ``SONATAError``.
func sonataError(_ work: () throws -> Void) -> SONATAError? {
    do {
        try work()
        return nil
    } catch { return error as? SONATAError }
}
