import Foundation
import SynfireTestSupport
import Testing

/// Every kind of source that a network can be trained on, through the command.
@Suite("Sources of data") struct DataSourceTests {
    private struct Report: Decodable {
        let epochs: Int
        let loss: Double
        let testAccuracy: Double?
    }

    private static func dense(inputs: Int, classes: Int, flat: Bool = false) -> String {
        """
        name: dense
        input: \(flat ? "[3, 6, 9]" : "[\(inputs)]")
        layers:
        \(flat ? "  - {name: flat, type: Flatten}\n" : "")\
          - {name: fc1, type: Linear, in_features: \(inputs), out_features: 16}
          - {name: relu1, type: ReLU}
          - {name: fc2, type: Linear, in_features: 16, out_features: \(classes)}
        training:
          epochs: 3
          batch_size: 8
          optimizer: {type: Adam, lr: 0.01}

        """
    }

    private func train(_ network: String, _ arguments: [String], in folder: borrowing TemporaryDirectory) throws
        -> Report?
    {
        try network.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
        let run = try Command.run(
            ["train", "n.yaml", "--out", "n.h5", "--force", "--json", "--workers", "1"] + arguments, in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    }

    private func failure(_ arguments: [String], in folder: borrowing TemporaryDirectory) throws -> CommandResult {
        try Command.run(["train", "n.yaml", "--out", "f.h5"] + arguments, in: folder.path)
    }

    @Test(
        "the networks of the guide train on the samples that ship",
        arguments: ["iris", "wine", "breast-cancer", "digits"])
    func shipped(name: String) throws {
        let folder = try Command.workFolder()
        let run = try Command.run(
            [
                "train", "models/\(name)/network.yaml", "--epochs", "2", "--test", "\(name):test", "--out", "n.h5",
                "--json", "--workers", "1",
            ], in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
        #expect(report.epochs == 2 && report.loss.isFinite)
        #expect(try #require(report.testAccuracy) > (name == "digits" ? 0.8 : 0.2))
    }

    @Test("signals of channels and length, from features of HDF5; other shapes are refused in one sentence")
    func signals() throws {
        let folder = try TemporaryDirectory()
        try python(
            """
            import sys, h5py, numpy as np
            rng = np.random.default_rng(5)
            labels = np.arange(120) % 2
            x = rng.normal(0, 0.3, (120, 2, 16)); x[labels == 1, 1, 5:9] += 1
            for name, values in (("signals", x), ("flat", x.reshape(120, 32))):
                with h5py.File(f"{sys.argv[1]}/{name}.h5", "w") as f:
                    f["features"] = values.astype("f4"); f["labels"] = labels; f["class_names"] = ["noise", "pulse"]
            """, [folder.path])
        let network = """
            name: waves
            input: [2, 16]
            layers:
              - {name: conv, type: Conv1d, in_channels: 2, out_channels: 4, kernel_size: 5, padding: 2}
              - {name: relu, type: ReLU}
              - {name: pool, type: GlobalAvgPool1d}
              - {name: flatten, type: Flatten}
              - {name: fc, type: Linear, in_features: 4, out_features: 2}
            training:
              epochs: 8
              batch_size: 10
              optimizer: {type: Adam, lr: 0.02}

            """
        let report = try train(network, ["--data", "./signals.h5", "--test", "./signals.h5"], in: folder)
        #expect(try #require(report?.testAccuracy) > 0.9)
        let refused = try failure(["--data", "./flat.h5"], in: folder)
        #expect(refused.status != 0 && refused.errorLines.count == 1)
        #expect(refused.errors.contains("[2, 16]") && refused.errors.contains("[32]"), "\(refused.errors)")
    }

    @Test("tables, with the column of labels in the reference or as an option")
    func tables() throws {
        let folder = try Command.workFolder()
        var table = "kind,a,b\n"
        for index in 0..<60 { table += index % 2 == 0 ? "low,\(index % 7),0\n" : "high,0,\(1 + index % 7)\n" }
        try table.write(toFile: folder.file("t.csv"), atomically: true, encoding: .utf8)
        let network = Self.dense(inputs: 2, classes: 2)
        let first = try train(network, ["--data", "t.csv@kind:0-39", "--test", "t.csv@kind:40-59"], in: folder)
        let second = try train(
            network, ["--data", "t.csv:0-39", "--test", "t.csv:40-59", "--label-column", "kind"], in: folder)
        #expect(first?.loss == second?.loss && first?.testAccuracy == second?.testAccuracy)
        let wrong = try failure(["--data", "t.csv", "--label-column", "kid"], in: folder)
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("t.csv: there is no column 'kid'; did you mean 'kind'?"))
        let text = try failure(["--data", "t.csv"], in: folder)
        #expect(text.status == 1)
        #expect(text.errors.contains("t.csv, line 2, column 'kind': 'low' is not a finite number"))
    }

    @Test("folders of images, brought to one size")
    func folders() throws {
        let folder = try Command.workFolder()
        let reference = "\(Command.root)/Tests/DatasetsTests/Reference"
        for (name, path) in [
            ("rgb.png", "train/a/1.png"), ("smooth-444.jpg", "train/b/2.jpg"), ("grey.png", "test/b/3.png"),
        ] {
            let url = URL(fileURLWithPath: folder.file("pics/\(path)"))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: "\(reference)/\(name)", toPath: url.path)
        }
        let network = Self.dense(inputs: 162, classes: 2, flat: true)
        let first = try train(network, ["--data", "./pics@6x9"], in: folder)
        let second = try train(network, ["--data", "./pics:train", "--image-size", "6x9"], in: folder)
        #expect(first?.loss == second?.loss)
        let wrong = try failure(["--data", "./pics", "--image-size", "6"], in: folder)
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("'6' is not a size of images: write rows and columns as 32x48"))
        try Data().write(to: URL(fileURLWithPath: folder.file("pics/train/b/4.png")))
        let empty = try failure(["--data", "./pics"], in: folder)
        #expect(empty.status == 1)
        #expect(empty.errors.contains("./pics/train/b/4.png: the file is empty"))
        let nowhere = try failure(["--data", "./none"], in: folder)
        #expect(nowhere.status == 2)
    }
}
