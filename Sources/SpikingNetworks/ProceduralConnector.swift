import SynfireParallel

/// A connector whose connections can be drawn source by source, and so drawn again at each spike instead of stored.
///
/// Stored connections are drawn target by target; these are others, of the same distribution. A connector says only how
/// many targets its sources have (``OutgoingRule``); who they are is uniform.
public protocol ProceduralConnector: Connector {
    /// How many targets each source has.
    ///
    /// - Complexity: O(sources) at most.
    func outgoingRule(_ site: ConnectionSite) -> OutgoingRule
}

/// How many targets the sources of a projection have, and which.
public enum OutgoingRule: Sendable {
    /// Every target.
    case all(allowsAutapses: Bool)
    /// The target of the same index.
    case same
    /// Each target with one probability.
    case probability(Double, allowsAutapses: Bool)
    /// So many targets for each source, one number for all or one each.
    case degrees([Int], allowsAutapses: Bool, allowsMultapses: Bool)
}

/// Draws the connections of a procedural projection, a source and a block of targets at a time.
///
/// Targets lie in blocks that do not depend on workers: who has some of a block's targets draws that block. A source's
/// targets are counted block by block from one random stream, and drawn from the stream of source and block.
package struct OutgoingConnections: Sendable {
    /// How many targets a block has; the last may have fewer.
    package let blockLength: Int
    /// How many blocks there are.
    package let blocks: Int

    private let site: ConnectionSite
    private let rule: OutgoingRule
    /// For each source the target that is the same neuron, or −1; `nil` where that does not matter.
    private let twins: [Int32]?
    private let countStream, targetStream: UInt32

    /// Prepares for drawing.
    ///
    /// - Parameter expected: How many connections there are on average: a block is long enough to be worth its start.
    package init(_ rule: OutgoingRule, site: ConnectionSite, expected: Double) {
        self.site = site
        self.rule = rule
        let density = expected / max(1, Double(site.sources) * Double(site.targets))
        let wanted = density > 0 ? Int(min(256 / density, 1e9)) : 1 << 20
        blockLength = min(max(256, wanted), max(1, site.targets))
        blocks = (site.targets + blockLength - 1) / max(1, blockLength)
        let leavesOutTwins =
            switch rule {
            case .all(let allowed), .probability(_, let allowed), .degrees(_, let allowed, _): !allowed
            case .same: false
            }
        twins = leavesOutTwins && site.twinCount > 0 ? site.twinOfSource : nil
        countStream = RandomStream.number(of: site.projection + "/out_counts")
        targetStream = RandomStream.number(of: site.projection + "/out_targets")
    }

    /// The most connections of a source with one block of targets.
    private static let mostInBlock = 1 << 28

    /// What is wrong with drawing so, in words.
    package var fault: String? {
        if case .degrees(let degrees, _, _) = rule, let most = degrees.max(), most / max(1, blocks) > Self.mostInBlock {
            return "a source has \(most) connections with \(site.targets) targets: "
                + "at most \(Self.mostInBlock) for each block of \(blockLength) targets can be drawn at a spike"
        }
        return switch rule {
        case .all(false), .probability(_, false), .degrees(_, false, _):
            site.twinCount > 0 && twins == nil
                ? "a neuron is among the targets more than once, so autapses cannot be left out" : nil
        default: nil
        }
    }

    /// The targets of a block.
    package func targets(ofBlock block: Int) -> Range<Int> {
        block * blockLength..<min((block + 1) * blockLength, site.targets)
    }

    /// How many targets of a block could be drawn, and the one left out by its place in the block, or −1.
    private func available(_ source: Int, _ block: Int) -> (count: Int, twin: Int32) {
        let range = targets(ofBlock: block)
        guard let twin = twins.map({ Int($0[source]) }), range.contains(twin) else { return (range.count, -1) }
        return (range.count - 1, Int32(twin - range.lowerBound))
    }

    /// Writes how many targets a source has in each block.
    package func countTargets(of source: Int, into counts: inout [Int]) {
        counts.removeAll(keepingCapacity: true)
        switch rule {
        case .all: for block in 0..<blocks { counts.append(available(source, block).count) }
        case .same: for block in 0..<blocks { counts.append(targets(ofBlock: block).contains(source) ? 1 : 0) }
        case .probability(let p, _):
            var stream = countsStream(source)
            for block in 0..<blocks {
                counts.append(CountDraw.binomial(available(source, block).count, p, 1 - p, &stream))
            }
        case .degrees(let degrees, _, let allowsMultapses):
            var stream = countsStream(source)
            var left = degrees[degrees.count == 1 ? 0 : source]
            var pairs = site.targets - (twins.map { $0[source] >= 0 } ?? false ? 1 : 0)
            for block in 0..<blocks {
                let own = available(source, block).count
                let drawn = CountDraw.share(of: left, own, among: pairs, allowsMultapses: allowsMultapses, &stream)
                counts.append(drawn)
                pairs -= own
                left -= drawn
            }
        }
    }

    private func countsStream(_ source: Int) -> RandomStream {
        RandomStream(seed: site.seed, stream: countStream, entity: UInt32(truncatingIfNeeded: source))
    }

    /// Appends the targets that a source has in a block, by index among all targets.
    ///
    /// - Parameter count: As ``countTargets(of:into:)`` tells.
    package func appendTargets(of source: Int, block: Int, count: Int, to list: inout [Int32]) {
        guard count > 0 else { return }
        let range = targets(ofBlock: block)
        if case .same = rule { return list.append(Int32(source)) }
        let first = list.count
        var random = BulkRandom(
            seed: site.seed, stream: targetStream, entity: UInt32(truncatingIfNeeded: source),
            block: Self.firstRandomBlock(block))
        let twin = available(source, block).twin
        if case .degrees(_, _, allowsMultapses: true) = rule {
            SourceDraw.many(count, of: range.count, except: twin, &random, into: &list)
        } else {
            SourceDraw.distinct(count, of: range.count, except: twin, &random, into: &list)
        }
        let base = Int32(range.lowerBound)
        for index in first..<list.count { list[index] += base }
    }

    /// Where the random numbers of a source and a block of targets begin in the source's stream.
    static func firstRandomBlock(_ block: Int) -> UInt64 { UInt64(block) << 32 }
}

extension ConnectionSite {
    /// For each source the target that is the same neuron, or −1; `nil` where a source has several.
    var twinOfSource: [Int32]? {
        var result = [Int32](repeating: -1, count: sources)
        for (target, source) in (twins ?? []).enumerated() where source >= 0 {
            guard result[Int(source)] < 0 else { return nil }
            result[Int(source)] = Int32(target)
        }
        return result
    }
}

extension CountDraw {
    /// How many of `count` connections that are drawn uniformly from `pairs` pairs are among `own` of them.
    static func share(
        of count: Int, _ own: Int, among pairs: Int, allowsMultapses: Bool, _ stream: inout RandomStream
    ) -> Int {
        guard count > 0, own > 0 else { return 0 }
        guard allowsMultapses else {
            return hypergeometric(drawn: count, marked: own, population: pairs, &stream)
        }
        return binomial(count, Double(own) / Double(pairs), Double(pairs - own) / Double(pairs), &stream)
    }
}
