import SynfireSpikingNetworks
import SynfireUnits

extension PopulationView {
    /// Reads neurons as people write them: `exc`, `exc[3]`, `exc[0-99]`, `exc[0-9,42]`.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - populations: The size of each population, in the order in which messages list them.
    /// - Throws: ``PopulationViewError``.
    public init(parsing text: String, populations: [(name: String, count: Int)]) throws(PopulationViewError) {
        let name = String(text.prefix { $0 != "[" })
        guard let count = populations.first(where: { $0.name == name })?.count else {
            throw .unknownPopulation(name, valid: populations.map(\.name))
        }
        let rest = text.dropFirst(name.count)
        if rest.isEmpty {
            self.init(name)
            return
        }
        guard rest.last == "]" else { throw .syntax(text) }
        let parts = rest.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        try self.init(name, neurons: parts, count: count)
    }

    /// Reads neurons of a population of `count`, such as `["0-9", "42"]`.
    init(_ name: String, neurons parts: [String], count: Int) throws(PopulationViewError) {
        var ranges: [ClosedRange<Int>] = []
        for part in parts {
            let ends = part.filter { !$0.isWhitespace }.split(separator: "-", omittingEmptySubsequences: false)
                .map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends.first ?? nil, let last = ends.last ?? nil else {
                throw .syntax(part)
            }
            guard first <= last, first >= 0, last < count else {
                throw .outOfRange(part, population: name, count: count)
            }
            ranges.append(first...last)
        }
        guard let only = ranges.first else { throw .syntax("[]") }
        if ranges.count == 1 {
            self.init(name, .range(only.lowerBound..<only.upperBound + 1))
            return
        }
        // Sorted by their beginnings, ranges that meet stand side by side; so no more than `count` numbers are made.
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        for (range, next) in zip(sorted, sorted.dropFirst()) where next.lowerBound <= range.upperBound {
            throw .twice(next.lowerBound, population: name)
        }
        self.init(name, .indices(ranges.flatMap { Array($0) }))
    }
}

/// A text that should have named neurons and does not.
public enum PopulationViewError: Error, Equatable, CustomStringConvertible {
    /// It is not written as neurons are.
    case syntax(String)
    /// There is no such population.
    case unknownPopulation(String, valid: [String])
    /// There are no such neurons.
    case outOfRange(String, population: String, count: Int)
    /// A neuron that is named more than once.
    case twice(Int, population: String)

    /// One sentence: what was wrong and what is allowed.
    public var description: String {
        switch self {
        case .syntax(let text):
            "'\(ModelDescriptionError.Reason.shortened(text))' names no neurons: write them as exc, exc[3], exc[0-9] or "
                + "exc[0-9,42]"
        case .unknownPopulation(let name, let valid):
            "there is no population '\(ModelDescriptionError.Reason.shortened(name))'; "
                + (valid.isEmpty ? "there are none" : NearestName.hint(name, among: valid))
        case .outOfRange(let text, let population, let count):
            "'\(text)' is no range of neurons of '\(population)': there are 0 to \(count - 1)"
        case .twice(let neuron, let population): "neuron \(neuron) of '\(population)' is named more than once"
        }
    }
}
