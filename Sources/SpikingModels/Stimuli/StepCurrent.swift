/// A current that steps at given times.
///
/// An amplitude holds from the first step that begins at or after its time; before the first time there is no current,
/// after the last one its amplitude stays.
public enum StepCurrent: StimulusModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "step_current", aliases: ["step_current_generator", "StepCurrentSource"],
        summary: "Current that steps at given times",
        equations: ["i(t) = amplitude_values[j] for amplitude_times[j] ≤ t < amplitude_times[j + 1]"],
        source: "PyNN 0.12 (StepCurrentSource), doi:10.3389/neuro.11.011.2008; NEST 3 (step_current_generator)",
        parameters: [], state: [],
        tables: [
            TableRow("amplitude_times", unit: "ms", allowed: .atLeast(0), isAscending: true, "When a level begins."),
            TableRow("amplitude_values", unit: "pA", "The levels."),
        ], emitsSpikes: false)

    /// A current.
    public static let effect = StimulusEffect.current

    /// Whether there is one level for each time.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? {
        neuron == 0 ? SourceRows.courseFault(values, times: "amplitude_times", levels: "amplitude_values") : nil
    }

    /// A kernel that adds the current.
    public static func makeKernel(_ setup: KernelSetup) -> any StimulusKernel { Kernel(setup) }

    /// The current, from one time to the next.
    public static func makeEventStimulus(_ setup: KernelSetup) -> EventStimulus? {
        .currents(
            (0..<setup.count).map {
                zip(setup.table("amplitude_times", $0), setup.table("amplitude_values", $0)).map(CurrentLevel.init)
            })
    }

    private final class Kernel: StimulusKernel {
        private let count: Int
        private let isShared: Bool
        private var courses: [PiecewiseCourse]

        init(_ setup: KernelSetup) {
            count = setup.count
            isShared = PiecewiseCourse.isShared(setup, "amplitude_times", "amplitude_values")
            courses = (0..<(isShared ? min(1, setup.count) : setup.count)).map {
                PiecewiseCourse(setup, times: "amplitude_times", levels: "amplitude_values", neuron: $0)
            }
        }

        func add(step number: Int, to input: UnsafeMutablePointer<Float>) {
            for index in courses.indices { _ = courses[index].advance(to: number) }
            if isShared, count > 0 {
                let level = Float(courses[0].level)
                for neuron in 0..<count { input[neuron] += level }
            } else {
                for neuron in 0..<count { input[neuron] += Float(courses[neuron].level) }
            }
        }
    }
}
