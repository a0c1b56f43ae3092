import ArgumentParser
import Foundation
import SynfireAnalysis
import SynfireFormats
import SynfireSpikingNetworks
import SynfireUnits

/// `synfire plot`: a picture of traces, or of a trained network.
struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draws traces, or a trained network, as an SVG picture.",
        discussion: """
            Examples:
              synfire plot traces.h5 --kind raster --out raster.svg
              synfire plot traces.h5 --kind trace --population fc2 \\
                --from 0 --to 64ms --out outputs.svg
              synfire plot traces.h5 --kind trace --population fc2 \\
                --variable v --neurons 0,2,5-9 --out potentials.svg
              synfire plot traces.h5 --kind activity --neurons 50 \\
                --bin 1ms --out activity.svg
              synfire plot traces.h5 --kind rates --out rates.svg
              synfire plot models/fashion-cnn/weights.h5 --kind filters \\
                --layer conv1 --out filters.svg
              synfire plot models/fashion-cnn/weights.h5 \\
                --kind feature-maps --layer relu1 \\
                --data fashion-mnist-sample:7-7 --out maps.svg
              synfire plot models/fashion-cnn/weights.h5 --kind confusion \\
                --data fashion-mnist-sample --out confusion.svg
              synfire plot models/fashion-cnn/weights.h5 --kind curves \\
                --out curves.svg
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case raster, rate, trace, isi, activity, rates
        case filters, confusion, curves
        case featureMaps = "feature-maps"

        /// Whether it shows a trained network rather than traces.
        var isOfNetwork: Bool { [.filters, .featureMaps, .confusion, .curves].contains(self) }
    }

    @Argument(
        help: """
            Traces (.h5), Synfire's or any file in SONATA's spike layout; for filters, feature-maps and confusion a \
            trained network (.h5); for curves one, a checkpoint or a training's log (.csv, .h5).
            """, completion: .file(extensions: ["h5", "hdf5", "csv", "checkpoint"]))
    var file: String

    @Option(
        help: """
            The picture: raster, rate (of populations, over time), trace (of a variable), isi (intervals between spikes), \
            activity (raster above population rates), rates (of neurons, with irregularity and synchrony); filters \
            (weights of a layer), feature-maps (a layer's values for an image), confusion (of classes) or curves (the \
            course of a training).
            """)
    var kind = Kind.raster

    @Option(help: "The population; may be given several times. Default: all.")
    var population: [String] = []

    @Option(help: "The variable that --kind trace draws, such as v. Default: the only one, or v.")
    var variable: String?

    @Option(help: "The first time shown, such as 0 or 64ms. Default: the start.")
    var from: String?

    @Option(help: "The last time shown. Default: the end.")
    var to: String?

    @Option(name: .customLong("title"), help: "What stands above the picture. Default: the name of the file.")
    var heading: String?

    @Option(help: "The length of a bin of rate and activity, such as 1ms. Default: what suits the time shown.")
    var bin: String?

    @Option(
        help: """
            For activity the most neurons of a population that are shown (default: 100); for trace which neurons are, such \
            as 0,5,10-20 (default: the first 12 that were recorded).
            """)
    var neurons: String?

    @Option(
        help: ArgumentHelp(
            "A mean rate in spikes/s to compare with, for rates; may be given several times.",
            valueName: "population=rate"))
    var reference: [String] = []

    @Option(help: "The layer of filters and feature-maps. Default: the first that has any.")
    var layer: String?

    @Option(
        help: """
            The images of feature-maps (the first of them) and confusion: NAME[:SPLIT][:COUNT or FIRST-LAST] or a file.
            """, completion: .data)
    var data: String?

    @Option(
        name: [.customLong("out"), .customShort("o")], help: "The picture (.svg).", completion: .files(.picture))
    var out: String

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var output: PrintOptions

    private struct Result: Encodable {
        let kind: String
        let out: String
    }

    func run() throws {
        try checkOptions()
        try OutputKind.picture.check(out)
        try Output.check(out, force: force)
        let picture: any Picture
        if kind.isOfNetwork {
            picture = try networkPicture()
        } else {
            let traces = try TraceFile(try Input.file(file))
            picture = kind == .trace ? try tracePlot(traces) : try spikePlot(traces)
        }
        try Output.refuseInputs()
        try Output.write(picture.svg(), to: out, force: force)
        if output.json { return try Output.json(Result(kind: kind.rawValue, out: out)) }
        Console.print("written to \(out)")
    }

    /// The most neurons of a population that activity shows, where that is said.
    private func neuronLimit() throws -> Int? {
        guard kind == .activity, let neurons else { return nil }
        guard let count = Int(neurons), (1...1_000_000).contains(count) else {
            throw RequestError("--neurons is '\(neurons)': for activity give a number from 1 to 1000000")
        }
        return count
    }

    /// Refuses an option that the picture would not heed.
    private func checkOptions() throws {
        if bin != nil, kind != .rate, kind != .activity {
            throw RequestError("--bin is for the pictures rate and activity, not for \(kind.rawValue)")
        }
        if neurons != nil, kind != .activity, kind != .trace {
            throw RequestError("--neurons is for the pictures activity and trace, not for \(kind.rawValue)")
        }
        if variable != nil, kind != .trace, !kind.isOfNetwork {
            throw RequestError("--variable is for the picture trace, not for \(kind.rawValue)")
        }
        _ = try neuronLimit()
        if !reference.isEmpty, kind != .rates {
            throw RequestError("--reference is for the picture rates, not for \(kind.rawValue)")
        }
        if layer != nil, kind != .filters, kind != .featureMaps {
            throw RequestError("--layer is for the pictures filters and feature-maps, not for \(kind.rawValue)")
        }
        if data != nil, kind != .featureMaps, kind != .confusion {
            throw RequestError("--data is for the pictures feature-maps and confusion, not for \(kind.rawValue)")
        }
        if kind.isOfNetwork {
            let others = [
                ("--population", !population.isEmpty), ("--variable", variable != nil), ("--from", from != nil),
                ("--to", to != nil),
            ]
            if let other = others.first(where: \.1) {
                throw RequestError("\(other.0) is for pictures of traces, not for \(kind.rawValue)")
            }
        }
    }

    private func references(among names: [String]) throws -> [String: Double] {
        var found: [String: Double] = [:]
        for text in reference {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let rate = Double(parts[1]), rate.isFinite, rate >= 0 else {
                throw RequestError("--reference '\(text)' is not POPULATION=RATE with a rate in spikes/s, at least 0")
            }
            guard names.contains(parts[0]) else {
                throw RequestError(
                    "--reference: there is no population '\(parts[0])'; \(NearestName.hint(parts[0], among: names))")
            }
            found[parts[0]] = rate
        }
        return found
    }

    private func binLength(in range: Range<Double>) throws -> Double? {
        guard let bin else { return nil }
        let length = try Milliseconds(parsing: bin).value
        let span = range.upperBound - range.lowerBound
        // A hundred thousand bins are more than any picture has pixels.
        guard length > 0, span / length <= 100_000 else {
            throw RequestError("--bin \(bin) is not between a 100,000th of the time shown, \(span) ms, and all of it")
        }
        return length
    }

    var title: String { heading ?? URL(fileURLWithPath: file).lastPathComponent }

    /// The window, by default all that is recorded; both ends are in it.
    func window(default all: ClosedRange<Double>) throws -> ClosedRange<Double> {
        let low = try from.map { try Milliseconds(parsing: $0).value } ?? min(all.lowerBound, 0)
        let high = try to.map { try Milliseconds(parsing: $0).value } ?? max(all.upperBound, low)
        guard low <= high else { throw RequestError("--from \(low) ms is after --to \(high) ms") }
        return low...high
    }

    private func spikePlot(_ traces: TraceFile) throws -> any Picture {
        let names = try chosen(among: traces.populations.map(\.name))
        let range = try window(default: traces.recordedRange(of: names))
        let events = try names.map { try SpikeEvents(traces, population: $0, in: range) }
        let open = range.lowerBound..<range.upperBound
        if open.isEmpty, [.rate, .activity, .rates].contains(kind) {
            throw RequestError("there is no time to draw a rate over")
        }
        switch kind {
        case .rate: return RatePlot(title: title, populations: events, range: open, bin: try binLength(in: open))
        case .activity:
            return ActivityPlot(
                title: title, populations: events, range: open, bin: try binLength(in: open),
                neuronLimit: try neuronLimit() ?? ActivityPlot.usualNeuronLimit)
        case .rates:
            return RatesPlot(
                title: title, populations: events, range: open, references: try references(among: names))
        case .isi: return ISIHistogram(title: title, intervals: events.flatMap(\.intervals))
        default:
            return RasterPlot(
                title: title, bands: events, range: range,
                separators: traces.trials.filter { range.contains($0.start) }.map { trial in
                    RasterPlot.Separator(time: trial.start, label: trial.label.map { "\($0)" } ?? "")
                })
        }
    }

    func chosen(among names: [String]) throws -> [String] {
        for name in population where !names.contains(name) {
            throw RequestError("'\(file)' has no population '\(name)'; \(NearestName.hint(name, among: names))")
        }
        return population.isEmpty ? names : population
    }
}
