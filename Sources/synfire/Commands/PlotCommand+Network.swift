import Foundation
import SynfireAnalysis
import SynfireDatasets
import SynfireFormats
import SynfireHDF5
import SynfireNeuralNetworks
import SynfireTensors

extension PlotCommand {
    /// A picture of a trained network, or of its training.
    func networkPicture() throws -> any Picture {
        switch kind {
        case .curves: return try curves()
        case .confusion: return try confusion()
        case .featureMaps: return try featureMaps()
        default: return try FilterPicture(graph: Input.trainedNetwork(file), layer: layer, title: heading).picture()
        }
    }

    private func curves() throws -> any Picture {
        let path = try Input.file(file)
        let log: TrainingLog
        var name = URL(fileURLWithPath: file).lastPathComponent
        if path.hasSuffix(".csv") {
            log = try TrainingLog.read(path)
        } else {
            do {
                log = try TrainingLog(hdf5: path)
            } catch let error where error is TrainingLogError || (error as? HDF5Error)?.code == .notHDF5 {
                let source = try ModelSource.read(path)
                let history: [EpochMetrics] =
                    switch source {
                    case .description: throw RequestError("'\(file)' describes a network: it has no training's course")
                    case .model(_, let info): info.record?.history ?? []
                    case .checkpoint(let content): content.checkpoint.history
                    }
                log = TrainingLog(rows: history.map { TrainingLog.Row($0) })
                name = source.graph.name
            }
        }
        guard !log.rows.isEmpty else { throw RequestError("'\(file)' tells of no epoch of a training") }
        return TrainingCurves(title: heading ?? name, log: log)
    }

    private func images(for source: ModelSource) throws -> ImageData {
        guard let data else { throw RequestError("--kind \(kind.rawValue) needs images: give --data") }
        return ImageData(
            images: try ClassNames.match(
                dataOptions.open(data, defaultSplit: "test"), to: source.classNames, of: file))
    }

    private func confusion() throws -> any Picture {
        let source = try Input.trainedModel(file)
        let graph = source.graph
        let images = try images(for: source)
        var matrix = ConfusionMatrix(classNames: images.images.classNames)
        try Output.beginWork()
        let bar = ProgressBar("evaluating", unit: "images")
        defer { bar.finish() }
        _ = try Predictor(graph).evaluate(images) { done, all in
            try Interrupt.check("after \(done) of \(all) images")
            bar.update(done, of: all)
        } scored: {
            matrix.add(label: $0.label, prediction: $0.prediction)
        }
        return ConfusionPlot(title: heading ?? "\(graph.name) on \(images.images.name)", matrix: matrix)
    }

    // MARK: Feature maps

    /// The most channels that are drawn.
    private static let channelLimit = 256

    private func featureMaps() throws -> any Picture {
        let source = try Input.trainedModel(file)
        let graph = source.graph
        let name = layer ?? graph.nodes.first { graph.shapes[$0.name]?.count == 3 }?.name ?? graph.nodes[0].name
        let node = graph.nodes[try graph.index(of: name)]
        let images = try images(for: source)
        guard images.count > 0 else { throw RequestError("'\(data ?? "")' has no images") }
        guard images.shape == graph.inputShape else {
            throw RequestError(
                "the images of '\(data ?? "")' have shape \(images.shape), but '\(file)' takes \(graph.inputShape)")
        }
        let (batch, labels) = try images.batch([0])
        let values = try Predictor(graph).activations(of: [name, graph.output.name], for: batch)
        guard let map = values[name], let scores = values[graph.output.name] else {
            throw NetworkError.unknownLayer(name: name, nearest: nil)
        }
        let shape = Array(map.shape.dropFirst())
        let names = images.images.classNames
        let told = scores.scalars.indices.max { scores.scalars[$0] < scores.scalars[$1] }
        func className(_ index: Int) -> String { names.indices.contains(index) ? names[index] : "\(index)" }
        var caption = "The image is of class \(className(labels[0]))"
        if let told, graph.outputShape == [images.classes] {
            caption += told == labels[0] ? " and told right" : ", but told to be \(className(told))"
        }
        let tiles: [TileGrid.Tile]
        if shape.count == 3 {
            let (channels, size) = (min(shape[0], Self.channelLimit), shape[1] * shape[2])
            tiles = (0..<channels).map { channel in
                TileGrid.Tile(
                    name: "\(channel)", rows: shape[1], columns: shape[2],
                    values: Array(map.scalars[channel * size..<(channel + 1) * size]))
            }
            caption =
                (channels < shape[0] ? "The first \(channels) of " : "") + "\(shape[0]) channels of "
                + "\(shape[1]) × \(shape[2]). \(caption)."
        } else {
            tiles = [TileGrid.Tile.vector(map.scalars)]
            caption = "\(map.count) values, row by row. \(caption)."
        }
        let isPositive = map.scalars.allSatisfy { $0 >= 0 }
        return TileGrid(
            title: heading ?? "\(graph.name): values of \(name) (\(node.layer.kind))", tiles: tiles,
            range: isPositive ? .fromZero : .symmetric, valueName: "value", caption: caption,
            source: Self.source(batch, shape: graph.inputShape, name: className(labels[0])))
    }

    /// The image itself, its channels averaged; nil for a list of features.
    private static func source(_ batch: Tensor, shape: [Int], name: String) -> TileGrid.Tile? {
        guard shape.count == 3 else { return nil }
        let size = shape[1] * shape[2]
        let values = (0..<size).map { place in
            (0..<shape[0]).reduce(Float(0)) { $0 + batch.scalars[$1 * size + place] } / Float(shape[0])
        }
        return TileGrid.Tile(name: name, rows: shape[1], columns: shape[2], values: values)
    }
}

extension TileGrid.Tile {
    /// Values in a row, or in several of 32.
    fileprivate static func vector(_ values: [Float]) -> TileGrid.Tile {
        let columns = min(32, max(1, values.count))
        let rows = max(1, (values.count + columns - 1) / columns)
        // What fills the last row is no number, and grey.
        let filled = values + Array(repeating: .nan, count: rows * columns - values.count)
        return TileGrid.Tile(name: "", rows: rows, columns: columns, values: filled)
    }
}
