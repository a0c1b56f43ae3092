import SynfireDatasets
import Testing

@Suite("Parting samples at random")
struct StratifiedTests {
    private static func make(_ counts: [Int]) throws -> LabelledDataset {
        // Classes are mixed: 0 1 2 0 1 2 0 1 0 …
        var left = counts
        var labels: [Int] = []
        while labels.count < counts.reduce(0, +) {
            for label in left.indices where left[label] > 0 {
                left[label] -= 1
                labels.append(label)
            }
        }
        return try LabelledDataset(
            name: "set", shape: [1], values: labels.indices.map { Float($0) }, labels: labels,
            classNames: counts.indices.map { "\($0)" },
            provenance: DatasetProvenance(source: "made here", licence: "none", files: []))
    }

    @Test("holds out each class in proportion, and parts the whole set", arguments: [0.1, 0.2, 0.5, 0.9])
    func proportions(fraction: Double) throws {
        let counts = [50, 30, 7, 1]
        let set = try Self.make(counts)
        let (train, heldOut) = try set.stratified(fraction: fraction, seed: 4)
        #expect(heldOut.count == Int((fraction * 88).rounded()))
        for (label, count) in counts.enumerated() {
            let share = Double(heldOut.classCounts[label])
            let exact = Double(count) * Double(heldOut.count) / 88
            #expect(abs(share - exact) < 1, "class \(label)")
        }
        let values = train.scalars(of: 0..<train.count)
        let others = heldOut.scalars(of: 0..<heldOut.count)
        #expect((values + others).sorted() == (0..<88).map { Float($0) })
        #expect(values == values.sorted())
        #expect(others == others.sorted())
    }

    @Test("gives the same parts for a seed, and others for others")
    func seeds() throws {
        let set = try Self.make([40, 40])
        func heldOut(_ seed: UInt64) throws -> [Float] {
            let part = try set.stratified(fraction: 0.25, seed: seed).heldOut
            return part.scalars(of: 0..<part.count)
        }
        #expect(try heldOut(1) == heldOut(1))
        #expect(Set(try (0..<20).map { try heldOut($0) }).count == 20)
    }

    @Test("holds out every sample equally often")
    func uniform() throws {
        let set = try Self.make([6, 6])
        var counts = [Int](repeating: 0, count: 12)
        let trials = 3000
        for seed in 0..<trials {
            let part = try set.stratified(fraction: 1 / 3, seed: UInt64(seed)).heldOut
            for value in part.scalars(of: 0..<part.count) { counts[Int(value)] += 1 }
        }
        // Each with probability 1/3: a standard deviation of 26; five of them.
        for count in counts { #expect(abs(count - trials / 3) < 130, "\(counts)") }
    }

    @Test("refuses a fraction that leaves a part empty", arguments: [0, 1, -0.5, .nan, 0.01, 0.99])
    func refused(fraction: Double) throws {
        let set = try Self.make([10])
        let error = #expect(throws: DatasetError.self) { try set.stratified(fraction: fraction, seed: 0) }
        #expect(
            error?.description == """
                \(fraction) of the 10 samples of set cannot be held out: give a fraction above 0 and below 1 that leaves \
                at least one sample on either side
                """)
    }
}
