import SynfireParallel
import SynfireUnits

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a kernel is made from: the neurons' parameters, the step, randomness, and memory.
public final class KernelSetup {
    /// The neurons of the kernel, by index in the population.
    public let neurons: Range<Int>
    /// The length of a step h [ms].
    public let step: Double
    /// The values of the whole population, none of them a distribution.
    public let values: ModelValues
    /// The seed of the run.
    public let seed: UInt64
    /// The random stream of the population; draws of a neuron use its index in the population as entity.
    public let stream: UInt32

    /// What an event kernel's input is known to be beforehand; `nil` where nothing is.
    public var input: EventInput?

    private let neuronsPerChannel: Int

    /// Describes some neurons of a population.
    public init(
        neurons: Range<Int>, neuronsPerChannel: Int, step: Double, values: ModelValues, seed: UInt64, stream: UInt32
    ) {
        self.neurons = neurons
        self.neuronsPerChannel = neuronsPerChannel
        self.step = step
        self.values = values
        self.seed = seed
        self.stream = stream
    }

    /// How many neurons there are.
    public var count: Int { neurons.count }

    /// In continuous time, where ``step`` is the length of a slice: the same in ticks.
    var sliceTicks: Int64 { Ticks.count(step) }

    /// The memory that the kernel has taken; it must outlive the kernel's work.
    public let columns = KernelMemory()

    /// A parameter or initial value for one neuron of the kernel.
    public func value(_ symbol: String, _ neuron: Int) -> Double {
        values[symbol].value(at: neurons.lowerBound + neuron, neuronsPerChannel: neuronsPerChannel)
    }

    /// The same for a neuron of the population.
    func value(_ symbol: String, ofPopulation neuron: Int) -> Double {
        values[symbol].value(at: neuron, neuronsPerChannel: neuronsPerChannel)
    }

    /// How many neurons of the population the numbers of some parameters tell apart.
    func neuronsInPopulation(_ symbols: [String]) -> Int {
        symbols.map { symbol in
            switch values[symbol] {
            case .perNeuron(let values): values.count
            case .perChannel(let values): values.count * neuronsPerChannel
            case .uniform, .drawn, .computed: 1
            }
        }.max() ?? 1
    }

    /// Whether all neurons share each of these parameters.
    public func isUniform(_ symbols: [String]) -> Bool {
        symbols.allSatisfy { if case .uniform = values[$0] { true } else { false } }
    }

    /// The choice of an option.
    public func option(_ symbol: String) -> String { values.options[symbol] ?? "" }

    /// The list of numbers for one neuron of the kernel: its own, or the one that all share.
    public func table(_ symbol: String, _ neuron: Int) -> [Double] {
        guard let lists = values.tables[symbol], let first = lists.first else { return [] }
        return lists.count == 1 ? first : lists[neurons.lowerBound + neuron]
    }

    /// The number of steps nearest to a time, at least 0 (NEST rounds refractory times so).
    public func steps(_ milliseconds: Double) -> Int32 {
        Int32(clamping: Int((milliseconds / step).rounded().clamped(to: 0...1e9)))
    }

    /// The steps that begin at or after `start` and before `stop` [ms].
    public func stepWindow(start: Double, stop: Double) -> Range<Int> {
        func first(_ time: Double) -> Int { Int((time / step - 1e-6).rounded(.up).clamped(to: 0...1e15)) + 1 }
        return first(start)..<max(first(start), first(stop))
    }

    /// Memory for one number a neuron, filled from `value`; it ends with the simulation.
    ///
    /// Columns are checked for numbers that are not finite while the simulation runs.
    ///
    /// - Parameter name: The symbol of a state variable, or a name of the kernel's own, for messages.
    public func column(_ name: String, _ value: (_ neuron: Int) -> Double) -> UnsafeMutablePointer<Float> {
        let column = columns.floats(name, count: count)
        for neuron in 0..<count { column[neuron] = Float(value(neuron)) }
        return column
    }

    /// Memory for one whole number a neuron.
    public func integers(_ name: String, _ value: (_ neuron: Int) -> Int32) -> UnsafeMutablePointer<Int32> {
        let column = columns.integers(name, count: count)
        for neuron in 0..<count { column[neuron] = value(neuron) }
        return column
    }

    /// One byte a neuron for ``SpikeList/append(flags:count:)``, zero, up to a multiple of 64.
    public func flags() -> UnsafeMutablePointer<UInt8> { columns.flags(count: (count + 63) / 64 * 64) }

    /// Constants that follow from parameters: shared where all neurons share the parameters, otherwise one each.
    ///
    /// - Parameters:
    ///   - symbols: The parameters that they follow from.
    ///   - values: The constants of a neuron of the kernel, always as many.
    public func constants(from symbols: [String], _ values: (_ neuron: Int) -> [Double]) -> KernelConstants {
        if isUniform(symbols) || count == 0 { return KernelConstants(shared: values(0).map(Float.init), each: []) }
        let each = values(0).map { _ in columns.constants(count: count) }
        for neuron in 0..<count {
            for (column, value) in zip(each, values(neuron)) { column[neuron] = Float(value) }
        }
        return KernelConstants(shared: [], each: each.map { UnsafePointer($0) })
    }
}

