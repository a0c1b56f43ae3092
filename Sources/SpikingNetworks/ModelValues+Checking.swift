import SynfireParallel
import SynfireSpikingModels
import SynfireUnits

extension ModelValues {
    /// Completes and checks what is given for a schema.
    package static func checked(
        _ schema: ModelSchema, owner: String, shape: [Int], parameters given: [String: ParameterValue],
        options: [String: String], tables: [String: [[Double]]] = [:]
    ) throws(SpikingNetworkError) -> ModelValues {
        var columns: [String: Column] = [:]
        let rows = schema.parameters + schema.state
        for symbol in given.keys.sorted() where !rows.contains(where: { $0.symbol == symbol }) {
            throw .unknownParameter(
                owner: owner, model: schema.name, symbol, valid: rows.map(\.symbol),
                ours: rows.first { $0.isKnown(as: symbol) }?.symbol)
        }
        for row in rows {
            guard let value = given[row.symbol] else {
                columns[row.symbol] = row.follows.flatMap { columns[$0] } ?? .uniform(row.defaultValue)
                continue
            }
            guard let column = value.column(for: row) else {
                throw .wrongUnit(
                    owner: owner, parameter: row.symbol, found: value.unit ?? "",
                    expected: row.isWeight ? "the receptor's unit" : row.unit)
            }
            try check(column, row: row, owner: owner, shape: shape)
            columns[row.symbol] = column
        }
        var choices: [String: String] = [:]
        for symbol in options.keys.sorted() where !schema.options.contains(where: { $0.symbol == symbol }) {
            throw .unknownParameter(owner: owner, model: schema.name, symbol, valid: schema.options.map(\.symbol))
        }
        for row in schema.options {
            let choice = options[row.symbol] ?? row.choices[0]
            guard row.choices.contains(choice) else {
                throw .unknownChoice(owner: owner, option: row.symbol, choice, valid: row.choices)
            }
            choices[row.symbol] = choice
        }
        return ModelValues(
            schema: schema, columns: columns, options: choices,
            tables: try checkedTables(schema, owner: owner, count: shape.reduce(1, *), tables))
    }

    private static func checkedTables(
        _ schema: ModelSchema, owner: String, count: Int, _ given: [String: [[Double]]]
    ) throws(SpikingNetworkError) -> [String: [[Double]]] {
        for symbol in given.keys.sorted() where !schema.tables.contains(where: { $0.symbol == symbol }) {
            throw .unknownParameter(owner: owner, model: schema.name, symbol, valid: schema.tables.map(\.symbol))
        }
        var tables: [String: [[Double]]] = [:]
        for row in schema.tables {
            let lists = given[row.symbol] ?? [[]]
            guard lists.count == 1 || lists.count == count else {
                throw .columnLength(owner: owner, row.symbol, found: lists.count, expected: count)
            }
            for list in lists {
                for (index, value) in list.enumerated() {
                    guard row.allowed.contains(value) else {
                        throw .valueOutOfRange(
                            owner: owner, parameter: row.symbol, index: index, value: value, allowed: row.allowed)
                    }
                    if row.isAscending, index > 0, value < list[index - 1] {
                        throw .unfitParameters(
                            owner, "'\(row.symbol)'[\(index)] is \(value), less than the number before it")
                    }
                }
            }
            tables[row.symbol] = lists
        }
        return tables
    }

    /// The values with numbers for distributions, or `nil` where there are none.
    package func drawn(
        _ schema: ModelSchema, owner: String, name: String, count: Int, seed: UInt64
    ) throws(SpikingNetworkError) -> ModelValues? {
        var columns = self.columns
        var isChanged = false
        for row in schema.parameters + schema.state {
            let numbers: [Double]
            switch columns[row.symbol] {
            case .drawn(let distribution):
                numbers = Self.numbers(distribution, name + "/" + row.symbol, count: count, seed: seed)
            case .computed(let computed): numbers = Self.numbers(computed, name, count: count, seed: seed)
            default: continue
            }
            isChanged = true
            let column = Column.perNeuron(numbers)
            try Self.check(column, row: row, owner: owner, shape: [count])
            columns[row.symbol] = column
        }
        guard isChanged else { return nil }
        return ModelValues(schema: schema, columns: columns, options: options, tables: tables)
    }

    private static func numbers(
        _ distribution: Distribution, _ stream: String, count: Int, seed: UInt64
    ) -> [Double] {
        let number = RandomStream.number(of: stream)
        return (0..<count).map { neuron in
            var stream = RandomStream(seed: seed, stream: number, entity: UInt32(truncatingIfNeeded: neuron))
            return distribution.draw(from: &stream)
        }
    }

    private static func numbers(_ computed: ComputedColumn, _ name: String, count: Int, seed: UInt64) -> [Double] {
        let draws = computed.variables.filter { computed.expression.names.contains($0.key) }
        let columns = Dictionary(
            uniqueKeysWithValues: draws.map { variable, distribution in
                (variable, numbers(distribution, name + "/variable/" + variable, count: count, seed: seed))
            })
        return (0..<count).map { neuron in
            // Every name was checked to have a value; NaN is told by the check of the row's range.
            let value = try? computed.expression.value { $0 == "index" ? Double(neuron) : columns[$0]?[neuron] }
            return (value ?? .nan) * computed.factor
        }
    }

    private static func check(
        _ column: Column, row: ParameterRow, owner: String, shape: [Int]
    ) throws(SpikingNetworkError) {
        let expected: Int
        switch column {
        case .uniform: expected = 1
        case .perChannel: expected = shape[0]
        case .perNeuron: expected = shape.reduce(1, *)
        case .computed(let computed):
            if let fault = computed.fault { throw .unfitParameters(owner, "'\(row.symbol)': \(fault)") }
            return
        case .drawn(let distribution):
            if let fault = distribution.fault {
                throw .unfitParameters(
                    owner, "'\(row.symbol)' is drawn from a distribution \(distribution.name): \(fault)")
            }
            return
        }
        let stored = column.storedValues
        guard stored.count == expected else {
            throw .columnLength(owner: owner, row.symbol, found: stored.count, expected: expected)
        }
        if let index = stored.firstIndex(where: { !row.allowed.contains($0) }) {
            throw .valueOutOfRange(
                owner: owner, parameter: row.symbol, index: index, value: stored[index], allowed: row.allowed)
        }
    }
}
