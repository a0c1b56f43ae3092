import Foundation
import SwiftCSV

/// A table of labelled features in a text file: comma-, semicolon- or tab-separated, plain or gzipped, UTF-8.
///
/// The first line names the columns. One column is the label, every other a feature. Labels that are all whole numbers are numbers of
/// classes from 0, as PyTorch's `CrossEntropyLoss` takes them; any others are names, numbered in order of their code points.
///
/// Fields and quotes are as RFC 4180 has them; blanks at the beginning of a field and empty lines are passed over.
enum CSVTable {
    /// What the column of labels may be called if nobody says, in order; otherwise it is the last one.
    static let labelNames = ["label", "class", "target"]

    /// Reads a table.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - labelColumn: The name of the label's column; nil to look for one of ``labelNames``, in any case, or take the last.
    /// - Throws: `DatasetError`; what is wrong in the table comes with line and column.
    static func read(path: String, labelColumn: String?) throws(DatasetError) -> LabelledDataset {
        let text = try text(of: path)
        let rows: Rows
        do throws(TableFault) {
            rows = try parse(text, labelColumn: labelColumn)
        } catch {
            throw .badTable(path: path, fault: error)
        }
        return try LabelledDataset(
            name: path, shape: [rows.columns.count - 1], values: rows.values, labels: rows.classes,
            classNames: rows.classNames, featureNames: rows.featureNames,
            provenance: DatasetProvenance(source: "the table \(path)", licence: "not stated", files: [path]))
    }

    private static func text(of path: String) throws(DatasetError) -> String {
        let source = try ByteSource(path: path)
        var bytes: [UInt8] = []
        var (line, lineStart) = (1, 0)
        var (emptyLines, isEmpty) = (0, true)
        while true {
            let before = bytes.count
            try source.append(upTo: 1 << 20, to: &bytes)
            if bytes.count == before { break }
            guard bytes.count <= source.largestText else {
                throw .unreadable(
                    path: path, reason: "it inflates to more than \(source.largestText) bytes, which no table does")
            }
            for index in before..<bytes.count {
                switch bytes[index] {
                case 0x0A, 0x0D:
                    emptyLines = isEmpty ? emptyLines + 1 : 0
                    guard emptyLines <= TableFault.mostEmptyLines else {
                        throw .badTable(path: path, fault: .emptyLines(line: line))
                    }
                    if bytes[index] == 0x0A { line += 1 }
                    (lineStart, isEmpty) = (index + 1, true)
                case 0x09, 0x20: break
                default: isEmpty = false
                }
            }
            guard bytes.count - lineStart <= TableFault.longestLine else {
                throw .badTable(path: path, fault: .longLine(line: line))
            }
        }
        if bytes.isEmpty { throw .emptyFile(path: path) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .badTable(path: path, fault: .notText) }
        return text
    }

    private static func parse(_ text: String, labelColumn: String?) throws(TableFault) -> Rows {
        // The parser cannot be stopped: what is wrong at the beginning is told before all of a large file is parsed.
        if let beginning = beginning(of: text) { _ = try rows(of: beginning, labelColumn: labelColumn) }
        let rows = try rows(of: text, labelColumn: labelColumn)
        try rows.finish(isClosed: hasPairedQuotes(text))
        return rows
    }

    private static func rows(of text: String, labelColumn: String?) throws(TableFault) -> Rows {
        let rows = Rows(labelColumn: labelColumn)
        do {
            // No row is kept as the library would keep it: it makes short rows as long as the others, which we refuse.
            let table = try EnumeratedCSV(
                string: text, delimiter: .guessed(string: text), loadColumns: false, rowLimit: 0)
            try table.enumerateAsArray(startAt: 0, rowLimit: nil) { rows.add($0) }
        } catch {
            throw .badQuotes(line: rows.line + 1)
        }
        if let fault = rows.fault { throw fault }
        return rows
    }

