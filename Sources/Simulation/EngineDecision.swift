import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

/// Which engine a network is run on, and why.
public struct EngineDecision: Sendable, Equatable {
    /// `event` or `clock`.
    public var engine: EngineChoice
    /// The reason, as the end of a sentence.
    public var reason: String

    /// Describes a decision.
    public init(_ engine: EngineChoice, because reason: String) {
        self.engine = engine
        self.reason = reason
    }

    /// With more events than these for a neuron and step, steps are faster where events can be added up, and where each
    /// has to be taken by itself (docs/performance/crossover.md has the measurement).
    public static let mostEventsPerStep = (summed: 0.25, alone: 0.004)

    /// Decides for a network.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - step: The step that the clock engine would take.
    public static func automatic(for network: Network, step: Milliseconds) -> EngineDecision {
        if let reason = EventSupport.reasons(against: network).first {
            return EngineDecision(.clock, because: "\(reason)")
        }
        let most = EventSupport.sumsInput(network) ? mostEventsPerStep.summed : mostEventsPerStep.alone
        let events = network.expectedEventRate * step.value
        let told =
            "a neuron gets about \(digits(events)) events in a step of \(step), at 10 spikes/s of a neuron whose rate "
            + "is not known"
        return events <= most
            ? EngineDecision(.event, because: "every model has a closed form, and \(told)")
            : EngineDecision(.clock, because: "\(told); steps are faster from about \(most) on")
    }

    private static func digits(_ value: Double) -> String {
        if value >= 10 { return "\(Int(min(value, 1e15).rounded()))" }
        return value >= 0.01 ? "\((value * 100).rounded() / 100)" : "\((value * 1e5).rounded() / 1e5)"
    }
}
