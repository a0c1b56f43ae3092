import SynfireUnits

/// A rule by which gradients change parameters.
///
/// An optimiser is one file, which holds its settings by rows and its formula, and one line in ``OptimizerCatalog``.
public protocol Optimizer: Configurable {
    /// The learning rate where a description gives none; PyTorch's.
    static var defaultRate: Double { get }

    /// What it remembers of each parameter, spelt as in PyTorch; each has the parameter's shape.
    var stateNames: [String] { get }

    /// What the numbers of a state start from.
    func initialValue(of state: String) -> Float

    /// Changes some numbers of a parameter. Each number is on its own, so that the cut does not matter.
    ///
    /// - Parameters:
    ///   - values: The numbers.
    ///   - gradient: The loss's derivatives by them.
    ///   - state: What is remembered of them, in the order of `stateNames`.
    ///   - count: How many there are.
    ///   - rate: The learning rate.
    ///   - step: The number of this change, from 1.
    func update(
        _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, state: [UnsafeMutablePointer<Float>],
        count: Int, rate: Double, step: Int)
}

extension Optimizer {
    /// PyTorch's 0.001.
    public static var defaultRate: Double { 1e-3 }

    /// Zero.
    public func initialValue(of state: String) -> Float { 0 }
}

/// All optimisers that descriptions know.
public enum OptimizerCatalog {
    /// The optimisers.
    public static let all: [any Optimizer.Type] = [
        Adam.self,
        AdamW.self,
        SGD.self,
        RMSprop.self,
        Adagrad.self,
    ]

    /// Their names.
    public static var names: [String] { all.map { $0.name } }

    /// The optimiser of this name with its default settings.
    ///
    /// - Throws: ``NetworkError/unknownName(name:what:nearest:known:)``.
    public static func make(_ name: String) throws(NetworkError) -> any Optimizer {
        guard let type = all.first(where: { $0.name == name }) else {
            throw .unknownName(
                name: name, what: "optimiser", nearest: NearestName.find(name, among: names), known: names)
        }
        return type.init()
    }
}
