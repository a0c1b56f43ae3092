import ArgumentParser
import CSynfireSupport
import Foundation
import SynfireUnits

/// The command: it reads arguments, calls the libraries and prints; whatever computes stands below it.
struct SynfireCommand: ParsableCommand {
    static let version = SynfireVersion.current

    static let configuration = CommandConfiguration(
        commandName: "synfire",
        abstract: "Simulates spiking networks, converts trained ones, and exports what they did.",
        discussion: """
            Examples:
              synfire demo
              synfire evaluate models/fashion-cnn/weights.h5 \\
                --data fashion-mnist-sample
              synfire convert models/fashion-cnn/weights.h5 \\
                --calibrate fashion-mnist-sample:200 --out spiking.nir
              synfire simulate spiking.nir --data fashion-mnist-sample:20 \\
                --time 64ms --out traces.h5
              synfire plot traces.h5 --kind raster --out raster.svg

            Results go to standard output, all else to standard error.
            Exit status: 0 done, 1 the work failed, 2 the request was wrong,
            130 interrupted.
            """,
        version: version,
        subcommands: [
            DemoCommand.self, TrainCommand.self, EvaluateCommand.self, ConvertCommand.self, SimulateCommand.self,
            InspectCommand.self, PlotCommand.self, ModelsCommand.self, LayersCommand.self, BenchCommand.self,
        ])
}

@main
enum Main {
    static func main() {
        guard synfire_processor_has_kernel_instructions() else {
            Console.error(
                "this build needs a processor with AVX2 and FMA; build again with SYNFIRE_CPU=baseline for this one")
            exit(ExitStatus.failed.rawValue)
        }
        // A reader that goes away, as in `synfire … | head`, must not end the process before files are closed.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try SynfireCommand.parseAsRoot()
            try command.run()
        } catch {
            exit(report(error))
        }
    }

    /// Says what went wrong, once, and with which status to end.
    private static func report(_ error: any Error) -> Int32 {
        if let clean = error as? CleanExit {
            print(SynfireCommand.fullMessage(for: clean))
            return ExitStatus.done.rawValue
        }
        if SynfireCommand.exitCode(for: error) == .success {
            print(SynfireCommand.fullMessage(for: error))
            return ExitStatus.done.rawValue
        }
        let status = ExitStatus(of: error)
        if SynfireCommand.exitCode(for: error) == .validationFailure {
            Console.error("\(SynfireCommand.message(for: error)) (see 'synfire --help')")
            return ExitStatus.wrongRequest.rawValue
        }
        Console.error(describe(error))
        return status.rawValue
    }

    /// The sentence of an error of ours; Foundation's errors have theirs elsewhere.
    private static func describe(_ error: any Error) -> String {
        error is CocoaError || error is POSIXError ? error.localizedDescription : "\(error)"
    }
}
