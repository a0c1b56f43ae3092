import SynfireAnalysis
import SynfireNeuralNetworks
import SynfireTensors

/// The weights of a layer as a picture.
struct FilterPicture {
    let graph: Graph
    let layer: String?
    let title: String?

    /// The most filters, and the most channels of each, that are drawn where filters read several channels.
    private static let matrixLimit = 16
    /// The most filters that are drawn where each reads one channel.
    private static let tileLimit = 256
    /// The most rows and columns of weights that are drawn as one grid.
    private static let gridLimit = 256

    func picture() throws -> any Picture {
        let (node, weight) = try chosen()
        let shape = weight.shape
        let (outputs, inputs) = (shape[0], shape[1])
        let window: (rows: Int, columns: Int)
        if shape.count == 2 {
            // A layer on a flattened image: each output's weights are an image.
            guard let image = imageShape(before: node) else {
                return grid(node, weight, rows: outputs, columns: inputs)
            }
            return tiles(
                node, weight, filters: outputs, channels: image[0], window: (image[1], image[2]),
                what: "weights of \(outputs) outputs on ")
        } else {
            window = shape.count == 4 ? (shape[2], shape[3]) : (1, shape[2])
        }
        // Of 1 × 1 there is nothing to see in a filter alone.
        if window == (1, 1) { return grid(node, weight, rows: outputs, columns: inputs) }
        return tiles(
            node, weight, filters: outputs, channels: inputs, window: window,
            what: "\(outputs) filters of \(window.rows) × \(window.columns) on ")
    }

    /// The layer that was asked for, or the first with filters, else with weights.
    private func chosen() throws -> (Graph.Node, Tensor) {
        func weight(_ node: Graph.Node) -> Tensor? {
            node.layer.parameters.first { $0.name == "weight" && (2...4).contains($0.tensor.shape.count) }?.tensor
        }
        if let layer {
            let node = graph.nodes[try graph.index(of: layer)]
            guard let weight = weight(node) else {
                let known = graph.nodes.filter { weight($0) != nil }.map(\.name)
                throw RequestError(
                    "the layer '\(layer)' (\(node.layer.kind)) has no filters; layers with some: "
                        + known.joined(separator: ", "))
            }
            return (node, weight)
        }
        let known = graph.nodes.compactMap { node in weight(node).map { (node, $0) } }
        guard let first = known.first(where: { $0.1.shape.count > 2 }) ?? known.first else {
            throw RequestError("the network '\(graph.name)' has no layer with filters")
        }
        return first
    }

    /// The shape of the feature map that a layer reads as a list, going back over layers that only flatten.
    private func imageShape(before node: Graph.Node) -> [Int]? {
        var name = node.inputs[0]
        while let source = graph[name], source.layer is Flatten || source.layer is Dropout {
            name = source.inputs[0]
        }
        guard let shape = graph.shapes[name], shape.count == 3, shape[1] * shape[2] > 1 else { return nil }
        return shape
    }

    private func heading(_ node: Graph.Node) -> String {
        title ?? "\(graph.name): weights of \(node.name) (\(node.layer.kind))"
    }

    private func tiles(
        _ node: Graph.Node, _ weight: Tensor, filters: Int, channels: Int, window: (rows: Int, columns: Int),
        what: String
    ) -> TileGrid {
        let size = window.rows * window.columns
        let isPlain = channels == 1
        let shownFilters = min(filters, isPlain ? Self.tileLimit : Self.matrixLimit)
        let shownChannels = min(channels, Self.matrixLimit)
        let tiles = (0..<shownFilters).flatMap { filter in
            (0..<shownChannels).map { channel in
                let start = (filter * channels + channel) * size
                return TileGrid.Tile(
                    name: "\(isPlain ? filter : channel)", rows: window.rows, columns: window.columns,
                    values: Array(weight.scalars[start..<start + size]))
            }
        }
        var caption = what + (channels == 1 ? "1 channel" : "\(channels) channels")
        if !isPlain { caption += ", filters down and channels across" }
        if shownFilters < filters || shownChannels < channels {
            caption += "; shown are the first \(shownFilters)" + (isPlain ? "" : " and \(shownChannels)")
        }
        return TileGrid(
            title: heading(node), tiles: tiles, range: .symmetric,
            arrangement: isPlain
                ? .wrapped : .matrix(columns: shownChannels, lines: (0..<shownFilters).map { "\($0)" }),
            valueName: "weight", caption: caption.prefix(1).uppercased() + caption.dropFirst() + ".")
    }

    private func grid(_ node: Graph.Node, _ weight: Tensor, rows: Int, columns: Int) -> TileGrid {
        let (shownRows, shownColumns) = (min(rows, Self.gridLimit), min(columns, Self.gridLimit))
        let values = (0..<shownRows).flatMap { row in
            weight.scalars[row * columns..<row * columns + shownColumns]
        }
        var caption = "\(rows) outputs down, \(columns) inputs across"
        if shownRows < rows || shownColumns < columns {
            caption += "; shown are the first \(shownRows) and \(shownColumns)"
        }
        return TileGrid(
            title: heading(node),
            tiles: [TileGrid.Tile(name: "", rows: shownRows, columns: shownColumns, values: values)],
            range: .symmetric, valueName: "weight", caption: caption + ".")
    }
}
