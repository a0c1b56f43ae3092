extension InspectCommand {
    /// What a file holds: facts, and tables with a heading.
    struct Contents: Encodable {
        struct Table: Encodable {
            let title: String
            let header: [String]
            let rows: [[Value]]
            /// Below the rows: names and values.
            var totals: [[Value]]?

            private enum Keys: CodingKey { case title, header, rows, units, totals }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Keys.self)
                try container.encode(title, forKey: .title)
                try container.encode(header, forKey: .header)
                try container.encode(rows, forKey: .rows)
                let units = header.indices.compactMap { column in
                    rows.lazy.compactMap { $0[column].unit }.first.map { (header[column], $0) }
                }
                if !units.isEmpty { try container.encode(Dictionary(uniqueKeysWithValues: units), forKey: .units) }
                try container.encodeIfPresent(totals, forKey: .totals)
            }
        }

        var kind: String
        var facts: [String: Value] = [:]
        var tables: [Table] = []
        /// Of traces: what the table of spikes says, with the names of its numbers.
        var populations: [TraceSummary.Row]?
        /// Of conventional networks: what the table of layers says, with the names of its numbers.
        var summary: Summary?

        init(kind: String) { self.kind = kind }

        private enum Keys: CodingKey { case kind, facts, units, tables, populations, summary }

        /// The units of facts and of columns stand beside them, by the same names.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(kind, forKey: .kind)
            try container.encode(facts, forKey: .facts)
            let units = facts.compactMapValues(\.unit)
            if !units.isEmpty { try container.encode(units, forKey: .units) }
            try container.encode(tables, forKey: .tables)
            try container.encodeIfPresent(populations, forKey: .populations)
            try container.encodeIfPresent(summary, forKey: .summary)
        }
    }

    /// A fact, or a cell of a table: one text for people, and in JSON a value for programs.
    enum Value: Encodable, ExpressibleByStringInterpolation {
        case text(String)
        case whole(Int)
        case flag(Bool, shown: String)
        /// A number that is shown rounded, or with its unit.
        case number(Double, unit: String? = nil, shown: String)
        /// The extents of a shape.
        case shape([Int])
        /// What the file does not say.
        case nothing

        init(stringLiteral text: String) { self = .text(text) }

        /// A number, as it is shown with its unit; nothing where there is none.
        static func optional(_ number: Double?, unit: String? = nil, shown: (Double) -> String) -> Value {
            number.map { .number($0, unit: unit, shown: shown($0)) } ?? .nothing
        }

        /// A number of things that is shown rounded.
        static func count(_ number: Int) -> Value { optional(Double(number), shown: Format.count) }

        /// A seed, which may have 64 bits.
        static func seed(_ seed: UInt64) -> Value { Int(exactly: seed).map { .whole($0) } ?? "\(seed)" }

        /// A time [ms].
        static func time(_ time: Double?) -> Value { optional(time, unit: "ms") { "\($0) ms" } }

        /// What people read; empty for nothing.
        var shown: String {
            switch self {
            case .text(let text): text
            case .whole(let number): "\(number)"
            case .flag(_, let shown), .number(_, _, let shown): shown
            case .shape(let extents): "\(extents)"
            case .nothing: ""
            }
        }

        /// The unit of a number that has one.
        var unit: String? { if case .number(_, let unit, _) = self { unit } else { nil } }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .whole(let number): try container.encode(number)
            case .flag(let flag, _): try container.encode(flag)
            case .number(let number, _, _): try container.encode(number)
            case .shape(let extents): try container.encode(extents)
            case .nothing: try container.encodeNil()
            }
        }
    }
}
