import Foundation
import SynfireTestSupport
import Testing

@Suite("synfire bench neurons")
struct BenchCommandTests {
    private struct Report: Decodable {
        struct Timing: Decodable {
            struct Nanoseconds: Decodable {
                let median, least, greatest: Double
            }
            let name, kind: String
            let nanoseconds: Nanoseconds
            let rate: Double?
        }
        let neurons: Int
        let step: Double
        let models: [Timing]
    }

    @Test("every model with a kernel and every stimulus is measured, and neurons are lively")
    func all() throws {
        let folder = try TemporaryDirectory()
        let made = try Command.run(["bench", "neurons", "--neurons", "48", "--json"], in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(made.output.utf8))
        #expect(report.neurons == 48 && report.step == 0.1)
        for timing in report.models {
            let time = timing.nanoseconds
            #expect(time.least > 0 && time.least <= time.median && time.median <= time.greatest, "\(timing.name)")
            #expect(timing.name == "integrator" || timing.kind == "stimulus" || timing.rate ?? 0 > 0, "\(timing.name)")
        }
        // All of the catalog, but for analog inputs, which no clock advances.
        let list = try Command.run(["models", "--json"], in: folder.path)
        let catalog = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any]
        let entries = (catalog?["entries"] as? [[String: Any]] ?? []).filter {
            ["Neurons and sources", "Stimuli"].contains($0["kind"] as? String)
        }
        let names = entries.compactMap { $0["name"] as? String }.filter { $0 != "analog_input" }
        #expect(names.count > 20 && report.models.map(\.name) == names)
    }

    @Test("some models are measured, as a table; unknown names and sizes are told")
    func some() throws {
        let folder = try TemporaryDirectory()
        func run(_ arguments: String...) throws -> CommandResult {
            try Command.run(["bench", "neurons"] + arguments, in: folder.path)
        }
        let table = try run("--neurons", "32", "--model", "lif_curr_exp", "dc", "--step", "0.5ms")
        #expect(table.status == 0 && table.output.contains("32 neurons, steps of 0.5 ms"), "\(table.errors)")
        let names = table.output.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(names.suffix(2) == ["lif_curr_exp", "dc"])
        let wrong = try run("--model", "lif_cur_exp")
        #expect(wrong.status == 2 && wrong.errors.contains("did you mean 'lif_curr_exp'?"), "\(wrong.errors)")
        let analog = try run("--model", "analog_input")
        #expect(analog.status == 2, "\(analog.errors)")
        #expect(try run("--neurons", "0").errors.contains("--neurons is 0"))
        #expect(try run("--step", "0ms").errors.contains("--step must be above 0 ms"))
    }

    @Test("additions at random places are measured for each number of cells; other numbers are told")
    func scatter() throws {
        let folder = try TemporaryDirectory()
        let made = try Command.run(
            ["bench", "scatter", "--cells", "100,5000", "--workers", "2", "--json"], in: folder.path)
        struct Row: Decodable {
            let cells, bytes: Int
            let nanoseconds: Double
        }
        let rows = try JSONDecoder().decode([Row].self, from: Data(made.output.utf8))
        #expect(rows.map(\.cells) == [100, 100, 100, 5000, 5000, 5000] && rows.map(\.bytes) == [8, 32, 64, 8, 32, 64])
        #expect(rows.allSatisfy { $0.nanoseconds > 0 && $0.nanoseconds < 1000 })
        let wrong = try Command.run(["bench", "scatter", "--cells", "0"], in: folder.path)
        #expect(wrong.status == 2 && wrong.errors.contains("--cells has '0'"), "\(wrong.errors)")
    }

    @Test("convolutions are measured each way, with oneDNN's kernels and their share of the core's most")
    func convolution() throws {
        let folder = try TemporaryDirectory()
        let made = try Command.run(["bench", "convolution", "--seconds", "0.001", "--json"], in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        struct Report: Decodable {
            struct Timing: Decodable {
                struct Shape: Decodable {
                    let inputs, outputs, size, kernel, stride, groups: Int
                }
                struct Way: Decodable {
                    let name, kernel: String
                    let rate, share: Double
                }
                let shape: Shape
                let ways: [Way]
            }
            let library: String
            let peak: Double
            let convolutions: [Timing]
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(made.output.utf8))
        #expect(report.peak > 1e8 && !report.library.isEmpty)
        #expect(report.convolutions.contains { $0.shape.groups == $0.shape.inputs && $0.shape.groups > 1 })
        for timing in report.convolutions {
            #expect(timing.ways.map(\.name) == ["forward", "backward data", "backward weights"])
            for way in timing.ways {
                #expect(way.rate > 0 && abs(way.rate / report.peak - way.share) < 1e-9 && !way.kernel.isEmpty)
            }
        }
        let wrong = try Command.run(["bench", "convolution", "--seconds", "0"], in: folder.path)
        #expect(wrong.status == 2 && wrong.errors.contains("--seconds is 0"), "\(wrong.errors)")
    }
}
