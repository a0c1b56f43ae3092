import Foundation
import SynfireDatasets
import SynfireTestSupport
import Testing

@Suite("MNIST and the sets of its layout")
struct MNISTTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func locator(
        dataDirectory: String? = nil, environment: [String: String] = [:], system: String? = nil,
        start: String = packageRoot
    ) -> DatasetLocator {
        DatasetLocator(
            dataDirectory: dataDirectory, environment: environment, systemFolder: system ?? "\(scratch.path)/none",
            startingPoints: [start])
    }

    /// Writes a small set of the published names; the first byte of each image is `mark`.
    @discardableResult
    private func writeSet(in folder: String, mark: UInt8, labels: [UInt8] = [3, 9], packed: Bool = false) throws
        -> String
    {
        let images = idx(
            shape: [2, 28, 28],
            payload: [mark] + .init(repeating: 0, count: 783) + [mark] + .init(repeating: 255, count: 783))
        let classes = idx(shape: [labels.count], payload: labels)
        for prefix in ["train", "t10k"] {
            let ending = packed ? ".gz" : ""
            _ = try scratch.file("\(folder)/\(prefix)-images-idx3-ubyte\(ending)", packed ? gzipStored(images) : images)
            _ = try scratch.file(
                "\(folder)/\(prefix)-labels-idx1-ubyte\(ending)", packed ? gzipStored(classes) : classes)
        }
        return "\(scratch.path)/\(folder)"
    }

    @Test("looks in --data-dir, then SYNFIRE_DATA, then the system's folder, with or without the set's name")
    func order() throws {
        let given = try writeSet(in: "given", mark: 1)
        try writeSet(in: "variable/fashion-mnist", mark: 2, packed: true)
        try writeSet(in: "system/fashion-mnist", mark: 3)
        let variable = ["SYNFIRE_DATA": "\(scratch.path)/variable"]
        let system = "\(scratch.path)/system"
        let empty = "\(scratch.path)/given/.."

        func mark(_ locator: DatasetLocator) throws -> UInt8 {
            try #require(DatasetCatalog.open("fashion-mnist:test", locator: locator).pixels(of: 1)?.first)
        }
        #expect(try mark(locator(dataDirectory: given, environment: variable, system: system)) == 1)
        #expect(try mark(locator(environment: variable, system: system)) == 2)
        #expect(try mark(locator(system: system)) == 3)
        // A folder that is there and holds no such files is passed over.
        #expect(try mark(locator(dataDirectory: empty, system: system)) == 3)
        #expect(throws: DatasetError.folderNotFound(path: "/nowhere")) {
            try mark(locator(dataDirectory: "/nowhere", system: system))
        }
    }

    @Test("reads images, labels, classes and where they come from")
    func contents() throws {
        let folder = try writeSet(in: "set", mark: 51)
        let images = try DatasetCatalog.open("fashion-mnist:1", locator: locator(dataDirectory: folder))
        #expect(images.name == "fashion-mnist:1")
        #expect(images.shape == [1, 28, 28])
        #expect(images.labels == [3])
        #expect(images.classNames[3] == "Dress")
        #expect(images.scalars(of: [0]) == [0.2] + .init(repeating: 0, count: 783))
        #expect(images.provenance.licence == "MIT")
        #expect(images.provenance.files == ["\(folder)/train-images-idx3-ubyte", "\(folder)/train-labels-idx1-ubyte"])
    }

    @Test("reads the sets of the same layout by their names", arguments: [("mnist", "7"), ("kmnist", "ya")])
    func otherSets(name: String, seventh: String) throws {
        try writeSet(in: "all/\(name)", mark: 9, labels: [7, 0], packed: true)
        let images = try DatasetCatalog.open("\(name):test", locator: locator(dataDirectory: "\(scratch.path)/all"))
        #expect(images.shape == [1, 28, 28])
        #expect(images.labels == [7, 0])
        #expect(images.classNames[7] == seventh)
        #expect(images.pixels(of: 0)?.first == 9)
        let error = #expect(throws: DatasetError.self) { try DatasetCatalog.open("\(name):test", locator: locator()) }
        #expect(error?.description.hasPrefix("\(name) is not on this machine: get its four files") == true)
    }

    @Test("says what to do when the set is missing, and where it looked")
    func missing() throws {
        let places = locator(dataDirectory: scratch.path, environment: ["SYNFIRE_DATA": "/v"], system: "/s")
        let error = #expect(throws: DatasetError.self) {
            try DatasetCatalog.open("fashion-mnist:test", locator: places)
        }
        #expect(
            error?.description == """
                fashion-mnist is not on this machine: run `make data`, set SYNFIRE_DATA or pass --data-dir; looked for \
                t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, with or without .gz, in \(scratch.path), \
                \(scratch.path)/fashion-mnist, /v, /v/fashion-mnist, /s/fashion-mnist, \
                \(packageRoot)/datasets/fashion-mnist
                """)
    }

    @Test("names the nearest data set and the splits there are")
    func unknown() {
        #expect(throws: DatasetError.unknownDataset(name: "fashon-mnist", known: DatasetCatalog.all.map(\.name))) {
            try DatasetCatalog.open("fashon-mnist")
        }
        #expect(
            DatasetError.unknownDataset(name: "fashon-mnist", known: ["fashion-mnist", "other"]).description == """
                there is no data set 'fashon-mnist' (did you mean 'fashion-mnist'?); known are fashion-mnist, other, \
                or the path of an .h5 or .csv file or of a folder of images (./fashon-mnist)
                """)
        #expect(
            DatasetError.unknownDataset(name: "imagenet", known: ["fashion-mnist"]).description
                == """
                there is no data set 'imagenet'; known are fashion-mnist, or the path of an .h5 or .csv file or of a folder \
                of images (./imagenet)
                """)
        #expect(throws: DatasetError.unknownSplit(dataset: "fashion-mnist", split: "tets", known: ["train", "test"])) {
            try DatasetCatalog.open("fashion-mnist:tets")
        }
        #expect(
            DatasetError.unknownSplit(dataset: "fashion-mnist", split: "tets", known: ["train", "test"]).description
                == "fashion-mnist has no split 'tets' (did you mean 'test'?); it has train, test")
    }

    @Test("refuses labels and images that do not belong together, and images of another size")
    func misfits() throws {
        let uneven = try writeSet(in: "uneven", mark: 0, labels: [1, 2, 3])
        #expect(
            throws: DatasetError.countMismatch(path: "\(uneven)/train-labels-idx1-ubyte", samples: 2, labels: 3)
        ) { try DatasetCatalog.open("fashion-mnist", locator: locator(dataDirectory: uneven)) }
        let wrongLabel = try writeSet(in: "label", mark: 0, labels: [1, 10])
        #expect(
            throws: DatasetError.labelOutOfRange(
                path: "\(wrongLabel)/train-images-idx3-ubyte", index: 1, label: 10, classes: 10)
        ) { try DatasetCatalog.open("fashion-mnist", locator: locator(dataDirectory: wrongLabel)) }
        let small = try writeSet(in: "small", mark: 0)
        let path = try scratch.file(
            "small/train-images-idx3-ubyte", idx(shape: [2, 2, 2], payload: [1, 2, 3, 4, 5, 6, 7, 8]))
        #expect(
            throws: DatasetError.unexpectedShape(
                path: path, field: "the array", found: [2, 2, 2], expected: "[count, 28, 28]")
        ) { try DatasetCatalog.open("fashion-mnist", locator: locator(dataDirectory: small)) }
        #expect(throws: DatasetError.beyondEnd(dataset: "fashion-mnist:test", requested: 3, available: 2)) {
            try DatasetCatalog.open(
                "fashion-mnist:test:3", locator: locator(dataDirectory: "\(scratch.path)/set2", start: writeSecond()))
        }
    }

    private func writeSecond() throws -> String { try writeSet(in: "set2", mark: 0) }

    static let fullSetIsHere = FileManager.default.fileExists(
        atPath: "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")

    @Test("reads the full set", .slow, .enabled(if: fullSetIsHere, "the full set is not installed"))
    func fullSet() throws {
        let system = locator(system: DatasetLocator.systemFolder)
        let images = try DatasetCatalog.open("fashion-mnist", locator: system)
        #expect(images.count == 60_000)
        #expect((0..<10).map { label in images.labels.count { $0 == label } } == Array(repeating: 6000, count: 10))
        // The published mean of the training pixels, 0.2860 (in units of 255).
        let sum = images.scalars(of: 0..<images.count).reduce(0.0) { $0 + Double($1) }
        #expect(abs(sum / Double(60_000 * 784) - 0.2860) < 0.00005)
        #expect(try DatasetCatalog.open("fashion-mnist:test", locator: system).count == 10_000)
    }
}
