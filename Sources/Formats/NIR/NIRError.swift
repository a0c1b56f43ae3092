import SynfireHDF5
import SynfireSpikingNetworks
import SynfireUnits

/// What can be wrong with a network in the Neuromorphic Intermediate Representation, read or written.
public enum NIRError: Error, CustomStringConvertible {
    /// What the file system or the HDF5 library refuses.
    case storage(HDF5Error)
    /// A file that is HDF5 but holds no graph.
    case notNIR(file: String, reason: String)
    /// A graph whose nodes and edges do not form a network.
    case structure(file: String, reason: String)
    /// An edge to or from a node that does not exist.
    case unknownNode(file: String, edge: Int, name: String, valid: [String])
    /// A node of a type that has no model or operator.
    case unsupportedType(file: String, node: String, type: String, supported: [String])
    /// A node without something that it needs.
    case missingField(file: String, node: String, type: String, field: String)
    /// A node with something that its type does not allow.
    case badField(file: String, node: String, type: String, field: String, reason: String)
    /// A node that does not fit the shape in front of it.
    case shape(file: String, node: String, reason: String)
    /// A network that is read but breaks the rules of networks.
    case network(file: String, SpikingNetworkError)
    /// A graph whose numbers take more memory while they are read than may be taken.
    case tooLarge(file: String, numbers: Double, bytes: Double, maximumBytes: Int)
    /// Something of a network that the format cannot say.
    case notExpressible(what: String, reason: String)

    /// One sentence: what was wrong, where, and what is allowed.
    public var description: String { sentence.printable }

    private var sentence: String {
        switch self {
        case .storage(let error): return error.description
        case .notNIR(let file, let reason): return "'\(file)' is not a NIR file: \(reason)"
        case .structure(let file, let reason): return "the NIR graph in '\(file)' is not a network: \(reason)"
        case .unknownNode(let file, let edge, let name, let valid):
            return
                "edge \(edge) of the NIR graph in '\(file)' names the node '\(name)', which the graph does not have; "
                + NearestName.hint(name, among: valid)
        case .unsupportedType(let file, let node, let type, let supported):
            return "node '\(node)' in '\(file)' is of the type '\(type)', which Synfire has no model for yet; "
                + "supported: \(supported.joined(separator: ", "))"
        case .missingField(let file, let node, let type, let field):
            return "node '\(node)' (\(type)) in '\(file)' lacks '\(field)'"
        case .badField(let file, let node, let type, let field, let reason):
            return "'\(field)' of node '\(node)' (\(type)) in '\(file)' is not valid: \(reason)"
        case .shape(let file, let node, let reason): return "node '\(node)' in '\(file)' does not fit: \(reason)"
        case .network(let file, let error): return "the network in '\(file)' is not valid: \(error)"
        case .tooLarge(let file, let numbers, let bytes, let maximum):
            func size(_ bytes: Double) -> String { "\(Int((min(bytes, 1e18) / 1_048_576).rounded(.up))) MiB" }
            let count = Int(min(numbers, 1e18))
            return "the nodes in '\(file)' have \(count) numbers, which would take about \(size(bytes)) of memory while"
                + " they are read, but \(size(Double(maximum))) are free"
        case .notExpressible(let what, let reason): return "\(what) cannot be written as NIR: \(reason)"
        }
    }
}
