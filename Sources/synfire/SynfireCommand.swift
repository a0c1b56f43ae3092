import ArgumentParser
import CSynfireSupport
import Foundation
import SynfireHDF5
import SynfireParallel
import SynfireTensors
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

            Results go to standard output, all else to standard error; with --json each
            line there is an object, {"error": …, "status": …} or {"note": …}.
            Exit status: 0 done, 1 the work failed or its results could not be printed,
            2 the request was wrong, 130 interrupted.
            """,
        version:
            "synfire \(version) (libhdf5 \(HDF5Version.library), oneDNN \(OneDNN.version), \(InstructionSet.name))",
        subcommands: [
            DemoCommand.self, TrainCommand.self, EvaluateCommand.self, ConvertCommand.self, SimulateCommand.self,
            InspectCommand.self, PlotCommand.self, ModelsCommand.self, LayersCommand.self, BenchCommand.self,
        ])
}

@main
enum Main {
    static func main() {
        Console.prepare()
        var status = perform()
        do {
            try Console.checkOutput()
        } catch {
            if status == .done { status = .failed }
            Console.error("\(error)", status: status.rawValue)
        }
        exit(status.rawValue)
    }

    private static func perform() -> ExitStatus {
        guard synfire_processor_has_kernel_instructions() else {
            Console.error(
                "this build needs a processor with AVX2 and FMA; build again with SYNFIRE_CPU=baseline for this one",
                status: ExitStatus.failed.rawValue)
            return .failed
        }
        do {
            try CommandName.check(Array(CommandLine.arguments.dropFirst()))
            var command = try SynfireCommand.parseAsRoot()
            try command.run()
            return .done
        } catch {
            return report(error)
        }
    }

    /// Says what went wrong, once, and with which status to end.
    private static func report(_ error: any Error) -> ExitStatus {
        if error is CleanExit || SynfireCommand.exitCode(for: error) == .success {
            Console.print(SynfireCommand.fullMessage(for: error))
            return .done
        }
        guard SynfireCommand.exitCode(for: error) != .validationFailure else {
            Console.error(
                "\(SynfireCommand.message(for: error)) (see 'synfire --help')", status: ExitStatus.wrongRequest.rawValue
            )
            return .wrongRequest
        }
        let status = ExitStatus(of: error)
        Console.error(describe(error), status: status.rawValue)
        return status
    }

    /// The sentence of an error of ours; Foundation's errors have theirs elsewhere.
    private static func describe(_ error: any Error) -> String {
        error is CocoaError || error is POSIXError ? error.localizedDescription : "\(error)"
    }
}

/// The words that choose a command.
enum CommandName {
    /// Refuses a word where a command is expected, with the nearest one: the parser would only say that it is unexpected.
    ///
    /// - Throws: ``RequestError``.
    static func check(_ words: [String]) throws {
        var command: any ParsableCommand.Type = SynfireCommand.self
        for word in words {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !word.hasPrefix("-") else { return }
            if let next = known.first(where: { $0._commandName == word || $0.configuration.aliases.contains(word) }) {
                command = next
            } else if command != SynfireCommand.self || word != "help" {
                let names = known.map { $0._commandName }
                let place = command == SynfireCommand.self ? "" : "'synfire \(command._commandName)' has "
                throw RequestError(
                    "\(place.isEmpty ? "there is " : place)no command '\(word)'; \(NearestName.hint(word, among: names))"
                )
            }
        }
    }
}
