#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How values between pixels are found, as in PyTorch.
public enum Interpolation: String, Sendable, CaseIterable {
    /// The nearest pixel.
    case nearest
    /// A mean of the four pixels around, by their distances.
    case bilinear
}

/// A map of an image's places that keeps lines straight: where in the old image a place of the new one is read.
///
/// Places are in pixels from the image's middle, x across and y down: x' = a·x + b·y + c, y' = d·x + e·y + f.
package struct AffineMap: Sendable, Hashable {
    var (a, b, c, d, e, f) = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

    /// The map that undoes a turn, then scale, shear and move.
    ///
    /// As torchvision's `_get_inverse_affine_matrix` with the image's middle as center: T · R(angle) · shear · scale,
    /// inverted. Whole quarter turns are exact.
    ///
    /// - Parameters:
    ///   - angle: Degrees clockwise.
    ///   - translate: Pixels across and down.
    ///   - shear: Degrees along x and along y.
    package init(
        angle: Double = 0, translate: (Double, Double) = (0, 0), scale: Double = 1, shear: (Double, Double) = (0, 0)
    ) {
        let (sine, cosine) = Self.onCircle(angle)
        let turned = Self.onCircle(angle - shear.1)
        let cosineY = Self.onCircle(shear.1).cosine
        let tangentX = Self.onCircle(shear.0).sine / Self.onCircle(shear.0).cosine
        let forward = (
            turned.cosine / cosineY, -turned.cosine * tangentX / cosineY - sine,
            turned.sine / cosineY, -turned.sine * tangentX / cosineY + cosine
        )
        (a, b, d, e) = (forward.3 / scale, -forward.1 / scale, -forward.2 / scale, forward.0 / scale)
        c = -(a * translate.0 + b * translate.1)
        f = -(d * translate.0 + e * translate.1)
    }

    /// Sine and cosine of an angle in degrees, exact for quarter turns.
    static func onCircle(_ degrees: Double) -> (sine: Double, cosine: Double) {
        let rest = degrees.remainder(dividingBy: 360)
        switch rest {
        case 0: return (0, 1)
        case 90: return (1, 0)
        case -90: return (-1, 0)
        case 180, -180: return (0, -1)
        default: return (sin(rest * .pi / 180), cos(rest * .pi / 180))
        }
    }
}

/// Reads an image anew along an affine map, as PyTorch's `affine_grid` and `grid_sample` with `align_corners=False` do.
package struct AffineSampler {
    package let shape: ImageShape
    package let interpolation: Interpolation
    /// What is read outside of the image.
    package let fill: Float

    package init(shape: ImageShape, interpolation: Interpolation, fill: Float) {
        self.shape = shape
        self.interpolation = interpolation
        self.fill = fill
    }

    // A plane lies in a frame of fill, one pixel wide above and left, two below and right: places are clamped onto the
    // frame, so that no read needs to be checked.
    private var framedColumns: Int { shape.columns + 3 }
    private var framed: Int { (shape.rows + 3) * framedColumns }

    /// The memory that ``sample(_:along:scratch:)`` needs: a framed plane, a place and two weights for each pixel.
    package static func scratchCount(for shape: ImageShape) -> Int {
        (shape.rows + 3) * (shape.columns + 3) + 3 * shape.plane
    }

    /// Changes an image in place.
    package func sample(
        _ image: UnsafeMutablePointer<Float>, along map: AffineMap, scratch: UnsafeMutablePointer<Float>
    ) {
        let count = shape.plane
        let right = scratch + framed
        let down = right + count
        let places = UnsafeMutableRawPointer(down + count).bindMemory(to: Int32.self, capacity: count)
        switch interpolation {
        case .nearest: placeNearest(map, places)
        case .bilinear: placeBetween(map, places, right, down)
        }
        scratch.update(repeating: fill, count: framed)
        let stride = framedColumns
        for channel in 0..<shape.channels {
            let plane = image + channel * count
            for row in 0..<shape.rows {
                (scratch + (row + 1) * stride + 1).update(from: plane + row * shape.columns, count: shape.columns)
            }
            switch interpolation {
            case .nearest:
                for i in 0..<count { plane[i] = scratch[Int(places[i])] }
            case .bilinear:
                for i in 0..<count {
                    let corner = scratch + Int(places[i])
                    let upper = corner[0] + right[i] * (corner[1] - corner[0])
                    let lower = corner[stride] + right[i] * (corner[stride + 1] - corner[stride])
                    plane[i] = upper + down[i] * (lower - upper)
                }
            }
        }
        UnsafeMutableRawPointer(places).bindMemory(to: Float.self, capacity: count)
    }

    /// The map's values for a row: where its first pixel is read and how that changes from pixel to pixel.
    @inline(__always)
    private func start(_ map: AffineMap, row: Int) -> (x: Float, y: Float) {
        let (x, y) = (0.5 - 0.5 * Double(shape.columns), Double(row) + 0.5 - 0.5 * Double(shape.rows))
        return (
            Float(map.a * x + map.b * y + map.c + 0.5 * Double(shape.columns) - 0.5),
            Float(map.d * x + map.e * y + map.f + 0.5 * Double(shape.rows) - 0.5)
        )
    }

    private func placeNearest(_ map: AffineMap, _ places: UnsafeMutablePointer<Int32>) {
        let (columns, stride) = (shape.columns, Int32(framedColumns))
        let (endX, endY) = (Float(shape.columns), Float(shape.rows))
        let (stepX, stepY) = (Float(map.a), Float(map.d))
        for row in 0..<shape.rows {
            let (x0, y0) = start(map, row: row)
            let out = places + row * columns
            for column in 0..<columns {
                let x = min(max(x0 + stepX * Float(Int32(column)), -1), endX)
                let y = min(max(y0 + stepY * Float(Int32(column)), -1), endY)
                // Adding and taking off 1.5 · 2²³ rounds to the nearest, of two to the even one, as PyTorch does.
                let nearX = (x + 0x1.8p23) - 0x1.8p23
                let nearY = (y + 0x1.8p23) - 0x1.8p23
                out[column] = Int32(nearY + 1) &* stride &+ Int32(nearX + 1)
            }
        }
    }

    private func placeBetween(
        _ map: AffineMap, _ places: UnsafeMutablePointer<Int32>, _ right: UnsafeMutablePointer<Float>,
        _ down: UnsafeMutablePointer<Float>
    ) {
        let (columns, stride) = (shape.columns, Int32(framedColumns))
        let (endX, endY) = (Float(shape.columns + 1), Float(shape.rows + 1))
        let (stepX, stepY) = (Float(map.a), Float(map.d))
        for row in 0..<shape.rows {
            let (x0, y0) = start(map, row: row)
            let first = row * columns
            for column in 0..<columns {
                // From the frame's corner on, so that cutting off is rounding down.
                let x = min(max(x0 + stepX * Float(Int32(column)) + 1, 0), endX)
                let y = min(max(y0 + stepY * Float(Int32(column)) + 1, 0), endY)
                let (wholeX, wholeY) = (Int32(x), Int32(y))
                places[first + column] = wholeY &* stride &+ wholeX
                right[first + column] = x - Float(wholeX)
                down[first + column] = y - Float(wholeY)
            }
        }
    }
}
