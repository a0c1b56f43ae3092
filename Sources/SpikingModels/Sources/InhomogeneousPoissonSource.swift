/// Neurons that spike as Poisson processes whose rate is constant between given times.
///
/// A rate holds from the first step that begins at or after its time; before the first time there are no spikes, after
/// the last one its rate stays. Counts are drawn as those of ``PoissonSource``.
public enum InhomogeneousPoissonSource: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "inhomogeneous_poisson_source",
        summary: "Poisson spikes whose rate steps at given times",
        equations: ["rate(t) = rate_values[j] for rate_times[j] ≤ t < rate_times[j + 1]"],
        source: "NEST 3 (inhomogeneous_poisson_generator), doi:10.4249/scholarpedia.1430",
        parameters: [], state: [],
        tables: [
            TableRow("rate_times", unit: "ms", allowed: .atLeast(0), isAscending: true, "When a rate begins."),
            TableRow("rate_values", unit: "Hz", allowed: .between(0, 1e9), "The rates."),
        ])

    /// Whether there is one rate for each time.
    public static func fault(_ values: ModelValues, neuron: Int) -> String? {
        neuron == 0 ? SourceRows.courseFault(values, times: "rate_times", levels: "rate_values") : nil
    }

    /// A kernel that draws counts.
    public static func makeKernel(_ setup: KernelSetup) -> (any NeuronKernel)? { Kernel(setup) }

    private final class Kernel: NeuronKernel {
        private let sampler: PoissonSampler
        private let count: Int
        private let step: Double
        private let isShared: Bool
        private var courses: [PiecewiseCourse]

        init(_ setup: KernelSetup) {
            sampler = PoissonSampler(setup)
            (count, step) = (setup.count, setup.step)
            isShared = PiecewiseCourse.isShared(setup, "rate_times", "rate_values")
            courses = (0..<(isShared ? min(1, setup.count) : setup.count)).map {
                PiecewiseCourse(setup, times: "rate_times", levels: "rate_values", neuron: $0)
            }
        }

        func advance(_ frame: StepFrame) {
            var isChanged = false
            for index in courses.indices where courses[index].advance(to: frame.number) { isChanged = true }
            if isChanged { renew() }
            sampler.emit(step: frame.number, to: frame.spikes)
        }

        /// Makes segments of neurons next to each other with the same rate.
        private func renew() {
            sampler.segments.removeAll(keepingCapacity: true)
            var first = 0
            while first < count {
                let rate = courses[isShared ? 0 : first].level
                var end = isShared ? count : first + 1
                while end < count, courses[end].level == rate { end += 1 }
                sampler.append(first..<end, mean: rate * step * 1e-3, window: 1..<Int.max)
                first = end
            }
        }

        func value(of symbol: String, neuron: Int) -> Double { 0 }
    }
}
