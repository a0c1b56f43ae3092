import SynfireHDF5

extension NIRLayout {
    /// The version of the package `nir` whose layout is written.
    private static let layoutVersion = "1.0.8"

    /// Writes `version` and `node` into a group.
    func write(into root: borrowing HDF5Group) throws(HDF5Error) {
        try root.writeString("version", Self.layoutVersion)
        let graph = try root.createGroup("node")
        try graph.writeString("type", "NIRGraph")
        try graph.writeStrings("edges", edges.flatMap { [$0.source, $0.target] }, shape: [edges.count, 2])
        try Self.write(.group(metadata), "metadata", into: graph)
        try graph.createGroup("nodes")
        for node in nodes {
            let group = try graph.createGroup("nodes/" + node.name)
            try group.writeString("type", node.type)
            for (name, field) in node.fields.sorted(by: { $0.key < $1.key }) {
                try Self.write(field, name, into: group)
            }
        }
    }

    private static func write(_ field: Field, _ name: String, into group: borrowing HDF5Group) throws(HDF5Error) {
        switch field {
        case .text(let text): try group.writeString(name, text)
        case .integer(let value): try group.write(name, Int64(value))
        case .integers(let values): try group.write(name, values.map(Int64.init))
        case .weights(let values, let shape):
            try group.write(name, values, shape: shape, options: options(values.count))
        case .numbers(let values, let shape):
            let narrow = values.map { Float($0) }
            if zip(narrow, values).allSatisfy({ Double($0) == $1 }) {
                try group.write(name, narrow, shape: shape, options: options(values.count))
            } else {
                try group.write(name, values, shape: shape, options: options(values.count))
            }
        case .group(let fields):
            guard !fields.isEmpty else { return }
            let inner = try group.createGroup(name)
            for (name, field) in fields.sorted(by: { $0.key < $1.key }) { try write(field, name, into: inner) }
        }
    }

    /// Compression where it pays: parameters that are the same for all neurons shrink to almost nothing.
    private static func options(_ count: Int) -> HDF5DatasetOptions {
        count < 1024 ? .plain : HDF5DatasetOptions(gzip: 4, shuffle: true)
    }
}

/// Keys of facts as names of datasets, which must not be empty and have no `/`.
enum NIRKey {
    /// A name of a dataset for any key.
    static func encoded(_ key: String) -> String {
        var text = key.replacing("%", with: "%25").replacing("/", with: "%2F")
        if text.hasPrefix(".") { text = "%2E" + text.dropFirst() }
        return text.isEmpty ? "%" : text
    }

    /// The key of a name.
    static func decoded(_ name: String) -> String {
        guard name != "%" else { return "" }
        return name.replacing("%2E", with: ".").replacing("%2F", with: "/").replacing("%25", with: "%")
    }
}