    /// Some hundred lines, up to the end of a row; nil where there are no more.
    private static func beginning(of text: String) -> String? {
        var (lines, isQuoted) = (0, false)
        for index in text.utf8.indices {
            if text.utf8[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard text.utf8[index] == UInt8(ascii: "\n") else { continue }
            lines += 1
            if lines >= 200, !isQuoted { return String(text[...index]) }
        }
        return nil
    }

    /// Whether the last quote is closed: quotes within quotes are written twice.
    private static func hasPairedQuotes(_ text: String) -> Bool {
        text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "\"") ? 1 : 0) } % 2 == 0
    }

    /// What has been read so far; a class because the parser hands rows to an escaping closure.
    private final class Rows {
        private let labelColumn: String?
        private(set) var columns: [String] = []
        private(set) var values: [Float] = []
        private(set) var classes: [Int] = []
        private(set) var classNames: [String] = []
        private(set) var featureNames: [String] = []
        /// The first thing that is wrong; nothing is read after it.
        private(set) var fault: TableFault?
        /// The line that the last row ended on, counted from 1.
        private(set) var line = 0
        private var labelIndex = 0
        private var labels: [(text: String, line: Int)] = []

        init(labelColumn: String?) { self.labelColumn = labelColumn }

        func add(_ fields: [String]) {
            guard fault == nil else { return }
            let start = line + 1
            // A field in quotes may go over several lines.
            line = start + fields.reduce(0) { $0 + $1.count(where: \.isNewline) }
            if fields.allSatisfy({ $0.allSatisfy(\.isWhitespace) }), fields.count == 1 { return }
            do throws(TableFault) {
                if columns.isEmpty {
                    try begin(fields.map { $0.trimmingCharacters(in: .whitespaces) })
                } else {
                    try append(fields, line: start)
                }
            } catch {
                fault = error
            }
        }

        private func begin(_ names: [String]) throws(TableFault) {
            guard names.count > 1 else { throw .tooFewColumns(count: names.count) }
            if names.allSatisfy({ Double($0) != nil }) { throw .noHeader }
            if let column = names.firstIndex(of: "") { throw .unnamedColumn(column: column + 1) }
            var known: Set<String> = []
            for name in names where !known.insert(name).inserted { throw .repeatedColumn(name: name) }
            if let labelColumn {
                guard let index = names.firstIndex(of: labelColumn) else {
                    throw .unknownColumn(name: labelColumn, known: names)
                }
                labelIndex = index
            } else {
                let lowercased = names.map { $0.lowercased() }
                labelIndex = labelNames.compactMap { lowercased.firstIndex(of: $0) }.first ?? names.count - 1
            }
            columns = names
            featureNames = names
            featureNames.remove(at: labelIndex)
        }

        private func append(_ fields: [String], line: Int) throws(TableFault) {
            guard fields.count == columns.count else {
                throw .unevenLine(line: line, fields: fields.count, columns: columns.count)
            }
            for (index, field) in fields.enumerated() {
                let text = field.trimmingCharacters(in: .whitespaces)
                if text.isEmpty { throw .missing(line: line, column: columns[index]) }
                if index == labelIndex {
                    labels.append((text, line))
                } else {
                    guard let value = Float(text), value.isFinite else {
                        throw .notANumber(line: line, column: columns[index], text: text)
                    }
                    values.append(value)
                }
            }
        }

        /// Turns labels into classes.
        func finish(isClosed: Bool) throws(TableFault) {
            guard isClosed else { throw .badQuotes(line: line) }
            guard !labels.isEmpty else { throw .noRows }
            let column = columns[labelIndex]
            if labels.allSatisfy({ isWholeNumber($0.text) }) {
                for (text, line) in labels {
                    guard let number = Int(text), (0...TableFault.largestClassNumber).contains(number) else {
                        throw .badClassNumber(line: line, column: column, text: text)
                    }
                    classes.append(number)
                }
                classNames = (0...(classes.max() ?? 0)).map(String.init)
            } else {
                classNames = Set(labels.map(\.text)).sorted {
                    $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
                }
                let numbers = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
                classes = labels.compactMap { numbers[$0.text] }
            }
        }

        private func isWholeNumber(_ text: String) -> Bool {
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            return !digits.isEmpty && digits.allSatisfy { ("0"..."9").contains($0) }
        }
    }
}
