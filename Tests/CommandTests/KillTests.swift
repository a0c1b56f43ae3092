import Foundation
import SynfireTestSupport
import Testing

/// SIGKILL and the signals that ask to stop, at a run as a process.
@Suite("Killed runs", .serialized)
struct KillTests {
    /// Spikes and a trace of a few neurons, for longer than any test lasts.
    static let description = """
        network: drift
        run: {time: 7900 s, step: 0.1 ms, seed: 7}
        populations:
          a:
            size: 1000
            model: lif_curr_exp
            parameters: {i_e: 400 pA}
            initial: {v: {uniform: [-70 mV, -55 mV]}}
        record:
          - {spikes: all}
          - {variable: v, of: "a[0-2]", every: 1 ms}
        """

    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try Self.description.write(toFile: folder.file("d.yaml"), atomically: false, encoding: .utf8)
        return folder
    }

    /// Starts a run and waits until its recording has begun.
    private func begin(_ out: String, _ more: [String] = [], in folder: borrowing TemporaryDirectory) throws -> Process
    {
        let process = try Command.start(
            ["simulate", "d.yaml", "--out", out, "--workers", "1"] + more, in: folder.path)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while process.isRunning, !FileManager.default.fileExists(atPath: folder.file(out + ".partial")) {
            Thread.sleep(forTimeInterval: 0.001)
        }
        return process
    }

    @Test("leave a prefix of the run that lacks at most 2 s, for h5py and for inspect")
    func prefixes() throws {
        let folder = try folder()
        var moments: [String] = []
        // The first at once, others in the midst of flushes and between them, as the machine happens to be.
        for (number, moment) in [0, 0, 0, 1.63, 0.27, 0.91, 1.98, 1.21].enumerated() {
            let more = [[], ["--compress"], ["--engine", "event"]][number % 3]
            let process = try begin("\(number % 3)-\(number).h5", more, in: folder)
            let began = ContinuousClock.now
            Thread.sleep(forTimeInterval: moment)
            kill(process.processIdentifier, SIGKILL)
            let lasted = (ContinuousClock.now - began) / .seconds(1)
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal)
            moments.append("\(lasted)")
            let inspected = try Command.run(["inspect", "\(number % 3)-\(number).h5.partial"], in: folder.path)
            #expect(
                inspected.status == 0 && inspected.output.contains("the run was interrupted"), "\(inspected.errors)")
        }
        let names = try folder.names()
        #expect(names.count == 9 && !names.contains { $0.hasPrefix(".") })
        let read = try python(
            """
            import sys, h5py, numpy as np
            folder, moments = sys.argv[1], [float(m) for m in sys.argv[2:]]
            longest = {}
            for number, moment in sorted(enumerate(moments), key=lambda m: -m[1]):
                with h5py.File(f"{folder}/{number % 3}-{number}.h5.partial") as file:
                    about = file["synfire"].attrs
                    found = [file["spikes/a/timestamps"][:], file["spikes/a/node_ids"][:], file["report/a/data"][:]]
                    assert not about["complete"]
                    lost = moment - about.get("wall_time_s", 0)
                    assert lost < 2, f"{lost} s are lost of {moment} s"
                    if "duration" in about:
                        assert abs(len(found[2]) - about["duration"]) <= 1
                    start, end, interval = file["report/a/mapping/time"][:]
                    assert end == len(found[2]) * interval
                # Compressed or not, they are the same.
                first = longest.setdefault(number % 3 == 2, found)
                for a, b in zip(first, found):
                    assert len(b) <= len(a) and (a[:len(b)] == b).all()
            print("prefixes")
            """, [folder.path] + moments)
        #expect(read == "prefixes\n")
    }

    @Test("are named by the next run of the same output, and what they left is removed when that is done")
    func leftover() throws {
        let folder = try folder()
        let killed = try begin("x.h5", in: folder)
        kill(killed.processIdentifier, SIGKILL)
        killed.waitUntilExit()
        let held = try begin("y.h5", in: folder)
        defer {
            kill(held.processIdentifier, SIGKILL)
            held.waitUntilExit()
        }
        func run(_ out: String) throws -> CommandResult {
            try Command.run(["simulate", "d.yaml", "--time", "5ms", "--out", out], in: folder.path)
        }
        let next = try run("x.h5")
        #expect(next.status == 0 && next.errors.contains("'x.h5.partial' is left from a run that was killed"))
        // Another run writes it still.
        let other = try run("y.h5")
        #expect(other.status == 0 && !other.errors.contains("partial"))
        #expect(try folder.names() == ["d.yaml", "x.h5", "y.h5", "y.h5.partial"])
    }

    @Test("that are asked to stop leave a complete file of what they have", arguments: [SIGTERM, SIGHUP, SIGXCPU])
    func stop(_ signal: Int32) throws {
        let folder = try folder()
        let process = try begin("x.h5", in: folder)
        Thread.sleep(forTimeInterval: 0.3)
        kill(process.processIdentifier, signal)
        // These come several times.
        if signal != SIGTERM { kill(process.processIdentifier, signal) }
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        #expect(try folder.names() == ["d.yaml", "x.partial.h5"])
        let inspected = try Command.run(["inspect", "x.partial.h5"], in: folder.path)
        #expect(inspected.status == 0 && inspected.output.contains("no: the run was interrupted"))
    }
}
