/// Rows and checks that sources and stimuli share.
enum SourceRows {
    /// When something begins.
    static let start = ParameterRow(
        "start", unit: "ms", default: 0, allowed: .atLeast(0), pyNN: "start", nest: "start", "When it begins.")
    /// When something ends.
    static let stop = ParameterRow(
        "stop", unit: "ms", default: 1e12, allowed: .atLeast(0), pyNN: "stop", nest: "stop", "When it ends.")

    /// The rate of a source, from which the step's mean stays far below what a count can hold.
    static func rate(_ value: Double, allowed: ParameterRange = .between(0, 1e9), _ summary: String) -> ParameterRow {
        ParameterRow("rate", unit: "Hz", default: value, allowed: allowed, pyNN: "rate", nest: "rate", summary)
    }

    /// A time to stop before the one to start.
    static func windowFault(_ values: ModelValues, _ neuron: Int) -> String? {
        let (start, stop) = (values[neuron, "start"], values[neuron, "stop"])
        return stop >= start ? nil : "stop (\(stop) ms) is before start (\(start) ms)"
    }

    /// Two tables of a piecewise constant course that do not fit together.
    static func courseFault(_ values: ModelValues, times: String, levels: String) -> String? {
        let (t, v) = (values.tables[times] ?? [], values.tables[levels] ?? [])
        guard !t.isEmpty, !v.isEmpty else { return nil }
        for index in 0..<max(t.count, v.count) {
            let (a, b) = (t[t.count == 1 ? 0 : index], v[v.count == 1 ? 0 : index])
            let place = max(t.count, v.count) == 1 ? "" : " for neuron \(index)"
            if a.count != b.count {
                return "\(times) has \(a.count) numbers\(place), but \(levels) has \(b.count): give one level a time"
            }
        }
        return nil
    }
}

/// A course that is constant between given times, for the neurons of a kernel.
///
/// A level holds from the first step that begins at or after its time. Before the first time the level is 0, after the
/// last one it stays.
struct PiecewiseCourse {
    private let starts: [Int]
    private let levels: [Double]
    private var next = 0
    /// The level of the step last asked for.
    private(set) var level = 0.0

    /// The course of one neuron of a kernel.
    init(_ setup: KernelSetup, times: String, levels: String, neuron: Int) {
        starts = setup.table(times, neuron).map { setup.stepWindow(start: $0, stop: $0).lowerBound }
        self.levels = setup.table(levels, neuron)
    }

    /// Whether all neurons of a kernel have one course.
    static func isShared(_ setup: KernelSetup, _ tables: String...) -> Bool {
        tables.allSatisfy { (setup.values.tables[$0]?.count ?? 1) == 1 }
    }

    /// Goes on to a step, and says whether the level changed; steps must not fall.
    mutating func advance(to step: Int) -> Bool {
        let before = level
        while next < starts.count, starts[next] <= step {
            level = levels[next]
            next += 1
        }
        return level != before
    }
}
