import SynfireHDF5
import SynfireSpikingNetworks

/// Spiking networks in the Neuromorphic Intermediate Representation: one HDF5 file of nodes and edges.
///
/// | NIR | Synfire |
/// |---|---|
/// | `Input` | population of the model `analog_input` |
/// | `IF`, `I` | population of the model `if`, `integrator` |
/// | `Conv2d` | ``ConvolutionOperator`` |
/// | `Linear`, `Affine` | ``DenseOperator`` |
/// | `SumPool2d`, `AvgPool2d` | ``PoolingOperator`` |
/// | `Flatten`, `Scale` | ``FlattenOperator``, ``ScaleOperator`` |
/// | bias of `Affine` and `Conv2d` | parameter `i` of the population behind |
/// | `Output` | behind the readout |
///
/// What the format cannot say is in groups named `metadata`, which its readers skip: the kind of reset and the initial
/// potential of neurons, the names and order of populations and projections, the readout, and facts. A network that is
/// written and read again gives the same spikes.
///
/// Tools of discrete time mean by r = 1/dt, the same for all neurons, that a step adds what comes in. Files of others are
/// read so: ``Network/timing`` says how long a step is for them, and their `r` are multiplied by it.
///
/// - Note: NIR's `IF` is reset to a value; other tools take neurons that are reset by subtraction for such ones unless
///   they look at `metadata/reset`. Its neurons spike above the threshold, ours at it.
/// - Source: Pedersen et al. 2024, Nature Communications 15:8122, doi:10.1038/s41467-024-52259-9; the layout of the
///   package `nir` 1.0.8.
public enum NIRFile {
    /// Writes a network to a file, which appears when it is complete.
    ///
    /// - Parameters:
    ///   - network: The network; its models must be `analog_input`, `if` and `integrator`.
    ///   - path: The name of the file.
    ///   - replacing: Whether a file of that name may be replaced.
    /// - Throws: ``NIRError``: `.notExpressible` for what the format cannot say, `.storage` for a file that cannot be written.
    public static func write(_ network: Network, to path: String, replacing: Bool) throws {
        try rethrowing {
            let layout = try NIRLayout(network)
            let file = try HDF5File.create(path, replacing: replacing)
            try layout.write(into: file.root)
            try file.commit()
        }
    }

    /// Writes a network into a group, for example the root of a file in memory.
    ///
    /// - Throws: ``NIRError``, as `write(_:to:replacing:)`.
    public static func write(_ network: Network, into group: borrowing HDF5Group) throws {
        try rethrowing { try NIRLayout(network).write(into: group) }
    }

    /// Reads a network, written by Synfire or another tool.
    ///
    /// Where several edges lead into a node, what they bring is added up. Where an `Output` stands behind an operator,
    /// an integrator of its name takes what reaches it, and is the readout. A neuron without anything in front gets an
    /// input, as the package `nir` does. `IF` without our metadata is reset to `v_reset`.
    ///
    /// - Parameters:
    ///   - path: The name of the file.
    ///   - maximumBytes: The memory that the numbers of all nodes may take while they are read; `nil` for no limit.
    /// - Throws: ``NIRError``.
    /// - Complexity: O(weights + elements of all shapes that biases pass).
    public static func read(_ path: String, maximumBytes: Int? = nil) throws -> Network {
        try rethrowing {
            let file = try HDF5File.open(path)
            return try read(file.root, maximumBytes: maximumBytes)
        }
    }

    /// Reads a network from the group that holds `node`, for example the root of a file in memory.
    ///
    /// - Parameters:
    ///   - group: The group.
    ///   - maximumBytes: The memory that the numbers of all nodes may take while they are read; `nil` for no limit.
    /// - Throws: ``NIRError``.
    public static func read(_ group: borrowing HDF5Group, maximumBytes: Int? = nil) throws -> Network {
        try rethrowing {
            let graph = try NIRGraph(group)
            if let maximumBytes { try graph.check(group, maximumBytes: maximumBytes) }
            var reader = try NIRReader(graph)
            return try reader.network(group)
        }
    }

    /// Does some work, whose errors become ``NIRError``.
    private static func rethrowing<Result>(_ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let error as HDF5Error {
            throw NIRError.storage(error)
        }
    }
}
