import Yams

/// Keys and values of a description.
struct DescriptionSection {
    let value: DescriptionValue
    /// All keys and values, in the order of the file.
    let entries: [(key: DescriptionValue, name: String, value: DescriptionValue)]

    /// How messages call the section.
    private var title: String { value.what }

    /// Takes a value as a section; which keys it may have is checked by ``allow(_:)``.
    init(_ value: DescriptionValue) throws(ModelDescriptionError) {
        guard case .mapping(let mapping) = value.node else {
            throw value.failure(
                .wrongKind(what: value.what, found: value.found, expected: "a section of keys and values"))
        }
        self.value = value
        entries = try mapping.map { (pair) throws(ModelDescriptionError) in
            let key = DescriptionValue(node: pair.key, file: value.file, what: "a key of \(value.what)")
            let name = try key.text()
            return (
                key, name,
                DescriptionValue(node: pair.value, file: value.file, what: "'\(name)' of \(value.what)")
            )
        }
    }

    init(_ value: DescriptionValue, keys: [String]) throws(ModelDescriptionError) {
        try self.init(value)
        try allow(keys)
    }

    /// - Throws: ``ModelDescriptionError`` for the first key that is none of these.
    func allow(_ keys: [String]) throws(ModelDescriptionError) {
        if let wrong = entries.first(where: { !keys.contains($0.name) }) {
            throw wrong.key.failure(.unknownKey(wrong.name, section: title, known: keys))
        }
    }

    subscript(key: String) -> DescriptionValue? { entries.first { $0.name == key }?.value }

    func required(_ key: String) throws(ModelDescriptionError) -> DescriptionValue {
        guard let value = self[key] else { throw value.failure(.missingKey(key, section: title)) }
        return value
    }
}
