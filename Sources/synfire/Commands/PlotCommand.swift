import Analysis
import ArgumentParser
import Formats
import Foundation
import SpikingNetworks
import Units

/// `synfire plot`: a picture of traces.
struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draws traces as an SVG picture.",
        discussion: """
            Examples:
              synfire plot traces.h5 --kind raster --out raster.svg
              synfire plot traces.h5 --kind trace --population fc2 \\
                --from 0 --to 64ms --out outputs.svg
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case raster, rate, trace, isi
    }

    @Argument(help: "Traces (.h5), Synfire's or any file in SONATA's spike layout.")
    var traces: String

    @Option(help: "The picture: raster, rate (of populations), trace (potentials) or isi (intervals between spikes).")
    var kind = Kind.raster

    @Option(help: "The population; may be given several times. Default: all.")
    var population: [String] = []

    @Option(help: "The first time shown, such as 0 or 64ms. Default: the start.")
    var from: String?

    @Option(help: "The last time shown. Default: the end.")
    var to: String?

    @Option(name: [.customLong("out"), .customShort("o")], help: "The picture (.svg).")
    var out: String

    @Flag(help: "Replace the output if it exists.")
    var force = false

    @OptionGroup var output: PrintOptions

    private struct Result: Encodable {
        let kind: String
        let out: String
    }

    func run() throws {
        try Output.check(out, force: force)
        let file = try TraceFile(try Input.file(traces))
        let picture: any Picture = kind == .trace ? try tracePlot(file) : try spikePlot(file)
        try Output.write(picture.svg(), to: out, force: force)
        if output.json { return try Output.json(Result(kind: kind.rawValue, out: out)) }
        print("written to \(out)")
    }

    private var title: String { URL(fileURLWithPath: traces).lastPathComponent }

    /// The window, by default all that is recorded.
    private func window(_ file: TraceFile, end: Double) throws -> ClosedRange<Double> {
        let low = try from.map { try Milliseconds(parsing: $0).value } ?? 0
        let high = try to.map { try Milliseconds(parsing: $0).value } ?? max(end, low)
        guard low <= high else { throw RequestError("--from \(low) ms is after --to \(high) ms") }
        return low...high
    }

    private func spikePlot(_ file: TraceFile) throws -> any Picture {
        let names = try chosen(among: file.populations.map(\.name))
        let ends = try names.map { try file.timeRange(of: $0)?.upperBound ?? 0 }
        let recorded = (file.trialDuration ?? 0) * Double(file.trials.count)
        let range = try window(file, end: max(recorded, ends.max() ?? 0))
        let events = try names.map { name in
            let train = try file.spikes(of: name, from: range.lowerBound, to: range.upperBound)
            let shape = try file.population(named: name).shape
            let highest = train.neurons.map(Int.init).max().map { $0 + 1 } ?? 0
            return SpikeEvents(
                name: name, neuronCount: max(shape?.reduce(1, *) ?? 0, highest, 1), times: train.times,
                neurons: train.neurons.map(Int.init))
        }
        switch kind {
        case .rate:
            guard range.lowerBound < range.upperBound else {
                throw RequestError("there is no time to draw a rate over")
            }
            return RatePlot(title: title, populations: events, range: range.lowerBound..<range.upperBound)
        case .isi: return ISIHistogram(title: title, intervals: events.flatMap(\.intervals))
        case .raster, .trace:
            return RasterPlot(
                title: title, bands: events, range: range,
                separators: file.trials.filter { range.contains($0.start) }.map { trial in
                    RasterPlot.Separator(time: trial.start, label: trial.label.map { "\($0)" } ?? "")
                })
        }
    }

    private func tracePlot(_ file: TraceFile) throws -> any Picture {
        guard !file.reports.isEmpty else {
            throw RequestError(
                "'\(traces)' has no potentials: record some with 'synfire simulate --record v:POPULATION'")
        }
        let names = try chosen(among: file.reports.map(\.population))
        let ends = file.reports.map { $0.time(of: $0.samples) }
        let range = try window(file, end: ends.max() ?? 0)
        var lines: [TracePlot.Trace] = []
        for report in file.reports where names.contains(report.population) {
            let (first, values) = try file.samples(
                of: report.population, from: range.lowerBound, to: range.upperBound.nextUp)
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
        return TracePlot(title: title, traces: lines)
    }

    private func chosen(among names: [String]) throws -> [String] {
        for name in population where !names.contains(name) {
            throw RequestError("'\(traces)' has no population '\(name)'; \(NearestName.hint(name, among: names))")
        }
        return population.isEmpty ? names : population
    }
}
