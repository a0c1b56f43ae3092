import Datasets
import Testing

@Suite("Image data sets in memory")
struct ImageDatasetTests {
    private let images: ImageDataset

    init() throws {
        images = try Self.make(labels: [0, 1, 2, 1, 0])
    }

    private static func make(
        shape: [Int] = [2, 1, 3], pixelCount: Int = 30, labels: [UInt8]
    ) throws(DatasetError) -> ImageDataset {
        try ImageDataset(
            name: "tiny", shape: shape, pixels: (0..<pixelCount).map { UInt8($0 * 5) }, labels: labels,
            classNames: ["a", "b", "c"],
            provenance: DatasetProvenance(source: "made here", licence: "none", files: []))
    }

    @Test("hands out images as numbers from 0 to 1, in the order asked for")
    func scalars() {
        #expect(images.count == 5)
        #expect(images.valuesPerImage == 6)
        let expected = [4, 0, 4].flatMap { image in (0..<6).map { Float((image * 6 + $0) * 5) / 255 } }
        #expect(images.scalars(of: [4, 0, 4]) == expected)
        #expect(images.labels(of: [4, 2, 3]) == [0, 2, 1])
        #expect(images.scalars(of: []) == [])
        #expect(Array(images.pixels(of: 1)) == [30, 35, 40, 45, 50, 55])
    }

    @Test("maps every byte to the nearest number")
    func everyByte() throws {
        let all = try ImageDataset(
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
        #expect(Array(part.pixels(of: 1)) == Array(images.pixels(of: 3)))
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
                == "tiny has 3 images, 4 were asked for")
    }

    @Test("refuses parts that do not fit each other")
    func misfits() {
        #expect(throws: DatasetError.countMismatch(path: "tiny", images: 5, labels: 4)) {
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
                == "x.h5: the label of image 3 is 12, allowed are 0 to 9")
    }
}
