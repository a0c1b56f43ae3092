import SynfireParallel
import SynfireSpikingModels
import SynfireUnits

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The numbers of a ``SynapseValue`` for the connections of one target.
struct SynapseSampler: Sendable {
    private enum Kind: Sendable {
        case uniform(Double)
        case drawn(Distribution)
        case ofDistance(ExpressionFunction, source: Positions.Points, target: Positions.Points)
        case listed
    }

    private let kind: Kind
    private let what: String

    /// Whether the connector brings the numbers.
    var isListed: Bool { if case .listed = kind { true } else { false } }

    /// - Parameter what: What the numbers are, for errors.
    /// - Throws: ``SpikingNetworkError`` for a number that is not finite, a distribution that is none, missing
    ///   positions, or a name without a value.
    init(_ value: SynapseValue, site: ConnectionSite, _ what: String) throws(SpikingNetworkError) {
        func error(_ fault: String) -> SpikingNetworkError {
            .unfitParameters("projection '\(site.projection)'", fault)
        }
        self.what = what
        switch value {
        case .uniform(let number):
            guard number.isFinite else { throw error("the \(what) is \(number): it must be finite") }
            kind = .uniform(number)
        case .drawn(let distribution):
            if let fault = distribution.fault { throw error("the distribution of the \(what): \(fault)") }
            kind = .drawn(distribution)
        case .ofDistance(let expression):
            guard let (source, target) = site.positions else {
                throw error("the \(what) depends on the distance, which needs positions of both sources and targets")
            }
            if let fault = source.fault(with: target) { throw error(fault) }
            do {
                kind = .ofDistance(try expression.function(of: "d"), source: source, target: target)
            } catch let fault { throw error("the \(what): \(fault)") }
        case .listed: kind = .listed
        }
    }

    /// Writes a number for each connection, and says in words what is wrong.
    ///
    /// - Parameters:
    ///   - sources: The sources of the target, or the targets of the source.
    ///   - origin: The target, or the source.
    ///   - brought: What the connector brings, a number for each source, if anything.
    ///   - random: Where numbers are drawn from.
    ///   - numbers: Room for ``room(for:)`` as many numbers as sources.
    func sample(
        _ sources: [Int32], _ origin: SynapseDraw.Origin, _ brought: [Float]?, _ random: inout BulkRandom,
        into numbers: UnsafeMutablePointer<Double>
    ) -> String? {
        let count = sources.count
        switch kind {
        case .uniform(let value): for i in 0..<count { numbers[i] = value }
        case .drawn(let distribution): Self.draw(distribution, count, &random, numbers)
        case .ofDistance(let function, let source, let place):
            switch origin {
            case .target(let target): source.distances(sources, to: place, target, into: numbers)
            case .source(let neuron, _): place.distances(sources, to: source, neuron, into: numbers)
            }
            function.evaluate(numbers, into: numbers, count: count)
        case .listed:
            guard let brought else {
                return "the \(what)s are to be those that the connector lists, but it brings none"
            }
            for i in 0..<count { numbers[i] = Double(brought[i]) }
        }
        return nil
    }

    // MARK: Drawing

    /// How many numbers are drawn together; a multiple of 4.
    private static let part = 512

    /// For how many numbers there must be room to write `count`: parts are not cut short.
    static func room(for count: Int) -> Int { count + part }

    private static func draw(
        _ distribution: Distribution, _ count: Int, _ random: inout BulkRandom,
        _ numbers: UnsafeMutablePointer<Double>
    ) {
        switch distribution {
        case .normal(let mean, let deviation):
            eachNormal(count, &random) { place, normals, size in
                for i in 0..<size { numbers[place + i] = mean + deviation * Double(normals[i]) }
                return size
            }
        case .clippedNormal(let mean, let deviation, let low, let high):
            eachNormal(count, &random) { place, normals, size in
                for i in 0..<size {
                    let value = mean + deviation * Double(normals[i])
                    let raised = value > low ? value : low
                    numbers[place + i] = raised < high ? raised : high
                }
                return size
            }
        case .redrawnNormal(let mean, let deviation, let low, let high):
            eachNormal(count, &random) { place, normals, size in
                // Each number is written where the next one goes, which moves on only after one within the bounds.
                var kept = 0
                for i in 0..<size {
                    let value = mean + deviation * Double(normals[i])
                    numbers[place + kept] = value
                    kept += value >= low && value <= high ? 1 : 0
                }
                return kept
            }
        case .lognormal(let mu, let sigma):
            eachNormal(count, &random) { place, normals, size in
                for i in 0..<size { numbers[place + i] = exp(mu + sigma * Double(normals[i])) }
                return size
            }
        case .uniform(let low, let high):
            eachUniform(count, &random) { place, uniform, size in
                for i in 0..<size { numbers[place + i] = low + (high - low) * uniform[i] }
            }
        case .exponential(let mean):
            eachUniform(count, &random) { place, uniform, size in
                for i in 0..<size { numbers[place + i] = -mean * log(uniform[i]) }
            }
        }
    }

    /// Calls with normal numbers, part by part, until `count` of them have been used.
    ///
    /// - Parameter use: Takes the place of the next number, some normal numbers and how many there are; returns how
    ///   many places it filled.
    @inline(__always)
    private static func eachNormal(
        _ count: Int, _ random: inout BulkRandom,
        _ use: (_ place: Int, _ normals: UnsafeMutablePointer<Float>, _ size: Int) -> Int
    ) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: part) { memory in
            guard let normals = memory.baseAddress else { return }
            var done = 0
            while done < count {
                let blocks = min(part / 4, (count - done + 3) / 4)
                random.fillNormal(normals, blocks: blocks)
                done += use(done, normals, 4 * blocks)
            }
        }
    }

    private static func eachUniform(
        _ count: Int, _ random: inout BulkRandom,
        _ use: (_ place: Int, _ uniform: UnsafeMutablePointer<Double>, _ size: Int) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: part) { memory in
            guard let uniform = memory.baseAddress else { return }
            var done = 0
            while done < count {
                let blocks = min(part / 4, (count - done + 3) / 4)
                random.fillUniform(uniform, blocks: blocks)
                use(done, uniform, 4 * blocks)
                done += 4 * blocks
            }
        }
    }
}

extension Positions.Points {
    /// The distances of some points to point `j` of another set, as ``distance(_:to:_:)`` gives them.
    func distances(
        _ indices: [Int32], to other: Positions.Points, _ j: Int, into distances: UnsafeMutablePointer<Double>
    ) {
        for (place, index) in indices.enumerated() { distances[place] = distance(Int(index), to: other, j) }
    }
}
