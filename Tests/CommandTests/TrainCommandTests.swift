import Foundation
import SynfireTestSupport
import Testing

/// The files of a network that learns within a second, for the tests of `synfire train`.
enum SmallTraining {
    static let network = """
        name: small
        input: [1, 28, 28]
        layers:
          - {name: flat, type: Flatten}
          - {name: fc1, type: Linear, in_features: 784, out_features: 48}
          - {name: relu, type: ReLU}
          - {name: fc2, type: Linear, in_features: 48, out_features: 10}
        training: {data: "fashion-mnist-sample:400", epochs: 3, batch_size: 16, seed: 5, schedule: {type: cosine}}

        """

    static func folder() throws -> TemporaryDirectory {
        let folder = try Command.workFolder()
        try network.write(toFile: folder.file("small.yaml"), atomically: true, encoding: .utf8)
        return folder
    }

    /// The weights of a model, as one string to be compared.
    static func weights(_ path: String) throws -> String {
        try python(
            """
            import sys, h5py
            found = {}
            with h5py.File(sys.argv[1]) as file:
                file["weights"].visititems(
                    lambda n, o: found.update({n: o[()].tobytes().hex()}) if isinstance(o, h5py.Dataset) else None)
            assert len(found) == 4
            print(sorted(found.items()))
            """, [path])
    }

    /// The rows of a log, by column.
    static func rows(_ path: String) throws -> [[String: String]] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = try #require(lines.first)
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }

    /// The object that a command printed.
    static func object(_ result: CommandResult) throws -> [String: Any] {
        #expect(result.status == 0, "\(result.errors)")
        return try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }
}

