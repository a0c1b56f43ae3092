/// A constant current between two times.
///
/// Held over whole steps: it acts in steps that begin at or after `start` and before `stop`.
public enum DirectCurrent: StimulusModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "dc", aliases: ["dc_generator", "DCSource"],
        summary: "Constant current between two times",
        equations: ["i(t) = amplitude for start ≤ t < stop"],
        source: "PyNN 0.12 (DCSource), doi:10.3389/neuro.11.011.2008",
        parameters: [
            ParameterRow("amplitude", unit: "pA", default: 0, pyNN: "amplitude", nest: "amplitude", "The current."),
            SourceRows.start, SourceRows.stop,
        ], state: [], emitsSpikes: false)

    /// A current.
    public static let effect = StimulusEffect.current

    /// Whether parameters fit together.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? { SourceRows.windowFault(values, neuron) }

    /// A kernel that adds the current.
    public static func makeKernel(_ setup: KernelSetup) -> any StimulusKernel { Kernel(setup) }

    /// The current, between its times.
    public static func makeEventStimulus(_ setup: KernelSetup) -> EventStimulus? {
        .currents(
            (0..<setup.count).map {
                let (start, stop) = (setup.value("start", $0), setup.value("stop", $0))
                return start < stop
                    ? [
                        CurrentLevel(time: start, level: setup.value("amplitude", $0)),
                        CurrentLevel(time: stop, level: 0),
                    ] : []
            })
    }

    private final class Kernel: StimulusKernel {
        private let count: Int
        private let amplitude, level: UnsafeMutablePointer<Float>
        /// Keeps the columns.
        private let memory: KernelMemory
        /// One for all targets that share it, otherwise one each.
        private let window: [Range<Int>]
        /// The steps in which the levels are as they are.
        private var valid = 0..<0

        init(_ setup: KernelSetup) {
            count = setup.count
            amplitude = setup.column("amplitude") { setup.value("amplitude", $0) }
            level = setup.column("level") { _ in 0 }
            memory = setup.columns
            window = (0..<(setup.isUniform(["start", "stop"]) ? min(1, setup.count) : setup.count)).map {
                setup.stepWindow(start: setup.value("start", $0), stop: setup.value("stop", $0))
            }
        }

        func add(step number: Int, to input: UnsafeMutablePointer<Float>) {
            if !valid.contains(number) { change(at: number) }
            for neuron in 0..<count { input[neuron] += level[neuron] }
        }

        /// Sets the levels of a step, and until when they hold.
        private func change(at number: Int) {
            for neuron in 0..<count {
                let isOn = window[window.count == 1 ? 0 : neuron].contains(number)
                level[neuron] = isOn ? amplitude[neuron] : 0
            }
            let changes = window.flatMap { [$0.lowerBound, $0.upperBound] }
            valid = number..<(changes.filter { $0 > number }.min() ?? .max)
        }
    }
}
