#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension Conductances {
    /// What a method needs that looks at a part of a step as a whole, seven constants a receptor: see ``Areas``.
    ///
    /// With u from 0 to 1 over the part of length h, a conductance is g·e^(−xu) + d·h·u·e^(−xu) for x = h/τ.
    ///
    /// - Parameter scale: A factor on the integrals, such as 1 by the capacitance.
    static func areaConstants(
        _ setup: KernelSetup, _ neuron: Int, substeps: Int, isAlpha: Bool, scale: Double
    ) -> [Double] {
        let h = setup.step / Double(substeps)
        return symbols.flatMap { symbol in
            let tau = setup.value(symbol, neuron)
            let x = h / tau
            let decay = exp(-x)
            // ∫ u^k·e^(−xu) du for k = 0, 1, 2; the closed form of the last one cancels for small x.
            let (zeroth, first) = (x > 0 ? -expm1(-x) / x : 1, Propagators.second(x, x))
            let second = x < 1e-3 ? 1.0 / 3 - x / 4 + x * x / 10 : (2 * first - decay) / x
            return [
                decay, h * decay, scale * h * zeroth, scale * h * h * first, scale * h * (2 * first - zeroth) / 2,
                scale * h * h * (2 * second - first) / 2, isAlpha ? M_E / tau : 1,
            ]
        }
    }

    /// Integrals of one neuron's conductances over a part of a step, and what they are at its end.
    struct Area<Real: KernelReal> {
        /// ∫ g dt, times the scale.
        let total: Real
        /// ½·∫ (2u − 1)·g dt, times the scale: how much more of it lies towards the end.
        ///
        /// Six times as much is the coefficient of the first Legendre polynomial, times h.
        let tilt: Real
        /// The conductance and its rise at the end.
        let level, rise: Real
    }

    /// The constants in an inner loop.
    struct Areas<C: RealReader, Course: SynapticCourse> {
        typealias Real = C.Real
        /// The constants of one receptor.
        struct Receptor {
            let decay, ramp, total, totalOfRise, tilt, tiltOfRise, jump: C

            init(_ constants: RealConstants<Real>, _ at: Int) {
                decay = C(constants, at)
                ramp = C(constants, at + 1)
                total = C(constants, at + 2)
                totalOfRise = C(constants, at + 3)
                tilt = C(constants, at + 4)
                tiltOfRise = C(constants, at + 5)
                jump = C(constants, at + 6)
            }

            @inline(__always) func area(
                _ level: UnsafeMutablePointer<Real>, _ rise: UnsafeMutablePointer<Real>, _ n: Int
            ) -> Area<Real> {
                let g = level[n]
                guard Course.isAlpha else {
                    return Area(total: total[n] * g, tilt: tilt[n] * g, level: decay[n] * g, rise: 0)
                }
                let d = rise[n]
                return Area(
                    total: g.times(total[n], plus: d * totalOfRise[n]), tilt: g.times(tilt[n], plus: d * tiltOfRise[n]),
                    level: g.times(decay[n], plus: d * ramp[n]), rise: d * decay[n])
            }

            /// Goes on to the end of a part, and adds what arrives there.
            @inline(__always) func store(
                _ area: Area<Real>, _ input: Float, _ level: UnsafeMutablePointer<Real>,
                _ rise: UnsafeMutablePointer<Real>, _ n: Int
            ) {
                if Course.isAlpha {
                    level[n] = area.level
                    rise[n] = area.rise + jump[n] * Real(input)
                } else {
                    level[n] = area.level + Real(input)
                }
            }
        }

        let ex, inh: Receptor

        init(_ constants: RealConstants<Real>, first: Int) {
            ex = Receptor(constants, first)
            inh = Receptor(constants, first + 7)
        }
    }
}
