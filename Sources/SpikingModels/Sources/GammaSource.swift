import SynfireParallel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Neurons that spike as renewal processes with gamma distributed intervals.
///
/// The coefficient of variation of intervals is 1/√shape: 1 is a Poisson process, large shapes are regular. Intervals
/// are drawn in continuous time; a spike is stamped with the end of the step it falls in. A stationary start looks at a
/// process that has been running for ever, so that its rate is constant from `start` on; an ordinary one begins as if
/// there had been a spike at `start`.
///
/// - Source: G. Marsaglia, W. W. Tsang 2000, ACM Trans. Math. Softw. 26:363, doi:10.1145/358407.358414 (gamma numbers);
///   D. R. Cox 1962, "Renewal theory" (stationary start).
public enum GammaSource: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "gamma_source", aliases: ["SpikeSourceGamma"],
        summary: "Renewal process with gamma distributed intervals",
        equations: ["interval ~ gamma(shape, mean 1/rate), for start < t ≤ stop"],
        source: "PyNN 0.12 (SpikeSourceGamma); Cox 1962, Renewal theory; Marsaglia & Tsang 2000, "
            + "doi:10.1145/358407.358414",
        parameters: [
            ParameterRow(
                "shape", unit: "1", default: 2, allowed: .between(1e-3, 1e6), pyNN: "alpha",
                "Shape of the intervals' distribution."),
            SourceRows.rate(10, allowed: .between(0, 1e6), "Spikes a second, on average."),
            SourceRows.start, SourceRows.stop,
        ],
        options: [
            OptionRow(
                symbol: "begin", choices: ["stationary", "ordinary"],
                summary: "Whether the process is in equilibrium at start, or begins with a whole interval.")
        ], state: [])

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { SourceRows.windowFault(values, neuron) }

    /// A kernel that draws intervals.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(setup) }

    /// The spikes of one neuron, the next one's time being known.
    private struct Train {
        private var stream: RandomStream
        private(set) var time: Double
        private let shape, scale: Double
        let stop: Double

        init(_ setup: KernelSetup, _ neuron: Int) {
            let rate = setup.value("rate", neuron)
            shape = setup.value("shape", neuron)
            scale = 1e3 / (rate * shape)
            stream = RandomStream(
                seed: setup.seed, stream: setup.stream,
                entity: UInt32(truncatingIfNeeded: setup.neurons.lowerBound + neuron))
            time = setup.value("start", neuron)
            stop = rate > 0 ? setup.value("stop", neuron) : -1
        }

        mutating func begin(isStationary: Bool) {
            // The interval that holds a point in time is longer than others: its length has shape + 1.
            time +=
                isStationary
                ? scale * Self.gamma(shape + 1, &stream) * stream.uniform() : scale * Self.gamma(shape, &stream)
        }

        mutating func goOn() { time += scale * Self.gamma(shape, &stream) }

        /// The time of the next spike in continuous time; infinite after the end.
        var due: Double { time <= stop ? time : .infinity }

        /// A gamma distributed number with scale 1.
        private static func gamma(_ shape: Double, _ stream: inout RandomStream) -> Double {
            if shape < 1 {
                let boosted = gamma(shape + 1, &stream)
                return boosted * pow(1 - stream.uniform(), 1 / shape)
            }
            let d = shape - 1 / 3.0
            let c = 1 / (9 * d).squareRoot()
            while true {
                let x = stream.normal()
                let cube = 1 + c * x
                guard cube > 0 else { continue }
                let v = cube * cube * cube
                if log(1 - stream.uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
            }
        }
    }

    /// Spikes at their times.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        var trains = (0..<setup.count).map { Train(setup, $0) }
        let isStationary = setup.option("begin") == "stationary"
        return TrainKernel(
            setup,
            first: { neuron in
                trains[neuron].begin(isStationary: isStationary)
                return trains[neuron].due
            },
            following: { neuron, _ in
                trains[neuron].goOn()
                return trains[neuron].due
            })
    }

    private final class Kernel: NeuronKernel {
        private let step: Double
        private var trains: [Train]
        /// The step of each neuron's next spike.
        private var due: [Int]

        init(_ setup: KernelSetup) {
            let step = setup.step
            let isStationary = setup.option("begin") == "stationary"
            self.step = step
            trains = []
            due = []
            for neuron in 0..<setup.count {
                var train = Train(setup, neuron)
                train.begin(isStationary: isStationary)
                due.append(Self.step(of: train, step))
                trains.append(train)
            }
        }

        /// The step that the next spike falls in; `Int.max` after the end.
        private static func step(of train: Train, _ step: Double) -> Int {
            guard train.time <= train.stop, train.time / step < 1e15 else { return .max }
            return max(1, Int((train.time / step).rounded(.up)))
        }

        func advance(_ frame: StepFrame) {
            let number = frame.number
            for neuron in due.indices where due[neuron] <= number {
                while due[neuron] <= number {
                    frame.spikes.append(neuron)
                    trains[neuron].goOn()
                    due[neuron] = Self.step(of: trains[neuron], step)
                }
            }
        }

        func value(of symbol: String, neuron: Int) -> Double { 0 }
    }
}
