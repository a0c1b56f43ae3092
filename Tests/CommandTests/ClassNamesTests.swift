import Foundation
import SynfireTestSupport
import Testing

/// Classes go by their names, from training to the spiking network.
@Suite("Names of classes")
struct ClassNamesTests {
    private static let network = """
        name: spots
        input: [2]
        layers:
          - {name: fc, type: Linear, in_features: 2, out_features: 3}
        training: {epochs: 60, batch_size: 16, seed: 5, optimizer: {type: Adam, lr: 0.05}}

        """

    /// Three clouds of points, told apart by their labels; as tables and as HDF5 with classes in any order.
    private func folder() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try Self.network.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
        _ = try python(
            """
            import sys, h5py, numpy as np
            folder = sys.argv[1]
            random = np.random.default_rng(7)
            centres = np.array([[0.1, 0.1], [0.9, 0.2], [0.3, 0.9]])
            labels = np.repeat([0, 1, 2], [50, 30, 20])
            points = centres[labels] + 0.05 * random.standard_normal((100, 2))
            def table(name, names):
                with open(f"{folder}/{name}.csv", "w") as file:
                    file.write("x,y,class\\n")
                    for (x, y), label in zip(points, labels): file.write(f"{x},{y},{names[label]}\\n")
            def samples(name, names, order):
                with h5py.File(f"{folder}/{name}.h5", "w") as file:
                    file["features"] = points.astype("f4")
                    file["labels"] = np.array([order.index(names[label]) for label in labels])
                    file["class_names"] = np.array(order, dtype=h5py.string_dtype())
            table("cats", ["lion", "lynx", "tiger"])
            table("dogs", ["beagle", "boxer", "poodle"])
            table("fewer", ["lion", "lynx", "lynx"])
            samples("order", ["lion", "lynx", "tiger"], ["tiger", "lion", "lynx"])
            samples("typo", ["lion", "lynx", "tigger"], ["lion", "lynx", "tigger"])
            samples("numbers", ["0", "1", "2"], ["0", "1", "2"])
            """, [folder.path])
        return folder
    }

    private func accuracy(_ arguments: [String], in folder: borrowing TemporaryDirectory) throws -> Double {
        let report = try SmallTraining.object(Command.run(arguments + ["--json"], in: folder.path))
        if let accuracy = report["accuracy"] as? Double { return accuracy }
        let rows = try #require(report["rows"] as? [[String: Any]])
        return try #require(rows.last?["accuracy"] as? Double)
    }

    @Test("the same names in another order score the same, other names are refused with both lists")
    func names() throws {
        let folder = try folder()
        let train = ["train", "n.yaml", "--data", "cats.csv", "--out", "m.h5"]
        #expect(try Command.run(train, in: folder.path).status == 0)
        let convert = [
            "convert", "m.h5", "--calibrate", "cats.csv", "--out", "s.nir", "--diagnostic-images", "0",
        ]
        #expect(try Command.run(convert, in: folder.path).status == 0)
        let own = try accuracy(["evaluate", "m.h5", "--data", "cats.csv"], in: folder)
        #expect(own > 0.97)
        #expect(try accuracy(["evaluate", "m.h5", "--data", "order.h5"], in: folder) == own)
        let spiking = ["simulate", "s.nir", "--time", "200ms"]
        let shown = try accuracy(spiking + ["--data", "cats.csv"], in: folder)
        #expect(shown > 0.9)
        #expect(try accuracy(spiking + ["--data", "order.h5"], in: folder) == shown)
        // Those of which there are no samples are not missed; the lynxes among them are tigers.
        #expect(abs(try accuracy(["evaluate", "m.h5", "--data", "fewer.csv"], in: folder) - 0.8) < 0.03)

        for (data, wrong) in [("dogs.csv", "'beagle'"), ("typo.h5", "'tigger'"), ("numbers.h5", "'2'")] {
            for command in [
                ["evaluate", "m.h5", "--data", data], spiking + ["--data", data],
                ["plot", "m.h5", "--kind", "confusion", "--out", "c.svg", "--data", data],
                ["train", "n.yaml", "--data", "cats.csv", "--out", "x.h5", "--test", data],
                ["train", "n.yaml", "--data", "cats.csv", "--out", "x.h5", "--validation", data],
                ["train", "m.h5", "--data", data, "--out", "x.h5"],
            ] {
                let result = try Command.run(command, in: folder.path)
                #expect(result.status == 2 && result.errorLines.count == 1, "\(command): \(result.errors)")
                #expect(result.errors.contains(wrong) && result.errors.contains("'lynx'"), "\(result.errors)")
            }
        }
        #expect(
            try Command.run(["evaluate", "m.h5", "--data", "typo.h5"], in: folder.path).errors.contains(
                "did you mean 'tiger'"))
        #expect(try !folder.names().contains { $0.hasPrefix("x.h5") })
    }
}
