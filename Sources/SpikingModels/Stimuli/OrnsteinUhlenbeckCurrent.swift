#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A current with coloured noise: an Ornstein–Uhlenbeck process.
///
///     di = −(i − mean)/tau·dt + sigma·√(2/tau)·dW
///
/// Advanced by its exact solution, i(t + h) = mean + (i(t) − mean)·e^(−h/tau) + sigma·√(1 − e^(−2h/tau))·N, and held
/// over each step at its value at the start of the step. In equilibrium it has the standard deviation sigma and the
/// autocovariance sigma²·e^(−|Δt|/tau), for any length of the step. Each target has noise of its own.
///
/// - Source: D. T. Gillespie 1996, Phys. Rev. E 54:2084, doi:10.1103/PhysRevE.54.2084 (exact update).
public enum OrnsteinUhlenbeckCurrent: StimulusModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "ornstein_uhlenbeck_current",
        summary: "Gaussian noise with an exponential autocorrelation",
        equations: ["di = −(i − mean)/tau·dt + sigma·√(2/tau)·dW for start ≤ t < stop"],
        source: "Uhlenbeck & Ornstein 1930, doi:10.1103/PhysRev.36.823; Gillespie 1996, doi:10.1103/PhysRevE.54.2084",
        parameters: [
            ParameterRow("mean", unit: "pA", default: 0, "Mean current."),
            ParameterRow(
                "sigma", unit: "pA", default: 0, allowed: .atLeast(0), "Standard deviation of the current."),
            ParameterRow("tau", unit: "ms", default: 5, allowed: .above(0), "Time constant of the autocorrelation."),
            SourceRows.start, SourceRows.stop,
        ],
        options: [
            OptionRow(
                symbol: "begin", choices: ["stationary", "mean"],
                summary: "Whether the current at start is drawn from the equilibrium, or is the mean.")
        ], state: [], emitsSpikes: false)

    /// A current.
    public static let effect = StimulusEffect.current

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { SourceRows.windowFault(values, neuron) }

    /// A kernel that advances and adds the current.
    public static func makeKernel(_ setup: KernelSetup) -> any StimulusKernel { Kernel(setup) }

    private final class Kernel: StimulusKernel {
        private let count, first: Int
        private let seed: UInt64
        private let stream: UInt32
        private let isStationary: Bool
        private let mean, sigma, leak, kick: UnsafeMutablePointer<Float>
        /// The deviation from the mean [pA], and the normal number that is kept for the next step.
        private let deviation, spare: UnsafeMutablePointer<Float>
        /// Keeps the columns.
        private let memory: KernelMemory
        /// One for all targets that share it, otherwise one each.
        private let window: [Range<Int>]

        init(_ setup: KernelSetup) {
            (count, first) = (setup.count, setup.neurons.lowerBound)
            (seed, stream) = (setup.seed, setup.stream)
            isStationary = setup.option("begin") == "stationary"
            mean = setup.column("mean") { setup.value("mean", $0) }
            sigma = setup.column("sigma") { setup.value("sigma", $0) }
            leak = setup.column("leak") { exp(-setup.step / setup.value("tau", $0)) }
            kick = setup.column("kick") {
                setup.value("sigma", $0) * (-expm1(-2 * setup.step / setup.value("tau", $0))).squareRoot()
            }
            deviation = setup.column("deviation") { _ in 0 }
            spare = setup.column("spare") { _ in 0 }
            memory = setup.columns
            window = (0..<(setup.isUniform(["start", "stop"]) ? min(1, setup.count) : setup.count)).map {
                setup.stepWindow(start: setup.value("start", $0), stop: setup.value("stop", $0))
            }
        }

        func add(step number: Int, to input: UnsafeMutablePointer<Float>) {
            if window.count == 1, count > 0 {
                if window[0].contains(number) { add(0..<count, number - window[0].lowerBound, to: input) }
            } else {
                for neuron in 0..<count where window[neuron].contains(number) {
                    add(neuron..<neuron + 1, number - window[neuron].lowerBound, to: input)
                }
            }
        }

        /// The current of some targets in a step of their window, counted from 0.
        private func add(_ targets: Range<Int>, _ index: Int, to input: UnsafeMutablePointer<Float>) {
            let (seed, stream, first, spare) = (seed, stream, first, spare)
            let (mean, sigma, leak, kick, deviation) = (mean, sigma, leak, kick, deviation)
            if index == 0 {
                let factor: Float = isStationary ? 1 : 0
                for neuron in targets {
                    let pair = NormalPair.draw(
                        seed: seed, stream: stream, entity: UInt32(truncatingIfNeeded: first + neuron), block: 0)
                    spare[neuron] = Float(pair.1)
                    deviation[neuron] = factor * (sigma[neuron] * Float(pair.0))
                    input[neuron] += mean[neuron] + deviation[neuron]
                }
            } else if index % 2 == 0 {
                for neuron in targets {
                    let pair = NormalPair.draw(
                        seed: seed, stream: stream, entity: UInt32(truncatingIfNeeded: first + neuron),
                        block: UInt64(index / 2))
                    spare[neuron] = Float(pair.1)
                    deviation[neuron] = leak[neuron] * deviation[neuron] + kick[neuron] * Float(pair.0)
                    input[neuron] += mean[neuron] + deviation[neuron]
                }
            } else {
                for neuron in targets {
                    deviation[neuron] = leak[neuron] * deviation[neuron] + kick[neuron] * spare[neuron]
                    input[neuron] += mean[neuron] + deviation[neuron]
                }
            }
        }
    }
}
