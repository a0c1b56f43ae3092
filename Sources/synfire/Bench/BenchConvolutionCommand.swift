import ArgumentParser
import Foundation
import SynfireBenchmarking
import SynfireTensors

/// `synfire bench convolution`: how near convolutions come to what a core can do.
struct BenchConvolutionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convolution",
        abstract: "Measures the operations a second of convolutions, and their share of what the core makes at most.",
        discussion: """
            Kernels of one core over 8 images, as training runs them: forward, and the
            gradients of the input and of the weights. A multiplication with an addition is two
            operations; the most that the core makes is measured by chains of them in
            registers. The best of many windows of about a millisecond of the thread's own time, so
            that other work on the machine disturbs little.

            Example:
              synfire bench convolution --seconds 0.5 --json
            """)

    @Option(help: "How long each kernel is measured, in seconds.")
    var seconds = 0.2

    @OptionGroup var output: PrintOptions

    func validate() throws {
        guard seconds > 0, seconds <= 60 else {
            throw ValidationError("--seconds is \(seconds): give a number above 0, up to 60")
        }
    }

    private struct Report: Encodable {
        let version: String
        /// Of oneDNN.
        let library: String
        /// The most operations a second of one core.
        let peak: Double
        let convolutions: [ConvolutionTiming]
    }

    func run() throws {
        let peak = ConvolutionTiming.peak(milliseconds: max(10, Int(seconds * 1000)))
        let timings = try ConvolutionTiming.Shape.all.map { try ConvolutionTiming($0, peak: peak, seconds: seconds) }
        if output.json {
            return try Output.json(
                Report(
                    version: SynfireCommand.version, library: OneDNN.version, peak: peak, convolutions: timings))
        }
        func rate(_ value: Double) -> String { String(format: "%.1f", value / 1e9) }
        Console.print("one core makes at most \(rate(peak)) GFLOP/s in single precision; oneDNN \(OneDNN.version)")
        Console.print(
            Format.table(
                [["convolution", "way", "GFLOP/s", "of the most", "kernel"]]
                    + timings.flatMap { timing in
                        timing.ways.map {
                            [timing.shape.name, $0.name, rate($0.rate), Format.percent($0.share), $0.kernel]
                        }
                    }))
    }
}
