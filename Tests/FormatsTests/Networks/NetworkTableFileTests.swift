import Foundation
import SynfireFormats
import SynfireHDF5
import SynfireParallel
import SynfireSimulation
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import SynfireUnits
import Testing

@Suite("Files of built networks")
struct NetworkTableFileTests {
    private static let step = Milliseconds.milliseconds(0.1)

    private func network(
        count: Int = 60, probability: Double = 0.2, delay: SynapseValue = .drawn(.uniform(low: 0.5, high: 3)),
        storage: SynapseStorage = .stored
    ) throws -> Network {
        let drive: [String: ParameterValue] = ["i_e": .drawn(.normal(mean: 400, standardDeviation: 20))]
        return try Network(
            name: "net",
            populations: [
                Population("a", count: count, model: LIFCurrentExponential.self, parameters: drive),
                Population("b", count: 30, model: LIFCurrentExponential.self, parameters: drive),
            ],
            projections: [
                Projection(
                    "ab", from: "a", to: ["a", "b"], connector: FixedProbabilityConnector(probability: probability),
                    synapse: Synapse(
                        weight: .drawn(.uniform(low: 10, high: 30)), delay: delay, storage: storage)),
                Projection(
                    "ba", from: "b", to: "a", connector: FixedInDegreeConnector(inDegree: 5),
                    synapse: Synapse(weight: 20, delay: 1, longTerm: try PlasticityMechanism(PairSTDP.self))),
            ])
    }

    private func fingerprint(_ network: Network, step: Milliseconds = step, seed: UInt64 = 4) -> NetworkFingerprint {
        NetworkFingerprint(network, step: step, seed: seed)
    }

    private func save(_ network: Network, to path: String, workers: Int = 2) throws {
        let simulation = try ClockSimulation(network, step: Self.step, seed: 4, pool: WorkerPool(workers: workers))
        let writer = try NetworkTableWriter(
            path: path, replacing: false, network: network.name, step: 0.1, seed: 4,
            fingerprint: fingerprint(network), synfireVersion: "0.0.0")
        try simulation.writeTables(to: writer)
        #expect(!FileManager.default.fileExists(atPath: path))
        try writer.finish()
    }

    private func spikes(_ simulation: ClockSimulation) throws -> [SpikeTrain] {
        var trains = simulation.channels.map { _ in SpikeTrain() }
        try simulation.run(for: .milliseconds(200)) { segment in
            for (index, part) in segment.recordings.enumerated() {
                trains[index].times += part.spikes.times
                trains[index].neurons += part.spikes.neurons
            }
        }
        return trains
    }

