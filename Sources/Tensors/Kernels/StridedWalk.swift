/// A walk over an array in the order of its memory, and over others whose strides differ.
///
/// It is what broadcasting and changing the order of axes come to: a value that is the same along an axis has a stride
/// of 0 there. Axes along which all arrays go on evenly are joined, so that the inner loop is as long as it can be.
package struct StridedWalk: Sendable {
    /// The length of the inner loop.
    package let innerCount: Int
    /// The step of each array in the inner loop.
    package let innerSteps: [Int]

    private let counts: [Int]
    private let steps: [[Int]]

    /// Prepares a walk.
    ///
    /// - Parameters:
    ///   - shape: The extents, slowest first.
    ///   - strides: For each array the distance in memory between neighbours along each axis.
    package init(shape: [Int], strides: [[Int]]) {
        var counts: [Int] = []
        var steps: [[Int]] = []
        for axis in shape.indices where shape[axis] != 1 {
            let step = strides.map { $0[axis] }
            if let last = counts.indices.last, zip(steps[last], step).allSatisfy({ $0 == $1 * shape[axis] }) {
                counts[last] *= shape[axis]
                steps[last] = step
            } else {
                counts.append(shape[axis])
                steps.append(step)
            }
        }
        innerCount = counts.popLast() ?? 1
        innerSteps = steps.popLast() ?? strides.map { _ in 0 }
        self.counts = counts
        self.steps = steps
    }

    /// The strides of an array in the order of its memory, 0 along axes of extent 1.
    package static func strides(of shape: [Int]) -> [Int] {
        var strides = shape
        var next = 1
        for axis in shape.indices.reversed() {
            strides[axis] = shape[axis] == 1 ? 0 : next
            next *= shape[axis]
        }
        return strides
    }

    /// Calls `body` for each inner loop with the first offset in each array.
    @inline(__always)
    package func forEachRun(_ body: (UnsafePointer<Int>) -> Void) {
        let arrays = innerSteps.count
        withUnsafeTemporaryAllocation(of: Int.self, capacity: arrays + counts.count) { memory in
            guard let offsets = memory.baseAddress else { return }
            memory.initialize(repeating: 0)
            let position = offsets + arrays
            while true {
                body(offsets)
                var axis = counts.count - 1
                while axis >= 0 {
                    position[axis] += 1
                    let isThrough = position[axis] == counts[axis]
                    let moves = isThrough ? 1 - counts[axis] : 1
                    for array in 0..<arrays { offsets[array] += moves * steps[axis][array] }
                    if !isThrough { break }
                    position[axis] = 0
                    axis -= 1
                }
                if axis < 0 { return }
            }
        }
    }
}

extension ValueLayout {
    /// The extents of one image's values as they lie in memory: blocks of channels, positions by axis, channels of a
    /// block.
    package var memoryShape: [Int] {
        isPlain ? shape : [blocks] + shape.dropFirst() + [block]
    }
}
