import Foundation
import SynfireUnits

/// Entries of a catalog as a list, one by one, as JSON or as a page of the reference.
struct CatalogPage {
    /// The page's heading.
    let title: String
    /// What it says first.
    let intro: [String]
    /// The command that prints it.
    let command: String
    /// What an entry is called.
    let what: String
    let entries: [CatalogEntry]

    private struct Catalog: Encodable {
        let version: String
        let entries: [CatalogEntry]
    }

    /// Prints all entries, or the one of a name.
    func print(_ name: String?, markdown: Bool, json: Bool) throws {
        guard !(markdown && json) else { throw RequestError("give --markdown or --json, not both") }
        guard let name else {
            if json { return try Output.json(Catalog(version: SynfireCommand.version, entries: entries)) }
            return Console.print(markdown ? page : list, terminator: markdown ? "" : "\n")
        }
        let known = entries.map(\.name)
        let found = entries.filter { $0.name == name }
        guard !found.isEmpty else {
            if let ours = entries.first(where: { NearestName.isAlias(name, of: $0.aliases) }) {
                throw RequestError("there is no \(what) '\(name)', \(NearestName.aliasHint(ours.name))")
            }
            throw RequestError("there is no \(what) '\(name)'; \(NearestName.hint(name, among: known))")
        }
        if json { return try Output.json(Catalog(version: SynfireCommand.version, entries: found)) }
        if markdown {
            let part = CatalogPage(title: title, intro: intro, command: command, what: what, entries: found)
            return Console.print(part.page, terminator: "")
        }
        Console.print(found.map(Self.text).joined(separator: "\n\n"))
    }

    /// A line for each.
    private var list: String {
        let width = entries.map(\.name.count).max() ?? 0
        let parts = CatalogEntry.Kind.allCases.compactMap { kind -> String? in
            let lines = entries.filter { $0.kind == kind }
                .map { entry in
                    "  " + entry.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + entry.summary
                        + (entry.aliases.isEmpty ? "" : " (NEST, PyNN: \(entry.aliases.joined(separator: ", ")))")
                }
            return lines.isEmpty ? nil : ([kind.rawValue] + lines).joined(separator: "\n")
        }
        return parts.joined(separator: "\n\n") + "\n\nsynfire \(command) NAME tells more of one."
    }

    /// All about one, for a terminal.
    private static func text(_ entry: CatalogEntry) -> String {
        var parts = ["\(entry.name): \(entry.summary)"]
        if !entry.aliases.isEmpty { parts.append("in NEST and PyNN: \(entry.aliases.joined(separator: ", "))") }
        if !entry.equations.isEmpty { parts.append(entry.equations.map { "  " + $0 }.joined(separator: "\n")) }
        parts += entry.tables.map { "\($0.title)\n" + leftTable([$0.header] + $0.rows) }
        if !entry.source.isEmpty { parts.append("source: \(entry.source)") }
        return parts.joined(separator: "\n\n")
    }

    /// Columns flush left, as suits words.
    private static func leftTable(_ rows: [[String]]) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += "  " + cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    /// The reference.
    private var page: String {
        var lines = ["# \(title)", ""] + intro
        let isGrouped = Set(entries.map(\.kind)).count > 1
        for kind in CatalogEntry.Kind.allCases where entries.contains(where: { $0.kind == kind }) {
            if isGrouped { lines += ["", "## \(kind.rawValue)"] }
            for entry in entries where entry.kind == kind {
                lines += ["", "\(isGrouped ? "###" : "##") `\(entry.name)`", "", Self.sentence(entry.summary)]
                if !entry.aliases.isEmpty {
                    lines += ["", "In NEST and PyNN: " + entry.aliases.map { "`\($0)`" }.joined(separator: ", ") + "."]
                }
                if !entry.equations.isEmpty { lines += ["", "```text"] + entry.equations + ["```"] }
                for table in entry.tables {
                    lines += ["", Self.row(table.header.enumerated().map { $0 == 0 ? $1.capitalizedFirst : $1 })]
                    lines.append("|" + String(repeating: "---|", count: table.header.count))
                    lines += table.rows.map { cells in Self.row(["`\(cells[0])`"] + cells.dropFirst()) }
                }
                if !entry.source.isEmpty { lines += ["", "Source: " + Self.sentence(entry.source)] }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }

    private static func sentence(_ text: String) -> String { text.hasSuffix(".") ? text : text + "." }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
