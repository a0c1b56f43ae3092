import Foundation
import SynfireTestSupport
import Testing

@Suite("synfire evaluate, inspect and plot of trained networks", .serialized)
struct NetworkReportTests {
    @Test("evaluate's figures are those of its predictions, image by image")
    func evaluate() throws {
        let folder = try Command.workFolder()
        let arguments = ["evaluate", Command.weights, "--data", "fashion-mnist-sample:300"]
        let report = try SmallTraining.object(
            Command.run(arguments + ["--top", "1", "--predictions", "p.csv", "--json"], in: folder.path))
        let rows = try SmallTraining.rows(folder.file("p.csv"))
        #expect(rows.count == 300 && rows.map { $0["index"] } == (0..<300).map { "\($0)" })
        let labels = rows.compactMap { $0["label"].flatMap(Int.init) }
        let told = rows.compactMap { $0["prediction"].flatMap(Int.init) }
        var counts = Array(repeating: Array(repeating: 0, count: 10), count: 10)
        for (label, prediction) in zip(labels, told) { counts[label][prediction] += 1 }
        #expect(report["confusion"] as? [[Int]] == counts)
        let right = zip(labels, told).filter { $0 == $1 }.count
        let accuracy = try #require(report["accuracy"] as? Double)
        // Foundation reads JSON's numbers to the last bit but one or two.
        #expect(report["correct"] as? Int == right && abs(accuracy - Double(right) / 300) < 1e-15)
        // The first class alone is the prediction itself.
        #expect((report["top"] as? [String: Any])?["accuracy"] as? Double == accuracy)
        let classes = try #require(report["classes"] as? [[String: Any]])
        for (label, figures) in classes.enumerated() {
            #expect(figures["support"] as? Int == counts[label].reduce(0, +))
            let predicted = counts.reduce(0) { $0 + $1[label] }
            let precision = try #require(figures["precision"] as? Double)
            #expect(abs(precision - Double(counts[label][label]) / Double(predicted)) < 1e-15)
        }
        let read = try python(
            """
            import csv, sys, h5py, numpy as np
            rows = list(csv.DictReader(open(sys.argv[1])))
            share = np.array([float(row["probability"]) for row in rows])
            right = np.array([row["label"] == row["prediction"] for row in rows])
            # The mean of -log p over images told right is theirs in the loss, and the loss is not below it.
            part = -np.log(share[right]).sum() / len(rows)
            assert (share > 0.1).all() and (share <= 1).all()
            assert part <= float(sys.argv[2]) + 1e-6, (part, sys.argv[2])
            print("fits")
            """, [folder.file("p.csv"), "\(report["loss"] as? Double ?? 0)"])
        #expect(read.contains("fits"))
    }

    @Test("evaluate prints a matrix and says which classes have no images")
    func emptyClasses() throws {
        let folder = try Command.workFolder()
        let arguments = ["evaluate", Command.weights, "--data", "fashion-mnist-sample:12"]
        let text = try Command.run(arguments + ["--top", "3"], in: folder.path)
        #expect(text.status == 0, "\(text.errors)")
        for words in ["label \\ prediction  0  1", "macro average", "weighted average", "top 3: ", "images/s", "–"] {
            #expect(text.output.contains(words), "\(words) in \(text.output)")
        }
        #expect(text.output.contains("The data have no images of 'T-shirt/top', 'Dress', 'Bag'"), "\(text.output)")
        #expect(!text.output.lowercased().contains("nan"))
        let report = try SmallTraining.object(Command.run(arguments + ["--json"], in: folder.path))
        #expect(report["emptyClasses"] as? [String] == ["T-shirt/top", "Dress", "Bag"])
    }

    @Test("evaluate writes the matrix as picture and table, and overwrites nothing unasked")
    func files() throws {
        let folder = try Command.workFolder()
        let arguments = ["evaluate", Command.weights, "--data", "fashion-mnist-sample:50"]
        for name in ["c.csv", "c.svg"] {
            #expect(try Command.run(arguments + ["--confusion", name], in: folder.path).status == 0)
            let again = try Command.run(arguments + ["--confusion", name], in: folder.path)
            #expect(again.status == 2 && again.errors.contains("or another --confusion"), "\(again.errors)")
            let forced = try Command.run(arguments + ["--confusion", name, "--force"], in: folder.path)
            #expect(forced.status == 0, "\(forced.errors)")
        }
        let table = try String(contentsOfFile: folder.file("c.csv"), encoding: .utf8)
        let counts = table.split(separator: "\n").dropFirst().flatMap { $0.split(separator: ",").dropFirst() }
        #expect(counts.count == 100 && counts.compactMap { Int($0) }.reduce(0, +) == 50)
        for (wrong, words) in [
            (["--confusion", "c.txt"], "ends in .svg or .csv"), (["--top", "0"], "at least 1"),
            (["--top", "11"], "there are 10 classes"),
            (["--confusion", "n.csv", "--predictions", "n.csv"], "both name 'n.csv'"),
        ] {
            let result = try Command.run(arguments + wrong, in: folder.path)
            #expect(result.status == 2 && result.errors.contains(words), "\(wrong): \(result.errors)")
        }
    }

