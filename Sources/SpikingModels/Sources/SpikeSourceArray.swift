/// Neurons that spike at given times.
///
/// A time on the grid, up to a thousandth of a step, keeps its step. Others go to the end of the step that they fall in
/// (`rounding` up: no spike comes before its time; NEST's `spike_generator` with `allow_offgrid_times`) or to the
/// nearest step, but not before the first. Times that end in one step are as many spikes.
public enum SpikeSourceArray: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "spike_source_array", aliases: ["spike_generator", "SpikeSourceArray"],
        summary: "Spikes at given times",
        equations: ["spikes at spike_times"],
        source: "PyNN 0.12 (SpikeSourceArray), doi:10.3389/neuro.11.011.2008; NEST 3 (spike_generator)",
        parameters: [],
        options: [
            OptionRow(
                symbol: "rounding", choices: ["up", "nearest"],
                summary: "Which step a time between two steps goes to.")
        ],
        state: [],
        tables: [
            TableRow(
                "spike_times", unit: "ms", allowed: .above(0), isAscending: true, "When neurons spike; after time 0.")
        ])

    /// A kernel that goes through the times.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(setup) }

    /// Spikes at their exact times, whatever `rounding` says.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        let tables = setup.values.tables["spike_times"] ?? []
        let first = setup.neurons.lowerBound
        func times(_ neuron: Int) -> [Double] {
            tables.isEmpty ? [] : tables[tables.count == 1 ? 0 : first + neuron]
        }
        var places = [Int](repeating: 0, count: setup.count)
        return TrainKernel(setup, first: { times($0).first ?? .infinity }) { neuron, _ in
            places[neuron] += 1
            let list = times(neuron)
            return places[neuron] < list.count ? list[places[neuron]] : .infinity
        }
    }

    private final class Kernel: NeuronKernel {
        private let count: Int
        private let isShared: Bool
        /// Steps in ascending order, and, unless all neurons share them, whose they are.
        private let steps: [Int]
        private let neurons: [Int32]
        private var next = 0

        init(_ setup: KernelSetup) {
            count = setup.count
            isShared = (setup.values.tables["spike_times"]?.count ?? 1) == 1
            let isUp = setup.option("rounding") == "up"
            func step(_ time: Double) -> Int {
                let exact = min(time / setup.step, 1e15)
                return max(1, Int(isUp ? (exact - 1e-3).rounded(.up) : exact.rounded()))
            }
            if isShared || setup.count == 0 {
                steps = setup.count == 0 ? [] : setup.table("spike_times", 0).map(step)
                neurons = []
            } else {
                var spikes: [(step: Int, neuron: Int32)] = []
                for neuron in 0..<setup.count {
                    for time in setup.table("spike_times", neuron) { spikes.append((step(time), Int32(neuron))) }
                }
                spikes.sort { ($0.step, $0.neuron) < ($1.step, $1.neuron) }
                steps = spikes.map(\.step)
                neurons = spikes.map(\.neuron)
            }
        }

        func advance(_ frame: StepFrame) {
            let first = next
            while next < steps.count, steps[next] <= frame.number { next += 1 }
            guard first < next else { return }
            if isShared {
                for neuron in 0..<count {
                    for _ in first..<next { frame.spikes.append(neuron) }
                }
            } else {
                for index in first..<next { frame.spikes.append(Int(neurons[index])) }
            }
        }

        func value(of symbol: String, neuron: Int) -> Double { 0 }
    }
}
