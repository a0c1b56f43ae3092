/// How a training went: the loss on the left, the accuracy on the right, over the epochs.
public struct TrainingCurves: Picture {
    /// The figures of an epoch.
    public struct Point: Sendable, Equatable {
        /// The epoch, from 1.
        public let epoch: Int
        /// The mean loss over the training samples.
        public let loss: Double
        /// The part of the training samples told right, from 0 to 1.
        public let accuracy: Double
        /// The mean loss over the validation samples, where there are some.
        public let validationLoss: Double?
        /// The part of the validation samples told right, from 0 to 1.
        public let validationAccuracy: Double?

        /// Joins figures.
        public init(
            epoch: Int, loss: Double, accuracy: Double, validationLoss: Double? = nil,
            validationAccuracy: Double? = nil
        ) {
            self.epoch = epoch
            self.loss = loss
            self.accuracy = accuracy
            self.validationLoss = validationLoss
            self.validationAccuracy = validationAccuracy
        }
    }

    /// Written above the picture.
    public var title: String
    /// The epochs, in their order.
    public var points: [Point]
    /// The last epoch that the axis shows, where the training is not at its end yet.
    public var epochs: Int?

    /// Describes the course of a training.
    public init(title: String, points: [Point], epochs: Int? = nil) {
        self.title = title
        self.points = points
        self.epochs = epochs
    }

    /// The epoch with the best validation accuracy; of equal ones the first.
    private var best: Point? {
        points.filter { $0.validationAccuracy?.isFinite == true }.max {
            ($0.validationAccuracy ?? 0) < ($1.validationAccuracy ?? 0)
        }.flatMap { top in points.first { $0.validationAccuracy == top.validationAccuracy } }
    }

    /// Draws it.
    public func drawing() -> Drawing {
        let hasValidation = points.contains { $0.validationAccuracy != nil || $0.validationLoss != nil }
        let x = epochScale
        let losses = Scale.linear([0] + points.map(\.loss) + points.compactMap(\.validationLoss), ticks: 6)
        let shares = points.map { $0.accuracy * 100 } + points.compactMap { $0.validationAccuracy.map { $0 * 100 } }
        let accuracies = Scale.linear(shares, ticks: 6)
        let width = 760.0, top = 66.0, height = 230.0
        let margins = [losses, accuracies].map { Panel.leftMargin(for: $0, hasName: true) }
        let inner = (width - margins[0] - margins[1] - 20 - 20) / 2
        let left = Panel(frame: Frame(x: margins[0], y: top, width: inner, height: height), x: x, y: losses)
        let right = Panel(
            frame: Frame(x: left.frame.right + 20 + margins[1], y: top, width: inner, height: height), x: x,
            y: accuracies)

        var canvas = Canvas()
        canvas.text(Canvas.fit(title, width: width - 24, size: 15), x: 12, y: 22, style: "sf-title")
        let names = hasValidation ? ["training", "validation"] : ["training"]
        Legend(entries: isMarked ? Legend.Entry.series(names) : Legend.Entry.lines(names))
            .draw(on: &canvas, x: left.frame.x, y: 36, width: width - margins[0])
        left.drawAxes(on: &canvas, xName: "epoch", yName: "loss")
        right.drawAxes(on: &canvas, xName: "epoch", yName: "accuracy (%)")
        if points.isEmpty {
            for panel in [left, right] {
                canvas.text(
                    "no epoch is complete", x: panel.frame.x + panel.frame.width / 2,
                    y: panel.frame.y + panel.frame.height / 2, anchor: .middle, style: "sf-note")
            }
        }
        if let best {
            for panel in [left, right] {
                let place = panel.horizontal(Double(best.epoch))
                canvas.line(x1: place, y1: panel.frame.y, x2: place, y2: panel.frame.bottom, style: "sf-rule")
            }
        }
        draw(on: &canvas, left, series: 0) { $0.loss }
        draw(on: &canvas, left, series: 1) { $0.validationLoss }
        draw(on: &canvas, right, series: 0) { $0.accuracy * 100 }
        draw(on: &canvas, right, series: 1) { $0.validationAccuracy.map { $0 * 100 } }
        let bottom = top + height + Panel.bottomMargin
        canvas.text(caption, x: 12, y: bottom + 12, style: "sf-note")
        return Drawing(
            width: width, height: bottom + 24, title: title.isEmpty ? "Course of a training" : title, summary: summary,
            body: canvas.body)
    }

    private func draw(
        on canvas: inout Canvas, _ panel: Panel, series: Int, _ value: (Point) -> Double?
    ) {
        let line = points.map { PlotPoint(x: Double($0.epoch), y: value($0) ?? .nan) }
        canvas.path(panel.linePath(line), style: "sf-line sf-l\(series)", attributes: "stroke-width=\"2\"")
        if isMarked { panel.drawMarks(on: &canvas, at: line, series: series, radius: 3) }
    }

    /// Marks on a long training would make a band of the line.
    private var isMarked: Bool { points.count <= 40 }

    /// Epochs are whole: no tick stands between two.
    private var epochScale: Scale {
        let first = points.first.map(\.epoch) ?? 1
        let last = max(points.last?.epoch ?? 1, epochs ?? 1, first + 1)
        let scale = Scale.linear([Double(first), Double(last)], ticks: 8, isRounded: false)
        let room = Double(last - first) * 0.02
        return Scale(
            kind: .linear, lower: scale.lower - room, upper: scale.upper + room,
            ticks: scale.ticks.filter { $0.value == $0.value.rounded() }.map {
                Scale.Tick(value: $0.value, label: Numerals.decimal($0.value))
            })
    }

    private var caption: String {
        guard let last = points.last else { return "" }
        var text =
            "after epoch \(last.epoch): loss \(Numerals.fixed(last.loss, places: 4)), accuracy "
            + Numerals.percent(last.accuracy, places: 2)
        if let share = last.validationAccuracy { text += ", validation \(Numerals.percent(share, places: 2))" }
        if let best, let share = best.validationAccuracy, best.epoch != last.epoch {
            text +=
                "; dashed: the best validation accuracy, \(Numerals.percent(share, places: 2)) in epoch \(best.epoch)"
        } else if best != nil {
            text += "; dashed: the best validation accuracy"
        }
        return text
    }

    private var summary: String {
        points.isEmpty ? "No epoch is complete" : "Loss and accuracy over \(points.count) epochs, \(caption)"
    }
}
