import SynfireDatasets
import Testing

@Suite("Labelled samples in memory")
struct LabelledDatasetTests {
    private let images: LabelledDataset

    init() throws {
        images = try Self.make(labels: [0, 1, 2, 1, 0])
    }

    private static func make(
        shape: [Int] = [2, 1, 3], pixelCount: Int = 30, labels: [UInt8]
    ) throws(DatasetError) -> LabelledDataset {
        try LabelledDataset(
            name: "tiny", shape: shape, pixels: (0..<pixelCount).map { UInt8($0 * 5) }, labels: labels,
            classNames: ["a", "b", "c"],
            provenance: DatasetProvenance(source: "made here", licence: "none", files: []))
    }

    @Test("hands out images as numbers from 0 to 1, in the order asked for")
    func scalars() {
        #expect(images.count == 5)
        #expect(images.valuesPerSample == 6)
        let expected = [4, 0, 4].flatMap { image in (0..<6).map { Float((image * 6 + $0) * 5) / 255 } }
        #expect(images.scalars(of: [4, 0, 4]) == expected)
        #expect(images.labels(of: [4, 2, 3]) == [0, 2, 1])
        #expect(images.scalars(of: []) == [])
        #expect(images.pixels(of: 1).map(Array.init) == [30, 35, 40, 45, 50, 55])
    }

    @Test("maps every byte to the nearest number")
    func everyByte() throws {
        let all = try LabelledDataset(
            name: "bytes", shape: [1, 16, 16], pixels: Array(0...255), labels: [0], classNames: ["x"],
            provenance: images.provenance)
        #expect(all.scalars(of: [0]) == (0...255).map { Float($0) / 255 })
    }

    @Test("shares images with a part, and with a part of a part")
    func parts() throws {
        let part = try images.range(1..<5).range(1..<3)
        #expect(part.count == 2)
        #expect(part.labels == [2, 1])
        #expect(part.scalars(of: 0..<2) == images.scalars(of: [2, 3]))
        #expect(part.pixels(of: 1) == images.pixels(of: 3))
        #expect(try images.first(2).labels == [0, 1])
        #expect(try images.first(0).count == 0)
    }

    @Test("refuses to reach beyond its end")
    func beyond() throws {
        let part = try images.first(3)
        #expect(throws: DatasetError.beyondEnd(dataset: "tiny", requested: 4, available: 3)) { try part.first(4) }
        #expect(throws: DatasetError.beyondEnd(dataset: "tiny", requested: 9, available: 5)) { try images.range(8..<9) }
        #expect(throws: DatasetError.indexOutOfRange(dataset: "tiny", index: -1, available: 5)) {
            try images.range(-1..<2)
        }
        #expect(
            DatasetError.beyondEnd(dataset: "tiny", requested: 4, available: 3).description
                == "tiny has 3 samples, 4 were asked for")
    }

    @Test("refuses parts that do not fit each other")
    func misfits() {
        #expect(throws: DatasetError.countMismatch(path: "tiny", samples: 5, labels: 4)) {
            try Self.make(labels: [0, 1, 2, 1])
        }
        #expect(throws: DatasetError.labelOutOfRange(path: "tiny", index: 3, label: 3, classes: 3)) {
            try Self.make(labels: [0, 1, 2, 3, 0])
        }
        #expect(
            throws: DatasetError.unexpectedShape(
                path: "tiny", field: "images", found: [31], expected: "a multiple of 6")
        ) {
            try Self.make(pixelCount: 31, labels: [0, 1, 2, 1, 0])
        }
        #expect(
            throws: DatasetError.unexpectedShape(
                path: "tiny", field: "an image", found: [6], expected: "[channels, rows, columns]")
        ) {
            try Self.make(shape: [6], labels: [0, 1, 2, 1, 0])
        }
        #expect(
            DatasetError.labelOutOfRange(path: "x.h5", index: 3, label: 12, classes: 10).description
                == "x.h5: the label of sample 3 is 12, allowed are 0 to 9")
    }
    @Test("keeps floats as they are, for features and for images")
    func floats() throws {
        let values: [Float] = [0.1, -2, 3e30, 4, 5, 1e-30]
        let features = try LabelledDataset(
            name: "f", shape: [3], values: values, labels: [300, 0], classNames: (0..<301).map { "c\($0)" },
            featureNames: ["x", "y", "z"], provenance: images.provenance)
        #expect(features.scalars(of: [1, 0]) == [4, 5, 1e-30, 0.1, -2, 3e30])
        #expect(features.labels == [300, 0])
        #expect(features.featureNames == ["x", "y", "z"])
        #expect(features.pixels(of: 0) == nil)
        #expect(features.classCounts[300] == 1)
        let pictures = try LabelledDataset(
            name: "p", shape: [1, 2, 3], values: values, labels: [0], classNames: ["a"], provenance: images.provenance)
        #expect(pictures.scalars(of: [0]) == values)
        #expect(throws: DatasetError.notFinite(path: "f", sample: 1, value: 2)) {
            try LabelledDataset(
                name: "f", shape: [3], values: [1, 2, 3, 4, 5, .nan], labels: [0, 0], classNames: ["a"],
                provenance: images.provenance)
        }
        #expect(
            DatasetError.notFinite(path: "f.h5", sample: 1, value: 2).description
                == "f.h5: value 2 of sample 1 is infinite or not a number")
        #expect(
            throws: DatasetError.unexpectedShape(
                path: "f", field: "the list of feature names", found: [1], expected: "[3]")
        ) {
            try LabelledDataset(
                name: "f", shape: [3], values: values, labels: [0, 0], classNames: ["a"], featureNames: ["x"],
                provenance: images.provenance)
        }
    }

    @Test("takes samples in any order, and parts of them")
    func lists() throws {
        let list = try images.samples([4, 2, 2])
        #expect(list.labels == [0, 2, 2])
        #expect(list.scalars(of: [1]) == images.scalars(of: [2]))
        #expect(try list.range(1..<3).labels == [2, 2])
        #expect(try list.samples([0]).labels == [0])
        #expect(throws: DatasetError.indexOutOfRange(dataset: "tiny", index: 5, available: 5)) {
            try images.samples([0, 5])
        }
        #expect(
            DatasetError.indexOutOfRange(dataset: "tiny", index: 5, available: 5).description
                == "tiny has no sample 5; it has samples 0 to 4")
    }

    @Test("numbers labels by the classes of another set")
    func matching() throws {
        let other = try images.samples([1, 2, 3]).matching(classNames: ["c", "x", "b"])
        #expect(other.labels == [2, 0, 2])
        #expect(other.classNames == ["c", "x", "b"])
        let error = #expect(throws: DatasetError.self) { try images.matching(classNames: ["b", "c"]) }
        #expect(error?.description == "tiny has samples of the class 'a', which the other data lack; valid names: b, c")
    }
}
