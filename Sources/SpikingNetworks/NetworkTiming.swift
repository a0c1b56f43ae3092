import Foundation

/// How a network counts time, as far as what it was read from says.
public enum NetworkTiming: Sendable, Equatable, CustomStringConvertible {
    /// Currents are per millisecond, in continuous time: any engine and step runs the network.
    case continuous
    /// Written by a tool that advances time in steps: each step adds every current once, however long it is.
    ///
    /// `dt` is the length of a step in the tool's own unit of time, as it follows from r = 1/dt.
    case steps(dt: Double)
    /// Steps or continuous time: nothing says which, for the reason given.
    case unknown(reason: String)

    /// The case in words.
    public var description: String {
        switch self {
        case .continuous: "continuous"
        case .steps(let dt): "steps of dt = \(String(format: "%.6g", dt)) (r = 1/dt)"
        case .unknown(let reason): "not known: \(reason)"
        }
    }
}
