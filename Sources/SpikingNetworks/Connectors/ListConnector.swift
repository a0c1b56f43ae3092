/// Connects the pairs of a list, with a weight and a delay for each where the list has them.
///
///     ListConnector([
///         .init(source: 0, target: 3, weight: 87.8, delay: 1.5),
///         .init(source: 1, target: 3, weight: -351, delay: 0.8),
///     ])
///
/// A pair may come more than once. Use ``SynapseValue/listed`` for weight and delay of the synapses to take those of
/// the list.
public struct ListConnector: Connector {
    /// `from_list`.
    public static let kind = "from_list"

    /// The sources, by index among the sources.
    public let sources: [Int32]
    /// The targets, by index among the targets.
    public let targets: [Int32]
    /// A weight for each connection, in the receptor's unit.
    public let weights: [Float]?
    /// A delay for each connection [ms].
    public let delays: [Float]?
    /// A mistake that was there before numbers were narrowed.
    private let narrowingFault: String?

    /// One connection of a list.
    public struct Entry: Sendable, Equatable {
        /// The source, by index among the sources.
        public var source: Int
        /// The target, by index among the targets.
        public var target: Int
        /// The weight, in the receptor's unit.
        public var weight: Double?
        /// The delay [ms].
        public var delay: Double?

        /// Describes a connection.
        public init(source: Int, target: Int, weight: Double? = nil, delay: Double? = nil) {
            self.source = source
            self.target = target
            self.weight = weight
            self.delay = delay
        }
    }

    /// Takes connections as columns of equal length.
    public init(sources: [Int32], targets: [Int32], weights: [Float]? = nil, delays: [Float]? = nil) {
        self.sources = sources
        self.targets = targets
        self.weights = weights
        self.delays = delays
        narrowingFault = nil
    }

    /// Takes connections one by one; either all have a weight or none, and so with the delay.
    public init(_ entries: [Entry]) {
        var fault: String?
        func column(_ name: String, _ value: (Entry) -> Double?) -> [Float]? {
            let present = entries.count { value($0) != nil }
            guard present > 0 else { return nil }
            if let row = entries.firstIndex(where: { value($0) == nil }) {
                fault = fault ?? "row \(row + 1) of the list has no \(name), but other rows have one"
            }
            return entries.map { Float(value($0) ?? 0) }
        }
        weights = column("weight", \.weight)
        delays = column("delay", \.delay)
        for (row, entry) in entries.enumerated() where fault == nil {
            if let wrong = [entry.source, entry.target].first(where: { Int32(exactly: $0) == nil }) {
                fault = "row \(row + 1) of the list names neuron \(wrong), which no population has"
            }
        }
        sources = entries.map { Int32(clamping: $0.source) }
        targets = entries.map { Int32(clamping: $0.target) }
        narrowingFault = fault
    }

    /// Columns of different lengths, indices that do not exist, weights and delays that are not finite.
    public func fault(_ site: ConnectionSite) -> String? {
        if let narrowingFault { return narrowingFault }
        for (name, count) in [("targets", targets.count), ("weights", weights?.count), ("delays", delays?.count)] {
            if let count, count != sources.count {
                return "the list has \(sources.count) sources and \(count) \(name): give as many of both"
            }
        }
        func indexFault(_ indices: [Int32], _ what: String, _ count: Int) -> String? {
            guard let row = indices.firstIndex(where: { $0 < 0 || $0 >= count }) else { return nil }
            return "row \(row + 1) of the list has the \(what) \(indices[row]): "
                + (count > 0 ? "allowed is 0 to \(count - 1)" : "there is none")
        }
        if let fault = indexFault(sources, "source", site.sources) ?? indexFault(targets, "target", site.targets) {
            return fault
        }
        if let weights, let row = weights.firstIndex(where: { !$0.isFinite }) {
            return "row \(row + 1) of the list has the weight \(weights[row]): it must be finite"
        }
        if let delays, let row = delays.firstIndex(where: { !$0.isFinite || $0 <= 0 }) {
            return "row \(row + 1) of the list has the delay \(delays[row]) ms: it must be finite and above 0"
        }
        return nil
    }

    /// The length of the list.
    public func expectedCount(_ site: ConnectionSite) -> Double { Double(sources.count) }

    /// Sorts the list by target.
    ///
    /// - Throws: ``SpikingNetworkError`` for what ``fault(_:)`` finds.
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker {
        if let fault = fault(site) {
            throw SpikingNetworkError.unfitParameters("projection '\(site.projection)'", fault)
        }
        return TargetRows(
            sources: sources, targets: targets, weights: weights, delays: delays, targetCount: site.targets)
    }
}
