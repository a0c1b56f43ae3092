import Foundation
import SynfireTestSupport
import Testing

/// Networks that are built once, procedural synapses, warming up and profiles, through the command.
@Suite("Building once and measuring a run", .serialized)
struct NetworkFileCommandTests {
    private static let description = """
        network: balanced
        constants: {n: 100, p: 0.1}
        run: {time: 100 ms, step: 0.1 ms, seed: 3}
        populations:
          exc: {size: n, model: lif_curr_exp, parameters: {i_e: 0.45 nA}, initial: {v: {uniform: [-70, -55]}}}
        projections:
          ee: {from: exc, to: exc, connect: {fixed_probability: p}, weight: 20 pA, delay: {uniform: [0.5, 3]}}
        record: [{spikes: all}]
        """

    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try Self.description.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
        return folder
    }

    private struct Summary: Decodable {
        struct Profile: Decodable {
            struct Phase: Decodable {
                let name: String
                let seconds: Double
                let share: Double
            }
            let phases: [Phase]
            let synapticEvents: Int
            let neuronUpdates: Int
            let nanosecondsPerUpdate: Double
        }
        let time: Double
        let warmUp: Double
        let spikes: Int
        let synapses: Int
        let synapseMemory: Int
        let memoryEstimate: Double
        let peakMemory: Int
        let profile: Profile?
    }

    private func summary(_ arguments: [String], in folder: borrowing TemporaryDirectory) throws -> Summary {
        let result = try Command.run(["simulate", "n.yaml", "--json"] + arguments, in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(Summary.self, from: Data(result.output.utf8))
    }

    @Test("A network that was written is read to the same spikes; another is refused with what differs")
    func networkFile() throws {
        let folder = try folder()
        let first = try summary(["--save-network", "b.h5", "--out", "a.h5", "--workers", "2"], in: folder)
        let second = try summary(["--network-file", "b.h5", "--out", "b-run.h5", "--workers", "1"], in: folder)
        #expect(first.spikes == second.spikes && first.spikes > 50)
        let read = try python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1]) as a, h5py.File(sys.argv[2]) as b:
                for name in ["timestamps", "node_ids"]:
                    assert (a["spikes/exc"][name][:] == b["spikes/exc"][name][:]).all()
            print("equal")
            """, [folder.file("a.h5"), folder.file("b-run.h5")])
        #expect(read.contains("equal"))
        let inspected = try Command.run(["inspect", "b.h5"], in: folder.path)
        #expect(inspected.output.contains("the synapses of a built network") && inspected.output.contains("constant"))
        let cases: [([String], String)] = [
            (["--network-file", "b.h5", "--seed", "4"], "holds the synapses of another network: the seed was another"),
            (["--network-file", "b.h5", "--set", "p=0.2"], "projection 'ee' was another; build it anew"),
            (["--network-file", "c.h5"], "there is no file 'c.h5'"),
            (["--network-file", "a.h5"], "is a recording of spikes or potentials"),
            (["--save-network", "b.h5"], "'b.h5' exists: give --force to replace it, or another --save-network"),
            (["--save-network", "c.h5", "--network-file", "b.h5"], "give one of them"),
            (["--save-network", "c.h5", "--out", "./c.h5"], "give each a file of its own"),
            (["--network-file", "b.h5", "--out", "b.h5", "--force"], "--network-file and --out both name 'b.h5'"),
            (["--warm-up=-1ms"], "--warm-up is -1 ms: it must be at least 0 ms"),
            (["--synapses", "procedual"], "procedural"),
        ]
        for (arguments, text) in cases {
            let result = try Command.run(["simulate", "n.yaml"] + arguments, in: folder.path)
            #expect(result.status != 0 && result.errors.contains(text), "\(arguments): \(result.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.file("c.h5")))
        }
    }

    @Test("What is simulated before is neither counted nor recorded, and nothing else changes")
    func warmUp() throws {
        let folder = try folder()
        let whole = try summary(["--time", "150ms", "--out", "whole.h5"], in: folder)
        let late = try summary(["--time", "100ms", "--warm-up", "50ms", "--out", "late.h5"], in: folder)
        #expect(late.time == 100 && late.warmUp == 50 && late.spikes < whole.spikes)
        let read = try python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1]) as a, h5py.File(sys.argv[2]) as b:
                t, u = a["spikes/exc/timestamps"][:], b["spikes/exc/timestamps"][:]
                assert (t[t > 50] == u).all() and len(u) == int(sys.argv[3]), (len(u), sys.argv[3])
            print("equal")
            """, [folder.file("whole.h5"), folder.file("late.h5"), "\(late.spikes)"])
        #expect(read.contains("equal"))
    }

    @Test("Procedural synapses take no memory, from the option or the description, where they can")
    func procedural() throws {
        let folder = try folder()
        let stored = try summary([], in: folder)
        #expect(stored.synapseMemory > stored.synapses * 8 && stored.profile == nil)
        #expect(stored.memoryEstimate > 8000 && stored.peakMemory > 1_000_000)
        let drawn = try summary(["--synapses", "procedural"], in: folder)
        #expect(drawn.synapseMemory < 8000 && drawn.synapses == 1000)
        let described = Self.description.replacingOccurrences(
            of: "weight: 20 pA", with: "storage: procedural, weight: 20 pA")
        try described.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
        #expect(try summary([], in: folder).spikes == drawn.spikes)
        let inspected = try Command.run(["inspect", "n.yaml"], in: folder.path)
        #expect(inspected.output.contains("1000 (procedural)"), "\(inspected.output)")
        for (change, text) in [
            ("storage: prodecural,", "did you mean 'procedural'?"),
            ("long_term: stdp_pair, storage: procedural,", "weights that learn have to be stored"),
        ] {
            let wrong = Self.description.replacingOccurrences(of: "weight: 20 pA", with: change + " weight: 20 pA")
            try wrong.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
            let result = try Command.run(["simulate", "n.yaml"], in: folder.path)
            #expect(result.status != 0 && result.errors.contains(text), "\(result.errors)")
        }
    }

    @Test("A profile has all phases, for programs and for people")
    func profile() throws {
        let folder = try folder()
        let measured = try summary(["--profile", "--workers", "2"], in: folder)
        let profile = try #require(measured.profile)
        let names = Set(profile.phases.map { $0.name })
        #expect(names.isSuperset(of: ["delivery", "update", "exchange", "waiting"]))
        #expect(abs(profile.phases.reduce(0) { $0 + $1.share } - 1) < 0.05)
        #expect(profile.neuronUpdates == 100_000 && profile.synapticEvents > 100 && profile.nanosecondsPerUpdate > 0)
        let text = try Command.run(["simulate", "n.yaml", "--profile"], in: folder.path)
        #expect(text.output.contains("synaptic events") && text.output.contains("ns a neuron and step"))
        let many = try Command.run(["simulate", "n.yaml", "--workers", "40", "--json"], in: folder.path)
        #expect(many.status == 0 && many.errors.contains("40 workers share"), "\(many.errors)")
    }

    @Test("The rate at which memory is read is positive, and what it means is said")
    func memory() throws {
        let folder = try folder()
        let text = try Command.run(["bench", "memory", "--size", "8"], in: folder.path)
        #expect(text.status == 0 && text.output.contains("synaptic events a second"), "\(text.errors)")
        let json = try Command.run(["bench", "memory", "--size", "8", "--workers", "1", "--json"], in: folder.path)
        let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect((report?["median"] as? Double ?? 0) > 1e8)
    }
}
