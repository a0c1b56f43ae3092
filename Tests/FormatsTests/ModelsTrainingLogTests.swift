import Foundation
import SynfireFormats
import SynfireHDF5
import SynfireNeuralNetworks
import SynfireTestSupport
import Testing

@Suite("Logs of training")
struct ModelsTrainingLogTests {
    private static let history = [
        EpochMetrics(
            epoch: 1, loss: 0.1 + 0.2, accuracy: 1 / 3, imagesPerSecond: 1234.5, validationLoss: 0.7,
            validationAccuracy: 0.5),
        EpochMetrics(epoch: 2, loss: .leastNonzeroMagnitude, accuracy: 1, imagesPerSecond: 0),
        EpochMetrics(epoch: 3, loss: 1e300, accuracy: 0, imagesPerSecond: 7, validationLoss: .infinity),
    ]

    private static var log: TrainingLog {
        TrainingLog(rows: [
            .init(history[0], seconds: 1.5, learningRate: 0.01), .init(history[1]),
            .init(history[2], seconds: 2, learningRate: 1e-9),
        ])
    }

    @Test("keep every bit as text and as HDF5, and what is not known")
    func roundTrip() throws {
        let folder = try TemporaryDirectory()
        let text = Self.log.csv
        #expect(text.hasPrefix("epoch,seconds,learning_rate,loss,accuracy,validation_loss,validation_accuracy,"))
        #expect(text.contains("\n1,1.5,0.01,0.30000000000000004,0.3333333333333333,0.7,0.5,1234.5\n"))
        #expect(text.contains("\n2,,,5e-324,1.0,,,\n"))
        #expect(try TrainingLog(csv: text, file: "l.csv") == Self.log)
        let windows = text.replacing("\n", with: "\r\n")
        #expect(try TrainingLog(csv: windows, file: "l.csv") == Self.log)
        try Self.log.write(hdf5: folder.file("l.h5"))
        #expect(try TrainingLog(hdf5: folder.file("l.h5")) == Self.log)
        #expect(try TrainingLog.read(folder.file("l.h5")) == Self.log)
        try text.write(toFile: folder.file("l.csv"), atomically: true, encoding: .utf8)
        #expect(try TrainingLog.read(folder.file("l.csv")) == Self.log)
        #expect(throws: HDF5Error.self) { try Self.log.write(hdf5: folder.file("l.h5")) }
    }

    @Test("are read by pandas' and h5py's users as they are")
    func otherReaders() throws {
        let folder = try TemporaryDirectory()
        try Self.log.write(hdf5: folder.file("l.h5"))
        try Self.log.csv.write(toFile: folder.file("l.csv"), atomically: true, encoding: .utf8)
        let read = try python(
            """
            import csv, sys, h5py, numpy as np
            rows = list(csv.DictReader(open(sys.argv[1])))
            with h5py.File(sys.argv[2]) as file:
                assert file.attrs["format"] == "synfire-training-log"
                for name in rows[0]:
                    column = np.array([float(row[name]) if row[name] else np.nan for row in rows])
                    assert np.array_equal(column, file[name][()], equal_nan=True), name
                print(sorted(file), len(rows))
            """, [folder.file("l.csv"), folder.file("l.h5")])
        #expect(read.contains("'validation_loss'] 3"))
    }

    @Test("whose last line was cut are read up to it, wherever it was cut")
    func cut() throws {
        let text = Self.log.csv
        let ends = text.indices.filter { text[$0] == "\n" }
        #expect(ends.count == 4)
        for end in text.indices {
            let whole = ends.filter { $0 < end }.count
            let read = try TrainingLog(csv: String(text[..<end]), file: "l.csv")
            #expect(read.rows == Array(Self.log.rows.prefix(max(0, whole - 1))))
        }
    }

    @Test("of anything else are refused, and of another training too")
    func wrong() throws {
        let folder = try TemporaryDirectory()
        func expect(_ words: String, _ body: () throws -> Void) {
            let error = #expect(throws: TrainingLogError.self) { try body() }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
        expect("'a.csv' is no log of a training: it begins with 'name,age'") {
            _ = try TrainingLog(csv: "name,age\nx,3\n", file: "a.csv")
        }
        for row in ["1,2,3", "0,,,1,1,,,", "x,,,1,1,,,", "1,,,one,1,,,"] {
            expect("has no row of a training's log in line 2: '\(row)'") {
                _ = try TrainingLog(csv: TrainingLog.header + "\n" + row + "\n", file: "a.csv")
            }
        }
        expect("is the log of another training: its loss of epoch 2 is 0.25, the checkpoint's 5e-324") {
            var other = Self.log
            other.rows[1].loss = 0.25
            _ = try TrainingLog(history: Self.history, earlier: other, file: "a.csv")
        }
        do {
            let file = try HDF5File.create(folder.file("o.h5"))
            try file.root.write("x", 1)
            try file.commit()
        }
        expect("is an HDF5 file of another kind, not the log of a training") {
            _ = try TrainingLog.read(folder.file("o.h5"))
        }
    }

    @Test(
        "of a training that goes on have a row for each complete epoch, none twice and none from after the checkpoint")
    func goesOn() throws {
        var earlier = Self.log
        earlier.rows.remove(at: 1)
        let merged = try TrainingLog(history: Array(Self.history.prefix(2)), earlier: earlier, file: "l.csv")
        #expect(merged.rows == [Self.log.rows[0], TrainingLog.Row(Self.history[1])])
    }
}
