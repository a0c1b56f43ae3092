import SynfireParallel
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireUnits
import Testing

/// Runs of networks in continuous time.
enum EventRig {
    /// All that is recorded in a run, channel by channel.
    static func record(
        _ network: Network, recorders: [Recorder], workers: Int = 1, seed: UInt64 = 1, runs: [Double]
    ) throws -> [RecordedSegment.Recording] {
        try record(simulation(network, recorders: recorders, workers: workers, seed: seed), runs: runs)
    }

    static func simulation(
        _ network: Network, recorders: [Recorder], workers: Int = 1, seed: UInt64 = 1
    ) throws -> EventSimulation {
        try EventSimulation(network, seed: seed, pool: WorkerPool(workers: workers), recorders: recorders)
    }

    static func record(_ simulation: EventSimulation, runs: [Double]) throws -> [RecordedSegment.Recording] {
        var all = simulation.channels.map { _ in RecordedSegment.Recording() }
        for run in runs {
            try simulation.run(for: .milliseconds(run)) { segment in
                for (index, part) in segment.recordings.enumerated() {
                    all[index].spikes.times += part.spikes.times
                    all[index].spikes.neurons += part.spikes.neurons
                    all[index].samples += part.samples
                }
            }
        }
        return all
    }

    /// The spikes of some populations, all neurons of each.
    static func spikes(
        _ network: Network, of populations: [String], workers: Int = 1, seed: UInt64 = 1, duration: Double
    ) throws -> [[(time: Double, neuron: Int)]] {
        let recorders = populations.map { Recorder(.spikes, of: Assembly($0)) }
        return try record(network, recorders: recorders, workers: workers, seed: seed, runs: [duration]).map {
            zip($0.spikes.times, $0.spikes.neurons).map { ($0, Int($1)) }
        }
    }

    /// The times of one neuron's spikes.
    static func times(_ recording: RecordedSegment.Recording, neuron: Int = 0) -> [Double] {
        zip(recording.spikes.times, recording.spikes.neurons).filter { $1 == UInt32(neuron) }.map(\.0)
    }
}
