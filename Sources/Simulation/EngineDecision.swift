import SpikingNetworks
import Units

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

    /// With more events than these for a neuron and step, steps are faster (docs/guides/engines.md has the measurement).
    public static let mostEventsPerStep = 0.25

    /// Decides for a network.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - step: The step that the clock engine would take.
    public static func automatic(for network: Network, step: Milliseconds) -> EngineDecision {
        if let reason = EventSupport.reasons(against: network).first {
            return EngineDecision(.clock, because: "\(reason)")
        }
        let events = network.expectedEventRate * step.value
        let told = "a neuron gets about \(Self.digits(events)) events in a step of \(step), at 10 spikes/s a neuron"
        return events <= mostEventsPerStep
            ? EngineDecision(.event, because: "every model has a closed form, and \(told)")
            : EngineDecision(.clock, because: "\(told); steps are faster from \(mostEventsPerStep) on")
    }

    private static func digits(_ value: Double) -> String {
        value >= 10 ? "\(Int(value.rounded()))" : "\((value * 100).rounded() / 100)"
    }
}
