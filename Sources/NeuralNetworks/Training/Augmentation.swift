import Parallel

/// A random change of training images that leaves their class.
public protocol Augmentation: Sendable {
    /// Changes an image in place.
    ///
    /// - Parameters:
    ///   - image: The values in plain order.
    ///   - shape: Their shape.
    ///   - random: A stream of the image's own, another one in every epoch.
    func apply(to image: UnsafeMutableBufferPointer<Float>, shape: [Int], random: inout RandomStream)
}

/// Shifts images by a few pixels, filling with zeros, and mirrors every other one left to right.
public struct ShiftAndFlip: Augmentation {
    /// The largest shift in rows and in columns.
    public let maximumShift: Int
    /// Whether images are mirrored, each with probability 1/2.
    public let flipsHorizontally: Bool

    /// Makes the change; a negative shift counts as its size.
    public init(maximumShift: Int, flipsHorizontally: Bool) {
        self.maximumShift = abs(maximumShift)
        self.flipsHorizontally = flipsHorizontally
    }

    /// Shifts and mirrors a feature map; leaves a vector as it is.
    public func apply(to image: UnsafeMutableBufferPointer<Float>, shape: [Int], random: inout RandomStream) {
        guard shape.count == 3, shape.reduce(1, *) == image.count else { return }
        let (channels, rows, columns) = (shape[0], shape[1], shape[2])
        let down = random.integer(below: 2 * maximumShift + 1) - maximumShift
        let right = random.integer(below: 2 * maximumShift + 1) - maximumShift
        let flips = flipsHorizontally && random.integer(below: 2) == 1
        guard down != 0 || right != 0 || flips else { return }
        let old = Array(image)
        for channel in 0..<channels {
            for row in 0..<rows {
                let from = row - down
                for column in 0..<columns {
                    let shifted = column - right
                    let inside = from >= 0 && from < rows && shifted >= 0 && shifted < columns
                    let source = flips ? columns - 1 - shifted : shifted
                    image[(channel * rows + row) * columns + column] =
                        inside ? old[(channel * rows + from) * columns + source] : 0
                }
            }
        }
    }
}
