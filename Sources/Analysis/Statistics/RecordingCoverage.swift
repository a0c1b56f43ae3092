/// Which neurons of a population were recorded, and when.
///
///     let coverage = RecordingCoverage(neuronCount: 100, windows: [.init(start: 500, stop: 1000)])
///     coverage.observedTime(in: 0...1000)      // 50,000 ms of 100 neurons
///
/// Windows may overlap: a neuron that two of them name is recorded once where they meet.
public struct RecordingCoverage: Sendable, Equatable {
    /// A stretch of time in which some neurons were recorded.
    public struct Window: Sendable, Equatable {
        /// When it began [ms].
        public let start: Double
        /// When it ended [ms].
        public let stop: Double
        /// The neurons, by index in the population; nil for all.
        public let neurons: [Int]?

        /// Describes a stretch of time.
        public init(start: Double, stop: Double, neurons: [Int]? = nil) {
            self.start = start
            self.stop = stop
            self.neurons = neurons
        }
    }

    /// Neurons that were recorded in the same stretches of time.
    struct Group: Sendable, Equatable {
        /// The neurons, ascending; nil for all that no other group has.
        let neurons: [Int]?
        let count: Int
        /// Stretches of time in order, which neither overlap nor touch; at least one.
        let stretches: [ClosedRange<Double>]

        /// How long each neuron was recorded in a stretch of time [ms].
        func observedTime(in range: ClosedRange<Double>) -> Double {
            stretches.reduce(0) { sum, stretch in
                sum + max(0, min(stretch.upperBound, range.upperBound) - max(stretch.lowerBound, range.lowerBound))
            }
        }
    }

    /// How many neurons the population has.
    public let neuronCount: Int
    /// Neurons that were recorded, in groups without a neuron in common.
    let groups: [Group]
    /// The group of each neuron that a window names; -1 for one that was not recorded.
    private let named: [Int: Int]
    /// The group of all others; -1 where they were not recorded.
    private let rest: Int

    /// Describes what was recorded.
    ///
    /// - Parameters:
    ///   - neuronCount: How many neurons the population has.
    ///   - windows: In any order. One that ends before it begins does not count.
    /// - Precondition: Each named neuron is in `0..<neuronCount`.
    /// - Complexity: O(named neurons + windows · log(windows)).
    public init(neuronCount: Int, windows: [Window]) {
        let windows = windows.filter { $0.start <= $0.stop }
        var members: [Int: [Int]] = [:]
        for (index, window) in windows.enumerated() {
            for neuron in window.neurons ?? [] where members[neuron]?.last != index {
                precondition((0..<neuronCount).contains(neuron), "neuron \(neuron) of \(neuronCount)")
                members[neuron, default: []].append(index)
            }
        }
        let common = windows.indices.filter { windows[$0].neurons == nil }
        func stretches(_ indices: [Int]) -> [ClosedRange<Double>] {
            Self.union((indices + common).map { windows[$0].start...windows[$0].stop })
        }
        var classes: [[Int]: [Int]] = [:]
        for (neuron, indices) in members { classes[indices, default: []].append(neuron) }
        var groups: [Group] = []
        var named: [Int: Int] = [:]
        for (indices, neurons) in classes.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            for neuron in neurons { named[neuron] = groups.count }
            groups.append(Group(neurons: neurons.sorted(), count: neurons.count, stretches: stretches(indices)))
        }
        let others = neuronCount - members.count
        rest = common.isEmpty || others == 0 ? -1 : groups.count
        if rest >= 0 { groups.append(Group(neurons: nil, count: others, stretches: stretches([]))) }
        self.neuronCount = neuronCount
        self.groups = groups
        self.named = named
    }

    private static func union(_ ranges: [ClosedRange<Double>]) -> [ClosedRange<Double>] {
        var result: [ClosedRange<Double>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// How many neurons were recorded at some time.
    public var recordedNeurons: Int { groups.reduce(0) { $0 + $1.count } }

    /// How many neurons were recorded for some time in a stretch.
    public func recordedNeurons(in range: ClosedRange<Double>) -> Int {
        groups.reduce(0) { $0 + ($1.observedTime(in: range) > 0 ? $1.count : 0) }
    }

    /// How long neurons were recorded in a stretch of time, all together [ms].
    public func observedTime(in range: ClosedRange<Double>) -> Double {
        groups.reduce(0) { $0 + Double($1.count) * $1.observedTime(in: range) }
    }

    /// How long one neuron was recorded in a stretch of time [ms].
    public func observedTime(of neuron: Int, in range: ClosedRange<Double>) -> Double {
        group(of: neuron)?.observedTime(in: range) ?? 0
    }

    /// The number of the stretch in which a neuron was recorded at a time; nil where it was not.
    ///
    /// Between two stretches spikes are missing, so that no interval reaches from one to the next.
    public func stretch(of neuron: Int, at time: Double) -> Int? {
        guard let stretches = group(of: neuron)?.stretches else { return nil }
        return stretches.firstIndex { $0.contains(time) }
    }

    /// The place of the first spike of a neuron that was not recorded then; nil where there is none.
    ///
    /// - Parameters:
    ///   - times: In ms.
    ///   - neurons: The neuron of each, from 0.
    /// - Complexity: O(spikes · stretches of a neuron).
    public func firstUnrecorded(times: [Double], neurons: [UInt32]) -> Int? {
        zip(times, neurons).enumerated().first { stretch(of: Int($0.element.1), at: $0.element.0) == nil }?.offset
    }

    private func group(of neuron: Int) -> Group? {
        let index = named.isEmpty ? rest : named[neuron] ?? rest
        return index >= 0 ? groups[index] : nil
    }
}
