import SynfireAnalysis
import SynfireFormats
import SynfireSpikingNetworks
import SynfireUnits

/// Pictures of variables over time.
extension PlotCommand {
    /// How many lines are drawn where nobody chooses.
    private static let usualLines = 12

    func tracePlot(_ traces: TraceFile) throws -> any Picture {
        guard !traces.reports.isEmpty else {
            throw RequestError(
                "'\(file)' has no potentials or other variables: record some with 'synfire simulate --record v:POPULATION'"
            )
        }
        let variable = try chosenVariable(traces)
        let known = traces.reports.filter { variable == $0.shownVariable }
        let names = try chosen(among: known.map(\.population))
        let reports = known.filter { names.contains($0.population) }
        let ends = reports.map { $0.time(of: $0.samples) }
        let range = try window(default: min(0, reports.map(\.start).min() ?? 0)...max(0, ends.max() ?? 0))
        let columns = try chosenColumns(reports)
        var lines: [TracePlot.Trace] = []
        for (report, columns) in zip(reports, columns) where !columns.isEmpty {
            let (first, values) = try traces.samples(
                of: report.name, from: range.lowerBound, to: range.upperBound.nextUp)
            let width = report.neurons.count
            for column in columns {
                lines.append(
                    TracePlot.Trace(
                        name: "\(report.population)[\(report.neurons[column])]",
                        points: stride(from: column, to: values.count, by: width).map { position in
                            PlotPoint(x: report.time(of: first + position / width), y: Double(values[position]))
                        }))
            }
        }
        let units = Set(reports.map(\.units)).sorted().joined(separator: ", ")
        let name = variable == "v" ? "membrane potential" : variable
        return TracePlot(
            title: title, traces: lines, valueName: units == "1" || units.isEmpty ? name : "\(name) (\(units))",
            caption: caption(reports, columns))
    }

    /// How many neurons are shown, of how many that were recorded.
    private func caption(_ reports: [TraceFile.Report], _ columns: [[Int]]) -> String {
        let parts = zip(reports, columns).map { report, columns in
            let (shown, all) = (columns.count, report.neurons.count)
            return shown == all
                ? "all \(all) recorded neurons of \(report.population)"
                : "\(shown) of \(all) recorded neurons of \(report.population)"
        }
        let isCut = neurons == nil && zip(reports, columns).contains { $0.neurons.count > $1.count }
        return parts.joined(separator: "; ") + (isCut ? "; choose others with --neurons" : "")
    }

    /// The columns of each report that are drawn.
    private func chosenColumns(_ reports: [TraceFile.Report]) throws -> [[Int]] {
        let most = TracePlot.distinctLines
        guard let neurons else {
            // Some of each population, in the order of the file.
            guard reports.count <= most else {
                throw RequestError(
                    "'\(file)' has \(reports.count) reports of this variable, but at most \(most) lines can be told apart: "
                        + "choose with --population")
            }
            let each = max(1, Self.usualLines / max(1, reports.count))
            return reports.map { Array($0.neurons.indices.prefix(each)) }
        }
        let wanted = try Self.numbers(neurons)
        let columns = reports.map { report in
            report.neurons.indices.filter { column in wanted.contains { $0.contains(report.neurons[column]) } }
        }
        for range in wanted where !reports.contains(where: { $0.neurons.contains { range.contains($0) } }) {
            let first = reports.map { "\($0.population)[\(Self.words($0.neurons))]" }.joined(separator: ", ")
            let name = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
            throw RequestError("--neurons names \(name), which was not recorded; '\(file)' has \(first)")
        }
        let count = columns.reduce(0) { $0 + $1.count }
        guard count <= most else {
            throw RequestError(
                "--neurons \(neurons) chooses \(count) neurons, but at most \(most) lines can be told apart: choose fewer, "
                    + "or one population with --population")
        }
        return columns
    }

    /// `0,5,10-20` as ranges.
    private static func numbers(_ text: String) throws -> [ClosedRange<Int>] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { word in
                word.allSatisfy { $0.isASCII && $0.isNumber } ? Int(word) : nil
            }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last,
                last <= Int(Int32.max)
            else {
                throw RequestError("--neurons '\(text)': '\(part)' is no neuron or range: write them as 0,5,10-20")
            }
            return first...last
        }
    }

    /// Ascending numbers in short: `0-9, 12`, at most eight ranges.
    private static func words(_ numbers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for number in Set(numbers).sorted() {
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        let shown = ranges.prefix(8).map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
        return shown.joined(separator: ",") + (ranges.count > 8 ? ",…" : "")
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
}

extension TraceFile.Report {
    /// What is sampled; files that do not say have potentials.
    fileprivate var shownVariable: String { variable ?? "v" }
}
