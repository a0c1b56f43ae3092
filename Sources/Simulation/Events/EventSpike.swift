/// A spike of the event engine.
struct EventSpike: BitwiseCopyable {
    /// From the start of the epoch in which it was emitted [ms].
    var offset: Double
    /// The neuron, by its index in its population.
    var neuron: Int32

    /// By time, and then by neuron.
    @inline(__always) func precedes(_ other: EventSpike) -> Bool {
        (offset, neuron) < (other.offset, other.neuron)
    }
}
