/// A current of independent Gaussian numbers, each held for a while: white noise on a grid.
///
/// Each target has noise of its own. The intervals begin at `start`; their length is rounded to whole steps, and is at
/// least one. A membrane with time constant τ ≫ dt and capacitance c then fluctuates with the variance
/// (stdev·τ/c)²·(1 − e^(−dt/τ))/(1 + e^(−dt/τ)) at the ends of intervals, which depends on dt.
public enum NoisyCurrent: StimulusModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "noisy_current", aliases: ["noise_generator", "NoisyCurrentSource"],
        summary: "Gaussian white noise, held over intervals",
        equations: ["i(t) = mean + stdev·N_j for start + j·dt ≤ t < start + (j + 1)·dt, t < stop"],
        source: "PyNN 0.12 (NoisyCurrentSource), doi:10.3389/neuro.11.011.2008; NEST 3 (noise_generator)",
        parameters: [
            ParameterRow("mean", unit: "pA", default: 0, pyNN: "mean", nest: "mean", "Mean current."),
            ParameterRow(
                "stdev", unit: "pA", default: 0, allowed: .atLeast(0), pyNN: "stdev", nest: "std",
                "Standard deviation of the current."),
            ParameterRow(
                "dt", unit: "ms", default: 1, allowed: .above(0), pyNN: "dt", nest: "dt",
                "How long a number is held; rounded to whole steps."),
            SourceRows.start, SourceRows.stop,
        ], state: [], emitsSpikes: false)

    /// A current.
    public static let effect = StimulusEffect.current

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { SourceRows.windowFault(values, neuron) }

    /// A kernel that draws and adds the current.
    public static func makeKernel(_ setup: KernelSetup) -> any StimulusKernel { Kernel(setup) }

    private final class Kernel: StimulusKernel {
        private let count, first: Int
        private let seed: UInt64
        private let stream: UInt32
        private let mean, deviation, level, spare: UnsafeMutablePointer<Float>
        /// Keeps the columns.
        private let memory: KernelMemory
        /// One for all targets that share them, otherwise one each.
        private let interval: [Int]
        private let window: [Range<Int>]

        init(_ setup: KernelSetup) {
            (count, first) = (setup.count, setup.neurons.lowerBound)
            (seed, stream) = (setup.seed, setup.stream)
            mean = setup.column("mean") { setup.value("mean", $0) }
            deviation = setup.column("stdev") { setup.value("stdev", $0) }
            level = setup.column("level") { _ in 0 }
            spare = setup.column("spare") { _ in 0 }
            memory = setup.columns
            let isShared = setup.isUniform(["dt", "start", "stop"])
            let kinds = 0..<(isShared ? min(1, setup.count) : setup.count)
            interval = kinds.map { max(1, Int(setup.steps(setup.value("dt", $0)))) }
            window = kinds.map {
                setup.stepWindow(start: setup.value("start", $0), stop: setup.value("stop", $0))
            }
        }

        func add(step number: Int, to input: UnsafeMutablePointer<Float>) {
            for kind in window.indices where window[kind].contains(number) {
                let targets = window.count == 1 ? 0..<count : kind..<kind + 1
                let (index, rest) = (number - window[kind].lowerBound).quotientAndRemainder(dividingBy: interval[kind])
                if rest == 0 { draw(targets, index) }
                for target in targets { input[target] += level[target] }
            }
        }

        private func draw(_ targets: Range<Int>, _ index: Int) {
            let (seed, stream, first) = (seed, stream, first)
            let (mean, deviation, level, spare) = (mean, deviation, level, spare)
            if index % 2 == 0 {
                for target in targets {
                    let pair = NormalPair.draw(
                        seed: seed, stream: stream, entity: UInt32(truncatingIfNeeded: first + target),
                        block: UInt64(index / 2))
                    level[target] = mean[target] + deviation[target] * Float(pair.0)
                    spare[target] = mean[target] + deviation[target] * Float(pair.1)
                }
            } else {
                for target in targets { level[target] = spare[target] }
            }
        }
    }
}
