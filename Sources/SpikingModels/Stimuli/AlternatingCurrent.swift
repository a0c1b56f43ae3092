#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A sinusoidal current between two times.
///
/// Held over whole steps at its value at the start of the step. The phase counts from time 0, as in NEST's
/// `ac_generator`, or from `start`, as in PyNN's `ACSource`.
public enum AlternatingCurrent: StimulusModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "ac", aliases: ["ac_generator", "ACSource"],
        summary: "Sinusoidal current between two times",
        equations: ["i(t) = offset + amplitude·sin(2π·frequency·t + phase) for start ≤ t < stop"],
        source: "PyNN 0.12 (ACSource), doi:10.3389/neuro.11.011.2008; NEST 3 (ac_generator)",
        parameters: [
            ParameterRow(
                "amplitude", unit: "pA", default: 0, pyNN: "amplitude", nest: "amplitude", "Height of the sine."),
            ParameterRow("offset", unit: "pA", default: 0, pyNN: "offset", nest: "offset", "Constant part."),
            ParameterRow(
                "frequency", unit: "Hz", default: 10, allowed: .atLeast(0), pyNN: "frequency", nest: "frequency",
                "Periods a second."),
            ParameterRow(
                "phase", unit: "1", default: 0, allowed: .between(-360, 360), pyNN: "phase", nest: "phase",
                "Phase at the origin, in degrees."),
            SourceRows.start, SourceRows.stop,
        ],
        options: [
            OptionRow(
                symbol: "phase_origin", choices: ["zero", "start"],
                summary: "Whether the phase counts from time 0 or from start.")
        ], state: [], emitsSpikes: false)

    /// A current.
    public static let effect = StimulusEffect.current

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { SourceRows.windowFault(values, neuron) }

    /// A kernel that adds the current.
    public static func makeKernel(_ setup: KernelSetup) -> any StimulusKernel { Kernel(setup) }

    private final class Kernel: StimulusKernel {
        private struct Wave {
            let amplitude, offset, turns, phase, origin: Double
            let window: Range<Int>

            init(_ setup: KernelSetup, _ neuron: Int) {
                func value(_ symbol: String) -> Double { setup.value(symbol, neuron) }
                (amplitude, offset) = (value("amplitude"), value("offset"))
                turns = value("frequency") * setup.step * 1e-3
                phase = value("phase") / 360
                origin = setup.option("phase_origin") == "start" ? value("start") / setup.step : 0
                window = setup.stepWindow(start: value("start"), stop: value("stop"))
            }

            /// The current in a step [pA].
            func level(_ number: Int) -> Float {
                guard window.contains(number) else { return 0 }
                // Whole periods are taken off before the sine, which keeps its precision in long runs.
                let periods = turns * (Double(number - 1) - origin) + phase
                return Float(offset + amplitude * sin(2 * Double.pi * (periods - periods.rounded(.down))))
            }
        }

        private let count: Int
        private let waves: [Wave]

        init(_ setup: KernelSetup) {
            count = setup.count
            let isShared = setup.isUniform(schema.parameters.map(\.symbol))
            waves = (0..<(isShared ? min(1, setup.count) : setup.count)).map { Wave(setup, $0) }
        }

        func add(step number: Int, to input: UnsafeMutablePointer<Float>) {
            if waves.count == 1 {
                let level = waves[0].level(number)
                for neuron in 0..<count { input[neuron] += level }
            } else {
                for neuron in waves.indices { input[neuron] += waves[neuron].level(number) }
            }
        }
    }
}
