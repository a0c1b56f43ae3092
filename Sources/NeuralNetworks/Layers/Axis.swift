/// Axes of an image's values, numbered as in a batch: 0 is the batch itself, 1 the channels or features, −1 the last.
enum Axis {
    /// The position in an image's shape of an axis that is numbered as in a batch, or nil where there is none.
    ///
    /// - Parameters:
    ///   - dim: The axis; negative numbers count from the end.
    ///   - rank: How many axes an image has.
    static func index(_ dim: Int, rank: Int) -> Int? {
        let index = dim < 0 ? rank + dim : dim - 1
        return (0..<rank).contains(index) ? index : nil
    }

    /// The position of an axis.
    ///
    /// - Throws: ``InputMismatch`` where an image has no such axis.
    static func required(_ dim: Int, in shape: [Int]) throws(InputMismatch) -> Int {
        guard let index = index(dim, rank: shape.count) else {
            throw InputMismatch("an axis \(dim), where 1 is the first behind the batch")
        }
        return index
    }

    /// Refuses the batch's axis.
    static func check(_ kind: String, _ name: String, _ dim: Int) throws {
        guard dim != 0 else {
            throw NetworkError.hyperparameterConflict(
                kind: kind, reason: "\(name) is 0, the axis of the batch; the first axis of an image is 1")
        }
    }
}
