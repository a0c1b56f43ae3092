import Foundation
import SynfireSimulation

/// What a run spent its time on, for people and for programs.
struct ProfileReport: Encodable {
    struct Phase: Encodable {
        let name: String
        /// On all workers together [s].
        let seconds: Double
        /// The part of all workers' time.
        let share: Double
    }
    let phases: [Phase]
    let wallSeconds: Double
    let workers: Int
    /// How many synapses spikes have passed.
    let synapticEvents: Int
    let eventsPerSecond: Double
    let neuronUpdates: Int
    /// Of the worker that does it [ns]; 0 where nothing of the kind was done.
    let nanosecondsPerStaticEvent: Double
    let nanosecondsPerPlasticEvent: Double
    let nanosecondsPerRegeneratedEvent: Double
    let nanosecondsPerUpdate: Double
    let nanosecondsOfDrivePerNeuron: Double

    init(_ profile: RunProfile) {
        phases = RunProfile.Phase.allCases.map {
            Phase(name: $0.rawValue, seconds: profile.seconds[$0] ?? 0, share: profile.share($0))
        }
        wallSeconds = profile.wallSeconds
        workers = profile.workers
        synapticEvents = profile.events
        eventsPerSecond = profile.wallSeconds > 0 ? Double(profile.events) / profile.wallSeconds : 0
        neuronUpdates = profile.neuronUpdates
        nanosecondsPerStaticEvent = profile.nanoseconds(.delivery, by: profile.staticEvents)
        nanosecondsPerPlasticEvent = profile.nanoseconds(.plasticity, by: profile.plasticEvents)
        nanosecondsPerRegeneratedEvent = profile.nanoseconds(.regeneration, by: profile.regeneratedEvents)
        nanosecondsPerUpdate = profile.nanoseconds(.update, by: profile.neuronUpdates)
        nanosecondsOfDrivePerNeuron = profile.nanoseconds(.drive, by: profile.neuronUpdates)
    }

    /// A table, and what one event and one update cost.
    var text: String {
        let costs = [
            ("synaptic event", nanosecondsPerStaticEvent), ("plastic synaptic event", nanosecondsPerPlasticEvent),
            ("regenerated synaptic event", nanosecondsPerRegeneratedEvent), ("neuron and step", nanosecondsPerUpdate),
            ("neuron and step of drive", nanosecondsOfDrivePerNeuron),
        ].filter { $0.1 > 0 }
        return Format.table(
            [["time of \(workers) workers", "s", "share"]]
                + phases.filter { $0.seconds > 0 }.sorted { $0.seconds > $1.seconds }.map {
                    [$0.name, String(format: "%.3f", $0.seconds), Format.percent($0.share)]
                })
            + "\n\(Format.count(Double(synapticEvents))) synaptic events, \(Format.count(eventsPerSecond)) a second; "
            + costs.map { String(format: "%.2f ns a %@", $0.1, $0.0) }.joined(separator: ", ")
    }
}
