import SynfireSpikingNetworks
import Testing

@Suite("Random connectors")
struct RandomConnectorTests {
    /// Every random connector with each of its options, for small sides of one population.
    static let examples: [any Connector] = [
        FixedProbabilityConnector(probability: 0.3), FixedProbabilityConnector(probability: 0.8, allowsAutapses: false),
        FixedInDegreeConnector(inDegree: 5), FixedInDegreeConnector(inDegree: 5, allowsAutapses: false),
        FixedInDegreeConnector(inDegree: 5, allowsMultapses: false),
        FixedInDegreeConnector(inDegree: 5, allowsAutapses: false, allowsMultapses: false),
        FixedOutDegreeConnector(outDegree: 5), FixedOutDegreeConnector(outDegree: 5, allowsAutapses: false),
        FixedOutDegreeConnector(outDegree: 5, allowsMultapses: false),
        FixedOutDegreeConnector(outDegree: 5, allowsAutapses: false, allowsMultapses: false),
        FixedTotalNumberConnector(count: 70), FixedTotalNumberConnector(count: 70, allowsAutapses: false),
        FixedTotalNumberConnector(count: 70, allowsMultapses: false),
        FixedTotalNumberConnector(count: 70, allowsAutapses: false, allowsMultapses: false),
        SmallWorldConnector(.ring(degree: 4), rewiring: 0.4),
    ]

    /// Whether a connector allows autapses and multapses.
    private func options(_ connector: any Connector) -> (autapses: Bool, multapses: Bool) {
        switch connector {
        case let rule as FixedProbabilityConnector: (rule.allowsAutapses, false)
        case let rule as FixedInDegreeConnector: (rule.allowsAutapses, rule.allowsMultapses)
        case let rule as FixedOutDegreeConnector: (rule.allowsAutapses, rule.allowsMultapses)
        case let rule as FixedTotalNumberConnector: (rule.allowsAutapses, rule.allowsMultapses)
        default: (false, false)
        }
    }

