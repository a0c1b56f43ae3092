import Foundation
import SynfireTestSupport
import Testing

/// `simulate --events` on networks of four neurons, each behind one pixel and polarity.
@Suite("Recordings of event cameras by command")
struct EventInputCommandTests {
    private struct Found: Decodable {
        struct Row: Decodable {
            let time: Double
            let spikesPerNeuron: Double
            let synapticOperations: Double
        }
        let engine: String
        let trials: Int
        let events: Int
        let eventsLeftOut: Int
        let predictions: [Int]
        let rows: [Row]
    }

    /// Networks with inputs of two channels, of one, and of three, and recordings for them.
    ///
    /// Neuron k of four is behind the pixel (x = k % 2, y = k / 2) of the channel of more light, with the weight k + 1.
    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try python(
            """
            import sys, nir, h5py, numpy as np
            folder = sys.argv[1] + "/"
            for channels in (1, 2, 3):
                weight = np.zeros((4, channels, 3, 3), np.float32)
                for k in range(4): weight[k, -1, k // 2, k % 2] = k + 1
                shape = np.ones((4, 1, 1))
                nir.write(folder + f"net{channels}.nir", nir.NIRGraph(
                    nodes={
                        "input": nir.Input({"input": np.array([channels, 3, 3])}),
                        "weights": nir.Conv2d(
                            input_shape=(3, 3), weight=weight, stride=1, padding=0, dilation=1, groups=1,
                            bias=np.zeros(4)),
                        "sum": nir.I(r=shape),
                        "output": nir.Output({"output": np.array([4, 1, 1])}),
                    },
                    edges=[("input", "weights"), ("weights", "sum"), ("sum", "output")]))
            def record(name, *events):
                with open(folder + name, "wb") as file:
                    for t, x, y, p in events: file.write(bytes([x, y, p << 7 | t >> 16, t >> 8 & 255, t & 255]))
            # Two events of neuron 1 (weight 2) against one of neuron 2 (weight 3) and two of less light.
            record("a.bin", (0, 1, 0, 1), (500, 0, 1, 1), (900, 0, 1, 0), (1000, 1, 0, 1), (2000, 0, 1, 0))
            record("late.bin", (100, 1, 1, 1), (7300, 0, 0, 1))
            record("wide.bin", (0, 0, 0, 1), (10, 3, 2, 1))
            record("still.bin", (0, 0, 0, 1))
            record("back.bin", (10, 0, 0, 1), (9, 0, 0, 1))
            with h5py.File(folder + "c.h5", "w") as file:
                for name, value in dict(t=[1000], x=[0], y=[0], p=[1]).items(): file[name] = value
                file["t"].attrs["unit"] = "us"
            with h5py.File(folder + "far.h5", "w") as file:
                for name, value in dict(t=[10**14], x=[0], y=[0], p=[1]).items(): file[name] = value
                file["t"].attrs["unit"] = "us"
            """, [folder.path])
        return folder
    }

    private func simulated(_ arguments: [String], in folder: borrowing TemporaryDirectory) throws -> Found {
        let run = try Command.run(["simulate"] + arguments + ["--json"], in: folder.path)
        try #require(run.status == 0, "\(run.errors)")
        return try JSONDecoder().decode(Found.self, from: Data(run.output.utf8))
    }

    @Test(
        "Each file is a trial until the last event of all; polarities go to their channels",
        arguments: ["event", "clock"])
    func trials(engine: String) throws {
        let folder = try folder()
        let found = try simulated(
            ["net2.nir", "--events", "a.bin,late.bin,c.h5", "--engine", engine, "--at", "2"], in: folder)
        #expect(found.engine.hasPrefix(engine))
        #expect(found.trials == 3)
        #expect(found.events == 8)
        #expect(found.eventsLeftOut == 0)
        // 2 + 2 against 3; 4 against 1; 1 alone.
        #expect(found.predictions == [1, 3, 0])
        // The clock's last step is the one that the event at 7.3 ms falls in.
        let end = engine == "clock" ? 8 : 7.3
        #expect(found.rows.map(\.time) == [2, end])
        // A pixel of this convolution without padding has one target in each of 4 channels.
        let operations: [Double] = [28.0 / 3, 32.0 / 3]
        #expect(found.rows.map(\.synapticOperations) == operations)
        #expect(found.rows.allSatisfy { $0.spikesPerNeuron == 0 })
    }

    @Test("An input of one channel takes both polarities; events after --time are left out and told")
    func oneChannel() throws {
        let folder = try folder()
        let whole = try simulated(["net1.nir", "--events", "a.bin"], in: folder)
        // 2 + 2 against 3 · 3.
        #expect(whole.predictions == [2])
        #expect(whole.rows.last?.time == 2)
        let part = try simulated(["net1.nir", "--events", "a.bin", "--time", "0.4ms"], in: folder)
        #expect(part.predictions == [1])
        #expect(part.events == 1)
        #expect(part.eventsLeftOut == 4)
        let text = try Command.run(["simulate", "net1.nir", "--events", "a.bin", "--time", "0.4"], in: folder.path)
        #expect(text.output.contains("events: 1; 4 after the end of their trial left out"), "\(text.output)")
    }

    @Test("Potentials are recorded, with the files and what the network said", arguments: ["event", "clock"])
    func recording(engine: String) throws {
        let folder = try folder()
        _ = try simulated(
            [
                "net2.nir", "--events", "a.bin,late.bin", "--time", "8ms", "--engine", engine, "--record", "v:sum",
                "--out", "t.h5",
            ], in: folder)
        let printed = try python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1]) as file:
                data = file["report/sum/data"][:]
                print(data.shape, data[7].tolist(), data[9].tolist(), data[15].tolist())
                print(file["synfire/facts"].attrs["data"], file["synfire/trials/prediction"][:].tolist())
            """, [folder.file("t.h5")])
        #expect(
            printed == """
                (16, 4) [0.0, 4.0, 3.0, 0.0] [0.0, 0.0, 0.0, 4.0] [0.0, 0.0, 0.0, 4.0]
                a.bin,late.bin [1, 3]

                """)
    }

    @Test("What cannot be shown is refused in one sentence, and nothing is left behind")
    func refusals() throws {
        let folder = try folder()
        let before = try folder.names()
        let cases: [([String], Int32, [String])] = [
            (["net2.nir", "--events", "a.bin", "--data", "fashion-mnist-sample:2"], 2, ["--data", "--events"]),
            (["net3.nir", "--events", "a.bin"], 2, ["[3, 3, 3]", "[1, height, width]", "[2, height, width]"]),
            (["net2.nir", "--events", "wide.bin"], 2, ["wide.bin: event 1", "x = 3, y = 2", "3 x 3", "4 x 3"]),
            (["net2.nir", "--events", "still.bin"], 2, ["at 0 ms", "--time"]),
            (["net2.nir", "--events", "a.bin,,c.h5"], 2, ["empty name"]),
            (["net2.nir", "--events", "far.h5", "--engine", "clock"], 2, ["100000000000.0 ms", "--time"]),
            (["net2.nir", "--events", "none.bin"], 2, ["none.bin: there is no such file"]),
            (["net2.nir", "--events", "a.bin,back.bin"], 1, ["back.bin: event 1 is at 0.009 ms"]),
            (["net2.nir", "--events", "net1.nir"], 1, ["net1.nir", ".aedat"]),
            (["net2.nir", "--events", "a.bin", "--time", "2.5ms", "--engine", "clock"], 2, ["whole number"]),
            (["net2.nir", "--events", "a.bin", "--record", "spikes:input", "--out", "t.h5"], 2, ["input"]),
            (["net2.nir"], 2, ["--data or --events"]),
            (["net.yaml", "--events", "a.bin"], 2, ["--events is for networks in NIR"]),
        ]
        for (arguments, status, words) in cases {
            let result = try Command.run(["simulate"] + arguments, in: folder.path)
            #expect(result.status == status, "\(arguments): \(result.errors)")
            #expect(result.errorLines.count == 1, "\(result.errors)")
            for word in words { #expect(result.errors.contains(word), "\(result.errors)") }
        }
        #expect(try folder.names() == before)
    }
}
