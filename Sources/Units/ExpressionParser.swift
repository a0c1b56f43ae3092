/// Reads the text of an expression by recursive descent, to a limited depth.
struct ExpressionParser {
    private let text: String
    private let letters: [Unicode.Scalar]
    private var index = 0
    private var depth = 0
    private var program = ExpressionProgram()

    static func parse(_ text: String) throws(ExpressionError) -> ExpressionProgram {
        let bytes = text.utf8.count
        guard bytes <= Expression.longestText else {
            throw ExpressionError(
                text: "", position: 1, reason: .tooLong(bytes: bytes, limit: Expression.longestText))
        }
        var parser = ExpressionParser(text)
        parser.skipBlanks()
        guard parser.index < parser.letters.count else { throw parser.error(.empty) }
        try parser.comparison()
        guard parser.index == parser.letters.count else {
            throw parser.unexpected("an operator or the end")
        }
        return parser.program
    }

    private init(_ text: String) {
        self.text = text
        letters = Array(text.unicodeScalars)
    }

    // MARK: Grammar

    /// Reads `sum [< sum]`.
    private mutating func comparison() throws(ExpressionError) {
        try sum()
        guard let function = takeComparison() else { return }
        try sum()
        program.append(function)
        let start = index
        if takeComparison() != nil {
            index = start
            throw error(.chainedComparison)
        }
    }

    /// Reads `product {+ product}`.
    private mutating func sum() throws(ExpressionError) {
        try product()
        while true {
            if take("+") {
                try product()
                program.append(.add)
            } else if take("-") {
                try product()
                program.append(.subtract)
            } else {
                return
            }
        }
    }

    /// Reads `signed {* signed}`.
    private mutating func product() throws(ExpressionError) {
        try signed()
        while true {
            if take("*") {
                try signed()
                program.append(.multiply)
            } else if take("/") {
                try signed()
                program.append(.divide)
            } else {
                return
            }
        }
    }

