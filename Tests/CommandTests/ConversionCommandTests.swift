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

    private struct Told: Decodable {
        struct Row: Decodable { let accuracy: Double }
        let rows: [Row]
    }

    @Test(
        "A network that ends in ReLU tells classes as the trained one does, whatever the scales of its outputs",
        arguments: ["event", "clock"])
    func endsInReLU(engine: String) throws {
        let folder = try TemporaryDirectory()
        try python(
            """
            import sys, h5py, numpy as np
            rng = np.random.default_rng(3)
            scales = np.array([20, 1, 5, 0.5])
            x = rng.uniform(0, 1, (300, 4)).astype(np.float32)
            with h5py.File(sys.argv[1] + "/data.h5", "w") as f:
                f["features"] = x; f["labels"] = np.argmax(x * scales, 1).astype("u1"); f["class_names"] = list("abcd")
            with h5py.File(sys.argv[1] + "/model.h5", "w") as f:
                f.attrs["format"] = "synfire-model"; f.attrs["format_version"] = 1; f.attrs["synfire_version"] = "0"
                f["description"] = \"\"\"name: ends
            input: [4]
            layers:
              - {name: fc, type: Linear, in_features: 4, out_features: 4}
              - {name: relu, type: ReLU}
            \"\"\"
                f["weights/fc/weight"] = np.diag(scales).astype("f4"); f["weights/fc/bias"] = np.zeros(4, "f4")
            """, [folder.path])
        let made = try Command.run(
            ["convert", "model.h5", "--calibrate", "./data.h5", "--out", "s.nir"], in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        let run = try Command.run(
            ["simulate", "s.nir", "--data", "./data.h5", "--time", "256ms", "--engine", engine, "--json"],
            in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        // The labels are the trained network's own choices: 100 % but for near ties.
        let told = try JSONDecoder().decode(Told.self, from: Data(run.output.utf8))
        #expect(told.rows[0].accuracy >= 0.98)
    }
}
