import Foundation
import SynfireDatasets
import SynfireHDF5
import Testing

@Suite("HDF5 files of floats and splits")
struct HDF5SampleTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Writes a file of features; each part can be replaced by a faulty one.
    private func write<Value: HDF5Scalar>(
        _ name: String = "features", shape: [Int] = [3, 2], values: [Value], labels: [Int64] = [0, 299, 1],
        featureNames: [String]? = ["x", "y"], splits: [String: [Int64]] = ["train": [2, 0], "test": [1]]
    ) throws -> String {
        let path = "\(scratch.path)/\(UUID().uuidString).h5"
        let file = try HDF5File.create(path)
        try file.root.write(name, values, shape: shape)
        try file.root.write("labels", labels, shape: [labels.count])
        try file.root.write("class_names", (0..<300).map { "c\($0)" }, shape: [300])
        if let featureNames { try file.root.write("feature_names", featureNames, shape: [featureNames.count]) }
        for (split, indices) in splits { try file.root.write("splits/\(split)", indices, shape: [indices.count]) }
        try file.commit()
        return path
    }

    @Test("hold features of any type of number, more than 256 classes, and splits")
    func features() throws {
        let path = try write(values: [0.1, -2.5, 3, 1e30, 5, 6] as [Double])
        let all = try DatasetCatalog.open("\(path):all")
        #expect(all.shape == [2])
        #expect(all.scalars(of: 0..<3) == [0.1, -2.5, 3, 1e30, 5, 6])
        #expect(all.labels == [0, 299, 1])
        #expect(all.featureNames == ["x", "y"])
        #expect(try DatasetCatalog.open("\(path):train").labels == [1, 0])
        #expect(try DatasetCatalog.open("\(path):train:1").scalars(of: [0]) == [5, 6])
        #expect(try DatasetCatalog.open(path, defaultSplit: "test").labels == [299])
        #expect(try DatasetCatalog.open(path, defaultSplit: "other").count == 3)
        let error = #expect(throws: DatasetError.self) { try DatasetCatalog.open("\(path):tset") }
        #expect(error?.description == "\(path) has no split 'tset' (did you mean 'test'?); it has test, train, all")
        let whole = try write(values: [1, 2, 3, 4, 5, 6] as [Int32], featureNames: nil, splits: [:])
        #expect(try DatasetCatalog.open(whole).scalars(of: [2]) == [5, 6])
        #expect(throws: DatasetError.unknownSplit(dataset: whole, split: "test", known: ["all"])) {
            try DatasetCatalog.open("\(whole):test")
        }
    }

    @Test("hold images of floats as they are")
    func images() throws {
        let path = try write("images", shape: [3, 1, 2], values: [0, 0.25, -1, 7, 5, 6] as [Float], featureNames: nil)
        let images = try DatasetCatalog.open("\(path):all")
        #expect(images.shape == [1, 1, 2])
        #expect(images.scalars(of: [0, 1]) == [0, 0.25, -1, 7])
    }

    @Test("hold signals of channels and length, standardized channel by channel")
    func signals() throws {
        let values: [Float] = [1, 2, 3, 10, 20, 30, 3, 4, 5, 10, 40, 70]
        let path = try write(shape: [2, 2, 3], values: values, labels: [0, 1], featureNames: nil)
        let signals = try DatasetCatalog.open("\(path):all")
        #expect(signals.shape == [2, 3])
        #expect(signals.scalars(of: [1]) == [3, 4, 5, 10, 40, 70])
        let standardization = Standardization(of: signals)
        #expect(standardization.shape == [2, 3] && standardization.means == [3, 30])
        let first = try signals.standardized(by: standardization).scalars(of: [0])
        #expect(first[2] == 0 && first[5] == 0 && first[0] < 0)
    }

    private func expectError(
        _ path: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DatasetError.self, sourceLocation: sourceLocation) {
            try DatasetCatalog.open(path)
        }
        #expect(error?.description == "\(path): \(text)", sourceLocation: sourceLocation)
    }

    @Test("say which part is wrong")
    func faulty() throws {
        let values: [Float] = [1, 2, 3, 4, 5, 6]
        expectError(
            try write(shape: [6], values: values),
            "/features has the shape [6], expected [count, features] or [count, channels, length], none of them 0")
        expectError(
            try write(values: [1, 2, 3, .infinity, 5, 6] as [Float]), "value 1 of sample 1 is infinite or not a number")
        expectError(try write(values: values, labels: [0, 1]), "3 samples but 2 labels")
        expectError(
            try write(values: values, labels: [0, 1, 300]), "the label of sample 2 is 300, allowed are 0 to 299")
        expectError(
            try write(values: values, featureNames: ["x"]),
            "the list of feature names has the shape [1], expected [2]")
        let split = try write(values: values, splits: ["train": [0, 3]])
        let error = #expect(throws: DatasetError.self) { try DatasetCatalog.open(split) }
        #expect(error?.description == "\(split): /splits/train has no sample 3; it has samples 0 to 2")
    }
}
