import SynfireTestSupport
import SynfireUnits
import Testing

@Suite("Expressions")
struct ExpressionTests {
    private struct Case: Decodable {
        let text: String
        let value: Double
    }

    private static let names = ["d": 37.25, "a": -0.625, "tau_m": 12.5]

    @Test("Values are those of Python")
    func values() throws {
        let cases = try reference("expressions", as: [Case].self)
        #expect(cases.count == 30)
        for item in cases {
            let value = try Expression(parsing: item.text).value(Self.names)
            #expect(abs(value - item.value) <= 1e-14 * abs(item.value), "\(item.text): \(value), \(item.value)")
        }
    }

    @Test("Functions that Python has not, conditions, and constants")
    func others() throws {
        let cases: [(String, Double)] = [
            ("if(d > 1, 2, 3)", 2), ("if(d < 1, 2, 3)", 3), ("if(0, 1/0, 5)", 5), ("round(2.5)", 3),
            ("round(-2.5)", -3),
            ("step(0)", 1), ("step(-1e-9)", 0), ("heaviside(2)", 1), ("if(a < d, if(1 > 2, 1, 2), 3) * 2", 4),
            ("max(1, 2, 3, 4)", 4), ("min(4, d, 3, 9)", 3), (" \t1\n", 1), ("τ + 1", 3), ("pi", .pi), ("+3", 3),
        ]
        for (text, value) in cases {
            let found = try Expression(parsing: text).value(Self.names.merging(["τ": 2]) { a, _ in a })
            #expect(found == value, "\(text): \(found)")
        }
        #expect(try Expression(constant: -1.5).value() == -1.5)
    }

    @Test("What is computed from NaN is NaN, and infinities stay")
    func notANumber() throws {
        for text in [
            "x < 1", "x == x", "x != x", "if(x, 1, 2)", "if(x < 1, 1, 2)", "min(1, x)", "max(x, 1)", "step(x)",
        ] {
            #expect(try Expression(parsing: text).value(["x": .nan]).isNaN, "\(text)")
        }
        #expect(try Expression(parsing: "1/0").value() == .infinity)
        #expect(try Expression(parsing: "log(0)").value() == -.infinity)
        #expect(try Expression(parsing: "sqrt(-1)").value().isNaN)
    }

    @Test("A function of one variable gives the values of the expression, one by one and many at a time")
    func functions() throws {
        let expression = try Expression(
            parsing: "if(d < r, p * exp(-d^2 / (2 * s^2)) + max(d, 1, r) / pi, step(d - 3) - 2^d)")
        #expect(expression.names == ["d", "r", "p", "s"])
        let constants = ["r": 3.0, "p": 0.25, "s": 1.5]
        let function = try expression.function(of: "d", constants: constants)
        let points = (0..<1000).map { Double($0) * 0.01 }
        var many = [Double](repeating: -1, count: points.count)
        function.evaluate(points, into: &many, count: points.count)
        for (point, value) in zip(points, many) {
            #expect(function(point) == value)
            #expect(try expression.value(constants.merging(["d": point]) { a, _ in a }) == value)
            #expect(try expression.value { $0 == "d" ? point : constants[$0] } == value)
        }
        let bound = expression.binding(["r": 3, "p": 0.25, "other": 1])
        #expect(bound.names == ["d", "s"] && bound != expression && bound.constants == ["r": 3, "p": 0.25])
        #expect(try bound.function(of: "d", constants: ["s": 1.5])(2.5) == function(2.5))
        #expect(try Expression(parsing: "2 * 3").function(of: "d").constant == 6)
        #expect(try Expression(parsing: "1").function(of: "d")(9) == 1)
    }

