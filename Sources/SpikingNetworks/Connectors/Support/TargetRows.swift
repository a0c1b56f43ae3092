/// Connections that are known source by source, sorted so that they can be read target by target.
struct TargetRows: ConnectionMaker {
    /// The connections of target `t` are `starts[t] ..< starts[t + 1]`.
    private(set) var starts: [Int]
    private(set) var sources: [Int32]
    private(set) var weights: [Float] = []
    private(set) var delays: [Float] = []
    private let weightsAreFactors: Bool

    /// Asks twice for the connections of each source, first to count and then to place them, which saves a copy.
    ///
    /// - Parameters:
    ///   - sources: How many sources there are.
    ///   - targets: How many targets there are.
    ///   - hasFactors: Whether connections bring factors on the projection's weights.
    ///   - row: Appends targets of a source, and a factor for each where there are any; the same both times.
    init(
        sources sourceCount: Int, targets: Int, hasFactors: Bool = false,
        row: (_ source: Int, _ targets: inout [Int32], _ factors: inout [Float]) -> Void
    ) {
        var (reached, factors) = ([Int32](), [Float]())
        var starts = [Int](repeating: 0, count: targets + 1)
        starts.withUnsafeMutableBufferPointer { counts in
            for source in 0..<sourceCount {
                reached.removeAll(keepingCapacity: true)
                factors.removeAll(keepingCapacity: true)
                row(source, &reached, &factors)
                for target in reached { counts[Int(target) + 1] += 1 }
            }
        }
        for target in 0..<targets { starts[target + 1] += starts[target] }
        var cursors = starts
        var sources = [Int32](repeating: 0, count: starts[targets])
        var weights = [Float](repeating: 0, count: hasFactors ? starts[targets] : 0)
        cursors.withUnsafeMutableBufferPointer { cursors in
            sources.withUnsafeMutableBufferPointer { sources in
                for source in 0..<sourceCount {
                    reached.removeAll(keepingCapacity: true)
                    factors.removeAll(keepingCapacity: true)
                    row(source, &reached, &factors)
                    for (index, target) in reached.enumerated() {
                        let place = cursors[Int(target)]
                        cursors[Int(target)] = place + 1
                        sources[place] = Int32(source)
                        if hasFactors { weights[place] = factors[index] }
                    }
                }
            }
        }
        self.starts = starts
        self.sources = sources
        self.weights = weights
        weightsAreFactors = hasFactors
    }

    /// Sorts a list of connections by target; those of a target stay in the order of the list.
    init(sources list: [Int32], targets reached: [Int32], weights: [Float]?, delays: [Float]?, targetCount: Int) {
        var starts = [Int](repeating: 0, count: targetCount + 1)
        for target in reached { starts[Int(target) + 1] += 1 }
        for target in 0..<targetCount { starts[target + 1] += starts[target] }
        var cursors = starts
        var sorted = [Int32](repeating: 0, count: list.count)
        var sortedWeights = [Float](repeating: 0, count: weights == nil ? 0 : list.count)
        var sortedDelays = [Float](repeating: 0, count: delays == nil ? 0 : list.count)
        for (index, target) in reached.enumerated() {
            let place = cursors[Int(target)]
            cursors[Int(target)] = place + 1
            sorted[place] = list[index]
            if let weights { sortedWeights[place] = weights[index] }
            if let delays { sortedDelays[place] = delays[index] }
        }
        self.starts = starts
        sources = sorted
        self.weights = sortedWeights
        self.delays = sortedDelays
        weightsAreFactors = false
    }

    func appendSources(ofTarget target: Int, to list: inout ConnectionList) {
        let row = starts[target]..<starts[target + 1]
        list.sources += sources[row]
        if !weights.isEmpty { list.weights += weights[row] }
        if !delays.isEmpty { list.delays += delays[row] }
        list.weightsAreFactors = weightsAreFactors
    }
}
