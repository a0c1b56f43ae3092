import ArgumentParser
import Foundation
import Units

/// `synfire models`: what networks can be made of.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Lists neurons, sources, stimuli, plasticity, connectors and distributions, with their parameters.",
        discussion: """
            Examples:
              synfire models
              synfire models lif_curr_exp
            """)

    @Argument(help: "One of the names; without it all are listed.")
    var name: String?

    @Flag(help: "Print Markdown: docs/reference/models.md is made so.")
    var markdown = false

    @OptionGroup var output: PrintOptions

    private struct Catalog: Encodable {
        let version: String
        let entries: [CatalogEntry]
    }

    func run() throws {
        guard !(markdown && output.json) else { throw RequestError("give --markdown or --json, not both") }
        var entries = CatalogEntry.all
        if let name {
            let known = entries.map(\.name)
            entries = entries.filter { $0.name == name }
            guard !entries.isEmpty else {
                throw RequestError("there is no model '\(name)'; \(NearestName.hint(name, among: known))")
            }
        }
        if output.json {
            try Output.json(Catalog(version: SynfireCommand.version, entries: entries))
        } else if markdown {
            print(Self.markdown(entries), terminator: "")
        } else {
            print(name == nil ? Self.list(entries) : entries.map(Self.text).joined(separator: "\n\n"))
        }
    }

    /// A line for each.
    private static func list(_ entries: [CatalogEntry]) -> String {
        let width = entries.map(\.name.count).max() ?? 0
        let parts = CatalogEntry.Kind.allCases.compactMap { kind -> String? in
            let lines = entries.filter { $0.kind == kind }
                .map { "  " + $0.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $0.summary }
            return lines.isEmpty ? nil : ([kind.rawValue] + lines).joined(separator: "\n")
        }
        return parts.joined(separator: "\n\n") + "\n\nsynfire models NAME tells more of one."
    }

    /// All about one, for a terminal.
    private static func text(_ entry: CatalogEntry) -> String {
        var parts = ["\(entry.name): \(entry.summary)"]
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
    private static func markdown(_ entries: [CatalogEntry]) -> String {
        var lines = [
            "# Models", "",
            "What networks are made of, as [descriptions in YAML](../guides/networks.md) and Swift name it. This page is made "
                + "by `make reference`", "from the catalogs in the sources.",
        ]
        for kind in CatalogEntry.Kind.allCases where entries.contains(where: { $0.kind == kind }) {
            lines += ["", "## \(kind.rawValue)"]
            for entry in entries where entry.kind == kind {
                lines += ["", "### `\(entry.name)`", "", sentence(entry.summary)]
                if !entry.equations.isEmpty { lines += ["", "```text"] + entry.equations + ["```"] }
                for table in entry.tables {
                    lines += ["", row(table.header.enumerated().map { $0 == 0 ? $1.capitalizedFirst : $1 })]
                    lines.append("|" + String(repeating: "---|", count: table.header.count))
                    lines += table.rows.map { cells in row(["`\(cells[0])`"] + cells.dropFirst()) }
                }
                if !entry.source.isEmpty { lines += ["", "Source: " + sentence(entry.source)] }
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
