/// A spike given from outside, such as an event of a camera.
public struct InputEvent: Sendable, Equatable, BitwiseCopyable {
    /// When, since the start of the trial [ms].
    public var time: Double
    /// The index of the source's element, row-major.
    public var element: Int

    /// Takes a time [ms] and an element.
    public init(time: Double, element: Int) {
        self.time = time
        self.element = element
    }
}

/// What a trial is given from outside, for each source in the plan's order.
enum TrialInput {
    /// Numbers that are constant over the trial, row-major.
    case numbers([[Float]])
    /// Events in the order of their times.
    case events([[InputEvent]])

    var numbers: [[Float]] {
        guard case .numbers(let values) = self else { return [] }
        return values
    }

    /// The events of a plan's sources as spikes, by population.
    func spikes(_ plan: Plan) -> [Int: [Spike]] {
        guard case .events(let lists) = self else { return [:] }
        var spikes: [Int: [Spike]] = [:]
        for (population, list) in zip(plan.analogInputs, lists) {
            let layout = plan.populations[population].layout
            spikes[population] = list.map {
                Spike(time: $0.time, place: Int32(truncatingIfNeeded: layout.place(ofRowMajor: $0.element)))
            }
            spikes[population]?.sortInstants()
        }
        return spikes
    }
}

/// The given spikes of one source, handed out as time goes on.
struct GivenSpikes {
    private let all: [Spike]
    private var next = 0
    /// Those of the current slice.
    private(set) var current: [Spike] = []

    init(_ spikes: [Spike]) { all = spikes }

    /// Moves on to a time, which belongs to the slice.
    mutating func advance(to time: Double) {
        let first = next
        while next < all.count, all[next].time <= time { next += 1 }
        current = Array(all[first..<next])
    }
}
