import Foundation
import SynfireDatasets
import Testing

@Suite("The samples from scikit-learn")
struct ShippedSamplesTests {
    @Test(
        "have splits that part them, each class in the same proportion",
        arguments: [("iris", 120, 30), ("wine", 142, 36), ("breast-cancer", 455, 114), ("digits", 1437, 360)])
    func splits(name: String, trained: Int, tested: Int) throws {
        let (train, test) = (try DatasetCatalog.open("\(name):train"), try DatasetCatalog.open("\(name):test"))
        let all = try DatasetCatalog.open("\(name):all")
        #expect(train.count == trained)
        #expect(test.count == tested)
        func rows(_ data: LabelledDataset) -> [[Float]] {
            (0..<data.count).map { data.scalars(of: [$0]) + [Float(data.labels(of: [$0])[0])] }
        }
        func isBefore(_ a: [Float], _ b: [Float]) -> Bool { a.lexicographicallyPrecedes(b) }
        #expect((rows(train) + rows(test)).sorted(by: isBefore) == rows(all).sorted(by: isBefore))
        for (part, whole) in zip(test.classCounts, all.classCounts) {
            #expect(abs(Double(part) - Double(whole * tested) / Double(all.count)) < 1)
        }
        #expect(try DatasetCatalog.open(name, defaultSplit: "test").count == tested)
        #expect(all.provenance.licence == "CC-BY-4.0 AND BSD-3-Clause")
        #expect(throws: DatasetError.unknownSplit(dataset: name, split: "tset", known: ["train", "test", "all"])) {
            try DatasetCatalog.open("\(name):tset")
        }
    }

    @Test("have the checksums that stand beside them", arguments: ["iris", "wine", "breast-cancer", "digits"])
    func checksums(name: String) throws {
        let folder = "\(packageRoot)/datasets/\(name)"
        let line = try String(contentsOfFile: "\(folder)/SHA256SUMS", encoding: .utf8)
        let digest = sha256([UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).h5"))))
        #expect(line == "\(digest)  \(name).h5\n")
        #expect(try String(contentsOfFile: "\(folder)/README.md", encoding: .utf8).contains(digest))
    }
}
