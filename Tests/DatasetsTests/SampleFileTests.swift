import Foundation
import SynfireDatasets
import SynfireHDF5
import Testing

@Suite("The sample, and files of its layout")
struct SampleFileTests {
    private let scratch: Scratch
    private static let folder = "\(packageRoot)/datasets/fashion-mnist-sample"

    init() throws { scratch = try Scratch() }

    @Test("opens by name, from above the program or the current folder")
    func byName() throws {
        let images = try DatasetCatalog.open("fashion-mnist-sample")
        #expect(images.count == 1000)
        #expect(images.shape == [1, 28, 28])
        #expect(images.classNames.first == "T-shirt/top")
        #expect(images.classNames.count == 10)
        #expect(images.provenance.licence == "MIT")
        #expect(images.provenance.source.contains("arXiv:1708.07747"))
        // The first ten labels of the published test set.
        #expect(images.labels.prefix(10) == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7])
        #expect(try DatasetCatalog.open("fashion-mnist-sample:test:10-12").labels == [4, 5, 7])
        #expect(throws: DatasetError.unknownSplit(dataset: "fashion-mnist-sample", split: "train", known: ["test"])) {
            try DatasetCatalog.open("fashion-mnist-sample:train")
        }
        #expect(
            throws: DatasetError.beyondEnd(
                dataset: "\(Self.folder)/fashion-mnist-sample.h5", requested: 1001, available: 1000)
        ) { try DatasetCatalog.open("fashion-mnist-sample:1001") }
    }

    @Test("has the checksum that stands beside it")
    func checksum() throws {
        #expect(sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let line = try String(contentsOfFile: "\(Self.folder)/SHA256SUMS", encoding: .utf8)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/fashion-mnist-sample.h5"))
        #expect(line == "\(sha256([UInt8](bytes)))  fashion-mnist-sample.h5\n")
    }

    @Test(
        "is the beginning of the full test set",
        .enabled(if: MNISTTests.fullSetIsHere, "the full set is not installed"))
    func sameAsFullSet() throws {
        let full = try DatasetCatalog.open("fashion-mnist:test:1000", locator: DatasetLocator(environment: [:]))
        let sample = try DatasetCatalog.open("fashion-mnist-sample")
        #expect(sample.labels == full.labels)
        #expect(sample.scalars(of: 0..<1000) == full.scalars(of: 0..<1000))
        #expect(sample.classNames == full.classNames)
    }

    /// Writes a file of the layout; each part can be replaced by a faulty one.
    private func write(
        images: (shape: [Int], values: [UInt8])? = ([2, 2, 3], Array(0..<12)), labels: [Int32]? = [1, 0],
        classNames: [String]? = ["a", "b"], integerImages: Bool = false, maximum: UInt8? = nil
    ) throws -> String {
        let path = "\(scratch.path)/\(UUID().uuidString).h5"
        let file = try HDF5File.create(path)
        if let images {
            if integerImages {
                try file.root.write("images", images.values.map(Int16.init), shape: images.shape)
            } else {
                try file.root.write("images", images.values, shape: images.shape)
            }
            if let maximum { try file.root.dataset("images").setAttribute("maximum", maximum) }
        }
        if let labels { try file.root.write("labels", labels, shape: [labels.count]) }
        if let classNames { try file.root.write("class_names", classNames, shape: [classNames.count]) }
        try file.commit()
        return path
    }

    @Test("reads a file of one's own by its path")
    func ownFile() throws {
        let path = try write()
        let images = try DatasetCatalog.open("\(path):1")
        #expect(images.name == "\(path):1")
        #expect(images.shape == [1, 2, 3])
        #expect(images.labels == [1])
        #expect(images.pixels(of: 0).map(Array.init) == [0, 1, 2, 3, 4, 5])
        #expect(images.provenance.licence == "not stated")
        let colour = try LabelledDataset(synfireFile: write(images: ([2, 3, 1, 2], Array(0..<12))))
        #expect(colour.shape == [3, 1, 2])
        let sixteenths = try LabelledDataset(synfireFile: write(maximum: 16))
        #expect(sixteenths.scalars(of: [1]) == (6..<12).map { Float($0) / 16 })
    }

    private func expectError(
        _ path: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DatasetError.self, sourceLocation: sourceLocation) {
            try DatasetCatalog.open(path)
        }
        #expect(error?.description.contains(text) == true, "\(error as Any)", sourceLocation: sourceLocation)
    }

    @Test("says which part of a file is wrong")
    func faulty() throws {
        expectError(
            try write(integerImages: true), "the elements are int16 in /images, expected uint8, float32 or float64")
        expectError(
            try write(images: ([12], Array(0..<12))), "/images has the shape [12], expected [count, rows, columns]")
        expectError(try write(labels: [0, 1, 1]), "2 samples but 3 labels")
        expectError(try write(labels: [0, 2]), "the label of sample 1 is 2, allowed are 0 to 1")
        expectError(try write(labels: [0, 256]), "the label of sample 1 is 256, allowed are 0 to 1")
        expectError(try write(labels: [0, -1]), "the label of sample 1 is -1, allowed are 0 to 1")
        expectError(try write(maximum: 10), "image 1 has a byte above the maximum, which is 10")
        expectError(try write(maximum: 0), "the maximum of a byte is 0, allowed are 1 to 255")
        expectError(try write(images: nil), "images")
        expectError(try write(labels: nil), "labels")
        expectError(try write(classNames: nil), "class_names")
        let split = try write()
        expectError("\(split):test:1", "has no split 'test'")
    }

    @Test("says what is wrong with a file that is not HDF5, or is not there")
    func notHDF5() throws {
        expectError(try scratch.file("text.h5", Array("not a file of that kind".utf8)), "text.h5")
        expectError(try scratch.file("empty.h5", []), "empty.h5")
        expectError("\(scratch.path)/none.h5", "none.h5")
        let whole = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/fashion-mnist-sample.h5"))
        expectError(try scratch.file("cut.h5", [UInt8](whole.prefix(200_000))), "cut.h5")
        #expect(throws: DatasetError.folderNotFound(path: "/nowhere")) {
            try DatasetCatalog.open("fashion-mnist-sample", locator: DatasetLocator(dataDirectory: "/nowhere"))
        }
        let lost = DatasetLocator(environment: [:], systemFolder: scratch.path, startingPoints: [scratch.path])
        let error = #expect(throws: DatasetError.self) {
            try DatasetCatalog.open("fashion-mnist-sample", locator: lost)
        }
        #expect(
            error?.description.hasPrefix(
                "fashion-mnist-sample is not on this machine: take it from the folder datasets/fashion-mnist-sample of")
                == true)
    }
}
