import SynfireNeuralNetworks

/// Reads and writes what is known by rows of settings: optimisers, losses, schedules and the like.
enum SettingDescription {
    /// Reads a section whose keys are the settings of a type.
    ///
    /// - Parameter others: Keys that the section may have beside them.
    /// - Throws: ``ModelDescriptionError`` for unknown and missing keys and values of another kind or outside their range.
    static func read<Owner: Configurable>(
        _ section: DescriptionSection, as type: Owner.Type, beside others: [String] = []
    ) throws -> Owner {
        try section.allow(others + Owner.settings.map(\.name))
        var owner = Owner()
        for row in Owner.settings {
            guard let value = row.isRequired ? try section.required(row.name) : section[row.name] else { continue }
            row.write(&owner, try read(value, row.kind))
        }
        try located(section) { try owner.validate() }
        return owner
    }

    private static func read<Owner>(_ value: DescriptionValue, _ kind: SettingRow<Owner>.Kind) throws -> SettingValue {
        switch kind {
        case .integer: return .integer(try value.integer(Int.min...Int.max))
        case .real: return .real(try value.real())
        case .flag: return .flag(try value.flag())
        case .word(let words):
            let word = try value.text()
            guard words.contains(word) else {
                throw value.failure(.unknownName(word, what: "value for \(value.what):", known: words))
            }
            return .word(word)
        case .integers:
            return .integers(try value.list("a list of whole numbers").map { try $0.integer(Int.min...Int.max) })
        case .reals(let count):
            // A number stands for a list of it, where the list may have any length.
            if count == nil, let number = value.realOrNil { return .reals([number]) }
            let expected = count == 2 ? "a list of two numbers" : "a list of numbers"
            let numbers = try value.list(expected).map { try $0.real() }
            guard count == nil || numbers.count == count else {
                throw value.failure(
                    .wrongKind(what: value.what, found: "a list of \(numbers.count)", expected: expected))
            }
            return .reals(numbers)
        }
    }

    /// The settings' keys and values.
    static func fields(_ owner: some Configurable) -> [DescriptionWriter.Field] {
        type(of: owner).settings.compactMap { row in row.read(owner).map { (row.name, text($0)) } }
    }

    private static func text(_ value: SettingValue) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .real(let number): DescriptionWriter.number(number)
        case .flag(let flag): "\(flag)"
        case .word(let word): DescriptionWriter.text(word)
        case .integers(let numbers): "\(numbers)"
        case .reals(let numbers): "[" + numbers.map(DescriptionWriter.number).joined(separator: ", ") + "]"
        }
    }

    /// Says where a setting stands that is outside its range.
    static func located(_ section: DescriptionSection, _ body: () throws -> Void) throws {
        // The names by which the schedule checks what is no setting of its course.
        let keys = ["warm-up": "warmup", "learning rate": "lr"]
        do {
            try body()
        } catch let error as NetworkError {
            guard case .invalidSetting(let name, let value, let allowed) = error else {
                throw section.value.failure(.network(error))
            }
            let key = keys[name] ?? name
            let setting = section[key]
            throw (setting ?? section.value).failure(
                .outOfRange(
                    what: setting?.what ?? "'\(key)' of \(section.value.what)", value: value, allowed: allowed))
        }
    }
}