/// Constants of a kernel's inner loop: shared by all its neurons, or a column each.
public struct KernelConstants {
    /// The constants where all neurons share them, otherwise none.
    public let shared: [Float]
    /// A column for each constant where neurons differ, otherwise none.
    public let each: [UnsafePointer<Float>]

    /// Whether all neurons share them.
    public var areShared: Bool { each.isEmpty }
}

/// How an inner loop reads one of its ``KernelConstants``.
///
/// Write the loop once, generic over this type, and run it with ``SharedConstant`` where ``KernelConstants/areShared``,
/// otherwise with ``EachConstant``: shared constants then stay in registers.
public protocol ConstantReader {
    /// Reads constant number `index`.
    init(_ constants: KernelConstants, _ index: Int)
    /// The constant of one neuron.
    subscript(neuron: Int) -> Float { get }
}

/// One constant for all neurons.
public struct SharedConstant: ConstantReader {
    @usableFromInline let value: Float
    /// Reads constant number `index`.
    public init(_ constants: KernelConstants, _ index: Int) { value = constants.shared[index] }
    /// The constant.
    @inlinable public subscript(neuron: Int) -> Float { value }
}

/// A constant for each neuron.
public struct EachConstant: ConstantReader {
    @usableFromInline let values: UnsafePointer<Float>
    /// Reads constant number `index`.
    public init(_ constants: KernelConstants, _ index: Int) { values = constants.each[index] }
    /// The constant of one neuron.
    @inlinable public subscript(neuron: Int) -> Float { values[neuron] }
}

/// All columns of a kernel, by name.
///
/// Unchecked `Sendable`: a kernel and its memory belong to one worker while a simulation runs.
public final class KernelMemory: @unchecked Sendable {
    private var taken: [UnsafeMutableRawPointer] = []
    /// Columns of single precision: name, memory, count.
    public private(set) var floatColumns: [(name: String, base: UnsafeMutablePointer<Float>, count: Int)] = []
    /// Columns of double precision.
    public private(set) var doubleColumns: [(name: String, base: UnsafeMutablePointer<Double>, count: Int)] = []
    /// Columns of whole numbers.
    public private(set) var integerColumns: [(name: String, base: UnsafeMutablePointer<Int32>, count: Int)] = []

    init() {}

    deinit { for pointer in taken { free(pointer) } }

    private func take<Element: BitwiseCopyable>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
        var memory: UnsafeMutableRawPointer?
        // Rounded up, so that loops over whole vectors stay inside.
        let bytes = (max(1, count) * MemoryLayout<Element>.stride + 63) / 64 * 64
        guard posix_memalign(&memory, 64, bytes) == 0, let memory else {
            // The estimate of memory let it pass, and a kernel cannot be made in part.
            let sentence = "synfire: the system has no memory left for \(bytes) bytes of neurons' state\n"
            _ = sentence.withCString { write(STDERR_FILENO, $0, strlen($0)) }
            _exit(1)
        }
        memset(memory, 0, bytes)
        taken.append(memory)
        return memory.bindMemory(to: type, capacity: max(1, count))
    }

    func floats(_ name: String, count: Int) -> UnsafeMutablePointer<Float> {
        let column = take(Float.self, count: count)
        floatColumns.append((name, column, count))
        return column
    }

    func reals<Real: KernelReal>(_: Real.Type, _ name: String, count: Int) -> UnsafeMutablePointer<Real> {
        let column = take(Real.self, count: count)
        if let single = column as? UnsafeMutablePointer<Float> { floatColumns.append((name, single, count)) }
        if let double = column as? UnsafeMutablePointer<Double> { doubleColumns.append((name, double, count)) }
        return column
    }

    func integers(_ name: String, count: Int) -> UnsafeMutablePointer<Int32> {
        let column = take(Int32.self, count: count)
        integerColumns.append((name, column, count))
        return column
    }

    func doubles(count: Int) -> UnsafeMutablePointer<Double> { take(Double.self, count: count) }

    func vectors<Vector: SIMD & BitwiseCopyable>(of _: Vector.Type, count: Int) -> UnsafeMutablePointer<Vector> {
        take(Vector.self, count: count)
    }

    func flags(count: Int) -> UnsafeMutablePointer<UInt8> { take(UInt8.self, count: count) }

    func constants(count: Int) -> UnsafeMutablePointer<Float> { take(Float.self, count: count) }

    func constants<Real: KernelReal>(of _: Real.Type, count: Int) -> UnsafeMutablePointer<Real> {
        take(Real.self, count: count)
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        isNaN ? range.lowerBound : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
