import Foundation
import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireUnits

extension DescriptionScope {
    /// A number in a unit.
    func number(
        _ value: DescriptionValue, in unit: String, allowed: ParameterRange = .finite
    ) throws(ModelDescriptionError) -> Double {
        let number = try converted(try quantity(value), to: unit, value)
        guard allowed.contains(number) else {
            let found = value.realOrNil == nil ? "\(value.found), that is \(Self.shown(number, unit))" : value.found
            throw value.failure(.outOfRange(what: value.what, value: found, allowed: "\(allowed)"))
        }
        return number
    }

    private static func shown(_ number: Double, _ unit: String) -> String {
        unit == "1" ? "\(number)" : "\(number) \(unit)"
    }

    private func converted(
        _ quantity: DescriptionQuantity, to unit: String, _ value: DescriptionValue
    ) throws(ModelDescriptionError) -> Double {
        guard let own = quantity.unit, own != unit else { return quantity.number }
        guard let factor = UnitScale.factor(from: own, to: unit) else { throw wrongUnit(own, unit, value) }
        return quantity.number * factor
    }

    /// A whole number; what arithmetic leaves of a whole number's last digits is rounded.
    func integer(_ value: DescriptionValue, _ allowed: ClosedRange<Int>) throws(ModelDescriptionError) -> Int {
        let number = try number(value, in: "1")
        let whole = number.rounded()
        guard abs(number - whole) <= 1e-9 * max(1, abs(number)) else {
            throw value.failure(
                .wrongKind(what: value.what, found: "\(value.found), that is \(number)", expected: "a whole number"))
        }
        guard whole >= Double(allowed.lowerBound), whole <= Double(allowed.upperBound) else {
            throw value.failure(
                .outOfRange(
                    what: value.what, value: value.found, allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"))
        }
        return Int(whole)
    }

    /// A time [ms].
    func time(
        _ value: DescriptionValue, allowed: ParameterRange = .atLeast(0)
    ) throws(ModelDescriptionError) -> Double {
        try number(value, in: "ms", allowed: allowed)
    }

    /// A path; a relative one is from the folder of the description.
    func path(_ value: DescriptionValue) throws(ModelDescriptionError) -> String {
        let text = try text(value)
        if text.hasPrefix("/") { return text }
        let folder = URL(fileURLWithPath: value.file).deletingLastPathComponent()
        return folder.appendingPathComponent(text).path
    }

    // MARK: Parameters

    /// What a parameter is set to: a number, a list (one a neuron), `{per_channel: [...]}`, or a distribution.
    ///
    /// - Parameters:
    ///   - unit: The unit of the parameter.
    ///   - count: How many neurons there are, where that is known.
    func parameter(
        _ value: DescriptionValue, in unit: String, allowed: ParameterRange, count: Int?
    ) throws -> ParameterValue {
        if value.isSection {
            let section = try DescriptionSection(value)
            if section.entries.count == 1, let list = section["per_channel"] {
                return .perChannel(try numbers(list, in: unit, allowed: allowed) ?? [])
            }
            if section["expression"] != nil { return .computed(try computed(section, in: unit)) }
            return .drawn(try distribution(value, in: unit, others: ["per_channel", "expression"]))
        }
        if let numbers = try numbers(value, in: unit, allowed: allowed) {
            if let count, numbers.count != count {
                throw value.failure(
                    .wrongKind(
                        what: value.what, found: "a list of \(numbers.count)",
                        expected: "a list of \(count), one for each neuron, or one number"))
            }
            return .perNeuron(numbers)
        }
        return .uniform(try number(value, in: unit, allowed: allowed))
    }

    /// `{expression: "-65 + 15 * r^2", r: {uniform: [0, 1]}}`: computed for each neuron from what is drawn for it.
    private func computed(_ section: DescriptionSection, in unit: String) throws -> ComputedColumn {
        var variables: [String: Distribution] = [:]
        for entry in section.entries where entry.name != "expression" {
            variables[entry.name] = try distribution(entry.value, in: "1", others: [])
        }
        guard let text = section["expression"] else { preconditionFailure("the section was asked for its expression") }
        let expression = try function(
            text, of: Set(variables.keys).union(["index"]), in: unit, "an expression of variables that are drawn")
        return ComputedColumn(expression, variables: variables)
    }

    /// The numbers of a list that is written out or is a constant; `nil` for anything else.
    func numbers(
        _ value: DescriptionValue, in unit: String, allowed: ParameterRange = .finite
    ) throws -> [Double]? {
        if value.isList {
            return try value.list().map { try number($0, in: unit, allowed: allowed) }
        }
        guard let text = value.scalarOrNil, value.realOrNil == nil,
            case .list(let items) = try reference(text.trimmingBlanks, value)
        else { return nil }
        return try items.enumerated().map { index, item in
            let what = "entry \(index + 1) of \(value.what)"
            let entry = DescriptionValue(node: value.node, file: value.file, what: what)
            guard case .number(let number, let own) = item else {
                throw entry.failure(.wrongKind(what: what, found: item.words, expected: "a number"))
            }
            let result = try converted(DescriptionQuantity(number: number, unit: own), to: unit, entry)
            guard allowed.contains(result) else {
                throw entry.failure(.outOfRange(what: what, value: "\(result)", allowed: "\(allowed)"))
            }
            return result
        }
    }

    // MARK: Distributions

    /// A distribution: `{normal: [0, 1]}` or `{normal: {mean: 0, sd: 1}}`.
    ///
    /// - Parameter others: What else might have stood there, for messages.
    func distribution(_ value: DescriptionValue, in unit: String, others: [String] = []) throws -> Distribution {
        let entries = try DescriptionSection(value).entries
        guard entries.count == 1 else {
            throw value.failure(
                .wrongKind(
                    what: value.what, found: "a section of \(entries.count) keys",
                    expected: "one distribution, such as {normal: [mean, sd]}"))
        }
        let (key, name, given) = entries[0]
        guard let form = DistributionForm.all.first(where: { $0.name == name }) else {
            let known = DistributionForm.all.map(\.name) + others
            throw key.failure(.unknownName(name, what: "distribution", known: known))
        }
        let distribution = form.make(try arguments(form, given, in: form.isPure ? "1" : unit, of: value.what))
        if let fault = distribution.fault {
            throw given.failure(.conflict("\(value.what), drawn from '\(name)': \(fault)"))
        }
        return distribution
    }

    private func arguments(
        _ form: DistributionForm, _ value: DescriptionValue, in unit: String, of owner: String
    ) throws -> [Double] {
        let what = "'\(form.name)' for \(owner)"
        let value = DescriptionValue(node: value.node, file: value.file, what: what)
        var given: [String: DescriptionValue] = [:]
        if value.isList {
            let list = try value.list()
            guard list.count <= form.arguments.count else {
                throw value.failure(
                    .wrongKind(
                        what: what, found: "a list of \(list.count)",
                        expected: "[\(form.arguments.map(\.symbol).joined(separator: ", "))]"))
            }
            for (row, entry) in zip(form.arguments, list) { given[row.symbol] = entry }
        } else if value.isSection {
            let section = try DescriptionSection(value, keys: form.arguments.map(\.symbol))
            for entry in section.entries { given[entry.name] = entry.value }
        } else {
            given[form.arguments[0].symbol] = value
        }
        return try form.arguments.map { row in
            guard let entry = given[row.symbol] else {
                guard let fallback = row.defaultText.flatMap(Double.init) else {
                    throw value.failure(.missingKey(row.symbol, section: what))
                }
                return fallback
            }
            // Bounds may be open.
            if row.defaultText != nil, let bound = Self.infinities[try entry.scalar("a number")] { return bound }
            return try number(entry, in: unit)
        }
    }

    private static let infinities: [String: Double] = [
        "inf": .infinity, ".inf": .infinity, "+inf": .infinity, "-inf": -.infinity, "-.inf": -.infinity,
    ]

    // MARK: Tables

    /// Lists of numbers: one for all neurons, one for each, or `{file: spikes.csv}` with a neuron and a number a line.
    func table(_ value: DescriptionValue, _ row: TableRow, count: Int?) throws -> [[Double]] {
        if value.isSection {
            let section = try DescriptionSection(value, keys: ["file", "population"])
            let file = try section.required("file")
            guard let count else {
                throw file.failure(
                    .conflict("\(value.what) cannot be a file, since the number of neurons is not known"))
            }
            let place = try path(file)
            guard SpikeTimesFile.isHDF5(place) else {
                return try NumberTable.lists(place, count: count, allowed: row.allowed)
            }
            let population = try section["population"].map { try text($0) }
            do {
                return try SpikeTimesFile.lists(place, population: population, count: count, allowed: row.allowed)
            } catch let error as SONATAError {
                throw file.failure(.conflict("\(error)"))
            } catch let error as HDF5Error {
                throw file.failure(.conflict("\(error)"))
            }
        }
        // A constant may be a list as well.
        if !value.isList, let numbers = try numbers(value, in: row.unit, allowed: row.allowed) { return [numbers] }
        let entries = try value.list("a list of numbers, a list of such lists, or {file: PATH}")
        let isNested = entries.contains(where: \.isList)
        guard isNested else { return [try numbers(value, in: row.unit, allowed: row.allowed) ?? []] }
        let lists = try entries.map { entry in
            _ = try entry.list("a list of numbers, as the others are")
            return try numbers(entry, in: row.unit, allowed: row.allowed) ?? []
        }
        if let count, lists.count != 1, lists.count != count {
            throw value.failure(
                .wrongKind(
                    what: value.what, found: "a list of \(lists.count) lists",
                    expected: "one list for all \(count) neurons or one for each"))
        }
        return lists
    }
}
