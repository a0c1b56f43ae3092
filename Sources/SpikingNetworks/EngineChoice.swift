/// Which engine a network is to be run on.
public enum EngineChoice: String, Sendable, CaseIterable {
    /// The one that fits the network: continuous time where every model has a closed form and events are sparse, else
    /// steps.
    case automatic = "auto"
    /// Continuous time.
    case event
    /// Steps of a fixed length.
    case clock
}
