import Foundation
import SynfireFormats
import SynfireTestSupport
import Testing

/// Files that nobody wrote in good faith end with an error, in bounded time and memory.
@Suite("Hostile descriptions of spiking networks")
struct ExperimentHostileTests {
    private func message(_ text: String) -> String {
        do {
            _ = try Experiment(parsing: text, file: "n.yaml")
            return "none"
        } catch { return "\(error)" }
    }

    @Test("nesting, bombs and endless expressions")
    func bombs() {
        let nested = String(repeating: "[", count: 100_000)
        #expect(message("network: n\nconstants: {a: \(nested)}").hasPrefix("n.yaml:"))
        let braces = String(repeating: "(", count: 3000) + "1" + String(repeating: ")", count: 3000)
        #expect(message("network: n\nconstants: {a: \(braces)}").contains("constant 'a'"))
        let minus = String(repeating: "-", count: 4000) + "1"
        #expect(message("network: n\nconstants:\n  a: 0 \(minus)").contains("constant 'a'"))
        let long = String(repeating: "1+", count: 4000) + "1"
        #expect(message("network: n\nconstants: {a: \(long)}").contains("the limit is 4096 letters"))
        #expect(message("network: n\na: &x [1]\nb: [*x, *x]").contains("anchors"))
        let loops = (0..<40).map { "v\($0): 0-99" }.joined(separator: ", ")
        let bomb = "network: n\npopulations: {\"p\": {for_each: {\(loops)}, size: 1, model: if}}"
        #expect(message(bomb).contains("the limit is 20000 entries"))
        let deep = String(repeating: "a[", count: 1000) + "0" + String(repeating: "]", count: 1000)
        #expect(message("network: n\nconstants:\n  a: [0]\n  b: \(deep)") != "crash")
        // Keys in keys as deep as an expression may be long.
        let keys = String(repeating: "t[", count: 1300) + "0" + String(repeating: "]", count: 1300)
        #expect(message("network: n\nconstants:\n  t: {a: 1}\n  b: \(keys)").hasPrefix("n.yaml:"))
    }

    @Test("bytes changed at random end in an error or a network, never otherwise")
    func mutations() throws {
        let text = """
            network: n
            constants: {n: 3, L: [a, b], N: {keys: L, values: [2, 3]}, t: 5 ms}
            run: {time: 1 s, step: 0.1 ms, seed: 4}
            populations:
              "{x}": {for_each: {x: L}, size: "N[x] * n", model: lif_curr_exp, parameters: {tau_m: t, i_e: {normal: [1, 2]}}}
            projections:
              "p{x}": {for_each: {x: L}, from: "{x}[0-1]", to: [a, b], connect: {fixed_in_degree: 2}, weight: 1, delay: 1 ms}
            stimuli: {s: {model: dc, to: a, parameters: {amplitude: 3 nA}}}
            record: [{spikes: all}, {variable: v, of: "a[0-1]", every: 1}]
            """
        _ = try Experiment(parsing: text, file: "n.yaml")
        var state: UInt64 = 0x5EED
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let letters = Array("[]{}:,-+*/()\"'#&!|> \n019.eabxnN~%@".utf8)
        var refused = 0
        for _ in 0..<4000 {
            var bytes = Array(text.utf8)
            for _ in 0...next(3) {
                let place = next(bytes.count)
                switch next(3) {
                case 0: bytes[place] = letters[next(letters.count)]
                case 1: bytes.remove(at: place)
                default: bytes.insert(letters[next(letters.count)], at: place)
                }
            }
            do {
                _ = try Experiment(parsing: String(decoding: bytes, as: UTF8.self), file: "n.yaml")
            } catch {
                refused += 1
                #expect(error is ModelDescriptionError, "\(error)")
                #expect("\(error)".hasPrefix("n.yaml"), "\(error)")
            }
        }
        #expect(refused > 1000)
    }

    @Test("files that are missing, folders or no text")
    func files() throws {
        let folder = try TemporaryDirectory()
        func message(_ name: String) -> String {
            do {
                _ = try Experiment.read(folder.file(name))
                return "none"
            } catch { return "\(error)" }
        }
        #expect(message("none.yaml").contains("there is no such file"))
        try Data([0xFF, 0xFE, 0]).write(to: URL(fileURLWithPath: folder.file("b.yaml")))
        #expect(message("b.yaml").contains("this is not UTF-8 text"))
        #expect(message("").contains("it is a folder"))
    }

    @Test("a file's kind is told by its outermost keys")
    func kinds() throws {
        let folder = try TemporaryDirectory()
        func kind(_ text: String) throws -> DescriptionKind {
            try text.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
            return try DescriptionKind.of(folder.file("n.yaml"))
        }
        #expect(try kind("network: n") == .experiment)
        #expect(try kind("populations: {}") == .experiment)
        #expect(try kind("name: n\nlayers: []") == .model)
        #expect(throws: ModelDescriptionError.self) { try kind("") }
    }
}
