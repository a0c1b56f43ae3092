import Foundation
import SynfireTestSupport
import Testing

/// Trials that would take more memory, or more steps, than there are.
@Suite("Trials beyond what the machine has", .serialized)
struct SmallMemoryTests {
    /// A convolution onto 1.4 million neurons in NIR, and a recording for it.
    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try python(
            """
            import sys, h5py, nir, numpy as np
            folder, n = sys.argv[1] + "/", 600
            ones = np.ones((4, n, n), "f4")
            nir.write(folder + "net.nir", nir.NIRGraph(
                nodes={
                    "input": nir.Input({"input": np.array([1, n, n])}),
                    "conv": nir.Conv2d(
                        input_shape=(n, n), weight=np.ones((4, 1, 3, 3), "f4"), stride=1, padding=1, dilation=1, groups=1,
                        bias=np.zeros(4, "f4")),
                    "spikes": nir.IF(r=ones, v_threshold=ones),
                    "output": nir.Output({"output": np.array([4, n, n])}),
                },
                edges=[("input", "conv"), ("conv", "spikes"), ("spikes", "output")]))
            with h5py.File(folder + "e.h5", "w") as file:
                for name, value in dict(t=[0, 2], x=[5, 6], y=[7, 8], p=[1, 1]).items(): file[name] = value
                file["t"].attrs["unit"] = "ms"
            """, [folder.path])
        return folder
    }

    @Test("a limit on the address space ends in one sentence, in both engines", arguments: ["clock", "event"])
    func addressSpace(_ engine: String) throws {
        let folder = try folder()
        let run = ["simulate", "net.nir", "--events", "e.h5", "--engine", engine, "--workers", "1"]
        var statuses: Set<Int32> = []
        // MiB: below, the system cannot load the command; above, all is there.
        for limit in stride(from: 180, through: 480, by: 20) {
            let result = try Command.run(run, in: folder.path, shell: "ulimit -v \(limit * 1024)")
            guard result.status != 127 else { continue }
            statuses.insert(result.status)
            let told = "\(limit) MiB: \(result.status), \(result.errors.prefix(300))"
            #expect([0, 1, 2].contains(result.status), "\(told)")
            #expect(result.errorLines.count == (result.status == 0 ? 0 : 1), "\(told)")
            #expect(result.status == 0 || result.errors.contains("are free"), "\(told)")
        }
        #expect(statuses.count > 1)
    }

    @Test("steps of a femtosecond are refused before the first")
    func steps() throws {
        let folder = try folder()
        for (arguments, words) in [
            (["--step", "1e-9ms"], "2000000000.0 steps of 1e-09 ms"),
            (["--step", "1e-9ms", "--time", "64ms"], "64.0 ms in parts of 1e-09 ms are too many steps"),
            (["--engine", "clock", "--step", "1e-12ms", "--time", "1s"], "too many steps"),
        ] {
            // Seconds of a processor: the steps themselves would take days.
            let result = try Command.run(
                ["simulate", "net.nir", "--events", "e.h5"] + arguments, in: folder.path, shell: "ulimit -t 20")
            #expect(result.status == 2 && result.errorLines.count == 1, "\(arguments): \(result.errors)")
            #expect(result.errors.contains(words), "\(arguments): \(result.errors)")
        }
    }
}
