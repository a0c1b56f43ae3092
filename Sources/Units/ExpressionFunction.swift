/// An expression as a function of one variable, for many values.
///
/// Instructions of a stack machine that each work on a chunk of values, so that reading them costs next to nothing.
public struct ExpressionFunction: Sendable {
    private let instructions: [ExpressionProgram.Instruction]
    private let stackDepth: Int
    private static let chunk = 128

    /// Takes a program in which at most the variable is without a value.
    init(_ program: ExpressionProgram) {
        instructions = program.instructions
        stackDepth = program.stackDepth
    }

    /// The value where the function has the same one everywhere.
    public var constant: Double? {
        if instructions.count == 1, case .constant(let value) = instructions[0] { value } else { nil }
    }

    /// The value at `x`; NaN and infinity are values too.
    public func callAsFunction(_ x: Double) -> Double {
        var value = 0.0
        withUnsafePointer(to: x) { source in evaluate(source, into: &value, count: 1) }
        return value
    }

    /// The values at many points.
    ///
    /// - Parameters:
    ///   - x: `count` numbers.
    ///   - values: Room for `count` numbers; it may be the memory of `x`.
    ///   - count: How many there are.
    /// - Complexity: O(count × operations), no allocation for a depth that fits the stack.
    public func evaluate(_ x: UnsafePointer<Double>, into values: UnsafeMutablePointer<Double>, count: Int) {
        let chunk = min(Self.chunk, count)
        guard chunk > 0 else { return }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: chunk * stackDepth) { memory in
            guard let stack = memory.baseAddress else { return }
            var first = 0
            while first < count {
                let size = min(chunk, count - first)
                run(x + first, stack, chunk, size)
                for i in 0..<size { values[first + i] = stack[i] }
                first += size
            }
        }
    }

    private func run(_ x: UnsafePointer<Double>, _ stack: UnsafeMutablePointer<Double>, _ chunk: Int, _ size: Int) {
        // The row after the top of the stack.
        var end = stack
        for instruction in instructions {
            switch instruction {
            case .constant(let value):
                for i in 0..<size { end[i] = value }
                end += chunk
            case .name:
                for i in 0..<size { end[i] = x[i] }
                end += chunk
            case .unary(let function): Self.apply(function, end - chunk, size)
            case .binary(let function):
                end -= chunk
                Self.apply(function, end - chunk, end, size)
            case .select:
                end -= 2 * chunk
                let (result, a, b) = (end - chunk, end, end + chunk)
                for i in 0..<size {
                    let condition = result[i]
                    result[i] = condition.isNaN ? condition : condition != 0 ? a[i] : b[i]
                }
            }
        }
    }

    /// One loop for each function, so that nothing is decided inside.
    @inline(__always)
    private static func each(_ row: UnsafeMutablePointer<Double>, _ size: Int, _ function: ExpressionProgram.Unary) {
        for i in 0..<size { row[i] = function(row[i]) }
    }

    private static func apply(_ function: ExpressionProgram.Unary, _ row: UnsafeMutablePointer<Double>, _ size: Int) {
        switch function {
        case .negate: each(row, size, .negate)
        case .square: each(row, size, .square)
        case .squareRoot: each(row, size, .squareRoot)
        case .absolute: each(row, size, .absolute)
        case .exponential: each(row, size, .exponential)
        default: each(row, size, function)
        }
    }

    @inline(__always)
    private static func each(
        _ row: UnsafeMutablePointer<Double>, _ other: UnsafeMutablePointer<Double>, _ size: Int,
        _ function: ExpressionProgram.Binary
    ) {
        for i in 0..<size { row[i] = function(row[i], other[i]) }
    }

    private static func apply(
        _ function: ExpressionProgram.Binary, _ row: UnsafeMutablePointer<Double>,
        _ other: UnsafeMutablePointer<Double>, _ size: Int
    ) {
        switch function {
        case .add: each(row, other, size, .add)
        case .subtract: each(row, other, size, .subtract)
        case .multiply: each(row, other, size, .multiply)
        case .divide: each(row, other, size, .divide)
        case .less: each(row, other, size, .less)
        default: each(row, other, size, function)
        }
    }
}
