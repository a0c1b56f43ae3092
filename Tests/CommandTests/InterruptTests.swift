import Foundation
import SynfireTestSupport
import Testing

/// Ctrl-C: one sentence, status 130, and nothing half-written.
@Suite("Interrupted work", .serialized)
struct InterruptTests {
    @Test("Ctrl-C keeps what is complete beside, and never under the name that was asked for")
    func interrupt() throws {
        let folder = try Command.workFolder()
        let made = try Command.run(
            [
                "convert", Command.weights, "--out", "s.nir", "--calibrate", "fashion-mnist-sample:20",
                "--diagnostic-images", "0",
            ], in: folder.path)
        #expect(made.status == 0)
        let stopped = try Command.interrupt(
            ["simulate", "s.nir", "--data", "fashion-mnist-sample", "--out", "t.h5", "--time", "200ms"],
            in: folder.path, at: "simulating")
        let message = stopped.errors
        #expect(stopped.status == 130, "\(message)")
        #expect(message.contains("synfire: interrupted after"), "\(message)")
        let names = try folder.names()
        #expect(!names.contains("t.h5"))
        #expect(!names.contains { $0.hasPrefix(".") })
        if names.contains("t.partial.h5") {
            let read = try python(
                """
                import sys, h5py
                with h5py.File(sys.argv[1]) as file:
                    assert not file["synfire"].attrs["complete"]
                    print(len(file["synfire/trials/index"]), "trials")
                """, [folder.file("t.partial.h5")])
            #expect(read.contains("trials"))
        } else {
            #expect(message.contains("nothing was written"))
        }
    }

    @Test("Training that is stopped goes on from its checkpoint to the same bits")
    func resumeTraining() throws {
        let folder = try Command.workFolder()
        let train = [
            "train", "models/fashion-cnn/network.yaml", "--data", "fashion-mnist-sample:256", "--epochs", "4",
            "--workers", "1",
        ]
        #expect(try Command.run(train + ["--out", "whole.h5"], in: folder.path).status == 0)
        // After the first checkpoint, well before the end.
        let stopped = try Command.interrupt(train + ["--out", "parts.h5"], in: folder.path, at: "epoch 3/4")
        #expect(stopped.status == 130, "\(stopped.errors)")
        #expect(FileManager.default.fileExists(atPath: folder.file("parts.h5.checkpoint")))
        #expect(!FileManager.default.fileExists(atPath: folder.file("parts.h5")))
        let resumed = try Command.run(
            train + ["--out", "parts.h5", "--resume", "parts.h5.checkpoint"], in: folder.path)
        #expect(resumed.status == 0, "\(resumed.errors)")
        let read = try python(
            """
            import sys, h5py
            def weights(path):
                found = {}
                with h5py.File(path) as file:
                    file["weights"].visititems(
                        lambda n, o: found.update({n: o[()].tobytes()}) if isinstance(o, h5py.Dataset) else None)
                return found
            a, b = map(weights, sys.argv[1:])
            assert len(a) > 10 and a == b
            print("same")
            """, [folder.file("whole.h5"), folder.file("parts.h5")])
        #expect(read.contains("same"))
    }

    @Test("Ctrl-C while the trained network runs ends with one sentence", arguments: ["evaluate", "convert"])
    func interruptTrainedNetwork(_ command: String) throws {
        let folder = try Command.workFolder()
        // Long enough to be caught at it.
        _ = try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1]) as sample, h5py.File(sys.argv[2], "w") as many:
                many["images"] = np.tile(sample["images"][()], (40, 1, 1))
                many.attrs.update(sample.attrs)
                sample.copy("class_names", many)
                many["labels"] = np.tile(sample["labels"][()], 40)
            """, [folder.file("datasets/fashion-mnist-sample/fashion-mnist-sample.h5"), folder.file("many.h5")])
        let before = try folder.names()
        let arguments =
            command == "evaluate"
            ? ["evaluate", Command.weights, "--data", "many.h5"]
            : ["convert", Command.weights, "--out", "s.nir", "--calibrate", "many.h5"]
        let stopped = try Command.interrupt(
            arguments, in: folder.path, at: command == "evaluate" ? "evaluating" : "calibrating")
        let message = stopped.errors
        #expect(stopped.status == 130, "\(message)")
        #expect(message.contains("synfire: interrupted"), "\(message)")
        #expect(message.contains("nothing was written"), "\(message)")
        #expect(try folder.names() == before)
    }
}
