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

    @Option(help: "The most neurons of a population that activity shows. Default: 100.")
    var neurons: Int?

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
        try Output.check(out, force: force)
        let picture: any Picture
        if kind.isOfNetwork {
            picture = try networkPicture()
        } else {
            let traces = try TraceFile(try Input.file(file))
            picture = kind == .trace ? try tracePlot(traces) : try spikePlot(traces)
        }
        try Output.write(picture.svg(), to: out, force: force)
        if output.json { return try Output.json(Result(kind: kind.rawValue, out: out)) }
        Console.print("written to \(out)")
    }

    /// Refuses an option that the picture would not heed.
    private func checkOptions() throws {
        if bin != nil, kind != .rate, kind != .activity {
            throw RequestError("--bin is for the pictures rate and activity, not for \(kind.rawValue)")
        }
        if let neurons {
            guard kind == .activity else {
                throw RequestError("--neurons is for the picture activity, not for \(kind.rawValue)")
            }
            guard neurons >= 1 else { throw RequestError("--neurons is \(neurons): show at least 1") }
        }
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

    private var title: String { heading ?? URL(fileURLWithPath: file).lastPathComponent }

    /// The window, by default all that is recorded.
    private func window(_ file: TraceFile, end: Double) throws -> ClosedRange<Double> {
        let low = try from.map { try Milliseconds(parsing: $0).value } ?? 0
        let high = try to.map { try Milliseconds(parsing: $0).value } ?? max(end, low)
        guard low <= high else { throw RequestError("--from \(low) ms is after --to \(high) ms") }
        return low...high
    }

    private func spikePlot(_ traces: TraceFile) throws -> any Picture {
        let names = try chosen(among: traces.populations.map(\.name))
        let ends = try names.map { try traces.timeRange(of: $0)?.upperBound ?? 0 }
        let recorded = traces.duration ?? (traces.trialDuration ?? 0) * Double(traces.trials.count)
        let range = try window(traces, end: max(recorded, ends.max() ?? 0))
        let events = try names.map { name in
            let train = try traces.spikes(of: name, from: range.lowerBound, to: range.upperBound)
            let shape = try traces.population(named: name).shape
            let highest = train.neurons.map(Int.init).max().map { $0 + 1 } ?? 0
            return SpikeEvents(
                name: name, neuronCount: max(shape?.reduce(1, *) ?? 0, highest, 1), times: train.times,
                neurons: train.neurons.map(Int.init))
        }
        let open = range.lowerBound..<range.upperBound
        if open.isEmpty, [.rate, .activity, .rates].contains(kind) {
            throw RequestError("there is no time to draw a rate over")
        }
        switch kind {
        case .rate: return RatePlot(title: title, populations: events, range: open, bin: try binLength(in: open))
        case .activity:
            return ActivityPlot(
                title: title, populations: events, range: open, bin: try binLength(in: open),
                neuronLimit: neurons ?? ActivityPlot.usualNeuronLimit)
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

    private func tracePlot(_ traces: TraceFile) throws -> any Picture {
        guard !traces.reports.isEmpty else {
            throw RequestError(
                "'\(file)' has no potentials or other variables: record some with 'synfire simulate --record v:POPULATION'"
            )
        }
        let variable = try chosenVariable(traces)
        let reports = traces.reports.filter { variable == $0.shownVariable }
        let names = try chosen(among: reports.map(\.population))
        let ends = reports.map { $0.time(of: $0.samples) }
        let range = try window(traces, end: ends.max() ?? 0)
        var lines: [TracePlot.Trace] = []
        for report in reports where names.contains(report.population) {
            let (first, values) = try traces.samples(
                of: report.name, from: range.lowerBound, to: range.upperBound.nextUp)
            let width = report.neurons.count
            // More than a dozen lines cannot be told apart.
            for (column, neuron) in report.neurons.enumerated().prefix(12) {
                lines.append(
                    TracePlot.Trace(
                        name: "\(report.population)[\(neuron)]",
                        points: stride(from: column, to: values.count, by: width).map { position in
                            PlotPoint(x: report.time(of: first + position / width), y: Double(values[position]))
                        }))
            }
        }
        let units = Set(reports.map(\.units)).sorted().joined(separator: ", ")
        let name = variable == "v" ? "membrane potential" : variable
        return TracePlot(title: title, traces: lines, valueName: units == "1" ? name : "\(name) (\(units))")
    }

    /// The variable that is drawn: lines of two kinds have no common axis.
    private func chosenVariable(_ traces: TraceFile) throws -> String {
        var known: [String] = []
        for report in traces.reports where !known.contains(report.shownVariable) { known.append(report.shownVariable) }
        if let variable {
            guard known.contains(variable) else {
                throw RequestError(
                    "'\(file)' has no variable '\(variable)'; \(NearestName.hint(variable, among: known))")
            }
            return variable
        }
        if known.count == 1 || known.contains("v") { return known.contains("v") ? "v" : known[0] }
        throw RequestError(
            "'\(file)' has the variables \(known.joined(separator: ", ")): choose one with --variable")
    }

    private func chosen(among names: [String]) throws -> [String] {
        for name in population where !names.contains(name) {
            throw RequestError("'\(file)' has no population '\(name)'; \(NearestName.hint(name, among: names))")
        }
        return population.isEmpty ? names : population
    }
}

extension TraceFile.Report {
    /// What is sampled; files that do not say have potentials.
    fileprivate var shownVariable: String { variable ?? "v" }
}
