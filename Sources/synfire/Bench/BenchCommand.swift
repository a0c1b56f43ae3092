import ArgumentParser
import Foundation
import SynfireBenchmarking
import SynfireSpikingModels
import SynfireUnits

/// `synfire bench`: how fast parts of Synfire are on this machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures how fast parts of Synfire are on this machine.",
        discussion: """
            Example:
              synfire bench neurons --neurons 1000 --model lif_curr_exp
              synfire bench memory
              synfire bench scatter
              synfire bench convolution
              synfire bench inference models/fashion-cnn/weights.h5 --batch 1
            """,
        subcommands: [
            BenchNeuronsCommand.self, BenchMemoryCommand.self, BenchScatterCommand.self, BenchConvolutionCommand.self,
            BenchInferenceCommand.self,
        ])
}

/// `synfire bench neurons`: nanoseconds a neuron and step for each model that runs on a clock.
struct BenchNeuronsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neurons",
        abstract: "Measures nanoseconds a neuron and step, for neurons, sources and stimuli.",
        discussion: """
            Each model by itself on one worker, without synapses, with its default
            parameters and random input. The median, the least and the greatest of five
            measurements, which together take at least 0.3 s.

            Examples:
              synfire bench neurons --neurons 1000 --model lif_cond_exp --model poisson_input
              synfire bench neurons --model adex_cond_exp izhikevich --step 0.05ms --json
            """)

    @Option(help: "How many neurons, or targets of a stimulus.")
    var neurons = 40_000

    @Option(help: "The length of a step.")
    var step = "0.1ms"

    @Option(
        name: .customLong("model"), parsing: .upToNextOption,
        help: "Which neurons, sources or stimuli, by name. Default: all of them.",
        completion: .list(ModelCatalog.names + StimulusCatalog.all.map { $0.schema.name }))
    var models: [String] = []

    @OptionGroup var output: PrintOptions

    func validate() throws {
        guard (1...100_000_000).contains(neurons) else {
            throw ValidationError("--neurons is \(neurons): give a number from 1 to 100000000")
        }
    }

    private struct Report: Encodable {
        let version: String
        let neurons: Int
        let step: Double
        let models: [KernelTiming]
    }

    func run() throws {
        let step = try Milliseconds(parsing: step).value
        guard step > 0, step.isFinite else { throw RequestError("--step must be above 0 ms") }
        let known = ModelCatalog.names + StimulusCatalog.all.map { $0.schema.name }
        for name in models where !known.contains(name) {
            throw RequestError("there is no model '\(name)'; \(NearestName.hint(name, among: known))")
        }
        func isWanted(_ schema: ModelSchema) -> Bool { models.isEmpty || models.contains(schema.name) }
        var timings: [KernelTiming] = []
        for model in ModelCatalog.all where isWanted(model.schema) {
            if let timing = KernelTiming(model, count: neurons, step: step) {
                timings.append(timing)
            } else if models.contains(model.schema.name) {
                throw RequestError("'\(model.schema.name)' has no kernel for steps: there is nothing to measure")
            }
        }
        for model in StimulusCatalog.all where isWanted(model.schema) {
            timings.append(KernelTiming(model, count: neurons, step: step))
        }
        if output.json {
            try Output.json(
                Report(version: SynfireCommand.version, neurons: neurons, step: step, models: timings))
        } else {
            Console.print(
                "ns a neuron and step, \(neurons) neurons, steps of \(CatalogEntry.number(step)) ms, one worker")
            Console.print(Self.table(timings))
        }
    }

    private static func table(_ timings: [KernelTiming]) -> String {
        func digits(_ value: Double) -> String { String(format: "%.2f", value) }
        return Format.table(
            [["model", "median", "least", "greatest", "spikes/s"]]
                + timings.map { timing in
                    let time = timing.nanoseconds
                    return [
                        timing.name, digits(time.median), digits(time.least), digits(time.greatest),
                        timing.rate.map { String(format: "%.1f", $0) } ?? "–",
                    ]
                })
    }
}
