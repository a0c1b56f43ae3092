import SynfireParallel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Neurons that spike as Poisson processes whose rate is constant between given times.
///
/// A rate holds from the first step that begins at or after its time; before the first time there are no spikes, after
/// the last one its rate stays. Counts are drawn as those of ``PoissonSource``.
public enum InhomogeneousPoissonSource: NeuronModel {
    /// The rows of the model.
    public static let schema = ModelSchema(
        name: "inhomogeneous_poisson_source", aliases: ["inhomogeneous_poisson_generator"],
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

    /// Spikes at times of their own: unit intervals of the summed rate, carried back to time.
    public static func makeEventKernel(_ setup: KernelSetup) -> (any EventKernel)? {
        var streams = RandomStream.each(setup)
        let courses = (0..<setup.count).map {
            (times: setup.table("rate_times", $0), rates: setup.table("rate_values", $0))
        }
        func following(_ neuron: Int, _ time: Double) -> Double {
            var left = -1e3 * log(1 - streams[neuron].uniform())
            var time = time
            let course = courses[neuron]
            guard let begin = course.times.first else { return .infinity }
            time = max(time, begin)
            var part = (course.times.firstIndex { $0 > time } ?? course.times.count) - 1
            while true {
                let rate = course.rates[part]
                let end = part + 1 < course.times.count ? course.times[part + 1] : .infinity
                if rate > 0, left <= rate * (end - time) { return time + left / rate }
                guard end.isFinite else { return .infinity }
                left -= rate * (end - time)
                (time, part) = (end, part + 1)
            }
        }
        return TrainKernel(setup, first: { following($0, 0) }, following: following)
    }

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
