import SynfireParallel
import SynfireSpikingModels
import SynfireUnits

/// Gives the synapses of a projection their weights and delays, one target after the other, on any worker.
///
///     let draw = try SynapseDraw(synapse, site: site, step: 0.1, sign: receptor.sign)
///     maker.appendSources(ofTarget: target, to: &list)
///     try draw.append(target: target, list, weights: &weights, delays: &delays)
///
/// Weights are drawn from the stream `projection/weights` and delays from `projection/delays`, both with the target as
/// entity, in the order of the list; with `redrawn` distributions, numbers out of bounds are skipped. Delays are
/// rounded to the nearest step, halves up, as NEST does.
package struct SynapseDraw: Sendable {
    /// The weight that all synapses have, where they have one.
    package let uniformWeight: Float?
    /// The delay that all synapses have [steps], where they have one.
    package let uniformDelay: Int32?

    /// No delay is shorter [steps].
    package let leastDelay: Int32
    /// About the longest delay that is drawn [steps].
    package let likelyDelay: Int32

    let weight: SynapseSampler
    let delay: SynapseSampler
    /// 0 in continuous time.
    private let step: Double
    private let sign: ReceptorRow.Sign
    /// The weights that plasticity keeps, and why others are refused; `nil` where all are allowed.
    private let kept: Kept?
    private typealias Kept = (bounds: ClosedRange<Float>, fault: String)
    let site: ConnectionSite
    let streams: (weights: UInt32, delays: UInt32)
    /// In continuous time, the delay that all synapses have [ms], where they have one.
    package let exactDelay: Double?
    /// The weight that all synapses have, where they have one, with all its digits.
    package let exactWeight: Double?

    /// The longest delay [steps].
    package static let longestDelay: Int32 = 65_535

    /// Prepares for the synapses of a projection.
    ///
    /// - Parameters:
    ///   - synapse: Weight and delay.
    ///   - site: The two sides; its name names the streams and stands in errors.
    ///   - step: The length of a step [ms]; `nil` in continuous time, where delays are not rounded and may be 0.
    ///   - sign: What weights the receptor takes.
    /// - Throws: ``SpikingNetworkError`` for a number that is not finite, a uniform delay shorter than a step, a
    ///   uniform weight of the wrong sign, a distribution that is none, and for functions of the distance, missing
    ///   positions and names without a value.
    package init(
        _ synapse: Synapse, site: ConnectionSite, step: Double?, sign: ReceptorRow.Sign = .any
    ) throws(SpikingNetworkError) {
        self.step = step ?? 0
        self.sign = sign
        self.site = site
        let kept = synapse.longTerm.map { longTerm -> Kept in
            let bounds = longTerm.model.weightBounds(longTerm.values)
            return (Float(bounds.lowerBound)...Float(bounds.upperBound), Self.plasticityFault(longTerm, bounds))
        }
        self.kept = kept
        streams = (
            RandomStream.number(of: site.projection + "/weights"), RandomStream.number(of: site.projection + "/delays")
        )
        weight = try SynapseSampler(synapse.weight, site: site, "weight")
        delay = try SynapseSampler(synapse.delay, site: site, "delay")
        if case .uniform(let value) = synapse.weight {
            uniformWeight = Float(value)
            exactWeight = value
            if let fault = Self.fault(Float(value), sign, kept) {
                throw Self.error(site, "the weight is \(value): \(fault)")
            }
        } else {
            (uniformWeight, exactWeight) = (nil, nil)
        }
        guard let step else {
            (uniformDelay, leastDelay, likelyDelay) = (nil, 1, 1)
            if case .uniform(let value) = synapse.delay {
                if let fault = Self.exactFault(value) {
                    throw Self.error(site, "the delay is \(value) ms: \(fault)")
                }
                exactDelay = value
            } else {
                exactDelay = nil
            }
            return
        }
        exactDelay = nil
        if case .uniform(let value) = synapse.delay {
            // A hair of tolerance: 0.1 ms is a step of 0.1 ms however the two were computed.
            guard value >= step * (1 - 1e-9) else {
                throw Self.error(
                    site, "the delay is \(value) ms: it must be at least a step of the simulation, \(step) ms")
            }
            let steps = (value / step + 0.5).rounded(.down)
            guard steps <= Double(Self.longestDelay) else {
                throw Self.error(site, "the delay is \(value) ms: it may be at most \(Self.longestDelay) steps")
            }
            uniformDelay = Int32(steps)
            leastDelay = Int32(steps)
            likelyDelay = Int32(steps)
        } else {
            uniformDelay = nil
            let bound = (synapse.delay.bounds.lowerBound / step + 0.5).rounded(.down)
            leastDelay = bound.isFinite ? Int32(min(max(bound, 1), Double(Self.longestDelay))) : 1
            var most = synapse.delay.bounds.upperBound
            if case .drawn(let distribution) = synapse.delay, !most.isFinite { most = 6 * distribution.mean }
            likelyDelay = most.isFinite ? Int32(min(max(most / step, 1), Double(Self.longestDelay))) : 1
        }
    }

    /// Appends weight and delay of each connection of a target.
    ///
    /// - Parameters:
    ///   - target: The target, by index among the targets.
    ///   - connections: Its connections.
    ///   - weights: Gets a weight for each, in the receptor's unit.
    ///   - delays: Gets a delay for each [steps].
    /// - Throws: ``SpikingNetworkError`` for a weight that is not finite or of the wrong sign, a delay that is less
    ///   than half a step, listed values that the connector does not bring, and for what went wrong with the
    ///   connections.
    package func append(
        target: Int, _ connections: ConnectionList, weights: inout [Float], delays: inout [Int32]
    ) throws(SpikingNetworkError) {
        try append(.target(target), connections, weights: &weights, delays: &delays)
    }

    private func append(
        _ origin: Origin, _ connections: ConnectionList, weights: inout [Float], delays: inout [Int32]
    ) throws(SpikingNetworkError) {
        let (firstWeight, firstDelay) = (weights.count, delays.count)
        let count = connections.sources.count
        weights.append(contentsOf: repeatElement(0, count: count))
        delays.append(contentsOf: repeatElement(0, count: count))
        var fault: String?
        weights.withUnsafeMutableBufferPointer { weights in
            delays.withUnsafeMutableBufferPointer { delays in
                guard let weights = weights.baseAddress, let delays = delays.baseAddress else { return }
                fault = write(origin, connections, weights + firstWeight, delays + firstDelay)
            }
        }
        if let fault = fault ?? connections.fault { throw Self.error(site, fault) }
    }

    /// Appends weight and delay of each connection of a source with targets of a block; otherwise as
    /// ``append(target:_:weights:delays:)``.
    ///
    /// - Parameters:
    ///   - source: The source, by index among the sources.
    ///   - block: The block of targets: each has random numbers of its own.
    ///   - targets: The targets, in the list's place for sources.
    package func append(
        source: Int, block: Int, targets: ConnectionList, weights: inout [Float], delays: inout [Int32]
    ) throws(SpikingNetworkError) {
        try append(.source(source, block: block), targets, weights: &weights, delays: &delays)
    }

    /// Whose connections are given weights and delays.
    enum Origin {
        /// All connections of a target.
        case target(Int)
        /// The connections of a source with the targets of a block.
        case source(Int, block: Int)

        var neuron: Int {
            switch self {
            case .target(let neuron), .source(let neuron, _): neuron
            }
        }

        /// The random numbers of a purpose.
        func random(seed: UInt64, stream: UInt32) -> BulkRandom {
            switch self {
            case .target(let neuron):
                BulkRandom(seed: seed, stream: stream, entity: UInt32(truncatingIfNeeded: neuron))
            case .source(let neuron, let block):
                BulkRandom(
                    seed: seed, stream: stream, entity: UInt32(truncatingIfNeeded: neuron),
                    block: OutgoingConnections.firstRandomBlock(block))
            }
        }

        /// A connection in words.
        func words(_ other: Int32) -> String {
            switch self {
            case .target(let target): "from source \(other) to target \(target)"
            case .source(let source, _): "from source \(source) to target \(other)"
            }
        }
    }

    /// Writes weights and delays, and says in words what is wrong with one.
    private func write(
        _ origin: Origin, _ connections: ConnectionList, _ weights: UnsafeMutablePointer<Float>,
        _ delays: UnsafeMutablePointer<Int32>
    ) -> String? {
        let count = connections.sources.count
        guard count > 0 else { return nil }
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: SynapseSampler.room(for: count)) { memory in
            guard let numbers = memory.baseAddress else { return nil }
            return writeWeights(origin, connections, numbers, weights)
                ?? writeDelays(origin, connections, numbers, delays)
        }
    }

    func writeWeights(
        _ origin: Origin, _ connections: ConnectionList, _ numbers: UnsafeMutablePointer<Double>,
        _ weights: UnsafeMutablePointer<Float>
    ) -> String? {
        let count = connections.sources.count
        let hasFactors = connections.weightsAreFactors
        if let uniformWeight {
            for i in 0..<count { weights[i] = uniformWeight }
        } else {
            var random = origin.random(seed: site.seed, stream: streams.weights)
            let brought = connections.weights.count == count ? connections.weights : nil
            if let fault = weight.sample(connections.sources, origin, brought, &random, into: numbers) { return fault }
            for i in 0..<count { weights[i] = Float(numbers[i]) }
        }
        if hasFactors, !weight.isListed {
            guard connections.weights.count == count else { return "the connector brings no factor for each weight" }
            for i in 0..<count { weights[i] *= connections.weights[i] }
        } else if uniformWeight != nil {
            return nil
        }
        // Comparisons are false for NaN, so that it is found too.
        var (low, high, isFinite) = (Float.infinity, -Float.infinity, true)
        for i in 0..<count {
            low = min(low, weights[i])
            high = max(high, weights[i])
            isFinite = isFinite && abs(weights[i]) <= Float.greatestFiniteMagnitude
        }
        let isKept = count == 0 || kept.map { $0.bounds.contains(low) && $0.bounds.contains(high) } ?? true
        if isFinite, isKept,
            sign == .any || sign == .notNegative && low >= 0 || sign == .notPositive && high <= 0
        {
            return nil
        }
        for i in 0..<count {
            guard let fault = Self.fault(weights[i], sign, kept) else { continue }
            return "the weight \(origin.words(connections.sources[i])) is \(weights[i]): \(fault)"
        }
        return nil
    }

    private func writeDelays(
        _ origin: Origin, _ connections: ConnectionList, _ numbers: UnsafeMutablePointer<Double>,
        _ delays: UnsafeMutablePointer<Int32>
    ) -> String? {
        let count = connections.sources.count
        if let uniformDelay {
            for i in 0..<count { delays[i] = uniformDelay }
            return nil
        }
        var random = origin.random(seed: site.seed, stream: streams.delays)
        let brought = connections.delays.count == count ? connections.delays : nil
        if let fault = delay.sample(connections.sources, origin, brought, &random, into: numbers) { return fault }
        let longest = Double(Self.longestDelay)
        // Adding and taking away 2⁵² rounds to a whole number, halves to even ones; halves are then moved up. This and
        // the low bits of the sum, instead of `rounded` and `Int32(_:)`, let the compiler make vectors.
        let whole = 0x1p52
        var wrong = 0
        for i in 0..<count {
            let exact = numbers[i] / step
            let isIn = exact >= 0.5 && exact < longest + 0.5
            let kept = isIn ? exact : 1
            let even = (kept + whole) - whole
            let steps = kept - even == 0.5 ? even + 1 : even
            delays[i] = Int32(truncatingIfNeeded: (steps + whole).bitPattern)
            wrong += isIn ? 0 : 1
        }
        if wrong == 0 { return nil }
        for i in 0..<count where !(numbers[i] / step >= 0.5 && numbers[i] / step < longest + 0.5) {
            return "the delay \(origin.words(connections.sources[i])) is \(numbers[i]) ms: "
                + "it must be at least half a step of \(step) ms and at most \(Self.longestDelay) steps"
        }
        return nil
    }

    private static func fault(_ weight: Float, _ sign: ReceptorRow.Sign, _ kept: Kept?) -> String? {
        if !weight.isFinite { return "it must be finite" }
        if sign == .notNegative, weight < 0 { return "the receptor takes weights of at least 0" }
        if sign == .notPositive, weight > 0 { return "the receptor takes weights of at most 0" }
        return kept.flatMap { $0.bounds.contains(weight) ? nil : $0.fault }
    }

    /// Why a weight cannot start outside the bounds of plasticity, in words.
    static func plasticityFault(
        _ longTerm: PlasticityMechanism<any LongTermModel.Type>, _ bounds: ClosedRange<Double>
    ) -> String {
        "\(longTerm.model.schema.name) keeps weights from \(bounds.lowerBound) to \(bounds.upperBound), in which they must "
            + "start: set its bounds (w_min, w_max) to fit the weights"
    }

    static func error(_ site: ConnectionSite, _ fault: String) -> SpikingNetworkError {
        .unfitParameters("projection '\(site.projection)'", fault)
    }
}
