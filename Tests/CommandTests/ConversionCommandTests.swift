import Foundation
import SynfireTestSupport
import Testing

/// The choices of `convert` on the shipped network and the sample of test images.
@Suite("Conversion by command")
struct ConversionCommandTests {
    private struct Found: Decodable {
        struct Row: Decodable {
            let accuracy: Double
            let synapticOperations: Double
        }
        let rows: [Row]
    }

    private func simulated(
        _ choices: [String], time: String, in folder: borrowing TemporaryDirectory
    ) throws -> Found.Row {
        let convert = try Command.run(
            [
                "convert", Command.weights, "--calibrate", "fashion-mnist-sample:800-999", "--diagnostic-images", "0",
                "--out", "s.nir", "--force",
            ] + choices, in: folder.path)
        try #require(convert.status == 0, "\(convert.errors)")
        let run = try Command.run(
            ["simulate", "s.nir", "--data", "fashion-mnist-sample:0-299", "--time", time, "--json"], in: folder.path)
        try #require(run.status == 0, "\(run.errors)")
        return try #require(try JSONDecoder().decode(Found.self, from: Data(run.output.utf8)).rows.last)
    }

    @Test("Economical levels, potentials that are spread and late onsets make fewer mistakes for as many operations")
    func fewerMistakes() throws {
        let folder = try Command.workFolder()
        let rate = try simulated([], time: "4ms", in: folder)
        let late = try simulated(["--recipe", "rate-economical", "--onset", "0,3.5,3.75"], time: "4ms", in: folder)
        print(rate, late)
        // 90.7 % and 94.3 % of these images, of which one is 0.3 %.
        #expect(late.accuracy > rate.accuracy + 0.02)
        #expect(abs(late.synapticOperations / rate.synapticOperations - 1) < 0.25)
    }

    @Test("Choices that are none are refused in one sentence")
    func refusals() throws {
        let folder = try Command.workFolder()
        for (choices, words) in [
            (["--initial-potential", "half"], "--initial-potential is 'half': give 'spread' or a number"),
            (["--allocation", "fair"], "--allocation is 'fair': give even or economical"),
            (["--onset", "0,soon"], "--onset is '0,soon': give times in ms"),
            (["--recipe", "rate-layer", "--allocation", "economical"], "only where each has a threshold of its own"),
        ] {
            let result = try Command.run(
                ["convert", Command.weights, "--calibrate", "fashion-mnist-sample:2", "--out", "t.nir"] + choices,
                in: folder.path)
            #expect(result.status != 0)
            #expect(result.errors.contains(words), "\(result.errors)")
        }
        #expect(try folder.names().contains("t.nir") == false)
    }
}
