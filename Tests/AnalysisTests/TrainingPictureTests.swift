import Foundation
import SynfireAnalysis
import SynfireTestSupport
import Testing

/// Data of the kind that trained networks give, for the tests and for looking at the pictures.
enum TrainingExamples {
    static let curves = TrainingCurves(
        title: "fashion-cnn on fashion-mnist:train",
        points: (1...14).map { epoch in
            let time = Double(epoch)
            return TrainingCurves.Point(
                epoch: epoch, loss: 0.15 + 0.9 * exp(-time / 3), accuracy: 0.95 - 0.35 * exp(-time / 3),
                validationLoss: 0.25 + 0.7 * exp(-time / 2.5) + 0.006 * time,
                validationAccuracy: 0.915 - 0.3 * exp(-time / 2.5) - 0.0015 * max(0, time - 9))
        }, epochs: 20)

    static let clothes = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]

    static func confusion(_ names: [String], seed: UInt64) -> ConfusionMatrix {
        var random = SeededGenerator(seed: seed)
        var matrix = ConfusionMatrix(classNames: names)
        for label in names.indices where label != 7 {
            for _ in 0..<100 {
                let isRight = Double.random(in: 0..<1, using: &random) < 0.85
                matrix.add(
                    label: label,
                    prediction: isRight ? label : Int.random(in: 0..<names.count, using: &random))
            }
        }
        return matrix
    }

    static func tiles(
        _ count: Int, rows: Int, columns: Int, seed: UInt64, name: (Int) -> String = { "\($0)" }
    ) -> [TileGrid.Tile] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let (angle, phase) = (Double.random(in: 0..<6, using: &random), Double.random(in: 0..<6, using: &random))
            return TileGrid.Tile(
                name: name(index), rows: rows, columns: columns,
                values: (0..<rows * columns).map { place in
                    let (row, column) = (Double(place / columns), Double(place % columns))
                    return Float(sin(cos(angle) * row + sin(angle) * column + phase) * 0.4)
                })
        }
    }

    static let filters = TileGrid(
        title: "fashion-cnn: filters of conv1", tiles: tiles(32, rows: 3, columns: 3, seed: 3), range: .symmetric,
        valueName: "weight", caption: "32 filters of 3 × 3 on 1 channel")

    static let deepFilters = TileGrid(
        title: "fashion-cnn: filters of conv2", tiles: tiles(256, rows: 3, columns: 3, seed: 4) { "\($0 % 16)" },
        range: .symmetric, arrangement: .matrix(columns: 16, lines: (0..<16).map { "\($0)" }), valueName: "weight",
        caption: "The first 16 of 64 filters (down) and the first 16 of 32 channels that they read (across).")

    static let maps = TileGrid(
        title: "fashion-cnn: values of relu1", tiles: tiles(32, rows: 28, columns: 28, seed: 5), range: .fromZero,
        valueName: "activation", caption: "32 channels of 28 × 28",
        source: tiles(1, rows: 28, columns: 28, seed: 6) { _ in "9: Ankle boot" }[0])

    static let templates = TileGrid(
        title: "perceptron: weights of fc by class",
        tiles: tiles(10, rows: 28, columns: 28, seed: 8) { clothes[$0] }, range: .symmetric, valueName: "weight")
}

