/// What is recorded from some neurons: their spikes, or a state variable at a fixed interval.
///
///     Recorder(.spikes, of: "exc")
///     Recorder(.variable("v"), of: Assembly([PopulationView("exc", .range(0..<10))]), every: 0.1)
public struct Recorder: Sendable, Equatable {
    /// What is recorded.
    public enum Quantity: Sendable, Equatable {
        /// Spikes.
        case spikes
        /// A state variable of the model, by symbol.
        case variable(String)
    }

    /// What is recorded.
    public var quantity: Quantity
    /// From which neurons.
    public var neurons: Assembly
    /// The time between two samples of a variable [ms]; whole steps.
    public var interval: Double
    /// When recording begins [ms]: spikes after it, samples at or after it.
    public var start: Double
    /// When it ends [ms]; `nil` for the end of the run.
    ///
    /// Spikes up to it, samples before it.
    public var stop: Double?

    /// Describes a recorder.
    public init(
        _ quantity: Quantity, of neurons: Assembly, every interval: Double = 1, from start: Double = 0,
        to stop: Double? = nil
    ) {
        self.quantity = quantity
        self.neurons = neurons
        self.interval = interval
        self.start = start
        self.stop = stop
    }
}
