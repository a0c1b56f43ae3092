extension DemoReport {
    /// The report as one page of HTML that needs nothing else: style and pictures are in it, and there is no script.
    public func html() -> String {
        var body = "<header>\n<h1>\(Markup.escape(title))</h1>\n<p class=\"lead\">\(Markup.escape(summary))</p>\n"
        body += tiles + "</header>\n"
        body += Page.section("What was run", Page.facts(facts))
        body += accuracySection
        if !layers.isEmpty { body += layerSection }
        if !examples.isEmpty {
            body += Page.section(
                "Some images", examples.map(\.html).joined(),
                note:
                    "Left what the network saw; right the output of each class over time and every spike on the way there."
            )
        }
        if !files.isEmpty { body += Page.section("Files", Page.facts(files)) }
        if !recipes.isEmpty {
            body += Page.section("Opening the traces elsewhere", recipes.map(Page.code).joined())
        }
        return Page.document(title: title, style: PageStyle.css + DrawingStyle.css, body: body)
    }

    private var tiles: String {
        guard let last = accuracy.rows.last else { return "" }
        let tiles = [
            (
                Numerals.percent(accuracy.annAccuracy, places: 2),
                "of \(Numerals.grouped(accuracy.imageCount)) images right, ANN"
            ),
            (Numerals.percent(last.accuracy, places: 2), "right as a spiking network, T = \(last.steps)"),
            (Numerals.decimal(last.spikesPerNeuron, places: 2), "spikes per neuron and image, T = \(last.steps)"),
            (ratio(last), "synaptic operations per ANN multiply-accumulate, T = \(last.steps)"),
        ]
        let cells = tiles.map { "<div><b>\(Markup.escape($0.0))</b><span>\(Markup.escape($0.1))</span></div>\n" }
        return "<div class=\"tiles\">\n\(cells.joined())</div>\n"
    }

    private func ratio(_ row: Accuracy.Row) -> String {
        accuracy.annOperations > 0 ? Numerals.fixed(row.synapticOperations / accuracy.annOperations, places: 2) : "–"
    }

    private var accuracySection: String {
        let rows = accuracy.rows.map { row in
            let difference = (row.accuracy - accuracy.annAccuracy) * 100
            return [
                "\(row.steps)", Numerals.percent(accuracy.annAccuracy, places: 2),
                Numerals.percent(row.accuracy, places: 2),
                (difference > 0 ? "+" : "") + Numerals.fixed(difference, places: 2),
                Numerals.fixed(row.spikesPerNeuron, places: 2), Numerals.compact(row.synapticOperations),
                Numerals.compact(accuracy.annOperations), ratio(row),
            ]
        }
        let table = Page.table(
            head: [
                "T", "ANN accuracy", "SNN accuracy", "difference (points)", "spikes per neuron", "synaptic operations",
                "ANN MACs", "ratio",
            ], rows: rows)
        return Page.section(
            "Accuracy and operations", table + Page.figure(accuracy.plot.drawing()),
            note:
                "Means over \(Numerals.grouped(accuracy.imageCount)) images; operations are for one image. A synaptic operation "
                + "adds one weight where a spike arrives; a multiply-accumulate (MAC) multiplies and adds.")
    }

    private var layerSection: String {
        let rows = layers.map { layer in
            let sorted = layer.thresholds.sorted()
            let thresholds = [sorted.first, sorted.isEmpty ? nil : Self.median(sorted), sorted.last].map { value in
                value.map { Numerals.significant($0) } ?? "–"
            }
            return [layer.name, Numerals.grouped(layer.neuronCount)] + thresholds + [
                layer.correlation.map { Numerals.fixed($0, places: 4) } ?? "–",
                Numerals.fixed(layer.meanError, places: 4),
                Numerals.percent(layer.silentShare), Numerals.percent(layer.saturatedShare),
            ]
        }
        let table = Page.table(
            head: [
                "layer", "neurons", "threshold, least", "median", "greatest", "correlation", "mean error", "silent",
                "saturated",
            ], rows: rows)
        let clouds = layers.enumerated().filter { !$0.element.points.isEmpty }.map { index, layer in
            let plot = ScatterPlot(
                title: layer.name, points: layer.points, xName: "ANN activation", yName: "SNN rate", showsIdentity: true
            )
            return Page.figure(plot.drawing(width: 250, panelHeight: 170, series: index))
        }
        return Page.section(
            "Layer by layer", table + (clouds.isEmpty ? "" : "<div class=\"small\">\n\(clouds.joined())</div>\n"),
            note:
                "How well the rate of each spiking neuron follows the activation it stands for. Points on the dashed line are exact. "
                + "Silent neurons never fire for these images; saturated ones fire in every step and would need a higher threshold."
        )
    }

    private static func median(_ sorted: [Double]) -> Double {
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

extension DemoReport.Example {
    /// The example as a card.
    fileprivate var html: String {
        let isRight = prediction == label
        let verdict = isRight ? "✓ \(classNames[prediction])" : "✗ \(classNames[prediction])"
        var words = "<p>image \(index)<br/>label: \(Markup.escape(classNames[label]))<br/>"
        words += "SNN: <span class=\"\(isRight ? "good" : "bad")\">\(Markup.escape(verdict))</span>"
        if let annPrediction { words += "<br/>ANN: \(Markup.escape(classNames[annPrediction]))" }
        words += "</p>"
        let picture =
            "<img src=\"\(image.dataAddress)\" width=\"\(image.width)\" height=\"\(image.height)\" "
            + "alt=\"image \(index): \(Markup.escape(classNames[label]))\"/>"
        let plot = OutputPlot(
            outputs: outputs, classNames: classNames, label: label, prediction: prediction, duration: duration,
            timeName: timeName)
        let raster = RasterPlot(title: "", bands: spikes, range: 0...duration, timeName: timeName)
        // The same margins, so that a moment is at the same place in both.
        let left = max(raster.leftMargin, 64)
        var figures = ""
        if !outputs.isEmpty { figures += Page.figure(plot.drawing(width: 700, left: left)) }
        if !spikes.isEmpty {
            let right = outputs.isEmpty ? 18 : plot.rightMargin
            // A page with many examples must stay light: fewer marks each than in a picture of its own.
            figures += Page.figure(
                raster.drawing(width: 700, heightLimit: 260, left: left, right: right, markLimit: 8000))
        }
        return "<article class=\"example\">\n<div>\(picture)\(words)</div>\n<div>\(figures)</div>\n</article>\n"
    }
}
