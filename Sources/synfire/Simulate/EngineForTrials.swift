import SynfireSimulation
import SynfireSpikingNetworks
import SynfireUnits

/// The engine that trials of a network run on: the one asked for, else the one that the file means.
struct EngineForTrials {
    private let command: SimulateCommand
    private let network: Network

    init(_ command: SimulateCommand, _ network: Network) {
        self.command = command
        self.network = network
    }

    /// The engine, and how it goes with what the file says of time; `nil` where that is nothing special.
    ///
    /// - Throws: ``RequestError`` for an unknown engine, a step of continuous time, or a file that does not say how it
    ///   counts time where nobody else does.
    var choice: (engine: Engine, timing: String?) {
        get throws {
            let engine = try engine()
            return (engine, words(engine))
        }
    }

    private func engine() throws -> Engine {
        let step = try command.step.map { try Milliseconds(parsing: $0) }
        switch command.engine {
        case "event":
            guard step == nil else {
                throw RequestError("--step is for the clock engine; continuous time has no steps")
            }
            return .event
        case "clock": return .clock(step: step ?? .milliseconds(1))
        case let name?:
            throw RequestError("--engine is '\(name)'; \(NearestName.hint(name, among: ["event", "clock"]))")
        case nil: break
        }
        if let step { return .clock(step: step) }
        switch network.timing {
        case .continuous: return .event
        case .steps: return .clock(step: .milliseconds(1))
        case .unknown(let reason):
            throw RequestError(
                "'\(command.network)' does not say whether it counts time in steps: \(reason); give --engine event for "
                    + "continuous time, or --engine clock and --step, such as 1ms, for steps")
        }
    }

    private func words(_ engine: Engine) -> String? {
        guard case .steps(let dt) = network.timing else { return nil }
        let counted = "the network was written for \(network.timing)"
        guard case .clock(let step) = engine else { return "continuous, as asked, although \(counted), each 1 ms here" }
        let seconds = Milliseconds.milliseconds(Double("\(Float(dt * 1000))") ?? dt * 1000)
        let isLikely = command.step == nil && seconds.value != step.value && (1e-3...10).contains(seconds.value)
        return "\(counted), each a step of \(step) here"
            + (isLikely ? "; --step \(seconds.description.replacing(" ", with: "")) if its unit is a second" : "")
    }
}
