import SynfireSpikingNetworks
import SynfireUnits
import Testing

@Suite("Connectors that go by place")
struct DistanceConnectorTests {
    private func spatial(_ points: Positions.Points, recurrent: Bool = true, seed: UInt64 = 1) -> ConnectionSite {
        site(points.count, points.count, recurrent: recurrent, seed: seed, positions: (points, points))
    }

    @Test("Pairs at each distance are connected as often as the function says")
    func kernel() throws {
        let connector = DistanceDependentConnector(
            probability: try Expression(parsing: "0.6 * exp(-d^2 / (2 * 20^2))"), maximumDistance: 45,
            allowsAutapses: false)
        // A ring of 100 places: 100 pairs at each distance below 50, twice.
        let points = row(100, spacing: 1, periods: [100])
        var counts = [Int](repeating: 0, count: 51)
        for seed in 0..<400 {
            for (target, sources) in try rows(connector, spatial(points, seed: UInt64(seed))).enumerated() {
                for source in sources {
                    let d = abs(Int(source) - target)
                    counts[min(d, 100 - d)] += 1
                }
            }
        }
        var expected = [Double](repeating: 0, count: 51)
        let function = try connector.probability.function(of: "d")
        for d in 1..<45 { expected[d] = 400 * 200 * function(Double(d)) }
        #expect(counts[0] == 0 && counts[45...].allSatisfy { $0 == 0 })
        #expect(chiSquaredScore(counts, expected) < 4.5)
        let place = spatial(points)
        #expect(abs(connector.expectedCount(place) / (expected.reduce(0, +) / 400) - 1) < 1e-9)
    }

    @Test("Probabilities 0 and 1 are exact, in one to three dimensions")
    func exact() throws {
        let all = DistanceDependentConnector(probability: Expression(constant: 1))
        let none = DistanceDependentConnector(probability: Expression(constant: 0))
        let near = DistanceDependentConnector(probability: try Expression(parsing: "d <= 1"))
        for shape in [[600], [6, 5], [3, 3, 3]] {
            let grid = Positions.grid(origin: shape.map { _ in 0 }, spacing: shape.map { _ in 1 })
            let points = try grid.points(shape: shape, seed: 1, name: "a")
            let place = spatial(points)
            #expect(try rows(all, place).allSatisfy { $0 == (0..<Int32(points.count)).map { $0 } })
            #expect(try rows(none, place).allSatisfy(\.isEmpty))
            for (target, row) in try rows(near, place).enumerated() {
                #expect(row == (0..<Int32(points.count)).filter { points.distance(Int($0), to: points, target) <= 1 })
            }
        }
    }

    @Test("Small probabilities are met, and large populations go in parts")
    func small() throws {
        let points = row(3_001, spacing: 1)
        let connector = DistanceDependentConnector(probability: Expression(constant: 1e-4))
        let count = try rows(connector, spatial(points)).reduce(0) { $0 + $1.count }
        let expected = 3_001.0 * 3_001 * 1e-4
        #expect(abs(Double(count) - expected) < 5 * expected.squareRoot())
        // Pairs are decided on their own: with fewer sources the same ones remain.
        let part = row(1_000, spacing: 1)
        let fewer = ConnectionSite(
            sources: 1_000, targets: 3_001, positions: (part, points), seed: 1, projection: "p")
        let all = try rows(connector, spatial(points))
        #expect(try rows(connector, fewer) == all.map { $0.filter { $0 < 1_000 } })
    }

    @Test("A small world without rewiring is the ring, or the neighbourhood")
    func lattice() throws {
        let ring = SmallWorldConnector(.ring(degree: 4), rewiring: 0)
        let made = try rows(ring, site(10, 10, recurrent: true))
        for (target, row) in made.enumerated() {
            #expect(Set(row) == Set([-2, -1, 1, 2].map { Int32((target + $0 + 10) % 10) }) && row.count == 4)
        }
        #expect(try rows(SmallWorldConnector(.ring(degree: 0), rewiring: 1), site(1, 1)) == [[]])
        let points = row(10, spacing: 2)
        let near = SmallWorldConnector(.within(radius: 4), rewiring: 0)
        #expect(try rows(near, spatial(points))[0] == [1])
        #expect(try rows(near, spatial(points))[5] == [4, 6])
        #expect(near.expectedCount(spatial(points)) == 18)
        let closed = row(10, spacing: 2, periods: [20])
        #expect(try rows(near, spatial(closed))[0] == [1, 9])
        let loops = SmallWorldConnector(.within(radius: 4), rewiring: 0, allowsAutapses: true)
        #expect(try rows(loops, spatial(points))[5] == [4, 5, 6])
    }

