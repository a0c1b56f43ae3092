import Foundation
import SynfireTestSupport
import Testing

/// The networks in `models/`: each is described without fault, and those that run in seconds do what their sources say.
///
/// Bounds of rates are about five standard deviations between seeds; `docs/validation/networks.md` has the measured rates.
@Suite("Networks that ship", .serialized)
struct ShippedNetworkTests {
    static let names: [String] = {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "\(Command.root)/models")) ?? []
        return all.filter { FileManager.default.fileExists(atPath: path($0)) }.sorted()
    }()

    private static func path(_ name: String) -> String { "\(Command.root)/models/\(name)/\(name).yaml" }

    private struct Traces: Decodable {
        struct Population: Decodable {
            let population: String
            let spikes: Int
            let rate: Double
            let cv: Double?
        }
        let populations: [Population]
    }

    /// Simulates a network and counts from `start` on.
    private func run(_ name: String, _ options: [String], from start: String = "0") throws -> [Traces.Population] {
        let folder = try TemporaryDirectory()
        let made = try Command.run(["simulate", Self.path(name), "--out", "t.h5"] + options, in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        let told = try Command.run(["inspect", "t.h5", "--from", start, "--json"], in: folder.path)
        #expect(told.status == 0, "\(told.errors)")
        return try JSONDecoder().decode(Traces.self, from: Data(told.output.utf8)).populations
    }

    private func rate(_ populations: [Traces.Population], _ name: String) throws -> Double {
        try #require(populations.first { $0.population == name }).rate
    }

    @Test("Ten networks ship")
    func count() {
        #expect(Self.names.count >= 10, "\(Self.names)")
    }

    @Test("Each is described without fault, with its source", arguments: names)
    func described(name: String) throws {
        let folder = try TemporaryDirectory()
        let result = try Command.run(["inspect", Self.path(name)], in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("a spiking network, described"))
        let readme = try String(contentsOfFile: "\(Command.root)/models/\(name)/README.md", encoding: .utf8)
        #expect(readme.contains("https://doi.org/10."))
        #expect(readme.contains("synfire simulate models/\(name)/\(name).yaml"))
    }

    @Test("cuba fires as Brian2 computes it: 5.4 to 5.7 spikes/s a neuron, irregularly")
    func cuba() throws {
        let found = try run("cuba", ["--time", "4s", "--seed", "11"])
        for name in ["exc", "inh"] {
            #expect((5.2...6.0).contains(try rate(found, name)), "seed 11: \(found)")
        }
        #expect(try #require(found.first?.cv) > 0.55)
    }

    @Test("brunel fires as its table says", arguments: [("5", "2", 37.7, 0.03), ("6", "4", 60.7, 0.04)])
    func brunel(g: String, eta: String, expected: Double, tolerance: Double) throws {
        let found = try run("brunel", ["--time", "700ms", "--set", "g=\(g)", "--set", "eta=\(eta)"], from: "200ms")
        for name in ["exc", "inh"] {
            let value = try rate(found, name)
            #expect(abs(value / expected - 1) < tolerance, "\(name) \(value), expected \(expected)")
        }
    }

    @Test("izhikevich-2003 fires as the paper's program does in NumPy")
    func izhikevich() throws {
        let found = try run("izhikevich-2003", ["--seed", "5"])
        #expect(abs(try rate(found, "exc") - 7.57) < 5 * 0.19, "seed 5: \(found)")
        #expect(abs(try rate(found, "inh") - 7.32) < 5 * 0.28, "seed 5: \(found)")
    }

    @Test("A synfire chain carries a packet of 80 spikes to its end, and loses one of 25")
    func chain() throws {
        func atEnd(_ packet: String) throws -> Int {
            // The tenth group is reached some 60 ms after the packet's 100 ms.
            let found = try run("synfire-chain", ["--set", "packet=\(packet)", "--time", "170ms"], from: "150ms")
            return try #require(found.first { $0.population == "group9" }).spikes
        }
        let (carried, lost) = (try atEnd("80"), try atEnd("25"))
        #expect(carried >= 90, "\(carried)")
        #expect(lost <= 30, "\(lost)")
    }

    @Test("A tenth of the microcircuit has the rates that it has in NEST")
    func microcircuit() throws {
        let found = try run(
            "microcircuit", ["--time", "1100ms", "--set", "n_scaling=0.1", "--set", "k_scaling=0.1"], from: "100ms")
        // NEST 3.10, 2 s; standard deviations between six seeds of Synfire, 1 s.
        let expected = [
            "L23E": (0.486, 0.037), "L23I": (2.109, 0.063), "L4E": (3.987, 0.035), "L4I": (5.007, 0.03),
            "L5E": (6.565, 0.434), "L5I": (7.764, 0.079), "L6E": (0.859, 0.048), "L6I": (7.008, 0.057),
        ]
        for (name, (mean, deviation)) in expected {
            let value = try rate(found, name)
            #expect(abs(value - mean) < 5 * deviation, "\(name) \(value), NEST \(mean)")
        }
    }
}
