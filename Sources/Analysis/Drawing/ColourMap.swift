import Foundation

/// Colours for numbers.
///
/// The same on light and dark surroundings: a number keeps its colour.
struct ColourMap: Sendable {
    /// A colour in sRGB.
    struct Colour: Sendable, Equatable {
        let red: UInt8, green: UInt8, blue: UInt8

        /// As `#rrggbb`.
        var hex: String {
            let value = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
            let digits = String(value, radix: 16)
            return "#" + String(repeating: "0", count: 6 - digits.count) + digits
        }

        /// The relative luminance, from 0 to 1, by which text on it is chosen.
        ///
        /// - Source: WCAG 2.2, relative luminance.
        var luminance: Double {
            func linear(_ value: UInt8) -> Double {
                let share = Double(value) / 255
                return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        }
    }

    /// Evenly spaced from the lowest number to the highest.
    let stops: [Colour]

    init(_ hex: [UInt32]) {
        stops = hex.map {
            Colour(
                red: UInt8(truncatingIfNeeded: $0 >> 16), green: UInt8(truncatingIfNeeded: $0 >> 8),
                blue: UInt8(truncatingIfNeeded: $0))
        }
    }

    /// The colour of a share from 0 to 1; outside of it, that of the nearer end; grey for what is no number.
    func colour(_ share: Double) -> Colour {
        guard !share.isNaN else { return Colour(red: 0x80, green: 0x80, blue: 0x80) }
        let position = min(max(share, 0), 1) * Double(stops.count - 1)
        let lower = min(Int(position), stops.count - 2)
        let part = position - Double(lower)
        func mix(_ path: KeyPath<Colour, UInt8>) -> UInt8 {
            let (from, to) = (Double(stops[lower][keyPath: path]), Double(stops[lower + 1][keyPath: path]))
            return UInt8((from + (to - from) * part).rounded())
        }
        return Colour(red: mix(\.red), green: mix(\.green), blue: mix(\.blue))
    }

    /// Blue below, white at the middle, red above; people with any kind of colour vision tell the sides apart.
    ///
    /// - Source: C. A. Brewer, ColorBrewer 2.0, RdBu with 11 classes (Apache licence 2.0), turned round.
    static let diverging = ColourMap([
        0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D, 0xB2182B, 0x67001F,
    ])

    /// From dark violet to yellow, evenly to the eye.
    ///
    /// - Source: S. van der Walt, N. Smith 2015, matplotlib's viridis (CC0), every 32nd colour.
    static let viridis = ColourMap([
        0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725,
    ])

    /// From white to dark blue.
    ///
    /// - Source: C. A. Brewer, ColorBrewer 2.0, Blues with 9 classes (Apache licence 2.0), from white on.
    static let blues = ColourMap([
        0xFFFFFF, 0xDEEBF7, 0xC6DBEF, 0x9ECAE1, 0x6BAED6, 0x4292C6, 0x2171B5, 0x08519C, 0x08306B,
    ])

    /// From black to white.
    static let grey = ColourMap([0x000000, 0xFFFFFF])
}
