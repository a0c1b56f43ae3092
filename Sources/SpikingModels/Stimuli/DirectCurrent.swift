/// A constant current between two times.
///
/// Held over whole steps: it acts in steps that begin at or after `start` and before `stop`.
public enum DirectCurrent: StimulusModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "dc",
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

    private final class Kernel: StimulusKernel {
        private let count: Int
        private let amplitude: [Float]
        private let window: [Range<Int>]

        init(_ setup: KernelSetup) {
            count = setup.count
            amplitude = (0..<setup.count).map { Float(setup.value("amplitude", $0)) }
            window = (0..<setup.count).map {
                setup.stepWindow(start: setup.value("start", $0), stop: setup.value("stop", $0))
            }
        }

        func add(step number: Int, to input: UnsafeMutablePointer<Float>) {
            for neuron in 0..<count where window[neuron].contains(number) { input[neuron] += amplitude[neuron] }
        }
    }
}
