import SynfireUnits

/// Neurons that spike at equal intervals.
///
/// Spikes are at start + phase + j·interval for j = 0, 1, 2, …, each at the nearest step, up to and with `stop`. Times
/// are computed from j, so that rounding does not add up.
public enum RegularSource: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "regular_source",
        summary: "Spikes at equal intervals",
        equations: ["t_j = start + phase + j·interval ≤ stop"],
        source: "Arbor 0.10 (regular_schedule), doi:10.1109/EMPDP.2019.00021",
        parameters: [
            ParameterRow(
                "interval", unit: "ms", default: 100, allowed: .between(1e-6, 1e12), "From one spike to the next."),
            ParameterRow(
                "phase", unit: "ms", default: 100, follows: "interval", allowed: .above(0),
                "From start to the first spike; the interval where none is given."),
            SourceRows.start, SourceRows.stop,
        ], state: [])

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { SourceRows.windowFault(values, neuron) }

    /// A kernel that counts spikes.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(setup) }

    /// Spikes at their exact times: start, phase and interval are whole ticks.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        func ticks(_ symbol: String) -> [Int64] { (0..<setup.count).map { Ticks.count(setup.value(symbol, $0)) } }
        let (starts, phases, stops) = (ticks("start"), ticks("phase"), ticks("stop"))
        let intervals = ticks("interval").map { max($0, 1) }
        func spike(_ neuron: Int, at time: Int64) -> Int64 { time <= stops[neuron] ? time : Ticks.never }
        return TrainKernel(
            SpikeTrains(
                count: setup.count, length: setup.sliceTicks,
                ticks: { spike($0, at: Ticks.later(starts[$0], by: phases[$0])) },
                following: { spike($0, at: Ticks.later($1, by: intervals[$0])) }))
    }

    /// The spikes of one neuron.
    private struct Train {
        let first, interval, stop, step: Double
        var spike = 0

        /// The step of the next spike; `Int.max` after the end.
        var due: Int {
            let time = first + Double(spike) * interval
            // A spike that falls on the end must not be lost to rounding.
            guard time <= stop * (1 + 1e-12), time / step < 1e15 else { return .max }
            return max(1, Int((time / step).rounded()))
        }
    }

    private final class Kernel: NeuronKernel {
        private var trains: [Train]
        private var due: [Int]

        init(_ setup: KernelSetup) {
            trains = (0..<setup.count).map {
                Train(
                    first: setup.value("start", $0) + setup.value("phase", $0), interval: setup.value("interval", $0),
                    stop: setup.value("stop", $0), step: setup.step)
            }
            due = trains.map(\.due)
        }

        func advance(_ frame: StepFrame) {
            for neuron in due.indices where due[neuron] <= frame.number {
                while due[neuron] <= frame.number {
                    frame.spikes.append(neuron)
                    trains[neuron].spike += 1
                    due[neuron] = trains[neuron].due
                }
            }
        }

        func value(of symbol: String, neuron: Int) -> Double { 0 }
    }
}
