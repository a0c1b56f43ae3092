/// A relay: emits a spike for each spike that arrives, in the step in which it arrives.
///
/// Weights that arrive at the end of a step are added and rounded to the nearest whole number, which is how many spikes
/// are emitted; so a weight is a multiplicity, and one of 1 passes a spike on. Below 1/2 nothing is emitted, and never
/// more than a million spikes in one step.
///
/// - Source: NEST (parrot_neuron); there every spike counts, whatever its weight.
public enum Parrot: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "parrot", aliases: ["parrot_neuron"],
        summary: "Relay: emits a spike for each spike that arrives",
        equations: ["spikes in a step = round(Σ w of the spikes that arrive)"],
        source: "NEST (parrot_neuron)",
        parameters: [], state: [],
        receptors: [ReceptorRow("input", unit: "1", sign: .notNegative, "Emits as many spikes as the weight says.")])

    /// A kernel without state.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(count: setup.count) }

    /// A kernel that passes spikes on at the time at which they arrive.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? { Relay(count: setup.count) }

    /// In continuous time each spike counts by itself: one of weight w is passed on as round(w) spikes.
    private final class Relay: EventKernel {
        let failure: EventFailure? = nil
        private var lists: EventLists

        init(count: Int) { lists = EventLists(neurons: count) }

        func advance(_ frame: EventFrame, spikes: inout [SliceSpike]) {
            lists.removeAll()
            lists.append(frame.arrivals)
            for index in lists.touched.indices {
                let neuron = lists.touched[index]
                for event in lists.sortedEvents(of: neuron) {
                    let weight =
                        event.what >= EventLists.plastic
                        ? frame.arrivals[Int(event.what - EventLists.plastic)].plasticWeight(Int(event.weight))
                        : event.weight
                    guard weight >= 0.5 else { continue }
                    for _ in 0..<Int(min(weight, 1e6).rounded()) {
                        spikes.append(SliceSpike(offset: event.time, neuron: neuron))
                        frame.tellWatchers(Int(neuron), event.time)
                    }
                }
            }
        }
    }

    private final class Kernel: NeuronKernel {
        private let count: Int

        init(count: Int) { self.count = count }

        func advance(_ frame: StepFrame) {
            let input = frame.inputs[0]
            for n in 0..<count where input[n] >= 0.5 {
                for _ in 0..<Int(min(input[n], 1e6).rounded()) { frame.spikes.append(n) }
            }
        }

        func value(of symbol: String, neuron: Int) -> Double { 0 }
    }
}
