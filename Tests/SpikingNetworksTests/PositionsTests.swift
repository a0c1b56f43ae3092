import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

@Suite("Positions")
struct PositionsTests {
    @Test("A grid follows the shape, the last axis fastest")
    func grid() throws {
        let flat = try Positions.grid(origin: [1, 2], spacing: [10, 100]).points(shape: [2, 3], seed: 1, name: "a")
        #expect(flat.dimensions == 2 && flat.count == 6)
        #expect(flat.coordinates == [1, 2, 1, 102, 1, 202, 11, 2, 11, 102, 11, 202])
        let line = try Positions.grid(origin: [0, 5], spacing: [2, 3]).points(shape: [3], seed: 1, name: "a")
        #expect(line.coordinates == [0, 5, 2, 5, 4, 5])
        let cube = try Positions.grid(origin: [0, 0, 0], spacing: [1, 1, 1]).points(
            shape: [2, 2, 2], seed: 1, name: "a")
        #expect(Array(cube.coordinates.suffix(6)) == [1, 1, 0, 1, 1, 1])
    }

    @Test("Random places fill the box evenly, by name and seed")
    func random() throws {
        let box = Positions.random(low: [-1, 0, 7], high: [1, 10, 7])
        let points = try box.points(shape: [20_000], seed: 3, name: "a")
        for (axis, (low, high)) in [(-1.0, 1.0), (0.0, 10.0)].enumerated() {
            var bins = [Int](repeating: 0, count: 20)
            for neuron in 0..<20_000 {
                let x = points.coordinates[neuron * 3 + axis]
                #expect(x >= low && x < high)
                bins[Int((x - low) / (high - low) * 20)] += 1
            }
            #expect(uniformScore(bins) < 4.5)
        }
        #expect((0..<20_000).allSatisfy { points.coordinates[$0 * 3 + 2] == 7 })
        #expect(try box.points(shape: [20_000], seed: 3, name: "a") == points)
        #expect(try box.points(shape: [20_000], seed: 4, name: "a") != points)
        #expect(try box.points(shape: [20_000], seed: 3, name: "b") != points)
        // A neuron's place does not depend on how many others there are.
        #expect(try box.points(shape: [10], seed: 3, name: "a").coordinates == Array(points.coordinates.prefix(30)))
    }

    @Test("Distances go the shorter way round, also for many at a time")
    func periodic() throws {
        let box = Positions.periodic(.random(low: [0, 0], high: [35, 20]), periods: [10, .infinity])
        let points = try box.points(shape: [300], seed: 1, name: "a")
        #expect(points.periods == [10, .infinity])
        var many = [Double](repeating: 0, count: 300)
        for target in [0, 17, 299] {
            many.withUnsafeMutableBufferPointer {
                if let base = $0.baseAddress { points.distances(0..<300, to: points, target, into: base) }
            }
            for source in 0..<300 {
                let x = points.coordinates[2 * source] - points.coordinates[2 * target]
                let y = points.coordinates[2 * source + 1] - points.coordinates[2 * target + 1]
                let near = (-4...4).map { abs(x + 10 * Double($0)) }.min() ?? 0
                let expected = (near * near + y * y).squareRoot()
                #expect(abs(points.distance(source, to: points, target) - expected) < 1e-12)
                #expect(many[source] == points.distance(source, to: points, target))
            }
        }
    }

    @Test("Points are chosen and joined")
    func parts() throws {
        let points = try Positions.listed([[0, 1], [2, 3], [4, 5]]).points(shape: [3], seed: 1, name: "a")
        let part = points.selecting([2, 0])
        #expect(part.coordinates == [4, 5, 0, 1])
        #expect(part.joined(with: points)?.coordinates == [4, 5, 0, 1, 0, 1, 2, 3, 4, 5])
        #expect(part.joined(with: row(2, spacing: 1)) == nil)
        let population = try Population(
            "a", count: 3, model: LIFCurrentExponential.self, positions: .listed([[0], [1], [2]]))
        #expect(try population.points(seed: 1)?.coordinates == [0, 1, 2])
        #expect(try Population("a", count: 3, model: LIFCurrentExponential.self).points(seed: 1) == nil)
    }

    @Test("Positions that do not fit are refused")
    func faults() {
        let cases: [(Positions, String)] = [
            (.listed([[0], [1]]), "2 positions are given for 3 neurons"),
            (.listed([[0], [1], [1, 2]]), "each position must have one to three numbers, all as many"),
            (.random(low: [1], high: [0]), "the lower corner of the box is above the upper one"),
            (.random(low: [0, 0], high: [1]), "the corners of the box: give one to three numbers, as many for both"),
            (
                .periodic(.listed([[0], [1], [2]]), periods: [1, 1]),
                "2 periods are given for positions of 1 dimensions"
            ),
            (.periodic(.listed([[0], [1], [2]]), periods: [0]), "the periods [0.0] of space must be above 0"),
            (.periodic(.listed([[0], [1], [2]]), periods: [.nan]), "the periods [nan] of space must be above 0"),
            (
                .periodic(.periodic(.listed([[0], [1], [2]]), periods: [1]), periods: [1]),
                "a periodic space is given inside another one"
            ),
        ]
        for (positions, message) in cases {
            let error = #expect(throws: SpikingNetworkError.self) {
                try Population("a", count: 3, model: LIFCurrentExponential.self, positions: positions)
            }
            #expect(error == .unfitParameters("population 'a'", message))
            #expect(throws: SpikingNetworkError.self) { try positions.points(shape: [3], seed: 1, name: "a") }
        }
    }
}
