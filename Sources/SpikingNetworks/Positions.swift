import SynfireParallel
import SynfireSpikingModels

/// Where the neurons of a population are, in one to three dimensions.
///
///     .grid(origin: [0, 0], spacing: [10, 10])
///     .periodic(.random(low: [0, 0], high: [1000, 1000]), periods: [1000, 1000])
public indirect enum Positions: Sendable, Equatable {
    /// On a grid: extents of the population's shape, at `origin` plus index times `spacing` along each axis; axes that
    /// the shape does not have stay at their origin.
    case grid(origin: [Double], spacing: [Double])
    /// At random in a box, uniformly.
    case random(low: [Double], high: [Double])
    /// One point for each neuron.
    case listed([[Double]])
    /// The same places in a space that is closed on itself, with a period along each axis; infinite where it is open
    /// (PyNN's `Space(periodic_boundaries=...)`, whose period is the difference of its two bounds).
    case periodic(Positions, periods: [Double])

    /// The points of some neurons: `dimensions` numbers each.
    public struct Points: Sendable, Equatable {
        /// How many numbers a point has, 1 to 3.
        public var dimensions: Int
        /// The numbers, point by point.
        public var coordinates: [Double]
        /// The length of a period along each axis, where space is closed on itself; infinite where it is not.
        public var periods: [Double]

        /// Takes points.
        public init(dimensions: Int, coordinates: [Double], periods: [Double]? = nil) {
            self.dimensions = dimensions
            self.coordinates = coordinates
            self.periods = periods ?? Array(repeating: .infinity, count: dimensions)
        }

        /// How many points there are.
        public var count: Int { dimensions > 0 ? coordinates.count / dimensions : 0 }

        /// The distance from point `i` to point `j` of another set, the shorter way round where space is periodic.
        public func distance(_ i: Int, to other: Points, _ j: Int) -> Double {
            var sum = 0.0
            for axis in 0..<dimensions {
                var difference = abs(coordinates[i * dimensions + axis] - other.coordinates[j * dimensions + axis])
                let period = periods[axis]
                if period.isFinite {
                    difference = difference.truncatingRemainder(dividingBy: period)
                    difference = min(difference, period - difference)
                }
                sum += difference * difference
            }
            return sum.squareRoot()
        }
    }
}
