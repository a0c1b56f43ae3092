/// Connects neurons by the matrix of a chain of linear operators, such as a convolution and then pooling.
///
/// A source is connected to a target where the matrix has a factor that is not 0; the synapse's weight is multiplied
/// with it. A synapse whose weight is ``SynapseValue/listed`` has the factor as its weight. Sources and targets must
/// be one whole population each, since operators go by shapes.
public struct LinearOperatorConnector: Connector {
    /// `linear_operators`.
    public static let kind = "linear_operators"
    /// The operators, the one next to the source first; none at all connects element by element.
    public var operators: [any ConnectionOperator]

    /// Yes.
    public var bringsFactors: Bool { true }

    /// Makes the connector.
    public init(operators: [any ConnectionOperator]) { self.operators = operators }

    /// Sides without a shape, or operators that do not fit.
    public func fault(_ site: ConnectionSite) -> String? {
        guard let shapes = site.shapes else {
            return "operators connect whole populations: name one population as source and one as target"
        }
        do {
            var shape = shapes.source
            for item in operators { shape = try item.outputShape(for: shape) }
            return shape == shapes.target
                ? nil : "the operators end in the shape \(shape), but the target has \(shapes.target)"
        } catch { return "\(error)" }
    }

    /// The factors that are not 0 of up to 256 sources, times as many.
    public func expectedCount(_ site: ConnectionSite) -> Double {
        guard fault(site) == nil, let shapes = site.shapes, site.sources > 0 else { return 0 }
        var matrix = OperatorMatrix(operators, input: shapes.source)
        let sampled = min(site.sources, 256)
        var (targets, factors, count) = ([Int32](), [Float](), 0)
        for index in 0..<sampled {
            targets.removeAll(keepingCapacity: true)
            matrix.appendColumn(index * site.sources / sampled, &targets, &factors)
            count += targets.count
        }
        return Double(count) * Double(site.sources) / Double(sampled)
    }

    /// Multiplies the operators, and sorts the factors by target.
    ///
    /// - Throws: ``SpikingNetworkError`` for what ``fault(_:)`` finds.
    /// - Complexity: O(multiplications of a pass through the operators).
    public func prepared(_ site: ConnectionSite) throws -> any ConnectionMaker {
        if let fault = fault(site) {
            throw SpikingNetworkError.unfitParameters("projection '\(site.projection)'", fault)
        }
        guard let shapes = site.shapes else { preconditionFailure("shapes were checked") }
        var matrix = OperatorMatrix(operators, input: shapes.source)
        return TargetRows(sources: site.sources, targets: site.targets, hasFactors: true) { source, targets, factors in
            matrix.appendColumn(source, &targets, &factors)
        }
    }
}