    @Test("Every allowed pair is as likely as any other, and no other pair is there", arguments: examples.indices)
    func pairs(example: Int) throws {
        let connector = Self.examples[example]
        let (allowsAutapses, allowsMultapses) = options(connector)
        let size = 14
        var counts = [Int](repeating: 0, count: size * size)
        var total = 0
        for seed in 0..<3_000 {
            for (target, row) in try rows(connector, site(size, size, recurrent: true, seed: UInt64(seed))).enumerated()
            {
                if !allowsMultapses { try #require(Set(row).count == row.count) }
                for source in row { counts[Int(source) * size + target] += 1 }
                total += row.count
            }
        }
        let place = site(size, size, recurrent: true)
        let expected = connector.expectedCount(place) * 3_000
        // Nothing but fixed_probability varies: variance below that of a Poisson number.
        #expect(
            abs(Double(total) - expected) <= (connector is FixedProbabilityConnector ? 5 * expected.squareRoot() : 0))
        let diagonal = (0..<size).map { counts[$0 * size + $0] }
        if !allowsAutapses { #expect(diagonal.allSatisfy { $0 == 0 }) }
        let allowed = counts.indices.filter { allowsAutapses || $0 / size != $0 % size }.map { counts[$0] }
        if connector is SmallWorldConnector { return }
        // Draws without repetition scatter less than χ² supposes, those with repetition exactly so.
        #expect(uniformScore(allowed) < 4.5)
    }

    @Test("Connections do not depend on the order in which targets are asked for, but on seed and name")
    func order() throws {
        for connector in Self.examples {
            let place = site(30, 30, recurrent: true, seed: 7)
            let maker = try connector.prepared(place)
            let forward = try rows(connector, place)
            var list = ConnectionList()
            for target in (0..<30).reversed() {
                list.removeAll()
                maker.appendSources(ofTarget: target, to: &list)
                #expect(list.sources == forward[target])
            }
            #expect(try rows(connector, site(30, 30, recurrent: true, seed: 8)) != forward)
            let other = ConnectionSite(sources: 30, targets: 30, twins: place.twins, seed: 7, projection: "q")
            #expect(try rows(connector, other) != forward)
        }
    }

    @Test("In-degrees of fixed_probability are binomial", arguments: [0.001, 0.1, 0.5, 0.9, 0.999], [true, false])
    func fixedProbability(p: Double, autapses: Bool) throws {
        let connector = FixedProbabilityConnector(probability: p, allowsAutapses: autapses)
        let size = 400
        let trials = autapses ? size : size - 1
        var degrees: [Int] = []
        var sources = [Int](repeating: 0, count: size)
        for seed in 0..<10 {
            for row in try rows(connector, site(size, size, recurrent: true, seed: UInt64(seed))) {
                degrees.append(row.count)
                for source in row { sources[Int(source)] += 1 }
                #expect(row == row.sorted())
            }
        }
        let expected = (0...trials).map { CountDraw.binomialProbability($0, trials, p, 1 - p) * Double(degrees.count) }
        #expect(chiSquaredScore(histogram(degrees, size + 1), expected) < 4.5)
        // A source's count over all seeds is binomial too; where p is high it varies by 1 − p of what χ² supposes.
        #expect(uniformScore(p > 0.5 ? sources.map { 10 * size - $0 } : sources) < 4.5)
    }

    @Test("In-degrees of fixed_total_number are binomial or hypergeometric, and sources uniform")
    func fixedTotalNumber() throws {
        for (multapses, autapses) in [(true, true), (true, false), (false, true), (false, false)] {
            let connector = FixedTotalNumberConnector(count: 900, allowsAutapses: autapses, allowsMultapses: multapses)
            let size = 60
            var degrees: [Int] = []
            var sources = [Int](repeating: 0, count: size)
            for seed in 0..<200 {
                let made = try rows(connector, site(size, size, recurrent: true, seed: UInt64(seed)))
                #expect(made.reduce(0) { $0 + $1.count } == 900)
                degrees += made.map(\.count)
                for source in made.joined() { sources[Int(source)] += 1 }
            }
            let own = autapses ? size : size - 1
            let expected = (0...200).map { degree in
                let probability =
                    multapses
                    ? CountDraw.binomialProbability(degree, 900, 1 / Double(size), 1 - 1 / Double(size))
                    : degree <= own ? CountDraw.hypergeometricProbability(degree, 900, own, own * size) : 0
                return probability * Double(degrees.count)
            }
            #expect(chiSquaredScore(histogram(degrees, 201), expected) < 4.5)
            #expect(uniformScore(sources) < 4.5)
        }
    }

    @Test("In-degrees of fixed_out_degree are binomial with multapses, and out-degrees are exact")
    func fixedOutDegree() throws {
        for multapses in [true, false] {
            let connector = FixedOutDegreeConnector(outDegree: 12, allowsMultapses: multapses)
            var degrees: [Int] = []
            for seed in 0..<100 {
                let made = try rows(connector, site(50, 40, seed: UInt64(seed)))
                #expect(histogram(made.joined().map(Int.init), 50) == [Int](repeating: 12, count: 50))
                degrees += made.map(\.count)
            }
            let expected = (0...600).map { degree in
                let probability =
                    multapses
                    ? CountDraw.binomialProbability(degree, 600, 1 / 40, 39 / 40)
                    : degree <= 50 ? CountDraw.binomialProbability(degree, 50, 0.3, 0.7) : 0
                return probability * Double(degrees.count)
            }
            #expect(chiSquaredScore(histogram(degrees, 601), expected) < 4.5)
        }
    }

    @Test("Few of many sources are drawn evenly, without repetition")
    func fewOfMany() throws {
        let connector = FixedInDegreeConnector(inDegree: 3, allowsAutapses: false, allowsMultapses: false)
        var bins = [Int](repeating: 0, count: 100)
        for (target, row) in try rows(connector, site(100_000, 20_000, recurrent: true)).enumerated() {
            #expect(row.count == 3 && Set(row).count == 3 && !row.contains(Int32(target)))
            for source in row { bins[Int(source) / 1000] += 1 }
        }
        #expect(uniformScore(bins) < 4.5)
    }

    @Test("One neuron, no neuron, nothing, and everything")
    func edges() throws {
        let one = site(1, 1, recurrent: true)
        let four = site(4, 4, recurrent: true)
        let all: [Int32] = [0, 1, 2, 3]
        #expect(try rows(AllToAllConnector(allowsAutapses: false), four) == (0..<4).map { t in all.filter { $0 != t } })
        #expect(try rows(AllToAllConnector(), one) == [[0]])
        #expect(try rows(OneToOneConnector(), four) == [[0], [1], [2], [3]])
        #expect(try rows(FixedProbabilityConnector(probability: 0), four) == [[], [], [], []])
        #expect(try rows(FixedProbabilityConnector(probability: 1), four) == [all, all, all, all])
        #expect(try rows(FixedProbabilityConnector(probability: 1, allowsAutapses: false), one) == [[]])
        #expect(try rows(FixedProbabilityConnector(probability: 1e-300), site(1_000, 3)) == [[], [], []])
        #expect(try rows(FixedProbabilityConnector(probability: 1 - 1e-16), site(1_000, 1))[0].count == 1_000)
        for multapses in [true, false] {
            #expect(
                try rows(FixedInDegreeConnector(inDegree: 0, allowsMultapses: multapses), four) == [[], [], [], []])
            #expect(
                try rows(FixedOutDegreeConnector(outDegree: 0, allowsMultapses: multapses), four) == [[], [], [], []])
            #expect(
                try rows(FixedTotalNumberConnector(count: 0, allowsMultapses: multapses), four) == [[], [], [], []])
            #expect(try rows(FixedTotalNumberConnector(count: 1, allowsMultapses: multapses), one) == [[0]])
            #expect(try rows(FixedInDegreeConnector(inDegree: 0, allowsMultapses: multapses), site(0, 2)) == [[], []])
        }
        #expect(try rows(FixedInDegreeConnector(inDegree: 4, allowsMultapses: false), four) == [all, all, all, all])
        #expect(try rows(FixedOutDegreeConnector(outDegree: 4, allowsMultapses: false), four) == [all, all, all, all])
        #expect(try rows(FixedTotalNumberConnector(count: 16, allowsMultapses: false), four) == [all, all, all, all])
        #expect(
            try rows(FixedTotalNumberConnector(count: 12, allowsAutapses: false, allowsMultapses: false), four)
                == (0..<4).map { t in all.filter { $0 != t } })
        #expect(try rows(FixedInDegreeConnector(inDegree: 5), one) == [[0, 0, 0, 0, 0]])
        // Autapses are only where the same neuron is on both sides.
        #expect(try rows(FixedInDegreeConnector(inDegree: 1, allowsAutapses: false), site(1, 2)) == [[0], [0]])
        #expect(try rows(FixedProbabilityConnector(probability: 0.5), site(0, 2)) == [[], []])
    }

    @Test("Counts are told in advance")
    func counts() {
        let place = site(20, 20, recurrent: true)
        #expect(OneToOneConnector().expectedCount(place) == 20)
        #expect(FixedProbabilityConnector(probability: 0.25).expectedCount(place) == 100)
        #expect(FixedProbabilityConnector(probability: 0.25, allowsAutapses: false).expectedCount(place) == 95)
        #expect(FixedInDegreeConnector(inDegree: 3).expectedCount(site(7, 20)) == 60)
        #expect(FixedOutDegreeConnector(outDegree: 3).expectedCount(site(7, 20)) == 21)
        #expect(FixedTotalNumberConnector(count: 33).expectedCount(place) == 33)
        #expect(SmallWorldConnector(.ring(degree: 4), rewiring: 0.5).expectedCount(place) == 80)
    }

    @Test("What cannot be met is said in words")
    func faults() {
        let place = site(4, 4, recurrent: true)
        let cases: [(any Connector, ConnectionSite, String)] = [
            (
                OneToOneConnector(), site(3, 4),
                "one_to_one needs as many sources as targets; there are 3 sources and 4 targets"
            ),
            (FixedProbabilityConnector(probability: 1.5), place, "the probability is 1.5: give a number from 0 to 1"),
            (FixedProbabilityConnector(probability: -0.1), place, "the probability is -0.1: give a number from 0 to 1"),
            (FixedProbabilityConnector(probability: .nan), place, "the probability is nan: give a number from 0 to 1"),
            (FixedInDegreeConnector(inDegree: -1), place, "the in-degree is -1: it must not be negative"),
            (FixedInDegreeConnector(inDegree: 1), site(0, 4), "there is no source to draw"),
            (
                FixedInDegreeConnector(inDegree: 1, allowsAutapses: false), site(1, 1, recurrent: true),
                "there is no source to draw"
            ),
            (
                FixedInDegreeConnector(inDegree: 4, allowsAutapses: false, allowsMultapses: false), place,
                "the in-degree is 4, but only 3 sources can be drawn without repetition"
            ),
            (FixedOutDegreeConnector(outDegree: -2), place, "the out-degree is -2: it must not be negative"),
            (FixedOutDegreeConnector(outDegree: 2), site(4, 0), "there is no target to draw"),
            (
                FixedOutDegreeConnector(outDegree: 5, allowsMultapses: false), place,
                "the out-degree is 5, but only 4 targets can be drawn without repetition"
            ),
            (
                FixedOutDegreeConnector(outDegree: 1, allowsAutapses: false),
                ConnectionSite(sources: 2, targets: 2, twins: [1, 1], seed: 1, projection: "p"),
                "a neuron is among the targets more than once, so autapses cannot be left out"
            ),
            (FixedTotalNumberConnector(count: -1), place, "the number of connections is -1: it must not be negative"),
            (
                FixedTotalNumberConnector(count: 1, allowsAutapses: false), site(1, 1, recurrent: true),
                "there is no pair to connect"
            ),
            (
                FixedTotalNumberConnector(count: 13, allowsAutapses: false, allowsMultapses: false), place,
                "13 connections are asked for, but there are only 12 pairs, each to be connected once"
            ),
        ]
        for (connector, place, message) in cases { #expect(connector.fault(place) == message) }
    }
}
