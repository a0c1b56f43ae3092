import Foundation
import SynfireTestSupport
import Testing

/// Each mistake: one sentence on standard error, a status other than 0, nothing left behind.
@Suite("Bad input")
struct BadInputTests {
    /// Runs the command, which must fail with one sentence that contains `words` and leave no new file.
    private func expectFailure(
        _ arguments: [String], in folder: borrowing TemporaryDirectory, status: Int32, _ words: String...,
        shell: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try folder.names()
        let result = try Command.run(arguments, in: folder.path, shell: shell)
        #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.errorLines.count == 1, "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.errors.hasPrefix("synfire: "), "\(result.errors)", sourceLocation: sourceLocation)
        for word in words { #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: sourceLocation) }
        #expect(result.output.isEmpty, sourceLocation: sourceLocation)
        #expect(try folder.names() == before, sourceLocation: sourceLocation)
    }

    private static let convert = ["convert", Command.weights, "--out", "s.nir"]

    @Test("Files that are missing, empty, cut short, damaged or of another kind")
    func wrongFiles() throws {
        let folder = try Command.workFolder()
        let good = try Data(contentsOf: URL(fileURLWithPath: Command.weights))
        func write(_ name: String, _ data: Data) throws {
            try data.write(to: URL(fileURLWithPath: folder.file(name)))
        }
        try write("empty.h5", Data())
        try write("short.h5", good.prefix(good.count / 2))
        try write("text.h5", Data("just a text, no network\n".utf8))
        try write("noise.h5", Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ $0 / 7) }))
        let data = ["--data", "fashion-mnist-sample:2"]
        for command in ["evaluate", "simulate"] {
            try expectFailure([command, "missing.h5"] + data, in: folder, status: 2, "missing.h5")
            for name in ["empty.h5", "short.h5", "text.h5", "noise.h5"] {
                try expectFailure([command, name] + data, in: folder, status: 1, name)
            }
        }
        try expectFailure(
            ["convert", "short.h5", "--calibrate", "fashion-mnist-sample:2", "--out", "s.nir"], in: folder, status: 1,
            "short.h5")
        try expectFailure(["inspect", "noise.h5"], in: folder, status: 1, "noise.h5")
        try expectFailure(["plot", "text.h5", "--out", "p.svg"], in: folder, status: 1, "text.h5")
        // A trained network is not a spiking one, and the other way round.
        try expectFailure(["simulate", Command.weights] + data, in: folder, status: 2, "weights.h5", "synfire convert")
    }

    @Test("Hostile HDF5: huge declared sizes, wrong types, cyclic links, NaN and misshapen weights")
    func hostileFiles() throws {
        let folder = try Command.workFolder()
        _ = try python(
            """
            import sys, shutil, h5py, numpy as np
            weights, folder = sys.argv[1:]
            def variant(name, change):
                shutil.copy(weights, folder + "/" + name)
                with h5py.File(folder + "/" + name, "r+") as file:
                    change(file)
            def replace(path, **options):
                def change(file):
                    del file[path]
                    file.create_dataset(path, **options)
                return change
            variant("huge.h5", replace("weights/fc1/weight", shape=(2**40, 2**19), dtype="f4", chunks=(1024, 1024)))
            variant("type.h5", replace("weights/fc1/weight", data=np.array(["a", "b"], dtype=object), dtype=h5py.string_dtype()))
            variant("shape.h5", replace("weights/conv2/weight", data=np.zeros((64, 32, 3, 5), "f4")))
            def nan(file): file["weights/conv1/weight"][3, 0, 1, 1] = np.nan
            variant("nan.h5", nan)
            def gone(file): del file["weights/bn1/running_mean"]
            variant("gone.h5", gone)
            def cycle(file):
                del file["weights"]
                file["weights"] = file["/"]
            variant("cycle.h5", cycle)
            with h5py.File(folder + "/loop.h5", "w") as file:
                file["node/nodes/a"] = file["/"]
                file["node"]["type"] = "NIRGraph"
            """, [Command.weights, folder.path])
        let data = ["--data", "fashion-mnist-sample:2"]
        try expectFailure(["evaluate", "huge.h5"] + data, in: folder, status: 1, "weights/fc1/weight")
        try expectFailure(["evaluate", "type.h5"] + data, in: folder, status: 1, "weights/fc1/weight")
        try expectFailure(
            ["evaluate", "shape.h5"] + data, in: folder, status: 1, "weights/conv2/weight", "[64, 32, 3, 5]",
            "[64, 32, 3, 3]")
        try expectFailure(["evaluate", "nan.h5"] + data, in: folder, status: 1, "conv1", "nan")
        try expectFailure(["evaluate", "gone.h5"] + data, in: folder, status: 1, "running_mean")
        try expectFailure(["evaluate", "cycle.h5"] + data, in: folder, status: 1, "cycle.h5")
        try expectFailure(["simulate", "loop.h5"] + data, in: folder, status: 1, "loop.h5")
        #expect(try Command.run(["inspect", "cycle.h5"], in: folder.path).status >= 0)
    }

    @Test("IDX files with a wrong magic number or a count that does not match")
    func wrongIDX() throws {
        let folder = try Command.workFolder()
        let data = folder.file("data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        func write(_ name: String, _ bytes: [UInt8]) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: data + "/" + name))
        }
        let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 3, 4]
        let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28] + Array(repeating: 7, count: 1568)
        try write("t10k-labels-idx1-ubyte", labels)
        let evaluate = ["evaluate", Command.weights, "--data", "fashion-mnist:test", "--data-dir", data]
        try write("t10k-images-idx3-ubyte", [9, 9] + images.dropFirst(2))
        try expectFailure(evaluate, in: folder, status: 1, "t10k-images-idx3-ubyte")
        try write("t10k-images-idx3-ubyte", Array(images.dropLast(5)))
        try expectFailure(evaluate, in: folder, status: 1, "t10k-images-idx3-ubyte", "1584", "1579")
        try write("t10k-images-idx3-ubyte", images + [1])
        try expectFailure(evaluate, in: folder, status: 1, "t10k-images-idx3-ubyte")
        var huge = images
        huge.replaceSubrange(4..<8, with: [0xFF, 0xFF, 0xFF, 0xFF])
        try write("t10k-images-idx3-ubyte", huge)
        try expectFailure(evaluate, in: folder, status: 1, "t10k-images-idx3-ubyte")
        try write("t10k-images-idx3-ubyte", images)
        #expect(try Command.run(evaluate, in: folder.path).status == 0)
    }

    @Test("An unknown layer in YAML is named with its line and the nearest name")
    func wrongDescription() throws {
        let folder = try Command.workFolder()
        let text = """
            name: small
            input: [1, 28, 28]
            layers:
              - {name: conv1, type: Conv3d, in_channels: 1, out_channels: 4, kernel_size: 3}
            """
        try text.write(toFile: folder.file("net.yaml"), atomically: true, encoding: .utf8)
        try expectFailure(
            ["train", "net.yaml", "--data", "fashion-mnist-sample", "--epochs", "1", "--out", "m.h5"], in: folder,
            status: 1, "net.yaml:4:", "Conv3d", "Conv2d")
    }

    @Test("Requests for what does not exist")
    func wrongRequests() throws {
        let folder = try Command.workFolder()
        try expectFailure(
            Self.convert + ["--calibrate", "fashion-mnist-samples"], in: folder, status: 2, "fashion-mnist-sample")
        try expectFailure(
            Self.convert + ["--calibrate", "fashion-mnist-sample:0"], in: folder, status: 2, "fashion-mnist-sample:0")
        try expectFailure(
            Self.convert + ["--calibrate", "fashion-mnist-sample:2000"], in: folder, status: 2, "1000")
        try expectFailure(
            Self.convert + ["--calibrate", "fashion-mnist-sample:9", "--recipe", "rat"], in: folder, status: 2,
            "did you mean 'rate'")
        try expectFailure(
            Self.convert + ["--calibrate", "fashion-mnist-sample:9", "--percentile", "200"], in: folder, status: 2,
            "percentile")
        try expectFailure(
            ["convert", Command.weights, "--calibrate", "fashion-mnist-sample:9", "--out", "nowhere/s.nir"], in: folder,
            status: 2, "nowhere")
        try expectFailure(
            ["evaluate", Command.weights, "--data", "fashion-mnist:test", "--data-dir", "none"], in: folder, status: 2,
            "none")
        let usage = try Command.run(["convert", Command.weights, "--out", "s.nir"], in: folder.path)
        #expect(usage.status == 2)
        #expect(usage.errors.contains("--calibrate"))
        #expect(try Command.run(["simulat"], in: folder.path).status == 2)
        #expect(try Command.run(["simulate", "x.nir", "--workers", "0"], in: folder.path).status == 2)
    }

    @Test("What a simulation cannot be asked for")
    func wrongSimulations() throws {
        let folder = try Command.workFolder()
        let made = try Command.run(
            Self.convert + ["--calibrate", "fashion-mnist-sample:20", "--diagnostic-images", "0"], in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        let simulate = ["simulate", "s.nir", "--data", "fashion-mnist-sample:2"]
        try expectFailure(["simulate", "s.nir"], in: folder, status: 2, "--data")
        try expectFailure(simulate + ["--time", "3 parsecs"], in: folder, status: 2, "parsecs")
        try expectFailure(simulate + ["--time=-1ms"], in: folder, status: 2, "-1")
        try expectFailure(simulate + ["--time", "1e300s"], in: folder, status: 2, "ms")
        try expectFailure(simulate + ["--engine", "clok"], in: folder, status: 2, "did you mean 'clock'")
        try expectFailure(
            simulate + ["--engine", "clock", "--time", "10ms", "--step", "3ms"], in: folder, status: 2, "whole number")
        try expectFailure(simulate + ["--at", "100"], in: folder, status: 2, "100")
        try expectFailure(
            simulate + ["--record", "v:fc2", "--interval", "0.3ms", "--out", "t.h5"], in: folder, status: 2, "0.3")
        for record in ["v:conv9", "v:conv1[99999]", "v:conv1[", "spikes:input", "spikes:fc2", "sound"] {
            try expectFailure(simulate + ["--record", record, "--out", "t.h5"], in: folder, status: 2)
        }
        // An input of another size than the network's.
        _ = try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1]) as old, h5py.File(sys.argv[2], "w") as new:
                for name in old: old.copy(name, new)
                for name, value in old.attrs.items(): new.attrs[name] = value
                del new["images"], new["labels"]
                new["images"] = np.zeros((3, 14, 14), np.uint8)
                new["labels"] = np.zeros(3, np.uint8)
            """, ["\(Command.root)/datasets/fashion-mnist-sample/fashion-mnist-sample.h5", folder.file("small.h5")])
        try expectFailure(
            ["simulate", "s.nir", "--data", "./small.h5"], in: folder, status: 2, "[1, 14, 14]", "[1, 28, 28]")
        try expectFailure(["evaluate", Command.weights, "--data", "./small.h5"], in: folder, status: 1, "14, 14")
    }

    @Test("An output that exists is refused without --force, and kept")
    func existingOutput() throws {
        let folder = try Command.workFolder()
        try "precious".write(toFile: folder.file("s.nir"), atomically: true, encoding: .utf8)
        try expectFailure(
            Self.convert + ["--calibrate", "fashion-mnist-sample:5"], in: folder, status: 2, "'s.nir' exists", "--force"
        )
        #expect(try String(contentsOfFile: folder.file("s.nir"), encoding: .utf8) == "precious")
        let forced = try Command.run(
            Self.convert + ["--calibrate", "fashion-mnist-sample:5", "--force", "--diagnostic-images", "0"],
            in: folder.path)
        #expect(forced.status == 0, "\(forced.errors)")
        try expectFailure(
            ["simulate", "s.nir", "--data", "fashion-mnist-sample:2", "--out", "s.nir"], in: folder, status: 2, "exists"
        )
        try expectFailure(
            ["plot", "s.nir", "--out", "s.nir"], in: folder, status: 2, "ends in .svg")
        try expectFailure(
            ["plot", "s.nir", "--out", "/dev/null", "--force"], in: folder, status: 2, "not a regular file")
        try expectFailure(
            ["evaluate", "models/fashion-cnn/network.yaml", "--data", "fashion-mnist-sample"], in: folder, status: 2,
            "is not trained")
    }

    @Test(
        "A full disk and a limit on files are errors, and nothing half-written is left",
        arguments: ["trap '' XFSZ; ", ""])
    func fullDisk(_ trap: String) throws {
        let folder = try Command.workFolder()
        // A limit on the size of files stands for a disk that is full: writing fails in the same way.
        let limit = "\(trap)ulimit -f 200"
        try expectFailure(
            Self.convert + ["--calibrate", "fashion-mnist-sample:20", "--diagnostic-images", "0"], in: folder,
            status: 1, "s.nir", shell: limit)
        let made = try Command.run(
            Self.convert + ["--calibrate", "fashion-mnist-sample:20", "--diagnostic-images", "0"], in: folder.path)
        #expect(made.status == 0)
        try expectFailure(
            ["simulate", "s.nir", "--data", "fashion-mnist-sample:4", "--out", "t.h5"], in: folder, status: 1, "t.h5",
            shell: limit)
        try expectFailure(
            ["plot", Command.weights, "--kind", "filters", "--layer", "conv2", "--out", "f.svg"], in: folder, status: 1,
            "'f.svg' could not be written: File too large", shell: "\(trap)ulimit -f 4")
    }

    @Test("A sentence that quotes a file stays short, whatever is in the file")
    func longValues() throws {
        let folder = try TemporaryDirectory()
        let rows = "a,label\n1,x\n\(String(repeating: "y", count: 50_000)),z\n"
        try rows.write(toFile: folder.file("long.csv"), atomically: true, encoding: .utf8)
        let result = try Command.run(["evaluate", Command.weights, "--data", "./long.csv"], in: folder.path)
        #expect(result.status == 1 && result.errorLines.count == 1)
        #expect(result.errors.utf8.count < 1500)
        #expect(result.errors.hasPrefix("synfire: ./long.csv, line 3, column 'a': 'yyy"))
        #expect(result.errors.contains("yyy … yyy") && result.errors.hasSuffix("is a feature\n"), "\(result.errors)")
    }
}
