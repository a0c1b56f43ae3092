import Foundation
import SynfireTestSupport
import Testing

@Suite("synfire models and the description of networks")
struct ModelsCommandTests {
    @Test(
        "docs/reference is what the catalogs say; 'make reference' writes it anew", arguments: ["models", "layers"])
    func reference(page: String) throws {
        let folder = try TemporaryDirectory()
        let made = try Command.run([page, "--markdown"], in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        let kept = try String(contentsOfFile: "\(Command.root)/docs/reference/\(page).md", encoding: .utf8)
        #expect(made.output == kept, "docs/reference/\(page).md is stale: run 'make reference'")
    }

    @Test("one layer is told with its settings and parameters; another name has the nearest one")
    func layer() throws {
        let folder = try TemporaryDirectory()
        let text = try Command.run(["layers", "BatchNorm1d"], in: folder.path)
        for word in ["num_features", "required", "1e-05", "running_var"] {
            #expect(text.output.contains(word), "\(word)")
        }
        let wrong = try Command.run(["layers", "LayerNrom"], in: folder.path)
        #expect(wrong.status == 2 && wrong.errors.contains("did you mean 'LayerNorm'?"), "\(wrong.errors)")
    }

    @Test("one model is told with its parameters, as JSON too; another name has the nearest one")
    func one() throws {
        let folder = try TemporaryDirectory()
        let text = try Command.run(["models", "lif_curr_exp"], in: folder.path)
        for word in ["tau_m", "C_m", "v_threshold", "i_ex", "inhibitory", "Rotter"] {
            #expect(text.output.contains(word), "\(word)")
        }
        let json = try Command.run(["models", "--json"], in: folder.path)
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let names = (object?["entries"] as? [[String: Any]])?.compactMap { $0["name"] as? String } ?? []
        for name in ["lif_curr_exp", "dc", "all_to_all", "normal"] { #expect(names.contains(name), "\(name)") }
        #expect(Set(names).count == names.count)
        #expect(text.output.contains("in NEST and PyNN: iaf_psc_exp, IF_curr_exp"), "\(text.output)")
        let entry = (object?["entries"] as? [[String: Any]])?.first { $0["name"] as? String == "fixed_probability" }
        #expect(entry?["aliases"] as? [String] == ["pairwise_bernoulli", "FixedProbabilityConnector"])
        for (alias, ours) in [("iaf_psc_exp", "lif_curr_exp"), ("fromlistconnector", "from_list")] {
            let foreign = try Command.run(["models", alias], in: folder.path)
            #expect(foreign.status == 2 && foreign.errors.contains("did you mean '\(ours)'?"), "\(foreign.errors)")
        }
        let wrong = try Command.run(["models", "lif_cur_exp"], in: folder.path)
        #expect(wrong.status == 2 && wrong.errors.contains("did you mean 'lif_curr_exp'?"), "\(wrong.errors)")
    }

    static let pair = """
        network: pair
        constants: {n: 20}
        run: {time: 20 ms, step: 0.1 ms, seed: 3}
        populations:
          a: {size: n, model: lif_curr_exp, parameters: {i_e: 0.5 nA}}
          b: {size: n / 2, model: lif_curr_exp}
        projections:
          p: {from: a, to: b, connect: {fixed_in_degree: 5}, weight: 300 pA, delay: 1 ms}
          q: {from: a, to: a, connect: {all_to_all: {autapses: false}}, weight: 0, delay: 1 ms, receptor: excitatory}
        record:
          - {spikes: all}
          - {variable: [v, i_ex], of: "b[0-3]", every: 0.5 ms}
        """

    @Test("inspect tells populations, expected synapses and memory of a description")
    func inspect() throws {
        let folder = try TemporaryDirectory()
        try Self.pair.write(toFile: folder.file("pair.yaml"), atomically: true, encoding: .utf8)
        let result = try Command.run(["inspect", "pair.yaml", "--json"], in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        struct Contents: Decodable {
            struct Table: Decodable {
                let title: String
                let rows: [[JSONValue]]
                let units: [String: String]?
            }
            let facts: [String: JSONValue]
            let units: [String: String]
            let tables: [Table]
        }
        let contents = try JSONDecoder().decode(Contents.self, from: Data(result.output.utf8))
        let facts = contents.facts
        #expect(facts["neurons"] == .number(30) && facts["time"] == .number(20) && facts["seed"] == .number(3))
        #expect(facts["synapses expected"] == .number(430) && facts["name"] == .text("pair"))
        #expect(contents.units == ["time": "ms", "step": "ms", "memory, about": "bytes"])
        func rows(_ title: String) -> [[JSONValue]] { contents.tables.first { $0.title == title }?.rows ?? [] }
        #expect(rows("projections").map(\.last) == [.number(50), .number(380)])
        #expect(rows("populations").last == [.text("b"), .text("lif_curr_exp"), .list([.number(10)]), .number(10)])
        #expect(rows("recorded").map(\.last).suffix(2) == [.number(0.5), .number(0.5)])
        #expect(contents.tables.last?.units == ["every": "ms"])
        let text = try Command.run(["inspect", "pair.yaml"], in: folder.path)
        for words in ["20 ms", "kB", "0.5 ms", "lif_curr_exp   [10]       10"] {
            #expect(text.output.contains(words), "\(words): \(text.output)")
        }
    }

    @Test("requests that do not fit a description are told")
    func wrong() throws {
        let folder = try Command.workFolder()
        try Self.pair.write(toFile: folder.file("pair.yaml"), atomically: true, encoding: .utf8)
        func errors(_ arguments: String...) throws -> (status: Int32, text: String) { try errors(arguments: arguments) }
        func errors(arguments: [String]) throws -> (status: Int32, text: String) {
            let result = try Command.run(["simulate"] + arguments, in: folder.path)
            #expect(result.output.isEmpty && result.errorLines.count == 1, "\(result.errors)")
            return (result.status, result.errors)
        }
        let cases: [([String], String)] = [
            (["--data", "fashion-mnist-sample:2"], "--data is for networks in NIR"),
            (["--engine", "evnt"], "did you mean 'event'?"),
            (["--set", "m=2"], "there is no constant to set 'm'; valid names: n"),
            (["--set", "n"], "write NAME=VALUE"),
            (["--set", "n=1", "--set", "n=2"], "more than once"),
            (["--time", "-1ms"], ""), (["--time", "3 parsecs"], "parsecs"),
            (["--record", "u:a", "--out", "t.h5"], "has no variable 'u'; valid names: v, i_ex, i_in, spikes"),
            (["--record", "v:c", "--out", "t.h5"], "there is no population 'c'; valid names: a, b"),
            (["--record", "v:a[20]", "--out", "t.h5"], "there are 0 to 19"),
            (["--record", "sound", "--out", "t.h5"], "--record 'sound' is not known"),
        ]
        for (arguments, words) in cases where !words.isEmpty {
            let result = try Command.run(["simulate", "pair.yaml"] + arguments, in: folder.path)
            #expect(result.status == 2 && result.errors.contains(words), "\(arguments): \(result.errors)")
            #expect(result.errorLines.count == 1 && result.output.isEmpty, "\(arguments): \(result.errors)")
        }
        #expect(try errors("none.yaml").status == 2)
        #expect(try errors("models/fashion-cnn/network.yaml").text.contains("describes a conventional network"))
        let blamed: [([String], String)] = [
            (
                ["n=-2"],
                "--set n=-2: 'size' of population 'a' is 'n', but must be 1 to 2147483647 (used at pair.yaml:5:13)"
            ),
            (["n=x"], "--set n=x: there is no constant 'x'"), (["m=2"], "--set m=2: there is no constant to set"),
            (["n=20 parsec"], "--set n=20 parsec: there is no unit 'parsec'"),
        ]
        for (settings, words) in blamed {
            let result = try errors(arguments: ["pair.yaml"] + settings.flatMap { ["--set", $0] })
            #expect(result.status == 2 && result.text.contains(words), "\(result.text)")
        }
        // What is wrong in the file itself stays its own.
        try Self.pair.replacing("fixed_in_degree: 5", with: "fixed_in_degre: 5")
            .write(toFile: folder.file("wrong.yaml"), atomically: true, encoding: .utf8)
        let own = try errors("wrong.yaml", "--set", "n=-2")
        #expect(own.status == 1 && own.text.contains("wrong.yaml:") && !own.text.contains("--set"), "\(own.text)")
        #expect(!(try folder.names().contains("t.h5")))
    }
}
