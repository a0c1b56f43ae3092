import SynfireParallel

/// A rule that says which neurons are connected.
///
/// Connections are made a target at a time, each from its own random stream, so that any worker makes the same ones. A
/// connector is one file with one conforming type, and one line in ``ConnectorCatalog``.
public protocol Connector: Sendable {
    /// The name in descriptions, such as `fixed_in_degree`.
    static var kind: String { get }

    /// What is wrong with the connector between so many neurons, in words; `nil` where nothing is.
    func fault(_ site: ConnectionSite) -> String?

    /// How many connections there will be: exactly, or on average.
    func expectedCount(_ site: ConnectionSite) -> Double

    /// Prepares for making connections: whatever needs to see all targets at once.
    ///
    /// - Throws: ``SpikingNetworkError`` or a file's error.
    func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker

    /// Whether it brings factors on the projection's weights, so that synapses of one weight differ; `false` by default.
    var bringsFactors: Bool { get }

    /// A text that differs where connections may differ, see ``NetworkFingerprint``.
    var fingerprint: String { get }
}

extension Connector {
    /// No.
    public var bringsFactors: Bool { false }
    /// All properties.
    public var fingerprint: String { "\(Self.kind) \(String(reflecting: self))" }
}

/// The two sides that a connector connects.
public struct ConnectionSite: Sendable {
    /// How many sources there are.
    public let sources: Int
    /// How many targets there are.
    public let targets: Int
    /// For each target the index of the same neuron among the sources, or −1: where autapses would be.
    ///
    /// `nil` where the two sides have no neuron in common.
    public let twins: [Int32]?
    /// The places of sources and targets, where their populations have positions.
    public let positions: (source: Positions.Points, target: Positions.Points)?
    /// The shape of the source and target populations, where each side is one whole population.
    public let shapes: (source: [Int], target: [Int])?
    /// The seed of the run.
    public let seed: UInt64
    /// The name of the projection, which names its random streams.
    public let projection: String

    /// Describes two sides.
    public init(
        sources: Int, targets: Int, twins: [Int32]? = nil,
        positions: (source: Positions.Points, target: Positions.Points)? = nil,
        shapes: (source: [Int], target: [Int])? = nil, seed: UInt64, projection: String
    ) {
        self.sources = sources
        self.targets = targets
        self.twins = twins
        self.positions = positions
        self.shapes = shapes
        self.seed = seed
        self.projection = projection
    }

    /// The stream that the connections of a target are drawn from.
    public func stream(target: Int) -> RandomStream {
        RandomStream(
            seed: seed, stream: RandomStream.number(of: projection + "/connections"),
            entity: UInt32(truncatingIfNeeded: target))
    }

    /// A stream for draws that concern all targets at once, such as their in-degrees.
    public func commonStream(_ purpose: String) -> RandomStream {
        RandomStream(seed: seed, stream: RandomStream.number(of: projection + "/" + purpose))
    }
}

/// Makes the connections of one target after the other, on any worker.
public protocol ConnectionMaker: Sendable {
    /// Appends the sources of a target, in any order that is always the same; a source may come more than once where
    /// the connector allows multapses.
    func appendSources(ofTarget target: Int, to list: inout ConnectionList)
}

/// The connections of one target.
public struct ConnectionList {
    /// The sources, by index among the sources.
    public var sources: [Int32] = []
    /// A weight for each, where the connector brings them (``SynapseValue/listed``), in the receptor's unit; a linear
    /// operator's factors are multiplied with the projection's weight instead.
    public var weights: [Float] = []
    /// A delay for each [ms], where the connector brings them.
    public var delays: [Float] = []
    /// Whether ``weights`` are factors on the projection's weights.
    public var weightsAreFactors = false
    /// What went wrong while the connections were made, such as a probability that is not a number; ``SynapseDraw``
    /// throws it.
    public var fault: String?

    /// No connections.
    public init() {}

    /// Forgets all connections and keeps the memory.
    public mutating func removeAll() {
        sources.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
        delays.removeAll(keepingCapacity: true)
        weightsAreFactors = false
        fault = nil
    }
}

/// Every connector that Synfire has.
public enum ConnectorCatalog {
    /// The connectors, in the order of the documentation.
    public static let all: [any Connector.Type] = [
        AllToAllConnector.self,
        OneToOneConnector.self,
        FixedProbabilityConnector.self,
        FixedInDegreeConnector.self,
        FixedOutDegreeConnector.self,
        FixedTotalNumberConnector.self,
        DistanceDependentConnector.self,
        SmallWorldConnector.self,
        ListConnector.self,
        FileConnector.self,
        LinearOperatorConnector.self,
    ]

    /// The names of all connectors.
    public static var names: [String] { all.map { $0.kind } }

    /// The names of those whose connections can be drawn again at each spike.
    public static var proceduralNames: [String] {
        all.filter { $0 is any ProceduralConnector.Type }.map { $0.kind }
    }
}
