import ArgumentParser
import Foundation
import SynfireFormats
import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors

/// `synfire bench inference`: images a second and latency of a trained or described network in use.
struct BenchInferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inference",
        abstract: "Measures images a second, latency and memory of a conventional network in use.",
        discussion: """
            Batches of random numbers, drawn from a fixed seed, go through the network one after
            the other. The first one, which compiles kernels and packs weights, is told by
            itself.

            Example:
              synfire bench inference models/fashion-cnn/weights.h5 --batch 1 --json
            """)

    @Argument(help: "The network: a description (.yaml) or a trained one (.h5).", completion: .models)
    var model: String

    @Option(help: "How many images go in at once.")
    var batch = 500

    @Option(help: "How long to measure, in seconds.")
    var seconds = 2.0

    @OptionGroup var workers: WorkerOptions
    @OptionGroup var output: PrintOptions

    func validate() throws {
        guard (1...1_000_000).contains(batch) else {
            throw ValidationError("--batch is \(batch): give a number from 1 to 1000000")
        }
        guard seconds > 0, seconds <= 600 else {
            throw ValidationError("--seconds is \(seconds): give a number above 0, up to 600")
        }
    }

    private struct Report: Encodable {
        let model: String
        let batch: Int
        let workers: Int
        /// Reading the network and making it ready, and the first batch, in seconds.
        let loadSeconds: Double
        let firstSeconds: Double
        /// How many batches were measured after the first.
        let batches: Int
        let imagesPerSecond: Double
        /// Of a batch, in seconds.
        let latencyMedian: Double
        let latency99: Double
        let activationBytes: Int
        let activationLowerBound: Int
    }

    func run() throws {
        let clock = ContinuousClock()
        let began = clock.now
        let graph = try ModelSource.read(try Input.file(model)).graph
        let predictor = try Predictor(graph, pool: WorkerPool(workers: workers.count))
        let inputs = try graph.inputs.enumerated().map { index, input in
            var random = RandomStream(seed: 1, stream: 1, entity: UInt32(index))
            let shape = [batch] + input.shape
            return try Tensor(
                shape: shape, scalars: (0..<Tensor.count(of: shape)).map { _ in Float(random.uniform()) })
        }
        let loaded = clock.now
        _ = try predictor.predict(inputs)
        let first = clock.now

        var times: [Double] = []
        let end = first + .seconds(seconds)
        while times.count < 3 || clock.now < end {
            let start = clock.now
            _ = try predictor.predict(inputs)
            times.append((clock.now - start) / .seconds(1))
        }
        let total = times.reduce(0, +)
        times.sort()
        let memory = try graph.activationMemory(batch: batch, training: false, workers: workers.count)
        let report = Report(
            model: graph.name, batch: batch, workers: workers.count, loadSeconds: (loaded - began) / .seconds(1),
            firstSeconds: (first - loaded) / .seconds(1), batches: times.count,
            imagesPerSecond: Double(times.count * batch) / total, latencyMedian: times[times.count / 2],
            latency99: times[min(times.count - 1, times.count * 99 / 100)], activationBytes: memory.bytes,
            activationLowerBound: memory.lowerBound)
        if output.json { return try Output.json(report) }
        Console.print(
            String(
                format: "%@, batches of %d on %d workers: %.0f images/s, a batch in %.3f ms (99 %%: %.3f ms)",
                graph.name, batch, workers.count, report.imagesPerSecond, report.latencyMedian * 1000,
                report.latency99 * 1000))
        Console.print(
            String(
                format: "made ready in %.1f ms, first batch %.1f ms; values between layers %.2f MB (at least %.2f MB)",
                report.loadSeconds * 1000, report.firstSeconds * 1000, Double(memory.bytes) / 1e6,
                Double(memory.lowerBound) / 1e6))
    }
}
