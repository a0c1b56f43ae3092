import SynfireParallel

extension Positions {
    /// The points of a population's neurons, in order.
    ///
    /// - Parameters:
    ///   - shape: The shape of the population.
    ///   - seed: The seed of the run.
    ///   - name: The name of the population: random places are drawn from its stream `name/positions`, for each neuron
    ///     on its own.
    /// - Throws: ``SpikingNetworkError`` where the positions do not fit the shape.
    public func points(shape: [Int], seed: UInt64, name: String) throws(SpikingNetworkError) -> Points {
        if let fault = fault(shape: shape) { throw .unfitParameters("population '\(name)'", fault) }
        let count = shape.reduce(1, *)
        switch self {
        case .grid(let origin, let spacing):
            var coordinates: [Double] = []
            coordinates.reserveCapacity(count * origin.count)
            for neuron in 0..<count {
                // The last axis runs fastest.
                var (rest, index) = (neuron, [Int](repeating: 0, count: shape.count))
                for axis in shape.indices.reversed() {
                    (rest, index[axis]) = rest.quotientAndRemainder(dividingBy: shape[axis])
                }
                for axis in origin.indices {
                    coordinates.append(origin[axis] + (axis < index.count ? Double(index[axis]) * spacing[axis] : 0))
                }
            }
            return Points(dimensions: origin.count, coordinates: coordinates)
        case .random(let low, let high):
            let number = RandomStream.number(of: name + "/positions")
            var coordinates: [Double] = []
            coordinates.reserveCapacity(count * low.count)
            for neuron in 0..<count {
                var stream = RandomStream(seed: seed, stream: number, entity: UInt32(truncatingIfNeeded: neuron))
                for (low, high) in zip(low, high) {
                    coordinates.append(low < high ? stream.uniform(in: low..<high) : low)
                }
            }
            return Points(dimensions: low.count, coordinates: coordinates)
        case .listed(let points):
            return Points(dimensions: points.first?.count ?? 1, coordinates: points.flatMap { $0 })
        case .periodic(let positions, let periods):
            var points = try positions.points(shape: shape, seed: seed, name: name)
            points.periods = periods
            return points
        }
    }
}

extension Population {
    /// The points of the neurons, where the population has positions.
    ///
    /// - Throws: ``SpikingNetworkError`` where positions do not fit, which a population does not let happen.
    public func points(seed: UInt64) throws(SpikingNetworkError) -> Positions.Points? {
        try positions?.points(shape: shape, seed: seed, name: name)
    }
}

extension Positions.Points {
    /// The points of some neurons, in the order of `indices`.
    public func selecting(_ indices: some Sequence<Int32>) -> Positions.Points {
        var chosen: [Double] = []
        for index in indices { chosen += coordinates[Int(index) * dimensions..<(Int(index) + 1) * dimensions] }
        return Positions.Points(dimensions: dimensions, coordinates: chosen, periods: periods)
    }

    /// These points and then others; `nil` where they are not in the same space.
    public func joined(with others: Positions.Points) -> Positions.Points? {
        guard fault(with: others) == nil else { return nil }
        return Positions.Points(
            dimensions: dimensions, coordinates: coordinates + others.coordinates, periods: periods)
    }

    /// What is wrong with distances between these points and others, in words.
    public func fault(with others: Positions.Points) -> String? {
        guard dimensions == others.dimensions else {
            return "positions have \(dimensions) dimensions on one side and \(others.dimensions) on the other"
        }
        return periods == others.periods
            ? nil : "the periods of space are \(periods) on one side and \(others.periods) on the other"
    }

    /// The distances of points `range` to point `j` of another set, as ``distance(_:to:_:)`` gives them.
    package func distances(
        _ range: Range<Int>, to other: Positions.Points, _ j: Int, into distances: UnsafeMutablePointer<Double>
    ) {
        coordinates.withUnsafeBufferPointer { buffer in
            guard let all = buffer.baseAddress else { return }
            let points = all + range.lowerBound * dimensions
            let (count, step) = (range.count, dimensions)
            for i in 0..<count { distances[i] = 0 }
            for axis in 0..<dimensions {
                let place = other.coordinates[j * dimensions + axis]
                let period = periods[axis]
                if period.isFinite {
                    for i in 0..<count {
                        let whole = abs(points[i * step + axis] - place)
                        let part = whole < period ? whole : whole.truncatingRemainder(dividingBy: period)
                        let difference = min(part, period - part)
                        distances[i] += difference * difference
                    }
                } else {
                    for i in 0..<count {
                        let difference = abs(points[i * step + axis] - place)
                        distances[i] += difference * difference
                    }
                }
            }
            for i in 0..<count { distances[i] = distances[i].squareRoot() }
        }
    }
}
