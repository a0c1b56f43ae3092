/// An integrate-and-fire neuron without leak in continuous time: the potential grows linearly between events.
package struct IntegratingForm: ClosedForm {
    package struct Constants: BitwiseCopyable {
        /// In mV.
        package let threshold, reset: Double
        package let resistance: Double
        /// In mV/ms.
        package let bias: Double
        package let subtracts: Bool
    }

    /// In mV.
    package var potential: Double
    package var current = 0.0

    package static func constants(_ setup: KernelSetup, neuron: Int) -> Constants {
        Constants(
            threshold: setup.value("v_threshold", neuron), reset: setup.value("v_reset", neuron),
            resistance: setup.value("r", neuron), bias: setup.value("i", neuron),
            subtracts: setup.option("reset") != "to_value")
    }

    package init(_ setup: KernelSetup, neuron: Int, _ constants: Constants) { potential = setup.value("v", neuron) }

    package static func refractoryTime(_ constants: Constants) -> Double { 0 }

    private func slope(_ c: Constants) -> Double { c.resistance * (c.bias + current) }

    package mutating func advance(by interval: Double, _ c: Constants) { potential += slope(c) * interval }

    package mutating func advanceRefractory(by interval: Double, _ c: Constants) {}

    package mutating func receive(_ weight: Double, receptor: Int, _ c: Constants) {
        potential += c.resistance * weight
    }

    package mutating func receiveRefractory(_ weight: Double, receptor: Int, remaining: Double, _ c: Constants) {}

    package func crossing(within interval: Double, _ c: Constants) -> Double? {
        let time = earliestCrossing(c)
        return time <= interval ? time : nil
    }

    package func earliestCrossing(_ c: Constants) -> Double {
        if potential >= c.threshold { return 0 }
        let slope = slope(c)
        return slope > 0 ? (c.threshold - potential) / slope : .infinity
    }

    package var isFinite: Bool { potential.isFinite }

    package mutating func spike(_ c: Constants) {
        // Carried to its crossing, a potential is at threshold but for rounding.
        potential = c.subtracts ? max(potential - c.threshold, 0) : c.reset
    }

    package func value(of symbol: String, _ c: Constants) -> Double { potential }
}
