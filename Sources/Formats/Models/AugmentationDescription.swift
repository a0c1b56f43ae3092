import SynfireNeuralNetworks

/// Random changes of images in a description: a list of kinds of ``AugmentationCatalog``, each at most once.
enum AugmentationDescription {
    static func read(_ value: DescriptionValue, inputShape: [Int]) throws -> [any Augmentation] {
        var changes: [any Augmentation] = []
        for entry in try value.list("a list of changes, each with a type") {
            let (section, kind) = try TrainingDescription.choose(
                entry, among: AugmentationCatalog.all, what: "augmentation", name: { $0.schema.name })
            let rows = kind.schema.rows
            try section.allow(["type"] + rows.map(\.name))
            var settings: [String: AugmentationValue] = [:]
            for row in rows {
                if row.fallback == nil { _ = try section.required(row.name) }
                if let setting = section[row.name] { settings[row.name] = try read(setting, row) }
            }
            changes.append(
                try located(entry, section) {
                    let change = try kind.init(settings: settings)
                    _ = try Augmenter(changes + [change], inputShape: inputShape)
                    return change
                })
        }
        return changes
    }

    /// The value of a setting, of whatever form it is; the kind's schema decides whether it fits.
    private static func read(_ value: DescriptionValue, _ row: AugmentationRow) throws -> AugmentationValue {
        if let number = value.realOrNil { return .number(number) }
        if value.isList { return .list(try value.list().map { try $0.real() }) }
        guard let word = value.scalarOrNil, !value.isNothing else { throw wrongKind(value, row.form.description) }
        return .word(word)
    }

    private static func wrongKind(_ value: DescriptionValue, _ expected: String) -> ModelDescriptionError {
        value.failure(.wrongKind(what: value.what, found: value.found, expected: expected))
    }

    /// Says where a setting stands that is not possible.
    private static func located<Value>(
        _ entry: DescriptionValue, _ section: DescriptionSection, _ body: () throws -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch let error as NetworkError {
            switch error {
            case .wrongHyperparameterKind(_, let name, let value, let expected):
                guard let setting = section[name] else { break }
                throw setting.failure(
                    .wrongKind(what: setting.what, found: found(setting, value), expected: expected))
            case .hyperparameterOutOfRange(_, let name, let value, let allowed):
                // A value that is left to its default may be what does not fit.
                guard let setting = section[name] else {
                    throw entry.failure(
                        .outOfRange(what: "'\(name)' of \(entry.what)", value: value, allowed: allowed))
                }
                throw setting.failure(
                    .outOfRange(what: setting.what, value: found(setting, value), allowed: allowed))
            case .augmentationConflict(let reason): throw entry.failure(.conflict(reason))
            default: break
            }
            throw entry.failure(.network(error))
        }
    }

    /// What stands there: a scalar as it is written, a list as it is read.
    private static func found(_ setting: DescriptionValue, _ value: String) -> String {
        setting.scalarOrNil == nil ? value : setting.found
    }

    /// The entry to write, without settings at their defaults; nil for an augmentation that descriptions do not know.
    static func fields(_ change: any Augmentation) -> [DescriptionWriter.Field]? {
        guard AugmentationCatalog.all.contains(where: { $0 == type(of: change) }) else { return nil }
        let values = change.values.values
        return [("type", change.name)]
            + type(of: change).schema.rows.compactMap { row in
                guard let value = values[row.name], value != row.fallback else { return nil }
                return (row.name, text(value))
            }
    }

    private static func text(_ value: AugmentationValue) -> String {
        switch value {
        case .number(let number): self.number(number)
        case .list(let numbers): "[\(numbers.map(number).joined(separator: ", "))]"
        case .word(let word): DescriptionWriter.text(word)
        }
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? DescriptionWriter.number(value)
    }
}