@Suite("synfire train", .serialized)
struct TrainCommandTests {
    @Test("logs, curves, the model's history and the JSON agree, and each epoch has its line")
    func logs() throws {
        let folder = try SmallTraining.folder()
        let result = try Command.run(
            [
                "train", "small.yaml", "--validation", "fashion-mnist-sample:900-999", "--test",
                "fashion-mnist-sample:800-899", "--log", "l.csv", "--log", "l.h5", "--curves", "c.svg", "--out", "m.h5",
                "--json",
            ], in: folder.path)
        let report = try SmallTraining.object(result)
        let history = try #require(report["history"] as? [[String: Any]])
        let rows = try SmallTraining.rows(folder.file("l.csv"))
        #expect(rows.count == 3 && history.count == 3)
        let names = [
            "epoch": "epoch", "seconds": "seconds", "learning_rate": "learningRate", "loss": "loss",
            "accuracy": "accuracy", "validation_loss": "validationLoss", "validation_accuracy": "validationAccuracy",
            "images_per_second": "imagesPerSecond",
        ]
        for (row, epoch) in zip(rows, history) {
            #expect(Set(row.keys) == Set(names.keys))
            for (column, key) in names {
                let told = try #require(epoch[key] as? Double)
                let logged = try #require(row[column].flatMap(Double.init))
                // Foundation reads JSON's numbers to the last bit but one or two.
                #expect(abs(logged - told) <= 1e-15 * abs(logged), "\(column)")
            }
        }
        // Half a cosine from 0.001 down: the rate of the last batch of an epoch has fallen.
        let rates = rows.compactMap { $0["learning_rate"].flatMap(Double.init) }
        #expect(rates.count == 3 && rates[0] > rates[1] && rates[1] > rates[2] && rates[0] < 1e-3)
        for key in ["testAccuracy", "testLoss", "bestEpoch", "seconds", "parameters", "rule", "logs", "curves", "seed"]
        {
            #expect(report[key] != nil, "\(key)")
        }
        #expect(report["accuracy"] as? Double == history.last?["accuracy"] as? Double)
        #expect(try String(contentsOfFile: folder.file("c.svg"), encoding: .utf8).contains("validation"))
        let lines = try result.errorLines.compactMap {
            try (JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])?["note"]
        }
        #expect(lines.count == 3, "\(result.errors)")
        #expect(lines[0].hasPrefix("epoch 1/3: loss ") && lines[0].contains("images/s") && lines[0].hasSuffix(" left"))
        #expect(lines[2].contains("validation ") && !lines[2].hasSuffix(" left"))
        let read = try python(
            """
            import csv, sys, h5py, numpy as np
            rows = list(csv.DictReader(open(sys.argv[1])))
            with h5py.File(sys.argv[2]) as log, h5py.File(sys.argv[3]) as model:
                history = model["training/history"]
                for name in rows[0]:
                    column = np.array([float(row[name]) for row in rows])
                    assert np.array_equal(column, log[name][()]), name
                    if name in history and name not in ("seconds", "learning_rate"):
                        assert np.array_equal(column, history[name][()]), name
                print("same", len(history["loss"]))
            """, [folder.file("l.csv"), folder.file("l.h5"), folder.file("m.h5")])
        #expect(read.contains("same 3"))
        #expect(try folder.names().filter { $0.hasPrefix(".") || $0.hasSuffix(".checkpoint") }.isEmpty)
    }

    @Test(
        "a training that is stopped or killed within an epoch goes on to the same bits, its log without gap or double",
        arguments: [SIGINT, SIGKILL])
    func resumes(signal: Int32) throws {
        let folder = try SmallTraining.folder()
        let train = ["train", "small.yaml", "--epochs", "40", "--workers", "1", "--checkpoint-every", "10"]
        #expect(try Command.run(train + ["--out", "w.h5", "--log", "w.csv"], in: folder.path).status == 0)
        let process = try Command.start(
            train + ["--out", "p.h5", "--log", "p.csv", "--log", "p.h5log.h5", "--curves", "p.svg"], in: folder.path)
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Until a few epochs are logged; then the checkpoint is within one of the next, or at its end.
        for _ in 0..<4000 where ((try? SmallTraining.rows(folder.file("p.csv")).count) ?? 0) < 3 {
            Thread.sleep(forTimeInterval: 0.005)
        }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(!FileManager.default.fileExists(atPath: folder.file("p.h5")), "it ended before it could be stopped")
        if signal == SIGINT { #expect(process.terminationStatus == 130) }
        // A crash may cut the log's last line.
        let log = FileHandle(forWritingAtPath: folder.file("p.csv"))
        _ = try log?.seekToEnd()
        try log?.write(contentsOf: Data("9,0.1,0.0".utf8))
        try log?.close()
        let resumed = try Command.run(
            train + [
                "--out", "p.h5", "--log", "p.csv", "--log", "p.h5log.h5", "--curves", "p.svg", "--resume",
                "p.h5.checkpoint",
            ], in: folder.path)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try SmallTraining.weights(folder.file("w.h5")) == SmallTraining.weights(folder.file("p.h5")))
        let (whole, parts) = (
            try SmallTraining.rows(folder.file("w.csv")), try SmallTraining.rows(folder.file("p.csv"))
        )
        #expect(parts.map { $0["epoch"] } == (1...40).map { "\($0)" })
        for column in ["loss", "accuracy"] {
            #expect(whole.map { $0[column] } == parts.map { $0[column] }, "\(column)")
        }
        // What the first process measured is kept.
        #expect(parts.prefix(2).allSatisfy { $0["seconds"]?.isEmpty == false })
        let read = try python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1]) as model, h5py.File(sys.argv[2]) as log:
                assert list(model["training/history/epoch"]) == list(range(1, 41)) == list(log["epoch"])
                assert list(model["training/history/loss"]) == list(log["loss"])
                print("all", model["training"].attrs["epochs"])
            """, [folder.file("p.h5"), folder.file("p.h5log.h5")])
        #expect(read.contains("all 40"))
    }

    @Test("a checkpoint that cannot be written ends the training with one sentence, and the last one stays")
    func diskFull() throws {
        let folder = try SmallTraining.folder()
        let train = ["train", "small.yaml", "--epochs", "400", "--out", "m.h5"]
        let process = try Command.start(train, in: folder.path)
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<4000 where !FileManager.default.fileExists(atPath: folder.file("m.h5.checkpoint")) {
            Thread.sleep(forTimeInterval: 0.005)
        }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file("m.h5.checkpoint")))
        let names = try folder.names()
        let full = try Command.run(
            train + ["--resume", "m.h5.checkpoint"], in: folder.path, shell: "trap '' XFSZ; ulimit -f 40")
        #expect(full.status == 1)
        let last = try #require(full.errorLines.last)
        #expect(last.hasPrefix("synfire: training ended in epoch "), "\(full.errors)")
        #expect(last.contains("m.h5.checkpoint"), "\(last)")
        #expect(last.hasSuffix("the last checkpoint is kept: go on with --resume m.h5.checkpoint"), "\(last)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("m.h5.checkpoint"))) == before)
        #expect(try folder.names() == names)
        // Without one before it, none is promised.
        let anew = try Command.run(
            ["train", "small.yaml", "--out", "n.h5"], in: folder.path, shell: "trap '' XFSZ; ulimit -f 40")
        #expect(anew.status == 1 && anew.errors.contains("training ended in epoch 1"), "\(anew.errors)")
        #expect(!anew.errors.contains("is kept"))
        #expect(try folder.names() == names)
    }

    @Test("files that exist, cannot be, or are of another training are refused before any work")
    func refusals() throws {
        let folder = try SmallTraining.folder()
        try "x\n".write(toFile: folder.file("old.csv"), atomically: true, encoding: .utf8)
        try "x\n".write(toFile: folder.file("old.svg"), atomically: true, encoding: .utf8)
        let train = ["train", "small.yaml", "--out", "m.h5"]
        let cases: [([String], String)] = [
            (["--log", "old.csv"], "'old.csv' exists: give --force to replace it, or another --log"),
            (["--curves", "old.svg"], "'old.svg' exists"),
            (["--log", "l.txt"], "name a file that ends in .csv or .h5"),
            (["--curves", "c.png"], "name a file that ends in .svg"),
            (["--log", "m.h5"], "--out and --log both name 'm.h5'"),
            (["--log", "l.csv", "--log", "./l.csv"], "--log and --log both name"),
            (["--log", "none/l.csv"], "there is no folder"),
            (["--checkpoint-every", "0"], "--checkpoint-every"),
            (["--checkpoint-every", "3 parsecs"], "--checkpoint-every"),
        ]
        let before = try folder.names()
        for (arguments, words) in cases {
            let result = try Command.run(train + arguments, in: folder.path)
            #expect(result.status == 2 && result.errors.contains(words), "\(arguments): \(result.errors)")
            #expect(result.errorLines.count == 1 && result.output.isEmpty, "\(arguments): \(result.errors)")
        }
        #expect(try folder.names() == before)
    }

    /// Pictures of two by two pixels that are all on or off, with their classes.
    private func pictures(_ samples: [([Int], Int)], in folder: borrowing TemporaryDirectory) throws {
        let text = samples.map { "[\($0.0.map(String.init).joined(separator: ","))]" }.joined(separator: ",")
        let labels = samples.map { "\($0.1)" }.joined(separator: ",")
        _ = try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1]) as sample, h5py.File(sys.argv[2], "w") as file:
                file.attrs.update(sample.attrs)
                file["images"] = np.array([\(text)], "u1").reshape(-1, 2, 2) * 255
                file["labels"] = np.array([\(labels)], "u1")
                file["class_names"] = np.array(["off", "on"], dtype=object)
            """, ["\(Command.root)/datasets/fashion-mnist-sample/fashion-mnist-sample.h5", folder.file("data.h5")])
        let network = """
            name: rosenblatt
            input: [1, 2, 2]
            layers: [{name: flat, type: Flatten}, {name: fc, type: Linear, in_features: 4, out_features: 2}]
            training: {rule: perceptron, data: data.h5, epochs: 60}

            """
        try network.write(toFile: folder.file("p.yaml"), atomically: true, encoding: .utf8)
    }

    @Test("the perceptron's rule converges on what can be separated, and its model is one as any other")
    func perceptron() throws {
        let folder = try TemporaryDirectory()
        // On where the first pixel or the last two are.
        try pictures(
            (0..<16).map { code in
                let pixels = (0..<4).map { code >> $0 & 1 }
                return (pixels, pixels[0] == 1 || pixels[2] + pixels[3] == 2 ? 1 : 0)
            }, in: folder)
        let trained = try Command.run(
            ["train", "p.yaml", "--out", "p.h5", "--log", "l.csv", "--curves", "c.svg", "--json"], in: folder.path)
        let report = try SmallTraining.object(trained)
        #expect(report["converged"] as? Bool == true && report["misclassified"] as? Int == 0)
        let mistakes = try #require(report["mistakes"] as? [Int])
        #expect(mistakes.last == 0 && mistakes.count < 60 && report["rule"] as? String == "perceptron")
        #expect((report["verdict"] as? String)?.hasPrefix("converged after \(mistakes.count) epochs") == true)
        #expect(try SmallTraining.rows(folder.file("l.csv")).count == mistakes.count)
        let evaluated = try SmallTraining.object(
            Command.run(["evaluate", "p.h5", "--data", "data.h5", "--json"], in: folder.path))
        #expect(evaluated["accuracy"] as? Double == 1)
        let inspected = try Command.run(["inspect", "p.h5"], in: folder.path)
        #expect(inspected.status == 0 && inspected.output.contains("fc (Linear)"), "\(inspected.errors)")
        let one = try String(contentsOfFile: folder.file("p.yaml"), encoding: .utf8)
            .replacing("out_features: 2", with: "out_features: 1")
        try one.write(toFile: folder.file("one.yaml"), atomically: true, encoding: .utf8)
        let single = try Command.run(["train", "one.yaml", "--out", "q.h5"], in: folder.path)
        #expect(
            single.status == 1 && single.errors.contains("there are 2 classes, but the network's output has shape [1]"))
        for (arguments, words) in [
            (["--resume", "p.h5"], "is not a checkpoint"),
            (["--checkpoint-every", "5"], "not for the rule perceptron"),
        ] {
            let result = try Command.run(["train", "p.yaml", "--out", "q.h5"] + arguments, in: folder.path)
            #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
        }
    }

    @Test("the perceptron's rule says that it does not converge on XOR")
    func xor() throws {
        let folder = try TemporaryDirectory()
        try pictures([([0, 0, 0, 0], 0), ([1, 0, 0, 0], 1), ([0, 1, 0, 0], 1), ([1, 1, 0, 0], 0)], in: folder)
        let trained = try Command.run(["train", "p.yaml", "--out", "p.h5"], in: folder.path)
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(trained.output.contains("did not converge within 60 epochs: "), "\(trained.output)")
        #expect(trained.output.contains(" of 4 samples are still misclassified"), "\(trained.output)")
    }

    @Test("what cannot fit, or could not be written, is refused before the first epoch")
    func checksFirst() throws {
        let folder = try SmallTraining.folder()
        _ = try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1] + "/small.h5", "w") as file:
                file["images"] = np.zeros((4, 14, 14), np.uint8)
                file["labels"] = np.arange(4)
                file["class_names"] = np.array([str(i) for i in range(10)], dtype=h5py.string_dtype())
            """, [folder.path])
        try FileManager.default.createDirectory(
            atPath: folder.file("b.h5.checkpoint"), withIntermediateDirectories: true)
        let small = try String(contentsOfFile: folder.file("small.yaml"), encoding: .utf8)
        try small.replacing("fashion-mnist-sample:400", with: "digits").replacing("[1, 28, 28]", with: "[1, 8, 8]")
            .replacing("784", with: "64").write(toFile: folder.file("d.yaml"), atomically: true, encoding: .utf8)
        let before = try folder.names()
        let train = ["train", "small.yaml", "--epochs", "500", "--out"]
        let requests = [
            (train + ["a.h5", "--test", "digits"], "digits"), (train + ["a.h5", "--validation", "digits"], "digits"),
            (["train", "d.yaml", "--epochs", "500", "--out", "a.h5", "--test", "small.h5"], "[1, 14, 14]"),
            (train + ["b.h5"], "b.h5.checkpoint"),
            (train + ["a.h5", "--log", "nowhere/l.csv"], "nowhere"),
            (train + ["a.h5", "--curves", "nowhere/c.svg"], "nowhere"),
        ]
        for (arguments, words) in requests {
            let result = try Command.run(arguments, in: folder.path)
            #expect(result.status == 2 && result.errors.contains(words), "\(arguments): \(result.errors)")
            #expect(result.errorLines.count == 1 && !result.errors.contains("epoch 1"), "\(result.errors)")
            #expect(try folder.names() == before)
        }
    }

    @Test("a recipe that has changed since a training was begun is refused by --resume, more epochs are not")
    func changedRecipe() throws {
        let folder = try SmallTraining.folder()
        let small = try String(contentsOfFile: folder.file("small.yaml"), encoding: .utf8)
        func describe(_ changes: [(String, String)]) throws {
            var text = small
            for (old, new) in changes {
                #expect(text.contains(old))
                text = text.replacing(old, with: new)
            }
            try text.write(toFile: folder.file("small.yaml"), atomically: true, encoding: .utf8)
        }
        // The seed of an option is no change of the description.
        let train = ["train", "small.yaml", "--out", "m.h5", "--workers", "1"]
        let process = try Command.start(train + ["--epochs", "2000", "--seed", "11"], in: folder.path)
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<2400 where !FileManager.default.fileExists(atPath: folder.file("m.h5.checkpoint")) {
            Thread.sleep(forTimeInterval: 0.05)
        }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        let resume = train + ["--resume", "m.h5.checkpoint", "--force"]
        let done = try #require(
            Int(
                python(
                    """
                    import sys, h5py
                    with h5py.File(sys.argv[1]) as file: print(file["progress"].attrs["epoch"])
                    """, [folder.file("m.h5.checkpoint")]
                ).trimmingCharacters(in: .whitespacesAndNewlines)))
        let changes: [([(String, String)], [String])] = [
            ([("batch_size: 16", "batch_size: 32")], ["'batch_size' is 32, but was 16"]),
            (
                [("schedule: {type: cosine}", "optimizer: {lr: 0.01, type: Adam}, schedule: {type: cosine}")],
                ["'optimizer'", "0.01", "0.001"]
            ),
            ([("{type: cosine}", "{type: constant}")], ["'schedule'"]),
            ([("seed: 5", "seed: 6")], ["'seed' is 6, but was 5"]),
            ([("sample:400", "sample:300")], ["'data'", "sample:300", "sample:400"]),
            ([("seed: 5", "seed: 5, clip_norm: 2")], ["'clip_norm' is 2", "not given"]),
            ([("batch_size: 16, seed: 5", "batch_size: 17, seed: 8")], ["'batch_size'", "'seed'"]),
        ]
        for (change, words) in changes {
            try describe(change)
            let result = try Command.run(resume, in: folder.path)
            #expect(result.status == 2 && result.errorLines.count == 1, "\(result.errors)")
            for word in words { #expect(result.errors.contains(word), "\(word): \(result.errors)") }
        }
        try describe([])
        let result = try Command.run(resume + ["--epochs", "\(done + 2)", "--json"], in: folder.path)
        let report = try SmallTraining.object(result)
        #expect(report["seed"] as? Int == 11 && report["epochs"] as? Int == done + 2)
        #expect(result.errors.contains("goes on to epoch \(done + 2); it was begun for 2000"), "\(result.errors)")
    }
}
