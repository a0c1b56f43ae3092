/// Some neurons of a population, in an order.
///
///     PopulationView("exc", .range(0..<100))
public struct PopulationView: Sendable, Equatable {
    /// Which neurons.
    public enum Selection: Sendable, Equatable {
        /// All, in order.
        case all
        /// Neighbours in row-major order.
        case range(Range<Int>)
        /// Those named, in the order given, each once.
        case indices([Int])
        /// So many, drawn with the seed of the run, in ascending order; the same for each view of one population and count.
        case random(count: Int)
    }

    /// The name of the population.
    public var population: String
    /// Which of its neurons.
    public var selection: Selection

    /// Chooses neurons of a population.
    public init(_ population: String, _ selection: Selection = .all) {
        self.population = population
        self.selection = selection
    }
}

/// Neurons of one or more populations, one view after the other, that are connected as if they were one population.
///
///     Projection("all", from: ["exc", "inh"], to: "exc", ...)
public struct Assembly: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    /// The views, in order.
    public var views: [PopulationView]

    /// Puts views one after the other.
    public init(_ views: [PopulationView]) { self.views = views }
    /// All neurons of a population.
    public init(stringLiteral value: String) { views = [PopulationView(value)] }
    /// All neurons of some populations.
    public init(arrayLiteral elements: String...) { views = elements.map { PopulationView($0) } }
    /// All neurons of a population.
    public init(_ population: String) { views = [PopulationView(population)] }

    /// The names of the populations, separated by `+`.
    public var name: String { views.map(\.population).joined(separator: "+") }
}

extension Assembly {
    /// How many neurons there are; a population that the network does not have counts for none.
    package func count(in network: Network) -> Int {
        views.reduce(0) { sum, view in
            switch view.selection {
            case .all: sum + (network.population(named: view.population)?.count ?? 0)
            case .range(let range): sum + range.count
            case .indices(let indices): sum + indices.count
            case .random(let count): sum + count
            }
        }
    }
}