    @Test("A network that was written runs to the same spikes, and h5py reads what the layout says")
    func roundTrip() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("built.h5")
        let network = try network()
        try save(network, to: path)
        let recorders = [Recorder(.spikes, of: ["a", "b"])]
        let expected = try spikes(
            ClockSimulation(network, step: Self.step, seed: 4, pool: WorkerPool(workers: 1), recorders: recorders))
        #expect(expected[0].times.count > 100)
        for workers in [1, 2, 3] {
            let file = try NetworkTableFile(path)
            try file.check(fingerprint(network))
            #expect(file.network == "net" && file.seed == 4 && file.step == 0.1)
            let again = try ClockSimulation(
                network, step: Self.step, seed: 4, pool: WorkerPool(workers: workers), recorders: recorders,
                tables: file)
            #expect(try spikes(again) == expected)
        }
        let simulation = try ClockSimulation(network, step: Self.step, seed: 4, pool: WorkerPool(workers: 1))
        let list = try simulation.synapses(of: "ab")
        let read = try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1]) as f:
                assert f.attrs["format"] == "synfire-network" and f.attrs["seed"] == 4 and f.attrs["step"] == 0.1
                t = f["tables/0"]
                assert t.attrs["name"] == "constant" and t.attrs["rows"] == 90
                out = []
                for part in t.values():
                    rows = np.repeat(np.arange(90), part["run_counts"][:])
                    sources = np.repeat(rows, part["lengths"][:])
                    delays = np.repeat(part["delays"][:], part["lengths"][:])
                    out += list(zip(sources, part["places"][:], delays, part["weights"][:]))
                # a has 60 neurons and two receptors, b comes behind.
                pairs = sorted((int(s), int(p) if p < 60 else int(p) - 60, int(d), round(float(w), 3)) for s, p, d, w in out)
                print(len(pairs), hash(tuple(pairs[0])) != 0, pairs[0], pairs[-1])
                assert f["tables/1"].attrs["name"] == "ba#0" and f["tables/1/0/places"].shape[0] > 0
            """, [path])
        let pairs = (0..<list.count).map { (list.sources[$0], list.targets[$0], list.delays[$0], list.weights[$0]) }
            .sorted { ($0.0, $0.1, $0.2, $0.3) < ($1.0, $1.1, $1.2, $1.3) }
        let first = try #require(pairs.first)
        #expect(read.hasPrefix("\(pairs.count) True (\(first.0), \(first.1), \(first.2), "), "\(read)")
    }

    @Test("What synapses follow from is told apart, and nothing else")
    func fingerprints() throws {
        let own = fingerprint(try network())
        #expect(own.difference(from: fingerprint(try network())) == nil)
        #expect(own.difference(from: fingerprint(try network(), seed: 5)) == "the seed was another")
        #expect(own.difference(from: fingerprint(try network(), step: .milliseconds(0.2))) == "the step was another")
        #expect(own.difference(from: fingerprint(try network(count: 61))) == "population 'a' was another")
        for other in [
            try network(probability: 0.21), try network(delay: 2), try network(storage: .procedural),
        ] {
            #expect(own.difference(from: fingerprint(other)) == "projection 'ab' was another")
        }
        let fewer = try Network(
            name: "net", populations: try network().populations, projections: [try network().projections[0]])
        #expect(own.difference(from: fingerprint(fewer)) == "projection 'ba' is not in it")
        #expect(
            fingerprint(fewer).difference(from: own) == "it has projection 'ba', which the network has not")
        let folder = try TemporaryDirectory()
        let path = folder.file("built.h5")
        try save(try network(), to: path)
        let error = #expect(throws: NetworkTableError.self) {
            try NetworkTableFile(path).check(fingerprint(try network(count: 61)))
        }
        #expect(
            error?.description
                == "'\(path)' holds the synapses of another network: population 'a' was another; build it anew")
        // Constants that a Swift expression was given, and what weights a receptor takes.
        func ofDistance(_ p: Double) throws -> String {
            try DistanceDependentConnector(probability: Expression(parsing: "p * exp(-d)").binding(["p": p]))
                .fingerprint
        }
        #expect(try ofDistance(0.1) == ofDistance(0.1) && ofDistance(0.1) != ofDistance(0.2))
        func ofModel(_ model: any NeuronModel.Type) throws -> NetworkFingerprint {
            let network = try Network(
                name: "s", populations: [Population("a", count: 2, model: model)], projections: [])
            return fingerprint(network)
        }
        let (currents, conductances) = try (
            ofModel(LIFCurrentExponential.self), ofModel(LIFConductanceExponential.self)
        )
        #expect(currents.difference(from: conductances) == "population 'a' was another")
        // A file of connections that has been changed is another one.
        try "0,1\n".write(toFile: folder.file("c.txt"), atomically: true, encoding: .utf8)
        let connector = FileConnector(path: folder.file("c.txt"))
        let before = connector.fingerprint
        try "0,1\n1,2\n".write(toFile: folder.file("c.txt"), atomically: true, encoding: .utf8)
        #expect(connector.fingerprint != before)
    }

    @Test("Files of another kind, damaged files and shapes that lie end in an error, never in a crash")
    func hostile() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("built.h5")
        let network = try network()
        try save(network, to: path)
        func load(_ path: String, workers: Int = 2) throws {
            let file = try NetworkTableFile(path)
            _ = try ClockSimulation(
                network, step: Self.step, seed: 4, pool: WorkerPool(workers: workers), tables: file)
        }
        let traces = folder.file("other.h5")
        let other = try HDF5File.create(traces)
        _ = try other.root.createGroup("spikes")
        try other.commit()
        #expect(
            (#expect(throws: ModelFileError.self) { try load(traces) })?.description.contains(
                "is a recording of spikes or potentials") == true)
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in [0, 100, good.count / 2, good.count - 1] {
            try good.prefix(length).write(to: URL(fileURLWithPath: folder.file("cut.h5")))
            #expect(throws: (any Error).self) { try load(folder.file("cut.h5")) }
        }
        var state: UInt64 = 0xB17
        var refused = 0
        for round in 0..<300 {
            var bytes = good
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 20)
            }
            try bytes.write(to: URL(fileURLWithPath: folder.file("bad.h5")))
            do { try load(folder.file("bad.h5"), workers: 1 + round % 3) } catch { refused += 1 }
        }
        // Most bytes are weights, of which any finite value is one.
        #expect(refused > 30)
    }
}