    @Test(
        "Mistakes are named with their place",
        arguments: [
            ("", "an expression is empty: give a number or a formula such as 0.1 * exp(-d / 200)"),
            (" ", "an expression is empty: give a number or a formula such as 0.1 * exp(-d / 200)"),
            ("1 +", "expression '1 +', character 4: found the end, where a number, a name or '(' is allowed"),
            ("(1 + 2", "expression '(1 + 2', character 7: found the end, where an operator or ')' is allowed"),
            ("1 + 2)", "expression '1 + 2)', character 6: found ')', where an operator or the end is allowed"),
            ("2d", "expression '2d', character 2: found 'd', where an operator or the end is allowed"),
            ("2 e", "expression '2 e', character 3: found 'e', where an operator or the end is allowed"),
            ("a $ b", "expression 'a $ b', character 3: found '$', where an operator or the end is allowed"),
            ("a = b", "expression 'a = b', character 3: found '=', where an operator or the end is allowed"),
            ("*2", "expression '*2', character 1: found '*', where a number, a name or '(' is allowed"),
            (".", "expression '.', character 1: found '.', where a number such as 0.5 or 1e-3 is allowed"),
            ("1e999", "expression '1e999', character 1: the number 1e999 is too large"),
            (
                "a < b < c",
                "expression 'a < b < c', character 7: comparisons cannot follow one another: "
                    + "write (a < b) * (b < c) for 'a < b and b < c'"
            ),
            (
                "1 + exp",
                "expression '1 + exp', character 5: 'exp' is a function: its arguments must follow in parentheses"
            ),
            (
                "sqrt(1, 2)", "expression 'sqrt(1, 2)', character 1: 'sqrt' is given 2 arguments and takes 1"
            ),
            ("pow()", "expression 'pow()', character 1: 'pow' is given 0 arguments and takes 2"),
            ("min(1)", "expression 'min(1)', character 1: 'min' is given 1 argument and takes 2 or more"),
            (
                "if(1, 2)",
                "expression 'if(1, 2)', character 1: 'if' is given 2 arguments and takes 3: a condition, "
                    + "the value where it holds, and the other value"
            ),
            ("exp(1;2)", "expression 'exp(1;2)', character 6: found ';', where an operator, ',' or ')' is allowed"),
        ])
    func mistakes(text: String, message: String) {
        let error = #expect(throws: ExpressionError.self) { try Expression(parsing: text) }
        #expect(error?.description == message)
    }

    @Test("Unknown names come with the nearest one")
    func unknownNames() throws {
        let function = #expect(throws: ExpressionError.self) { try Expression(parsing: "2 * ex(-d)") }
        #expect(
            function?.description.hasPrefix(
                "expression '2 * ex(-d)', character 5: there is no function 'ex'; did you mean 'exp'?")
                == true)
        let expression = try Expression(parsing: "sigm * d")
        let name = #expect(throws: ExpressionError.self) { try expression.function(of: "d", constants: ["sigma": 1]) }
        #expect(
            name?.description
                == "expression 'sigm * d', character 1: 'sigm' has no value; did you mean 'sigma'? "
                + "Valid names: sigma, d"
        )
        let none = #expect(throws: ExpressionError.self) { try expression.value { _ in nil } }
        #expect(none?.description == "expression 'sigm * d', character 1: 'sigm' has no value")
    }

    @Test("Texts that would nest without end are refused, and the deepest allowed are read")
    func depth() throws {
        for piece in ["(", "-", "2^", "abs(", "1+(", "if(1,", "2**-"] {
            let error = #expect(throws: ExpressionError.self) {
                try Expression(parsing: String(repeating: piece, count: 9_999 / piece.count))
            }
            #expect(error?.reason == .tooDeep(limit: 100), "\(piece)")
        }
        let long = #expect(throws: ExpressionError.self) {
            try Expression(parsing: String(repeating: "(", count: 10_000_000))
        }
        #expect(long?.description == "an expression has 10000000 bytes: at most 10000 are allowed")
        let deep = String(repeating: "(1+", count: 99) + "d" + String(repeating: ")", count: 99)
        #expect(try Expression(parsing: deep).function(of: "d")(2) == 101)
        let wide = String(repeating: "d+", count: 4_000) + "0"
        #expect(try Expression(parsing: wide).function(of: "d")(0.5) == 2000)
    }

    @Test("Random bytes and random words are read or refused, and never more than that")
    func fuzz() {
        var generator = SeededGenerator(seed: 20_240_607)
        let words = [
            "d", "1", ".5", "e", "1e", "+", "-", "*", "/", "^", "**", "(", ")", ",", "<", "<=", "==", "!", "if(",
            "exp(",
            "min(", "pi", " ", "\u{0}", "é", "𝛼", "\u{202E}", "nan", "0x1p3", "inf",
        ]
        var read = 0
        for round in 0..<60_000 {
            let length = Int(generator.next() % 24)
            let text =
                round % 2 == 0
                ? String(decoding: (0..<length).map { _ in UInt8(truncatingIfNeeded: generator.next()) }, as: UTF8.self)
                : (0..<length).map { _ in words[Int(generator.next() % UInt64(words.count))] }.joined()
            do throws(ExpressionError) {
                let expression = try Expression(parsing: text)
                let values = Dictionary(uniqueKeysWithValues: expression.names.map { ($0, 2.0) })
                _ = try expression.value(values)
                read += 1
            } catch {
                #expect(error.position >= 1 && error.position <= text.unicodeScalars.count + 1)
                #expect(!error.description.isEmpty)
            }
        }
        #expect(read > 500)
    }
}