    @Test(
        "A small world keeps its in-degrees, rewires as often as it should, and ends up random",
        arguments: [0.0, 0.2, 1])
    func rewiring(beta: Double) throws {
        let size = 60
        let connector = SmallWorldConnector(.ring(degree: 6), rewiring: beta)
        var distances = [Int](repeating: 0, count: size / 2 + 1)
        var outDegrees = [Int](repeating: 0, count: size)
        let seeds = 200
        for seed in 0..<seeds {
            for (target, row) in try rows(connector, site(size, size, recurrent: true, seed: UInt64(seed))).enumerated()
            {
                #expect(row.count == 6 && Set(row).count == 6 && !row.contains(Int32(target)))
                for source in row {
                    let d = abs(Int(source) - target)
                    distances[min(d, size - d)] += 1
                    outDegrees[Int(source)] += 1
                }
            }
        }
        let connections = Double(6 * size * seeds)
        let far = Double(distances[4...].reduce(0, +))
        // A rewired connection stays near only by a place that another has left: between none and all of them.
        let mean = connections * beta
        #expect(far <= mean + 5 * mean.squareRoot() && far >= mean * (1 - beta * 6 / 53) - 5 * mean.squareRoot())
        if beta == 1 {
            // All far places are equally likely; the last distance has one place and not two.
            let expected = (4...size / 2).map { far / 53 * ($0 == size / 2 ? 1 : 2) }
            #expect(chiSquaredScore(Array(distances[4...]), expected) < 4.5)
        }
        #expect(uniformScore(outDegrees) < 4.5)
    }

    @Test("A small world with nothing to rewire to stays as it is, and one with little finds it")
    func crowded() throws {
        let full = SmallWorldConnector(.ring(degree: 4), rewiring: 1)
        for row in try rows(full, site(5, 5, recurrent: true)) { #expect(row.count == 4 && Set(row).count == 4) }
        let points = row(40, spacing: 1)
        let wide = SmallWorldConnector(.within(radius: 37.5), rewiring: 0.5)
        for (target, made) in try rows(wide, spatial(points)).enumerated() {
            #expect(Set(made).count == made.count && !made.contains(Int32(target)))
            #expect(made.count == (0..<40).count { $0 != target && abs($0 - target) <= 37 })
        }
    }

    @Test("What cannot be met is said in words")
    func faults() throws {
        let line = row(4, spacing: 1)
        let plane = Positions.Points(dimensions: 2, coordinates: [0, 0, 0, 1, 1, 0, 1, 1])
        let ring = row(4, spacing: 1, periods: [4])
        func kernel(_ text: String, _ maximum: Double? = nil) throws -> DistanceDependentConnector {
            DistanceDependentConnector(probability: try Expression(parsing: text), maximumDistance: maximum)
        }
        let place = spatial(line)
        let cases: [(any Connector, ConnectionSite, String)] = [
            (try kernel("1"), site(4, 4), "distance_dependent needs positions of both the sources and the targets"),
            (
                try kernel("1"), site(4, 4, positions: (line, plane)),
                "positions have 1 dimensions on one side and 2 on the other"
            ),
            (
                try kernel("1"), site(4, 4, positions: (line, ring)),
                "the periods of space are [inf] on one side and [4.0] on the other"
            ),
            (try kernel("1", -1), place, "the maximum distance is -1.0: it must not be negative"),
            (try kernel("1", .nan), place, "the maximum distance is nan: it must not be negative"),
            (
                try kernel("p * d"), place,
                "the probability: expression 'p * d', character 1: 'p' has no value; valid names: d"
            ),
            (
                try kernel("1 - d / 2"), place,
                "the probability is -0.5 at distance 3.0: it must be from 0 to 1; max(0, min(1, …)) keeps it there"
            ),
            (
                try kernel("log(d - 2)"), place,
                "the probability is not a number at distance 0.0: "
                    + "it must be from 0 to 1; max(0, min(1, …)) keeps it there"
            ),
            (
                SmallWorldConnector(.ring(degree: 3), rewiring: 0), place,
                "the degree is 3: give an even number of at least 0, for half of it on each side"
            ),
            (
                SmallWorldConnector(.ring(degree: 4), rewiring: 0), place,
                "the degree is 4, but a neuron has only 3 others on the ring"
            ),
            (
                SmallWorldConnector(.ring(degree: 2), rewiring: 0), site(4, 5),
                "a ring needs as many sources as targets; there are 4 sources and 5 targets"
            ),
            (
                SmallWorldConnector(.ring(degree: 2), rewiring: 2), place,
                "the rewiring probability is 2.0: give a number from 0 to 1"
            ),
            (
                SmallWorldConnector(.within(radius: 2), rewiring: 0), site(4, 4),
                "small_world with a radius needs positions of both the sources and the targets"
            ),
            (
                SmallWorldConnector(.within(radius: -2), rewiring: 0), place,
                "the radius is -2.0: it must not be negative"
            ),
        ]
        for (connector, place, message) in cases { #expect(connector.fault(place) == message) }
        #expect(throws: SpikingNetworkError.self) { try kernel("2").prepared(place) }
    }

    @Test("A probability that is wrong at few pairs only is found while they are made")
    func lateFault() throws {
        // 4000 × 4000 pairs are sampled; the one distance that is wrong is hardly among them.
        let points = row(4_000, spacing: 1)
        let connector = DistanceDependentConnector(
            probability: try Expression(parsing: "if(d == 3999, 2, 0)"))
        let place = spatial(points)
        var list = ConnectionList()
        if connector.fault(place) == nil {
            let maker = try connector.prepared(place)
            maker.appendSources(ofTarget: 0, to: &list)
            #expect(list.fault?.hasPrefix("the probability is 2.0 at distance 3999.0") == true)
            let draw = try SynapseDraw(Synapse(weight: 1, delay: 1), site: place, step: 0.1)
            var (weights, delays) = ([Float](), [Int32]())
            #expect(throws: SpikingNetworkError.self) {
                try draw.append(target: 0, list, weights: &weights, delays: &delays)
            }
        } else {
            Issue.record("the sample has the wrong pair: choose another distance")
        }
    }
}
