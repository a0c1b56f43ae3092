import Foundation
import SynfireSpikingNetworks
import SynfireUnits

/// A spiking network as a text in YAML, with what is recorded and how it is run.
///
///     network: pair
///     run: {time: 100 ms, step: 0.1 ms}
///     populations:
///       exc: {size: 2, model: lif_curr_exp, parameters: {i_e: 0.4 nA}}
///     record:
///       - {spikes: exc}
///
/// `docs/guides/networks.md` has every key.
public struct Experiment: Sendable {
    /// The network.
    public let network: Network
    /// What is recorded.
    public let recorders: [Recorder]
    /// How it is run.
    public let settings: RunSettings

    /// How an experiment is run, where nobody says otherwise.
    public struct RunSettings: Sendable, Equatable {
        /// The length of a step.
        public var step: Milliseconds
        /// Whether the description says how long a step is.
        public var stepIsGiven = false
        /// The engine, where the description names one.
        public var engine: EngineChoice?
        /// How long the run is; `nil` where the description does not say.
        public var duration: Milliseconds?
        /// The seed of everything random.
        public var seed: UInt64

        /// Describes a run.
        public init(
            step: Milliseconds = .milliseconds(0.1), stepIsGiven: Bool = false, engine: EngineChoice? = nil,
            duration: Milliseconds? = nil, seed: UInt64 = 1
        ) {
            self.step = step
            self.stepIsGiven = stepIsGiven
            self.engine = engine
            self.duration = duration
            self.seed = seed
        }
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - overriding: Texts that take the place of constants of the file, by name.
    /// - Throws: ``ModelDescriptionError`` with the line and column; ``DescriptionOverrideError``.
    public static func read(_ path: String, overriding: [String: String] = [:]) throws -> Experiment {
        try Experiment(parsing: DescriptionText.read(path), file: path, overriding: overriding)
    }

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - text: The YAML text.
    ///   - file: What errors call the text; files that it names are looked for beside it.
    ///   - overriding: Texts that take the place of constants of the file, by name.
    /// - Throws: ``ModelDescriptionError`` with the line and column; ``DescriptionOverrideError``.
    public init(parsing text: String, file: String, overriding: [String: String] = [:]) throws {
        let root = try DescriptionText.parse(text, file: file)
        do {
            self = try Self.read(root, overriding)
        } catch let error as ModelDescriptionError {
            throw Self.blame(overriding, for: error, in: root)
        }
    }

    private static func read(_ root: DescriptionValue, _ overriding: [String: String]) throws -> Experiment {
        var reader = try ExperimentReader(root, overriding: overriding)
        return try reader.read()
    }

    /// What is wrong: the values that were set, where the description is right without them.
    private static func blame(
        _ overriding: [String: String], for error: ModelDescriptionError, in root: DescriptionValue
    ) -> any Error {
        guard !overriding.isEmpty, (try? read(root, [:])) != nil else { return error }
        // One of several may be wrong by itself.
        for (name, value) in overriding.sorted(by: { $0.key < $1.key }) where overriding.count > 1 {
            do {
                _ = try read(root, [name: value])
            } catch let error as ModelDescriptionError {
                return DescriptionOverrideError(values: [name: value], reason: .unfit(error))
            } catch {}
        }
        return DescriptionOverrideError(values: overriding, reason: .unfit(error))
    }

    init(network: Network, recorders: [Recorder], settings: RunSettings) {
        self.network = network
        self.recorders = recorders
        self.settings = settings
    }
}

/// Which of the descriptions in YAML a file holds.
public enum DescriptionKind: Sendable, Equatable {
    /// A conventional network, as `ModelDescription` reads it.
    case model
    /// A spiking network, as ``Experiment`` reads it.
    case experiment

    /// Looks at the outermost keys of a file.
    ///
    /// - Returns: ``experiment`` where there is `populations` or `network` and no `layers`.
    /// - Throws: ``ModelDescriptionError`` where it is no YAML.
    public static func of(_ path: String) throws -> DescriptionKind {
        let section = try DescriptionSection(DescriptionText.parse(DescriptionText.read(path), file: path))
        guard section["layers"] == nil else { return .model }
        return section["populations"] != nil || section["network"] != nil ? .experiment : .model
    }
}