    @Test("inspect lists layers and totals as PyTorch counts them, within 100 columns")
    func inspect() throws {
        let folder = try Command.workFolder()
        let report = try SmallTraining.object(Command.run(["inspect", Command.weights, "--json"], in: folder.path))
        let summary = try #require(report["summary"] as? [String: Any])
        // torch: sum(p.numel() for p in model.parameters()), and of its running means and variances.
        #expect(summary["trainable"] as? Int == 421_834 && summary["notTrainable"] as? Int == 192)
        #expect(summary["parameterBytes"] as? Int == 4 * 422_026)
        let layers = try #require(summary["layers"] as? [[String: Any]])
        #expect(layers.count == 12 && layers[4]["outputShape"] as? [Int] == [64, 14, 14])
        #expect(layers[4]["multiplyAccumulates"] as? Int == 64 * 32 * 9 * 14 * 14)
        let long = String(repeating: "a-layer-with-a-very-long-name", count: 3)
        let network = """
            name: wide
            input: [256, 1000, 1000]
            layers:
              - {name: \(long)1, type: Conv2d, in_channels: 256, out_channels: 1024, kernel_size: 3}
              - {name: \(long)2, type: BatchNorm2d, num_features: 1024}

            """
        try network.write(toFile: folder.file("wide.yaml"), atomically: true, encoding: .utf8)
        for file in ["wide.yaml", Command.weights] {
            let text = try Command.run(["inspect", file], in: folder.path)
            #expect(text.status == 0, "\(text.errors)")
            let table = text.output.split(separator: "\n").drop { $0 != "layers" }
            #expect(table.count > 5 && table.allSatisfy { $0.count <= 100 }, "\(text.output)")
            #expect(text.output.contains("multiply-accumulates (MACs) an image"))
        }
    }

    @Test("plot draws filters, feature maps, confusion and curves, and refuses what a picture would not heed")
    func plot() throws {
        let folder = try Command.workFolder()
        let sample = ["--data", "fashion-mnist-sample:20"]
        let pictures: [(String, [String], String)] = [
            ("filters", [], "weights of conv1 (Conv2d)"), ("filters", ["--layer", "conv2"], "filters down"),
            ("filters", ["--layer", "fc1"], "Weights of 128 outputs on 64 channels"),
            ("filters", ["--layer", "fc2"], "10 outputs down, 128 inputs across"),
            ("feature-maps", ["--layer", "relu2"] + sample, "64 channels of 14 × 14"),
            ("feature-maps", ["--layer", "fc2"] + sample, "10 values"), ("confusion", sample, "told right"),
            ("curves", [], "after epoch 20"),
        ]
        for (index, (kind, options, words)) in pictures.enumerated() {
            let result = try Command.run(
                ["plot", Command.weights, "--kind", kind, "--out", "\(index).svg"] + options, in: folder.path)
            #expect(result.status == 0, "\(kind): \(result.errors)")
            let svg = try String(contentsOfFile: folder.file("\(index).svg"), encoding: .utf8)
            #expect(svg.contains(words), "\(kind) \(options)")
            #expect(!svg.contains("nan"), "\(kind) \(options)")
        }
        let wrong: [([String], String)] = [
            (["--kind", "filters", "--layer", "pool1"], "'pool1' (AvgPool2d) has no filters"),
            (["--kind", "filters"] + sample, "--data is for the pictures feature-maps and confusion"),
            (["--kind", "feature-maps", "--layer", "conv1"], "needs images: give --data"),
            (["--kind", "confusion"], "needs images: give --data"),
            (["--kind", "curves", "--layer", "conv1"], "--layer is for the pictures filters and feature-maps"),
            (["--kind", "curves", "--from", "1ms"], "--from is for pictures of traces"),
            (["--kind", "raster", "--layer", "conv1"], "--layer is for the pictures"),
        ]
        for (options, words) in wrong {
            let result = try Command.run(["plot", Command.weights, "--out", "w.svg"] + options, in: folder.path)
            #expect(result.status == 2 && result.errors.contains(words), "\(options): \(result.errors)")
        }
        let unknown = try Command.run(
            ["plot", Command.weights, "--out", "w.svg", "--kind", "filters", "--layer", "cnov1"], in: folder.path)
        #expect(unknown.status == 1 && unknown.errors.contains("the nearest name is 'conv1'"), "\(unknown.errors)")
        let plain = try Command.run(
            ["plot", "models/fashion-cnn/network.yaml", "--out", "w.svg", "--kind", "curves"], in: folder.path)
        #expect(plain.status == 2 && plain.errors.contains("no training's course"), "\(plain.errors)")
        #expect(!(try folder.names().contains("w.svg")))
    }
}
