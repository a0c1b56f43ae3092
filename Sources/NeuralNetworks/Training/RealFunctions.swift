#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The functions of real numbers that training needs, from the system's library.
enum Real {
    static func exp(_ x: Double) -> Double { systemExp(x) }
    static func log(_ x: Double) -> Double { systemLog(x) }
    static func log1p(_ x: Double) -> Double { systemLog1p(x) }
    static func cos(_ x: Double) -> Double { systemCos(x) }
    static func pow(_ x: Double, _ y: Double) -> Double { systemPow(x, y) }

    /// A power with a whole exponent by repeated squaring, the same on every machine.
    static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest % 2 == 1 { result *= square }
            square *= square
            rest /= 2
        }
        return result
    }
}

// Inside of the enum the bare names are its own.
private func systemExp(_ x: Double) -> Double { exp(x) }
private func systemLog(_ x: Double) -> Double { log(x) }
private func systemLog1p(_ x: Double) -> Double { log1p(x) }
private func systemCos(_ x: Double) -> Double { cos(x) }
private func systemPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
