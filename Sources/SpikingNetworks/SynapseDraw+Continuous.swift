import SynfireParallel

extension SynapseDraw {
    /// Appends weight and delay of each connection of a target in continuous time.
    ///
    /// The same numbers as ``append(target:_:weights:delays:)`` draws, with delays as they are.
    ///
    /// - Parameters:
    ///   - target: The target, by index among the targets.
    ///   - connections: Its connections.
    ///   - weights: Gets a weight for each, in the receptor's unit.
    ///   - delays: Gets a delay for each [ms].
    /// - Throws: ``SpikingNetworkError`` as there, and for a delay below 0.
    package func append(
        target: Int, _ connections: ConnectionList, weights: inout [Float], exactDelays delays: inout [Double]
    ) throws(SpikingNetworkError) {
        let count = connections.sources.count
        var fault = connections.fault
        if fault == nil, count > 0 {
            let origin = Origin.target(target)
            fault = withUnsafeTemporaryAllocation(
                of: Double.self, capacity: SynapseSampler.room(for: count)
            ) { memory in
                guard let numbers = memory.baseAddress else { return nil }
                let first = weights.count
                weights.append(contentsOf: repeatElement(0, count: count))
                let wrong = weights.withUnsafeMutableBufferPointer { weights in
                    weights.baseAddress.flatMap { writeWeights(origin, connections, numbers, $0 + first) }
                }
                return wrong ?? appendDelays(origin, connections, numbers, &delays)
            }
        }
        if let fault { throw Self.error(site, fault) }
    }

    private func appendDelays(
        _ origin: Origin, _ connections: ConnectionList, _ numbers: UnsafeMutablePointer<Double>,
        _ delays: inout [Double]
    ) -> String? {
        let count = connections.sources.count
        var random = origin.random(seed: site.seed, stream: streams.delays)
        let brought = connections.delays.count == count ? connections.delays : nil
        if let fault = delay.sample(connections.sources, origin, brought, &random, into: numbers) { return fault }
        for i in 0..<count {
            if let fault = Self.exactFault(numbers[i]) {
                return "the delay \(origin.words(connections.sources[i])) is \(numbers[i]) ms: \(fault)"
            }
            delays.append(numbers[i])
        }
        return nil
    }

    /// What is wrong with a delay in continuous time.
    static func exactFault(_ delay: Double) -> String? {
        delay >= 0 && delay <= longestExactDelay ? nil : "it must be at least 0 and at most \(longestExactDelay) ms"
    }

    /// The longest delay in continuous time [ms].
    static let longestExactDelay = 1e6
}