@Suite("Pictures of training")
struct TrainingPictureTests {
    static let all: [(name: String, picture: any Picture)] = [
        ("curves", TrainingExamples.curves),
        ("curves-one", TrainingCurves(title: "one", points: [.init(epoch: 1, loss: 2.3, accuracy: 0.1)])),
        ("curves-none", TrainingCurves(title: "none", points: [], epochs: 3)),
        (
            "curves-broken",
            TrainingCurves(
                title: "broken",
                points: [
                    .init(epoch: 1, loss: 2, accuracy: 0.1, validationLoss: .nan, validationAccuracy: 0.2),
                    .init(epoch: 2, loss: .infinity, accuracy: 0.1),
                ])
        ),
        (
            "confusion",
            ConfusionPlot(
                title: "fashion-cnn on fashion-mnist:test",
                matrix: TrainingExamples.confusion(TrainingExamples.clothes, seed: 9))
        ),
        (
            "confusion-two",
            ConfusionPlot(
                title: "two", matrix: ConfusionMatrix(classNames: ["no", "yes"], labels: [0], predictions: [0]))
        ),
        (
            "confusion-30",
            ConfusionPlot(
                title: "thirty classes",
                matrix: TrainingExamples.confusion((0..<30).map { "class \($0)" }, seed: 10))
        ),
        (
            "confusion-100",
            ConfusionPlot(
                title: "a hundred classes",
                matrix: TrainingExamples.confusion((0..<100).map { "class \($0)" }, seed: 11))
        ),
        ("filters", TrainingExamples.filters), ("filters-deep", TrainingExamples.deepFilters),
        ("feature-maps", TrainingExamples.maps), ("templates", TrainingExamples.templates),
        (
            "filters-zero",
            TileGrid(
                title: "zeros", tiles: [.init(name: "0", rows: 1, columns: 1, values: [0])], range: .symmetric,
                valueName: "weight")
        ),
    ]

    @Test("are well-formed, accessible, scalable and below 2 MB", arguments: all.indices)
    func wellFormed(index: Int) throws {
        let (name, picture) = Self.all[index]
        let svg = picture.svg()
        let found = XMLReader.read(svg)
        #expect(found.elements["svg"] == 1 && found.elements["title"] == 1 && found.elements["desc"] == 1, "\(name)")
        #expect(found.attributes["svg.viewBox"]?.count == 1)
        #expect(svg.utf8.count < 2_000_000, "\(name): \(svg.utf8.count) bytes")
        #expect(!svg.contains("nan") && !svg.contains("inf "), "\(name)")
        if let folder = ProcessInfo.processInfo.environment["SYNFIRE_PICTURES"] {
            try svg.write(toFile: "\(folder)/\(name).svg", atomically: true, encoding: .utf8)
        }
    }

    @Test("curves have a line for each figure, and name the best validation epoch")
    func curves() {
        let found = XMLReader.read(TrainingExamples.curves.svg())
        let lines = found.attributes["path.class"]?.filter { $0.hasPrefix("sf-line") } ?? []
        // Two series in two panels, and a key to each.
        #expect(lines.filter { $0.hasSuffix("sf-l0") }.count == 3)
        #expect(lines.filter { $0.hasSuffix("sf-l1") }.count == 3)
        for word in ["training", "validation", "loss", "accuracy (%)", "epoch", "in epoch 11"] {
            #expect(found.text.contains(word), "\(word)")
        }
    }

    @Test("a confusion matrix shows its counts, and tells empty classes")
    func confusion() {
        let matrix = TrainingExamples.confusion(TrainingExamples.clothes, seed: 9)
        let found = XMLReader.read(ConfusionPlot(title: "t", matrix: matrix).svg())
        #expect(found.text.contains("\(matrix[3, 3])"))
        #expect(found.text.contains("no samples of Sneaker"))
        let cells = found.attributes["rect.class"]?.filter { $0 == "sf-cell" }.count ?? 0
        #expect(cells == 100 + 64)
    }

    @Test("the strongest colours are those of the largest weights of either sign, white is zero")
    func symmetric() {
        let tile = TileGrid.Tile(name: "", rows: 1, columns: 4, values: [-2, 0, 1, 2])
        let svg = TileGrid(title: "t", tiles: [tile], range: .symmetric, valueName: "weight").svg()
        let fills = XMLReader.read(svg).attributes["rect.fill"] ?? []
        #expect(fills.prefix(4) == ["#053061", "#f7f7f7", "#e58368", "#67001f"], "\(fills.prefix(4))")
    }

    @Test("large tiles are pixels of a PNG that stay squares")
    func pixels() throws {
        let found = XMLReader.read(TrainingExamples.maps.svg())
        // 32 channels and the image that they come from.
        #expect(found.elements["image"] == 33)
        let address = try #require(found.attributes["image.href"]?.first)
        let file = try #require(Data(base64Encoded: String(address.dropFirst("data:image/png;base64,".count))))
        #expect(file.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        // Width and height in the header, eight bits, three colours.
        #expect(file[16..<26] == Data([0, 0, 0, 28, 0, 0, 0, 28, 8, 2]))
    }
}
