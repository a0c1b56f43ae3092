import Foundation
import Synchronization
import SynfireFormats
import SynfireHDF5
import SynfireNeuralNetworks
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireUnits

/// Standard output: a text for people, or one JSON object for programs.
enum Output {
    /// Prints a value as JSON with sorted keys, so that two runs can be compared.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        Console.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// What the command is asked to write.
    private struct Request {
        let option: String
        let path: String
        /// Where links lead.
        let target: String
        /// The same, one text for each place.
        let place: String
        let mayBeRead: Bool
    }

    private static let requests = Mutex<[Request]>([])

    /// Refuses a path that cannot be written, that exists and may not be replaced, or that another option names.
    ///
    /// Asked before the work begins, so that nothing is computed in vain; whoever writes asks again. Says what killed
    /// runs have left of it.
    ///
    /// - Parameter mayBeRead: Whether the command goes on with what is there.
    static func check(_ path: String, force: Bool, option: String = "--out", mayBeRead: Bool = false) throws {
        let target = try refuse(path, force: force, option: option)
        let url = URL(fileURLWithPath: target)
        let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
        let place = folder.appendingPathComponent(url.lastPathComponent).path
        let request = Request(option: option, path: path, target: target, place: place, mayBeRead: mayBeRead)
        let other = requests.withLock { requests in
            defer { requests.append(request) }
            return requests.first { $0.place == place || InputFiles.areSame($0.target, target) }
        }
        if let other {
            throw RequestError("\(other.option) and \(option) both name '\(path)': give each a file of its own")
        }
        for leftover in PartialFile.leftovers(of: target) {
            Console.note(
                "'\(leftover)' is left from a run that was killed: 'synfire inspect \(leftover)' says what it holds; "
                    + "it is removed when this run has written '\(path)'")
        }
    }

    /// Asked when all has been read that says what is to be done, before the work: refuses an output that is also read,
    /// whatever path or link leads there.
    static func refuseInputs() throws {
        for output in requests.withLock({ $0 }) where !output.mayBeRead {
            guard let input = InputFiles.name(ofFileAt: output.target) else { continue }
            throw RequestError(
                "\(output.option) names '\(output.path)', which is also read"
                    + (input == output.path ? "" : ", as '\(input)'") + ": give another \(output.option)")
        }
    }

    /// Refuses outputs that are also read; from now on a signal that asks to stop is noted.
    static func beginWork() throws {
        try refuseInputs()
        Interrupt.watch()
    }

    private static func refuse(_ path: String, force: Bool, option: String) throws -> String {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if exists && isFolder.boolValue { throw RequestError("'\(path)' is a folder: name a file") }
        if exists, !isRegular(path) { throw RequestError("'\(path)' is not a regular file and cannot be replaced") }
        if exists && !force { throw RequestError("'\(path)' exists: give --force to replace it, or another \(option)") }
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder), isFolder.boolValue else {
            throw RequestError("there is no folder '\(parent)' to write '\(path)' into")
        }
        guard FileManager.default.isWritableFile(atPath: parent) else {
            throw RequestError("the folder '\(parent)' cannot be written to")
        }
        do {
            return try OutputPath.check(path, replacing: force)
        } catch {
            throw RequestError("'\(path)' cannot be written: \(error.reason)")
        }
    }

    private static func isRegular(_ path: String) -> Bool {
        var about = stat()
        return stat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFREG
    }

    /// Writes a text to a file: beside it first, then renamed.
    static func write(_ text: String, to path: String, force: Bool) throws {
        let target = try refuse(path, force: force, option: "--out")
        do throws(PartialOutput.Failure) {
            let partial = try PartialOutput(of: target)
            try partial.write(text)
            try partial.commit()
        } catch {
            throw WriteError(path: path, reason: error.reason)
        }
    }
}

/// Files that are read.
enum Input {
    /// The path, if there is a file.
    ///
    /// - Throws: ``RequestError`` where there is none, or a folder.
    static func file(_ path: String) throws -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw RequestError("there is no file '\(path)'")
        }
        if isFolder.boolValue { throw RequestError("'\(path)' is a folder: name a file") }
        if let fault = InputFile.fault(path) { throw RequestError("'\(path)' cannot be read: \(fault.reason)") }
        return path
    }

    /// A spiking network.
    ///
    /// - Throws: ``RequestError`` for a conventional one, with what to do with it.
    static func spikingNetwork(_ path: String) throws -> Network {
        do {
            return try NIRFile.read(try file(path), maximumBytes: freeMemory)
        } catch let error as NIRError {
            // What can be read as a conventional network has been given to the wrong command.
            guard let source = try? ModelSource.read(path) else { throw error }
            throw RequestError(
                source.isTrained
                    ? "'\(path)' is a conventional network: convert it first, with 'synfire convert \(path)'"
                    : "'\(path)' describes a conventional network: train it with 'synfire train', then convert it")
        }
    }

    /// The memory that the system would give now [bytes]; `nil` where it does not say.
    static var freeMemory: Int? {
        let bytes = MemoryEstimate.available(limit: nil)
        return bytes > 0 ? Int(min(bytes, 1e18)) : nil
    }

    /// Whether a file is meant as a description in YAML: its name says so.
    static func isDescription(_ path: String) -> Bool { path.hasSuffix(".yaml") || path.hasSuffix(".yml") }

    /// A spiking network that is described in YAML.
    ///
    /// - Parameter settings: Values that take the place of constants, each `NAME=VALUE`.
    /// - Throws: ``RequestError`` for the description of a conventional network, and for settings that are none.
    static func experiment(_ path: String, settings: [String] = []) throws -> Experiment {
        var values: [String: String] = [:]
        for setting in settings {
            guard let equals = setting.firstIndex(of: "="), equals > setting.startIndex else {
                throw RequestError("--set '\(setting)' sets nothing: write NAME=VALUE")
            }
            let name = String(setting[..<equals])
            guard values.updateValue(String(setting[setting.index(after: equals)...]), forKey: name) == nil else {
                throw RequestError("--set gives '\(name)' more than once")
            }
        }
        let path = try file(path)
        guard try DescriptionKind.of(path) == .experiment else {
            throw RequestError(
                "'\(path)' describes a conventional network: train it with 'synfire train', then convert it")
        }
        do {
            return try Experiment.read(path, overriding: values)
        } catch let error as DescriptionOverrideError {
            throw RequestError("--set \(error.assignments): \(error.cause)")
        }
    }

    /// A network with the weights of a training, finished or not.
    ///
    /// - Throws: ``RequestError`` for a description, whose weights are random.
    static func trainedNetwork(_ path: String) throws -> Graph { try trainedModel(path).graph }

    /// A trained network with what its file tells of it.
    static func trainedModel(_ path: String) throws -> ModelSource {
        let source = try ModelSource.read(try file(path))
        guard source.isTrained else {
            throw RequestError("'\(path)' describes a network that is not trained: run 'synfire train \(path)' first")
        }
        return source
    }
}

/// A file that could not be written.
struct WriteError: Error, CustomStringConvertible {
    let path: String
    let reason: String
    var description: String { "'\(path)' could not be written: \(reason)" }
}
