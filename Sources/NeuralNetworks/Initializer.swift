import SynfireParallel
import SynfireTensors
import SynfireUnits

/// How the parameters of a layer start, where not as PyTorch starts the layer.
///
/// The weight starts as the method says, the bias at a constant. Fans are counted as PyTorch does: for a weight of shape
/// (o, i, …) with k numbers behind those axes, fan-in is i·k and fan-out o·k.
public struct Initializer: Sendable, Hashable {
    /// What the weight is drawn from.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// Even within ±gain · √(6 / (fan-in + fan-out)) (Glorot & Bengio 2010).
        case xavierUniform = "xavier_uniform"
        /// Normal with deviation gain · √(2 / (fan-in + fan-out)) (Glorot & Bengio 2010).
        case xavierNormal = "xavier_normal"
        /// Even within ±gain · √(3 / fan) (He, Zhang, Ren & Sun 2015, arXiv:1502.01852).
        case heUniform = "he_uniform"
        /// Normal with deviation gain / √fan (He, Zhang, Ren & Sun 2015, arXiv:1502.01852).
        case heNormal = "he_normal"
        /// Rows, or columns, of length gain at right angles (Saxe, McClelland & Ganguli 2014, arXiv:1312.6120).
        case orthogonal
        /// Even within ±gain.
        case uniform
        /// Normal with deviation gain.
        case normal
        /// The gain.
        case constant
        /// Zero.
        case zeros

        /// Whether it needs a weight of at least two axes.
        var needsMatrix: Bool {
            switch self {
            case .xavierUniform, .xavierNormal, .heUniform, .heNormal, .orthogonal: true
            case .uniform, .normal, .constant, .zeros: false
            }
        }

        /// The gain where none is given: √2 for He's rules, which suits ReLU, else 1.
        public var defaultGain: Double {
            switch self {
            case .heUniform, .heNormal: 2.0.squareRoot()
            default: 1
            }
        }

        /// The method of a name, or of PyTorch's or Keras' other name for it.
        public init?(named name: String) {
            let aliases = [
                "kaiming_uniform": "he_uniform", "kaiming_normal": "he_normal", "glorot_uniform": "xavier_uniform",
                "glorot_normal": "xavier_normal",
            ]
            self.init(rawValue: aliases[name] ?? name)
        }
    }

    /// Which fan He's rules count.
    public enum Fan: String, Sendable, Hashable, CaseIterable {
        /// The numbers that go into a neuron.
        case input = "fan_in"
        /// The numbers that a neuron's value goes into.
        case output = "fan_out"
    }

    /// What the weight is drawn from.
    public var method: Method
    /// What the method's size is multiplied by; the constant of `constant`.
    public var gain: Double
    /// Which fan He's rules count.
    public var fan: Fan
    /// What the bias starts at.
    public var bias: Double

    /// Makes a rule.
    public init(_ method: Method, gain: Double? = nil, fan: Fan = .input, bias: Double = 0) {
        self.method = method
        self.gain = gain ?? method.defaultGain
        self.fan = fan
        self.bias = bias
    }

    /// Checks that a layer has what the rule is for.
    ///
    /// - Throws: ``NetworkError/initializerMismatch(layer:initializer:reason:)``,
    ///   ``NetworkError/invalidSetting(name:value:allowed:)``.
    func check(_ layer: any Layer, name: String) throws(NetworkError) {
        for (setting, value) in [("gain", gain), ("bias", bias)] where !value.isFinite {
            throw .invalidSetting(name: setting, value: "\(value)", allowed: "finite")
        }
        guard let weight = layer.parameters.first(where: { $0.name == "weight" }) else {
            throw .initializerMismatch(
                layer: name, initializer: method.rawValue, reason: "\(layer.kind) has no parameter 'weight'")
        }
        guard !method.needsMatrix || weight.tensor.shape.count >= 2 else {
            throw .initializerMismatch(
                layer: name, initializer: method.rawValue,
                reason: "its weight has shape \(weight.tensor.shape), and the method needs at least two axes")
        }
    }

    /// Gives a layer's weight and bias their first values; a layer that ``check(_:name:)`` refuses stays as it is.
    func apply(to layer: inout any Layer, seed: UInt64, index: Int) {
        guard let weight = layer.parameters.first(where: { $0.name == "weight" })?.tensor else { return }
        var random = RandomStream(seed: seed, stream: RandomPurpose.parameters.stream(part: index), entity: 0)
        let values = Tensor(unchecked: weight.shape, draw(weight.shape, &random))
        // Shapes are equal and numbers finite, so that neither is refused.
        try? layer.setParameter("weight", to: values, layer: "")
        guard let old = layer.parameters.first(where: { $0.name == "bias" })?.tensor else { return }
        let constant = [Float](repeating: Float(bias), count: old.count)
        try? layer.setParameter("bias", to: Tensor(unchecked: old.shape, constant), layer: "")
    }

    private func draw(_ shape: [Int], _ random: inout RandomStream) -> [Float] {
        let count = shape.reduce(1, *)
        let window = shape.dropFirst(2).reduce(1, *)
        let (fanIn, fanOut) = (Double((shape.dropFirst().first ?? 1) * window), Double((shape.first ?? 1) * window))
        let chosen = fan == .input ? fanIn : fanOut
        func uniform(_ bound: Double) -> [Float] {
            (0..<count).map { _ in Float((2 * random.uniform() - 1) * bound) }
        }
        func normal(_ deviation: Double) -> [Float] { (0..<count).map { _ in Float(random.normal() * deviation) } }
        return switch method {
        case .xavierUniform: uniform(gain * (6 / (fanIn + fanOut)).squareRoot())
        case .xavierNormal: normal(gain * (2 / (fanIn + fanOut)).squareRoot())
        case .heUniform: uniform(gain * (3 / chosen).squareRoot())
        case .heNormal: normal(gain / chosen.squareRoot())
        case .uniform: uniform(gain)
        case .normal: normal(gain)
        case .constant: [Float](repeating: Float(gain), count: count)
        case .zeros: [Float](repeating: 0, count: count)
        case .orthogonal: orthogonal(rows: shape.first ?? 1, columns: count / max(1, shape.first ?? 1), &random)
        }
    }

    /// Normal numbers made orthogonal along the shorter axis, by modified Gram–Schmidt, twice for full precision.
    ///
    /// - Source: Björck 1967, doi:10.1007/BF01934122
    private func orthogonal(rows: Int, columns: Int, _ random: inout RandomStream) -> [Float] {
        let (vectors, length) = (min(rows, columns), max(rows, columns))
        var basis = (0..<vectors).map { _ in (0..<length).map { _ in random.normal() } }
        for index in 0..<vectors {
            for _ in 0..<2 {
                for other in 0..<index {
                    var product = 0.0
                    for place in 0..<length { product += basis[index][place] * basis[other][place] }
                    for place in 0..<length { basis[index][place] -= product * basis[other][place] }
                }
            }
            let size = basis[index].reduce(0) { $0 + $1 * $1 }.squareRoot()
            for place in 0..<length { basis[index][place] /= size }
        }
        return (0..<rows * columns).map { position in
            let (row, column) = (position / columns, position % columns)
            return Float(gain * (rows <= columns ? basis[row][column] : basis[column][row]))
        }
    }
}
