import SynfireUnits

/// How time is advanced.
public enum Engine: Sendable, Equatable, CustomStringConvertible {
    /// Continuous time: a spike happens when the potential reaches the threshold, and reaches its targets at once.
    /// Potentials are double-precision; between events the closed form of the model carries them forward.
    case event
    /// Steps of a fixed length: inputs of a step are summed, then every potential is compared with its threshold; a
    /// neuron spikes at most once a step, stamped at the end of it. Potentials are single-precision.
    case clock(step: Milliseconds)

    /// The name in descriptions and files.
    public var description: String {
        switch self {
        case .event: "event"
        case .clock(let step): "clock(\(step))"
        }
    }
}
