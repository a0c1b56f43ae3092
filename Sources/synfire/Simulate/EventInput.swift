import Foundation
import SynfireDatasets
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireUnits

/// Recordings of event cameras as the trials of a network with one input.
///
/// An input of two channels takes less light in the first and more in the second; an input of one takes both.
struct EventInput: Sendable {
    /// The events of each trial.
    let trials: [[InputEvent]]
    /// The files, as they are stored with traces.
    let name: String
    /// The index of the population that is given the events.
    let sources: Set<Int>

    var count: Int { trials.count }
    var eventCount: Int { trials.reduce(0) { $0 + $1.count } }

    /// Reads files, separated by commas.
    ///
    /// - Throws: `DatasetError`; ``RequestError`` for a network that cannot be shown them.
    init(_ list: String, for network: Network) throws {
        let inputs = network.analogInputs
        guard inputs.count == 1, let index = network.populations.firstIndex(where: { $0.name == inputs[0].name }) else {
            throw RequestError("'\(network.name)' has \(inputs.count) inputs; --events can serve one")
        }
        let shape = network.populations[index].shape
        guard shape.count == 3, shape[0] == 1 || shape[0] == 2 else {
            throw RequestError(
                "'\(network.name)' takes input of shape \(shape), but --events needs [1, height, width] for both "
                    + "polarities together or [2, height, width] for each")
        }
        let paths = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !paths.contains("") else {
            throw RequestError("--events '\(list)' has an empty name: write FILE or FILE,FILE")
        }
        trials = try paths.map { try Self.events(EventStream(contentsOf: $0), shape: shape, network: network) }
        name = paths.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: ",")
        sources = [index]
    }

    private static func events(_ stream: EventStream, shape: [Int], network: Network) throws -> [InputEvent] {
        let (channels, height, width) = (shape[0], shape[1], shape[2])
        return try stream.events.enumerated().map { index, event in
            let (x, y) = (Int(event.x), Int(event.y))
            guard x < width, y < height else {
                throw RequestError(
                    "\(stream.path): event \(index) is at x = \(x), y = \(y), but '\(network.name)' takes "
                        + "\(width) x \(height) pixels; the recording has \(stream.sensor)")
            }
            let channel = channels == 2 ? Int(event.polarity) : 0
            return InputEvent(time: event.time, element: (channel * height + y) * width + x)
        }
    }

    /// More steps than these are taken only where --time asks for them: a day of steps of 1 ms is fewer.
    private static let mostSteps = 1e8

    /// The time of the last event of all; with a clock, the end of its step.
    ///
    /// - Throws: ``RequestError`` where that is 0, or so late that hardly anybody means it.
    func duration(_ engine: Engine) throws -> Milliseconds {
        let last = trials.compactMap { $0.last?.time }.max() ?? 0
        guard last > 0 else {
            throw RequestError("all events are at 0 ms: say with --time how long a trial lasts")
        }
        guard case .clock(let step) = engine, step.value > 0 else { return .milliseconds(last) }
        let steps = (last / step.value - 1e-9).rounded(.up)
        guard steps <= Self.mostSteps else {
            throw RequestError(
                "the last event is at \(last) ms, which is \(steps) steps of \(step): say with --time how long a trial lasts, "
                    + "or see whether the unit of the times is right")
        }
        return .milliseconds(steps * step.value)
    }
}
