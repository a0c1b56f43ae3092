#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The functions of expressions.
enum ExpressionFunctions {
    /// What a function takes.
    enum Arity {
        case one(ExpressionProgram.Unary)
        case two(ExpressionProgram.Binary)
        /// Two or more, combined from the left.
        case several(ExpressionProgram.Binary)
    }

    /// Every function but `if`, by name.
    static let table: [String: Arity] = [
        "abs": .one(.absolute), "atan": .one(.arctangent), "ceil": .one(.ceiling), "cos": .one(.cosine),
        "exp": .one(.exponential), "floor": .one(.floor), "heaviside": .one(.step), "log": .one(.logarithm),
        "log10": .one(.logarithm10), "max": .several(.maximum), "min": .several(.minimum), "pow": .two(.power),
        "round": .one(.round), "sin": .one(.sine), "sqrt": .one(.squareRoot), "step": .one(.step),
        "tan": .one(.tangent), "tanh": .one(.hyperbolicTangent),
    ]
}

/// An expression as instructions for a stack machine.
struct ExpressionProgram: Sendable {
    enum Unary: Sendable {
        case negate, absolute, arctangent, ceiling, cosine, exponential, floor, logarithm, logarithm10, round, sine
        case square, squareRoot, step, tangent, hyperbolicTangent

        @inline(__always) func callAsFunction(_ x: Double) -> Double {
            switch self {
            case .negate: -x
            case .absolute: abs(x)
            case .arctangent: atan(x)
            case .ceiling: x.rounded(.up)
            case .cosine: cos(x)
            case .exponential: exp(x)
            case .floor: x.rounded(.down)
            case .logarithm: log(x)
            case .logarithm10: log10(x)
            case .round: x.rounded(.toNearestOrAwayFromZero)
            case .sine: sin(x)
            case .square: x * x
            case .squareRoot: x.squareRoot()
            case .step: x.isNaN ? x : x >= 0 ? 1 : 0
            case .tangent: tan(x)
            case .hyperbolicTangent: tanh(x)
            }
        }
    }

    enum Binary: Sendable {
        case add, subtract, multiply, divide, power, minimum, maximum
        case less, lessOrEqual, greater, greaterOrEqual, equal, unequal

        @inline(__always) func callAsFunction(_ x: Double, _ y: Double) -> Double {
            switch self {
            case .add: x + y
            case .subtract: x - y
            case .multiply: x * y
            case .divide: x / y
            case .power: pow(x, y)
            case .minimum: x.isNaN ? x : y.isNaN ? y : x < y ? x : y
            case .maximum: x.isNaN ? x : y.isNaN ? y : x > y ? x : y
            case .less: Self.truth(x < y, x, y)
            case .lessOrEqual: Self.truth(x <= y, x, y)
            case .greater: Self.truth(x > y, x, y)
            case .greaterOrEqual: Self.truth(x >= y, x, y)
            case .equal: Self.truth(x == y, x, y)
            case .unequal: Self.truth(x != y, x, y)
            }
        }

        @inline(__always) private static func truth(_ holds: Bool, _ x: Double, _ y: Double) -> Double {
            x.isNaN ? x : y.isNaN ? y : holds ? 1 : 0
        }
    }

    enum Instruction: Sendable {
        case constant(Double)
        case name(Int)
        case unary(Unary)
        case binary(Binary)
        /// Takes a condition and two values from the stack, and puts one of the values back.
        case select
    }

    private(set) var instructions: [Instruction] = []
    /// The names and where each first stands in the text.
    private(set) var names: [(name: String, position: Int)] = []
    /// The most numbers on the stack at a time.
    private(set) var stackDepth = 0
    private var depth = 0
    private var indices: [String: Int] = [:]

    init() {}

    init(constant: Double) { push(.constant(constant)) }

    /// Appends an instruction that puts a number on the stack.
    private mutating func push(_ instruction: Instruction) {
        instructions.append(instruction)
        depth += 1
        stackDepth = max(stackDepth, depth)
    }

    mutating func append(constant: Double) { push(.constant(constant)) }

    mutating func append(name: String, position: Int) {
        let index = indices[name] ?? names.count
        if index == names.count {
            names.append((name, position))
            indices[name] = index
        }
        push(.name(index))
    }

    /// Appends a function of the number on top; of a constant, its value.
    mutating func append(_ function: Unary) {
        if case .constant(let x) = instructions.last {
            instructions[instructions.count - 1] = .constant(function(x))
        } else {
            instructions.append(.unary(function))
        }
    }

    /// Appends a function of the two numbers on top; of two constants, its value.
    mutating func append(_ function: Binary) {
        depth -= 1
        guard case .constant(let y) = instructions.last else {
            instructions.append(.binary(function))
            return
        }
        if instructions.count >= 2, case .constant(let x) = instructions[instructions.count - 2] {
            instructions.removeLast()
            instructions[instructions.count - 1] = .constant(function(x, y))
        } else if function == .power, y == 2 {
            instructions[instructions.count - 1] = .unary(.square)
        } else {
            instructions.append(.binary(function))
        }
    }

    mutating func appendSelect() {
        depth -= 2
        instructions.append(.select)
    }

    /// The program with constants in place of some names.
    func binding(_ values: [String: Double]) -> ExpressionProgram {
        var bound = ExpressionProgram()
        for instruction in instructions {
            switch instruction {
            case .constant(let value): bound.append(constant: value)
            case .name(let index):
                let (name, position) = names[index]
                if let value = values[name] {
                    bound.append(constant: value)
                } else {
                    bound.append(name: name, position: position)
                }
            case .unary(let function): bound.append(function)
            case .binary(let function): bound.append(function)
            case .select: bound.appendSelect()
            }
        }
        return bound
    }
}
