/// A spike of the event engine.
struct EventSpike: BitwiseCopyable {
    /// When it was emitted [ticks].
    var time: Int64
    /// The neuron, by its index in its population.
    var neuron: Int32

    /// By time, and then by neuron.
    @inline(__always) func precedes(_ other: EventSpike) -> Bool {
        (time, neuron) < (other.time, other.neuron)
    }
}
