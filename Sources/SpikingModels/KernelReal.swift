#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The precision of a kernel's columns: single, or double where a step is too short for single.
///
/// What a step changes shrinks with the step, what a sum rounds to does not. A potential that keeps P of itself over a step
/// is off by up to ulp(θ)/(1 − P); below a thousandth of θ − e_l single precision does. Otherwise the same loop
/// runs in double precision: see ``LoopKernel``.
protocol KernelReal: BinaryFloatingPoint, BitwiseCopyable {
    /// The whole number: the standard library's conversion of any floating-point type takes twenty times as long.
    var whole: Int32 { get }
    /// `self` · `factor` + `term`.
    func times(_ factor: Self, plus term: Self) -> Self
    /// 1 − e^(−x) for x ≥ 0.
    static func loss(_ x: Self) -> Self
    /// `a` where `mask` is all ones, `b` where it is zeros.
    static func chosen(_ mask: UInt32, _ a: Self, _ b: Self) -> Self
}

extension Float: KernelReal {
    var whole: Int32 { @inline(__always) get { Int32(self) } }

    @inline(__always) static func loss(_ x: Float) -> Float { Exponential.loss(x) }

    @inline(__always) static func chosen(_ mask: UInt32, _ a: Float, _ b: Float) -> Float {
        Float(bitPattern: (a.bitPattern & mask) | (b.bitPattern & ~mask))
    }
}

extension Double: KernelReal {
    var whole: Int32 { @inline(__always) get { Int32(self) } }

    @inline(__always) func times(_ factor: Double, plus term: Double) -> Double { self * factor + term }

    @inline(__always) static func loss(_ x: Double) -> Double { -expm1(-x) }

    @inline(__always) static func chosen(_ mask: UInt32, _ a: Double, _ b: Double) -> Double {
        let wide = UInt64(bitPattern: Int64(Int32(bitPattern: mask)))
        return Double(bitPattern: (a.bitPattern & wide) | (b.bitPattern & ~wide))
    }
}

/// Constants of a loop in a precision, as ``KernelConstants`` are in single precision.
struct RealConstants<Real: KernelReal> {
    /// The constants where all neurons share them, otherwise none.
    let shared: [Real]
    /// A column for each constant where neurons differ, otherwise none.
    let each: [UnsafePointer<Real>]

    /// Whether all neurons share them.
    var areShared: Bool { each.isEmpty }

    /// A constant of one neuron, outside loops.
    func value(_ index: Int, _ neuron: Int) -> Real { areShared ? shared[index] : each[index][neuron] }
}

/// How a loop reads one of its ``RealConstants``: see ``ConstantReader``.
protocol RealReader {
    associatedtype Real: KernelReal
    /// Reads constant number `index`.
    init(_ constants: RealConstants<Real>, _ index: Int)
    /// The constant of one neuron.
    subscript(neuron: Int) -> Real { get }
}

/// One constant for all neurons.
struct SharedReal<Real: KernelReal>: RealReader {
    private let value: Real
    @inline(__always) init(_ constants: RealConstants<Real>, _ index: Int) { value = constants.shared[index] }
    subscript(neuron: Int) -> Real { @inline(__always) get { value } }
}

/// A constant for each neuron.
struct EachReal<Real: KernelReal>: RealReader {
    private let values: UnsafePointer<Real>
    @inline(__always) init(_ constants: RealConstants<Real>, _ index: Int) { values = constants.each[index] }
    subscript(neuron: Int) -> Real { @inline(__always) get { values[neuron] } }
}

/// The columns of some neurons in a precision, and the loop that advances them.
protocol KernelLoop {
    associatedtype Real: KernelReal
    /// The constants of the loop.
    var constants: RealConstants<Real> { get }
    /// Advances all neurons by one step.
    func advance<C: RealReader>(_ frame: StepFrame, _ reader: C.Type) where C.Real == Real
    /// A state variable of one neuron.
    func value(of symbol: String, neuron: Int) -> Double
}

/// A kernel of a loop that is written once and compiled for each precision.
final class LoopKernel: NeuronKernel {
    private let step: (StepFrame) -> Void
    private let read: (String, Int) -> Double

    /// Inlined, so that the loop is compiled for the concrete type: methods of a generic class would not be.
    @inline(__always) init<Loop: KernelLoop>(_ loop: Loop) {
        let isShared = loop.constants.areShared
        step = { frame in
            if isShared {
                loop.advance(frame, SharedReal<Loop.Real>.self)
            } else {
                loop.advance(frame, EachReal<Loop.Real>.self)
            }
        }
        read = { loop.value(of: $0, neuron: $1) }
    }

    func advance(_ frame: StepFrame) { step(frame) }

    func value(of symbol: String, neuron: Int) -> Double { read(symbol, neuron) }
}

extension KernelSetup {
    /// Memory for one number a neuron in a precision, as ``column(_:_:)`` gives it in single precision.
    func reals<Real: KernelReal>(_ name: String, _ value: (_ neuron: Int) -> Double) -> UnsafeMutablePointer<Real> {
        let column = columns.reals(Real.self, name, count: count)
        for neuron in 0..<count { column[neuron] = Real(value(neuron)) }
        return column
    }

    /// Constants in a precision, as ``constants(from:_:)`` gives them in single precision.
    func reals<Real: KernelReal>(
        from symbols: [String], _ values: (_ neuron: Int) -> [Double]
    ) -> RealConstants<Real> {
        if isUniform(symbols) || count == 0 { return RealConstants(shared: values(0).map { Real($0) }, each: []) }
        let each = values(0).map { _ in columns.constants(of: Real.self, count: count) }
        for neuron in 0..<count {
            for (column, value) in zip(each, values(neuron)) { column[neuron] = Real(value) }
        }
        return RealConstants(shared: [], each: each.map { UnsafePointer($0) })
    }
}

/// Whether single precision does for a population.
struct RoundingBound {
    /// The greatest part of θ − e_l, or of a current, that rounding may take.
    static let allowed = 1e-3

    /// The length of a step [ms].
    let step: Double

    /// Whether what decays with a time constant [ms] keeps its time course.
    func fits(tau: Double) -> Bool { Double(Float.ulpOfOne) / -expm1(-step / tau) < Self.allowed }

    /// Whether a potential with a time constant [ms] keeps its distance from the threshold [mV].
    func fits(tau: Double, threshold: Double, rest: Double) -> Bool {
        let ulp = Double(Float(max(abs(threshold), abs(threshold - rest))).ulp)
        return ulp / -expm1(-step / tau) < Self.allowed * abs(threshold - rest)
    }
}

extension KernelSetup {
    /// Whether rounding is small for all neurons of the population, also those of other kernels.
    ///
    /// - Parameters:
    ///   - symbols: The parameters that `fits` asks for.
    ///   - step: The length of the steps or of their parts [ms].
    ///   - fits: Whether single precision does for a neuron, whose parameters the closure gives.
    func fitsSingle(
        _ symbols: [String], step: Double, _ fits: (RoundingBound, (String) -> Double) -> Bool
    ) -> Bool {
        let bound = RoundingBound(step: step)
        let last = isUniform(symbols) ? 1 : neuronsInPopulation(symbols)
        return (0..<last).allSatisfy { neuron in fits(bound) { self.value($0, ofPopulation: neuron) } }
    }
}