    /// Reads `- signed | + signed | operand [^ signed]`.
    private mutating func signed() throws(ExpressionError) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Expression.deepestNesting else { throw error(.tooDeep(limit: Expression.deepestNesting)) }
        if take("-") {
            try signed()
            program.append(.negate)
        } else if take("+") {
            try signed()
        } else {
            try operand()
            if takePower() {
                try signed()
                program.append(.power)
            }
        }
    }

    /// A number, a name, a function with its arguments, or an expression in parentheses.
    private mutating func operand() throws(ExpressionError) {
        guard index < letters.count else { throw unexpected("a number, a name or '('") }
        let letter = letters[index]
        if take("(") {
            try comparison()
            guard take(")") else { throw unexpected("an operator or ')'") }
        } else if Self.isDigit(letter) || letter == "." {
            program.append(constant: try number())
        } else if Self.startsName(letter) {
            try name()
        } else {
            throw unexpected("a number, a name or '('")
        }
    }

    private mutating func name() throws(ExpressionError) {
        let start = index
        while index < letters.count, Self.startsName(letters[index]) || Self.isDigit(letters[index]) { index += 1 }
        let name = Self.string(letters[start..<index])
        skipBlanks()
        guard take("(") else {
            guard !Expression.functions.contains(name) else {
                throw error(.functionWithoutArguments(name), at: start)
            }
            if name == "pi" {
                program.append(constant: .pi)
            } else {
                program.append(name: name, position: start + 1)
            }
            return
        }
        try call(name, at: start)
    }

    private mutating func call(_ name: String, at start: Int) throws(ExpressionError) {
        let arity = ExpressionFunctions.table[name]
        guard arity != nil || name == "if" else { throw error(.unknownFunction(name), at: start) }
        var count = 0
        if !take(")") {
            repeat {
                try comparison()
                count += 1
                if count > 1, case .several(let function) = arity { program.append(function) }
            } while take(",")
            guard take(")") else { throw unexpected("an operator, ',' or ')'") }
        }
        func wrong(_ allowed: String) -> ExpressionError {
            error(.argumentCount(function: name, found: count, allowed: allowed), at: start)
        }
        switch arity {
        case .one(let function):
            guard count == 1 else { throw wrong("1") }
            program.append(function)
        case .two(let function):
            guard count == 2 else { throw wrong("2") }
            program.append(function)
        case .several: guard count >= 2 else { throw wrong("2 or more") }
        case nil:
            guard count == 3 else { throw wrong("3: a condition, the value where it holds, and the other value") }
            program.appendSelect()
        }
    }

    private mutating func number() throws(ExpressionError) -> Double {
        let start = index
        func skipDigits(_ index: inout Int) { while index < letters.count, Self.isDigit(letters[index]) { index += 1 } }
        skipDigits(&index)
        if index < letters.count, letters[index] == "." {
            index += 1
            skipDigits(&index)
        }
        // An exponent is one only where digits follow; `2 e` is a mistake that is found where the `e` stands.
        if index < letters.count, letters[index] == "e" || letters[index] == "E" {
            var end = index + 1
            if end < letters.count, letters[end] == "+" || letters[end] == "-" { end += 1 }
            let digits = end
            skipDigits(&end)
            if end > digits { index = end }
        }
        let digits = Self.string(letters[start..<index])
        guard digits != ".", let value = Double(digits.hasPrefix(".") ? "0" + digits : digits) else {
            throw error(.unexpected(found: digits, allowed: "a number such as 0.5 or 1e-3"), at: start)
        }
        guard value.isFinite else { throw error(.numberTooLarge(String(digits.prefix(40))), at: start) }
        skipBlanks()
        return value
    }

    // MARK: Letters

    private static func isDigit(_ letter: Unicode.Scalar) -> Bool { letter >= "0" && letter <= "9" }

    private static func startsName(_ letter: Unicode.Scalar) -> Bool {
        letter == "_" || (letter.isASCII ? letter.properties.isAlphabetic : letter.properties.isXIDStart)
    }

    private static func string(_ letters: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: letters)
        return String(view)
    }

    private mutating func skipBlanks() {
        while index < letters.count, letters[index].properties.isWhitespace { index += 1 }
    }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard index < letters.count, letters[index] == wanted else { return false }
        // `**` is a power, not two products.
        if wanted == "*", index + 1 < letters.count, letters[index + 1] == "*" { return false }
        index += 1
        skipBlanks()
        return true
    }

    private mutating func takePower() -> Bool {
        if take("^") { return true }
        guard index + 1 < letters.count, letters[index] == "*", letters[index + 1] == "*" else { return false }
        index += 2
        skipBlanks()
        return true
    }

    private mutating func takeComparison() -> ExpressionProgram.Binary? {
        guard index < letters.count else { return nil }
        let hasEqual = index + 1 < letters.count && letters[index + 1] == "="
        let found: ExpressionProgram.Binary
        switch letters[index] {
        case "<": found = hasEqual ? .lessOrEqual : .less
        case ">": found = hasEqual ? .greaterOrEqual : .greater
        case "=" where hasEqual: found = .equal
        case "!" where hasEqual: found = .unequal
        default: return nil
        }
        index += hasEqual ? 2 : 1
        skipBlanks()
        return found
    }

    // MARK: Errors

    private func error(_ reason: ExpressionError.Reason, at place: Int? = nil) -> ExpressionError {
        ExpressionError(text: text, position: (place ?? index) + 1, reason: reason)
    }

    /// What stands here: a whole word or number, or one sign.
    private func unexpected(_ allowed: String) -> ExpressionError {
        guard index < letters.count else { return error(.unexpected(found: nil, allowed: allowed)) }
        var end = index + 1
        func isWord(_ letter: Unicode.Scalar) -> Bool { Self.startsName(letter) || Self.isDigit(letter) }
        if isWord(letters[index]) { while end < min(letters.count, index + 40), isWord(letters[end]) { end += 1 } }
        let found = letters[index..<end].map { Self.isShown($0) ? String($0) : $0.escaped(asASCII: true) }.joined()
        return error(.unexpected(found: found, allowed: allowed))
    }

    private static func isShown(_ letter: Unicode.Scalar) -> Bool {
        letter.properties.generalCategory != .control && letter.properties.generalCategory != .format
    }
}
