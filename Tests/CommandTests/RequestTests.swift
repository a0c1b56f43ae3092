import Foundation
import SynfireTestSupport
import Testing

/// What is asked for is done or refused: no other format under a name, no command but those there are.
@Suite("Requests")
struct RequestTests {
    @Test("an output whose name promises another format is refused, with what is written and how it is named")
    func endings() throws {
        let folder = try SmallTraining.folder()
        let before = try folder.names()
        let requests: [([String], String, String)] = [
            (["train", "small.yaml", "--out", "x.onnx"], "HDF5", ".h5"),
            (["train", "small.yaml", "--out", "x.pt"], "HDF5", ".h5"),
            (["train", "small.yaml", "--out", "x.h5.gz"], "HDF5", ".h5"),
            (["train", "small.yaml", "--out", "x.h5", "--log", "x.json"], "CSV or HDF5", ".csv"),
            (["train", "small.yaml", "--out", "x.h5", "--log", "x"], "CSV or HDF5", ".csv"),
            (["train", "small.yaml", "--out", "x.h5", "--curves", "x.png"], "SVG", ".svg"),
            (["convert", Command.weights, "--calibrate", "fashion-mnist-sample:9", "--out", "x.h5"], "NIR", ".nir"),
            (["simulate", "s.nir", "--out", "x.nwb"], "SONATA", ".h5"),
            (["simulate", "s.yaml", "--out", "x.csv"], "SONATA", ".h5"),
            (["simulate", "s.yaml", "--save-network", "x.sonata"], "HDF5", ".h5"),
            (["evaluate", Command.weights, "--confusion", "x.pdf"], "SVG or CSV", ".svg"),
            (["evaluate", Command.weights, "--predictions", "x.parquet"], "CSV", ".csv"),
        ]
        for (arguments, format, ending) in requests {
            let result = try Command.run(arguments, in: folder.path)
            #expect(result.status == 2, "\(arguments): \(result.errors)")
            #expect(result.errorLines.count == 1 && result.errors.contains("written"), "\(arguments): \(result.errors)")
            #expect(result.errors.contains(format) && result.errors.contains(ending), "\(arguments): \(result.errors)")
            #expect(try folder.names() == before, "\(arguments)")
        }
        // Capitals and no ending at all promise nothing else.
        for name in ["X.H5", "plain"] {
            let result = try Command.run(["train", "small.yaml", "--epochs", "1", "--out", name], in: folder.path)
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    @Test("a command that does not exist gets the nearest one, of the command that it stands under")
    func unknownCommands() throws {
        let folder = try TemporaryDirectory()
        let requests = [
            (["simulat", "x.yaml"], "'simulat'", "did you mean 'simulate'"),
            (["traim"], "'traim'", "did you mean 'train'"), (["bench", "memry"], "'memry'", "did you mean 'memory'"),
            (["help", "plto"], "'plto'", "did you mean 'plot'"), (["net.yaml"], "'net.yaml'", "alid names: demo"),
        ]
        for (arguments, word, hint) in requests {
            let result = try Command.run(arguments, in: folder.path)
            #expect(result.status == 2 && result.errorLines.count == 1, "\(result.errors)")
            #expect(result.errors.contains(word) && result.errors.contains(hint), "\(result.errors)")
        }
    }

    @Test("with --json each line of standard error is an object, with the status of the process")
    func errorsAsJSON() throws {
        let folder = try SmallTraining.folder()
        func object(_ line: String) throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let requests = [
            ["inspect", "missing \"quoted\".h5", "--json"], ["simulat", "--json"], ["train", "--json"],
            ["evaluate", "small.yaml", "--json", "--data", "fashion-mnist-sample:5"],
            ["bench", "memory", "--json", "--size", "0"],
        ]
        for arguments in requests {
            let result = try Command.run(arguments, in: folder.path)
            #expect(result.status == 2 && result.output.isEmpty && result.errorLines.count == 1, "\(result.errors)")
            let failure = try object(result.errors)
            #expect((failure["error"] as? String)?.isEmpty == false)
            #expect(failure["status"] as? Int == Int(result.status))
        }
        let trained = try Command.run(
            ["train", "small.yaml", "--epochs", "2", "--out", "m.h5", "--json"], in: folder.path)
        #expect(trained.status == 0 && trained.errorLines.count == 2, "\(trained.errors)")
        for line in trained.errorLines {
            #expect((try object(line)["note"] as? String)?.hasPrefix("epoch ") == true)
        }
    }

    @Test("the version names the libraries at work and the instructions of the kernels")
    func version() throws {
        let folder = try TemporaryDirectory()
        let result = try Command.run(["--version"], in: folder.path)
        #expect(result.status == 0)
        let form =
            /synfire \d+\.\d+\.\d+ \(libhdf5 \d+\.\d+\.\d+, oneDNN \d+\.\d+\.\d+, (AVX2\+FMA|AVX-512|SSE2|NEON)\)\n/
        #expect(result.output.wholeMatch(of: form) != nil, "\(result.output)")
    }

    @Test("completion in bash: files by their endings, names of recipes, models and data", arguments: ["bash"])
    func completion(_ shell: String) throws {
        let folder = try Command.workFolder()
        let script = try Command.run(["--generate-completion-script", shell], in: folder.path)
        #expect(script.status == 0)
        try script.output.write(toFile: folder.file("complete.sh"), atomically: true, encoding: .utf8)
        for name in ["net.yaml", "net.h5", "spikes.nir", "notes.txt"] {
            try Data().write(to: URL(fileURLWithPath: folder.file(name)))
        }
        func candidates(_ words: [String]) throws -> Set<String> {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments =
                [
                    "-c",
                    """
                    shopt -s extglob; PATH="$(dirname "$0"):$PATH"; . ./complete.sh
                    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                    compopt() { :; }
                    _synfire synfire "${@: -1}" "${@: -2:1}"; printf '%s\\n' "${COMPREPLY[@]}"
                    """, Command.path,
                ] + words
            process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return Set(text.split(separator: "\n").map { String($0).trimmingCharacters(in: .whitespaces) })
        }
        let trained = try candidates(["synfire", "train", "n"])
        #expect(trained.isSuperset(of: ["net.yaml", "net.h5"]) && !trained.contains("notes.txt"), "\(trained)")
        let simulated = try candidates(["synfire", "simulate", ""])
        #expect(simulated.isSuperset(of: ["net.yaml", "spikes.nir"]) && !simulated.contains("net.h5"), "\(simulated)")
        #expect(try candidates(["synfire", "inspect", "no"]).contains("notes.txt"))
        #expect(try candidates(["synfire", "convert", "net.h5", "--recipe", "rate-m"]).contains("rate-max"))
        #expect(try candidates(["synfire", "models", "adex_cond_a"]) == ["adex_cond_alpha"])
        let data = try candidates(["synfire", "evaluate", "net.h5", "--data", "fashion"])
        #expect(data.isSuperset(of: ["fashion-mnist", "fashion-mnist-sample"]) && !data.contains("net.h5"), "\(data)")
    }

    @Test("connectors and plasticity get our names for those of NEST and PyNN")
    func foreignProjections() throws {
        let folder = try TemporaryDirectory()
        for (connector, more, ours) in [
            ("{pairwise_bernoulli: {p: 0.1}}", "", "fixed_probability"), ("FromListConnector", "", "from_list"),
            ("{fixed_indegree: 2}", "", "fixed_in_degree"),
            ("all_to_all", ", long_term: stdp_synapse", "stdp_pair"),
            ("all_to_all", ", long_term: {stdp_pair: {A_plus: 0.01, w_max: 5}}", "a_plus"),
        ] {
            try """
            network: n
            populations:
              a: {size: 2, model: lif_curr_exp}
            projections:
              p: {from: a, to: a, connect: \(connector), weight: 1 pA, delay: 1 ms, receptor: excitatory\(more)}
            """.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
            let result = try Command.run(["inspect", "n.yaml"], in: folder.path)
            #expect(result.status == 1 && result.errorLines.count == 1, "\(connector): \(result.errors)")
            #expect(
                result.errors.contains("n.yaml:5:") && result.errors.contains("a name of NEST or PyNN")
                    && result.errors.contains("did you mean '\(ours)'"), "\(result.errors)")
        }
    }

    @Test("names of NEST and PyNN get ours, and a key in the wrong section the right one")
    func foreignNames() throws {
        let folder = try TemporaryDirectory()
        let cases: [(model: String, rest: String, words: [String])] = [
            ("aeif_cond_exp", "", ["'aeif_cond_exp'", "did you mean 'adex_cond_exp'"]),
            ("EIF_cond_alpha_isfa_ista", "", ["did you mean 'adex_cond_alpha'"]),
            ("iaf_psc_exp", "", ["did you mean 'lif_curr_exp'"]), ("IF_cond_exp", "", ["did you mean 'lif_cond_exp'"]),
            ("parrot_neuron", "", ["did you mean 'parrot'"]), ("lif_cur_exp", "", ["did you mean 'lif_curr_exp'"]),
            ("lif_curr_exp", "parameters: {C_m: 250 pF}", ["'C_m'", "did you mean 'c_m'", "NEST or PyNN"]),
            ("lif_curr_exp", "parameters: {V_th: -50 mV}", ["did you mean 'v_threshold'"]),
            ("lif_curr_exp", "parameters: {tau_refrac: 2 ms}", ["did you mean 't_ref'"]),
            ("spike_source_array", "parameters: {spike_times: [1]}", ["'spike_times'", "'tables'"]),
            ("lif_curr_exp", "initial: {t_ref: 2 ms}", ["'t_ref'", "'parameters'"]),
        ]
        for (model, rest, words) in cases {
            let text = """
                network: n
                run: {time: 1 ms}
                populations:
                  a: {size: 1, model: \(model)\(rest.isEmpty ? "" : ", " + rest)}

                """
            try text.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
            let result = try Command.run(["simulate", "n.yaml"], in: folder.path)
            #expect(result.status != 0 && result.errorLines.count == 1, "\(model): \(result.errors)")
            #expect(result.errors.contains("n.yaml:4:"), "\(result.errors)")
            for word in words { #expect(result.errors.contains(word), "\(word): \(result.errors)") }
        }
    }
}
