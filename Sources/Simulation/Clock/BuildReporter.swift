/// Tells how building goes on, and passes on what ends it.
struct BuildReporter {
    let expected: Int
    let memory: MemoryEstimate
    private let tell: (ClockSimulation.BuildProgress) throws -> Void

    init(expected: Double, memory: MemoryEstimate, _ tell: @escaping (ClockSimulation.BuildProgress) throws -> Void) {
        self.expected = Int(min(expected, 1e18))
        self.memory = memory
        self.tell = tell
    }

    /// So many synapses have been made.
    func report(_ synapses: Int) throws {
        try tell(ClockSimulation.BuildProgress(synapses: synapses, expected: expected, memory: memory))
    }
}
