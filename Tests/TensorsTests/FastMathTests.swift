import Foundation
import SynfireTensors
import Testing

@Suite("Elementary functions in single precision")
struct FastMathTests {
    /// Numbers that lie close together near zero and go out to `bound`, both signs.
    private func arguments(to bound: Float) -> [Float] {
        var result: [Float] = [0]
        var x: Float = 1e-6
        while x < bound {
            result += [x, -x]
            x *= 1.0007
        }
        for step in 1...4000 { result += [bound * Float(step) / 4000, -bound * Float(step) / 4000] }
        return result
    }

    /// The largest distance from the truth, in units of the last place of the true number.
    private func worst(
        _ arguments: [Float], _ function: (Float) -> Float, _ truth: (Double) -> Double
    ) -> (units: Double, at: Float) {
        var worst: (units: Double, at: Float) = (0, 0)
        for x in arguments {
            let expected = truth(Double(x))
            let unit = Double(max(Float(abs(expected)).ulp, Float.leastNormalMagnitude))
            let units = abs(Double(function(x)) - expected) / unit
            if !(units <= worst.units) { worst = (units, x) }
        }
        return worst
    }

    @Test("exp, exp − 1, tanh and the logistic function are right to the last places")
    func accuracy() {
        let wide = arguments(to: 87)
        let exponential = worst(wide, { FastMath.exp($0) }, { Foundation.exp($0) })
        #expect(exponential.units <= 1, "exp: \(exponential)")
        let minusOne = worst(wide.filter { $0 <= 0 }, { FastMath.expMinusOne($0) }, { expm1($0) })
        #expect(minusOne.units <= 1, "exp − 1 below 0: \(minusOne)")
        let above = worst(wide.filter { $0 > 0 }, { FastMath.expMinusOne($0) }, { expm1($0) })
        #expect(above.units <= 2, "exp − 1 above 0: \(above)")
        let tangent = worst(wide, { FastMath.tanh($0) }, { Foundation.tanh($0) })
        #expect(tangent.units <= 2, "tanh: \(tangent)")
        let logistic = worst(wide, { FastMath.logistic($0) }, { 1 / (1 + Foundation.exp(-$0)) })
        #expect(logistic.units <= 3, "logistic: \(logistic)")
    }

    @Test("the normal distribution is right absolutely, and far below its mean relatively")
    func normal() {
        for x in arguments(to: 13) {
            let expected = erfc(-Double(x) / 2.0.squareRoot()) / 2
            let error = abs(Double(FastMath.normalProbability(x)) - expected)
            #expect(error <= 1.2e-7, "\(x)")
            if x < -1.5 { #expect(error <= 5e-7 * expected, "\(x): \(error / expected)") }
        }
    }

    @Test("what is not a number stays so, and the infinite has the values at the ends")
    func special() {
        for function in [FastMath.exp, FastMath.expMinusOne, FastMath.tanh, FastMath.logistic] {
            #expect(function(.nan).isNaN)
        }
        #expect(FastMath.normalProbability(.nan).isNaN)
        #expect(FastMath.exp(-.infinity) == 0)
        #expect(FastMath.exp(.infinity) == FastMath.exp(88))
        #expect(FastMath.expMinusOne(-.infinity) == -1)
        #expect(FastMath.tanh(.infinity) == 1)
        #expect(FastMath.tanh(-.infinity) == -1)
        #expect(FastMath.logistic(.infinity) == 1)
        #expect(FastMath.logistic(-.infinity) < 1e-38)
        #expect(FastMath.normalProbability(.infinity) == 1)
        #expect(FastMath.normalProbability(-.infinity) == 0)
    }
}
