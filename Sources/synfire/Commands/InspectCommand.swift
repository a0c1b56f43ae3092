import ArgumentParser
import Foundation
import SynfireDatasets
import SynfireFormats
import SynfireHDF5
import SynfireNeuralNetworks
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTensors
import SynfireUnits

/// `synfire inspect`: what is in a file.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract:
            "Says what is in a file: a network, a trained model, a built network, traces, images, or any other HDF5.",
        discussion: """
            Examples:
              synfire inspect models/fashion-cnn/weights.h5
              synfire inspect models/fashion-cnn/network.yaml --json
            """)

    @Argument(help: "A file: .yaml, .h5, .nir, IDX images, or any HDF5.", completion: .file())
    var file: String

    @Option(help: "Of traces: the first time that counts for rates and CV, such as 500ms. Default: the start.")
    var from: String?

    @Option(help: "Of traces: the last time that counts. Default: the end.")
    var to: String?

    @OptionGroup var output: PrintOptions

    func run() throws {
        let contents = try Self.read(try Input.file(file), window: try window())
        if output.json { return try Output.json(contents) }
        Console.print("\(file.printable): \(contents.kind)")
        let width = contents.facts.keys.map(\.count).max() ?? 0
        for (name, value) in contents.facts.sorted(by: { $0.key < $1.key }) where !value.shown.isEmpty {
            Console.print(
                "  " + name.padding(toLength: width, withPad: " ", startingAt: 0).printable + "  "
                    + value.shown.printable)
        }
        for table in contents.tables where !table.rows.isEmpty {
            Console.print("\n\(table.title)")
            Console.print(Format.table([table.header] + Self.cells(table.rows)))
            if let totals = table.totals { Console.print("\n" + Format.table(Self.cells(totals))) }
        }
    }

    private static func cells(_ rows: [[Value]]) -> [[String]] {
        rows.map { $0.map { if case .nothing = $0 { "–" } else { $0.shown } } }
    }

    /// What a file is by its content.
    private enum Kind {
        case notHDF5, network, spiking, built, traces, images, other
    }

    private func window() throws -> ClosedRange<Double>? {
        if from == nil, to == nil { return nil }
        let start = try from.map { try Milliseconds(parsing: $0).value } ?? 0
        let end = try to.map { try Milliseconds(parsing: $0).value } ?? .infinity
        guard start < end else { throw RequestError("--from \(start) ms is not before --to \(end) ms") }
        return start...end
    }

    private static func read(_ path: String, window: ClosedRange<Double>?) throws -> Contents {
        let kind = try kind(of: path)
        guard window == nil || kind == .traces else {
            throw RequestError("--from and --to are for traces, which '\(path)' does not hold")
        }
        switch kind {
        case .notHDF5: return try idx(path) ?? described(path)
        case .network: return try network(path)
        case .spiking: return try spiking(path)
        case .built: return try builtNetwork(path)
        case .traces: return try traces(path, window: window)
        case .images: return describe(try LabelledDataset(synfireFile: path))
        case .other:
            var tree = Contents(kind: "HDF5")
            tree.tables = [.init(title: "objects", header: ["path", "what"], rows: try walk(path))]
            return tree
        }
    }

    private static func kind(of path: String) throws -> Kind {
        do {
            return try hdf5Kind(of: path)
        } catch {
            guard error.code == .notHDF5 else { throw error }
            return .notHDF5
        }
    }

    private static func hdf5Kind(of path: String) throws(HDF5Error) -> Kind {
        let file = try HDF5File.open(path)
        let root = file.root
        let names = Set(try root.children().map(\.name))
        if try root.hasAttribute("format") {
            let format = try root.attribute("format", as: String.self)
            if format == ModelFile.format || format == CheckpointFile.format { return .network }
            if format == NetworkTableFile.format { return .built }
        }
        if names.contains("node") { return .spiking }
        if names.contains("spikes") || names.contains("report") { return .traces }
        return names.contains("labels") && !names.isDisjoint(with: ["images", "features"]) ? .images : .other
    }

    private static func described(_ path: String) throws -> Contents {
        guard Input.isDescription(path) else { return try network(path) }
        return try DescriptionKind.of(path) == .experiment ? try experiment(path) : try network(path)
    }

    private static func spiking(_ path: String) throws -> Contents {
        let network = try NIRFile.read(path, maximumBytes: Input.freeMemory)
        var contents = Contents(kind: "a spiking network (NIR)")
        contents.facts = network.metadata.mapValues { .text($0) }.merging(
            [
                "name": .text(network.name), "neurons": .whole(network.neuronCount),
                "readout": network.readout.map { .text($0) } ?? .nothing, "timing": "\(network.timing)",
            ]
        ) { own, _ in own }
        contents.tables = [
            .init(
                title: "populations", header: ["population", "model", "shape", "neurons"],
                rows: network.populations.map {
                    [.text($0.name), .text($0.model.schema.name), .shape($0.shape), .whole($0.count)]
                }),
            .init(
                title: "projections", header: ["projection", "from", "to", "operators"],
                rows: network.projections.map { projection in
                    [
                        projection.name, projection.source, projection.target,
                        projection.operators.map { type(of: $0).kind }.joined(separator: " → "),
                    ].map { .text($0) }
                }),
        ]
        return contents
    }

    private static func traces(_ path: String, window: ClosedRange<Double>?) throws -> Contents {
        let file = try TraceFile(path)
        var contents = Contents(kind: "traces (SONATA)")
        func text(_ text: String?) -> Value { text.map { .text($0) } ?? .nothing }
        let own: [String: Value] = [
            "network": text(file.networkName), "trials": file.trials.isEmpty ? .nothing : .whole(file.trials.count),
            "time": .time(file.duration), "trial duration": .time(file.trialDuration),
            "wall time": .optional(file.wallTime, unit: "s", shown: Format.seconds), "created": text(file.created),
            "recorded": text(file.populations.isEmpty ? nil : file.unknownCoverage),
            "complete": .flag(file.isComplete, shown: file.isComplete ? "" : "no: the run was interrupted"),
        ]
        contents.facts = file.facts.mapValues { .text($0) }.merging(own) { _, own in own }
        if let seed = file.facts["seed"].flatMap({ UInt64($0) }) { contents.facts["seed"] = .seed(seed) }
        let known = file.trials.filter { $0.label != nil && $0.prediction != nil }
        if !known.isEmpty {
            let right = known.filter { $0.label == $0.prediction }.count
            contents.facts["accuracy"] = .optional(Double(right) / Double(known.count), shown: Format.percent)
        }
        let rows = try TraceSummary.rows(file, window: window)
        contents.populations = rows
        contents.tables = [
            .init(title: "spikes", header: TraceSummary.header, rows: rows.map(TraceSummary.cells)),
            .init(
                title: "spikes were recorded", header: ["population", "neurons", "from", "to"],
                rows: TraceSummary.windows(file)),
            .init(
                title: "reports", header: ["report", "variable", "neurons", "samples", "interval", "unit"],
                rows: file.reports.map {
                    [
                        .text($0.name), text($0.variable), .whole($0.neurons.count), .whole($0.samples),
                        .time($0.interval), $0.units.isEmpty ? .nothing : .text($0.units),
                    ]
                }),
        ]
        return contents
    }

    private static func describe(_ images: LabelledDataset) -> Contents {
        let (kind, unit) = images.shape.count < 3 ? ("labelled features", "samples") : ("labelled images", "images")
        var contents = Contents(kind: kind)
        contents.facts = [
            "name": .text(images.name), unit: .whole(images.count), "shape": .shape(images.shape),
            "source": .text(images.provenance.source), "licence": .text(images.provenance.licence),
        ]
        contents.tables = [
            .init(
                title: "classes", header: ["class", unit],
                rows: zip(images.classNames, images.classCounts).map { [.text($0), .whole($1)] })
        ]
        return contents
    }

    /// IDX images or labels; `nil` for what does not begin like them.
    private static func idx(_ path: String) throws -> Contents? {
        let handle: FileHandle
        do throws(InputFile.Fault) {
            handle = FileHandle(fileDescriptor: try InputFile.open(path), closeOnDealloc: true)
        } catch {
            throw RequestError("'\(path)' cannot be read: \(error.reason)")
        }
        let head = [UInt8]((try? handle.read(upToCount: 4)) ?? Data())
        let isGzip = head.starts(with: [0x1F, 0x8B])
        guard isGzip || (head.count == 4 && head[0] == 0 && head[1] == 0) else { return nil }
        let file = try IDXFile(path: path)
        var contents = Contents(kind: "IDX" + (isGzip ? ", compressed" : ""))
        contents.facts = ["shape": .shape(file.shape), "elements": "\(file.elementType)"]
        return contents
    }

    /// Every object that a path leads to, each once.
    private static func walk(_ path: String) throws -> [[Value]] {
        let file = try HDF5File.open(path)
        let root = file.root
        var rows: [[Value]] = []
        for child in try root.descendants() {
            var what = "\(child.kind)"
            if child.kind == .dataset { what = try root.dataset(child.name).summary() }
            rows.append([.text("/" + child.name), .text(what)])
        }
        return rows
    }
}
