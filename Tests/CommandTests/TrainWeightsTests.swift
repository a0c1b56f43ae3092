import Foundation
import SynfireTestSupport
import Testing

@Suite("synfire train --weights")
struct TrainWeightsTests {
    private func train(_ arguments: [String], in folder: borrowing TemporaryDirectory) throws -> CommandResult {
        try Command.run(["train"] + arguments + ["--workers", "1"], in: folder.path)
    }

    @Test("starts layers of the same name from a trained network, and says which have none there")
    func taken() throws {
        let folder = try SmallTraining.folder()
        #expect(try train(["small.yaml", "--out", "a.h5"], in: folder).status == 0)
        // Nothing is learned in no epochs: what comes out is what training starts from.
        let same = try train(["small.yaml", "--weights", "a.h5", "--epochs", "0", "--out", "b.h5"], in: folder)
        #expect(same.status == 0, "\(same.errors)")
        #expect(same.errors.contains("2 layers start with the parameters in 'a.h5'"), "\(same.errors)")
        #expect(try SmallTraining.weights(folder.file("a.h5")) == SmallTraining.weights(folder.file("b.h5")))

        let clipped = SmallTraining.network.replacingOccurrences(of: "type: ReLU", with: "type: QCFS")
        try clipped.write(toFile: folder.file("clipped.yaml"), atomically: true, encoding: .utf8)
        let other = try train(["clipped.yaml", "--weights", "a.h5", "--epochs", "1", "--out", "c.h5"], in: folder)
        #expect(other.status == 0, "\(other.errors)")
        #expect(other.errors.contains("these start as they are described: relu"), "\(other.errors)")
    }

    @Test("refuses a network of other shapes or names, and a checkpoint beside it")
    func refused() throws {
        let folder = try SmallTraining.folder()
        #expect(try train(["small.yaml", "--epochs", "0", "--out", "a.h5"], in: folder).status == 0)
        let wider = SmallTraining.network.replacingOccurrences(of: "48", with: "40")
        try wider.write(toFile: folder.file("wider.yaml"), atomically: true, encoding: .utf8)
        let shapes = try train(["wider.yaml", "--weights", "a.h5", "--out", "b.h5"], in: folder)
        #expect(shapes.status != 0)
        #expect(
            shapes.errors.contains(
                "The parameter 'weight' of layer 'fc1' must have shape [40, 784], but has [48, 784]."),
            "\(shapes.errors)")
        let renamed = SmallTraining.network.replacingOccurrences(of: "fc", with: "dense")
        try renamed.write(toFile: folder.file("renamed.yaml"), atomically: true, encoding: .utf8)
        let names = try train(["renamed.yaml", "--weights", "a.h5", "--out", "b.h5"], in: folder)
        #expect(names.status == 2)
        #expect(names.errors.contains("'a.h5' has parameters for none of the layers of 'small'"), "\(names.errors)")
        let missing = try train(["small.yaml", "--weights", "none.h5", "--out", "b.h5"], in: folder)
        #expect(missing.status == 2)
        #expect(!FileManager.default.fileExists(atPath: folder.file("b.h5")))
    }
}
