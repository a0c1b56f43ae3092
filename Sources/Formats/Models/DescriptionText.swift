import Foundation
import SynfireUnits
import Yams

/// A YAML text on its way from a file to values with places.
enum DescriptionText {
    /// Longer texts are not descriptions: 4 MiB.
    static let maximumBytes = 4 << 20

    /// Reads a file.
    ///
    /// - Throws: ``ModelDescriptionError`` where it is missing, a folder, a device, too long, or not UTF-8.
    static func read(_ path: String) throws(ModelDescriptionError) -> String {
        func refuse(_ reason: ModelDescriptionError.Reason) -> ModelDescriptionError {
            ModelDescriptionError(file: path, position: nil, reason: reason)
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw refuse(.unreadable("there is no such file"))
        }
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let kind = try? FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
        guard !isFolder.boolValue else { throw refuse(.unreadable("it is a folder, not a file")) }
        guard kind == .typeRegular else { throw refuse(.unreadable("it is a device or a pipe, not a file")) }
        let bytes: Data
        InputFiles.note(path)
        do {
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            bytes = try handle.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            throw refuse(.unreadable("the file cannot be read: \(error.localizedDescription)"))
        }
        guard bytes.count <= maximumBytes else { throw refuse(.tooLarge(what: "the file", limit: "4 MiB")) }
        if let position = firstInvalid(bytes) {
            throw ModelDescriptionError(file: path, position: position, reason: .notUTF8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The place of the first byte that is not UTF-8.
    private static func firstInvalid(_ bytes: Data) -> ModelDescriptionError.Position? {
        var (line, column) = (1, 1)
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .emptyInput: return nil
            case .error: return .init(line: line, column: column)
            case .scalarValue("\n"): (line, column) = (line + 1, 1)
            case .scalarValue: column += 1
            }
        }
    }

    /// Parses a text.
    ///
    /// - Throws: ``ModelDescriptionError`` for an empty text, one that is not YAML, one with anchors, and for keys given
    ///   twice.
    static func parse(_ text: String, file: String) throws(ModelDescriptionError) -> DescriptionValue {
        guard text.utf8.count <= maximumBytes else {
            throw ModelDescriptionError(
                file: file, position: nil, reason: .tooLarge(what: "the description", limit: "4 MiB"))
        }
        if let position = firstAnchor(text) {
            throw ModelDescriptionError(file: file, position: position, reason: .anchor)
        }
        let root: Node?
        do {
            // The basic resolver takes all scalars as text; what they mean is decided by the key they are given for.
            root = try Yams.compose(yaml: text, .basic, .default, .utf8)
        } catch let error as YamlError {
            throw ModelDescriptionError(error, text: text, file: file)
        } catch {
            throw ModelDescriptionError(file: file, position: nil, reason: .syntax("\(error)"))
        }
        guard let root else { throw ModelDescriptionError(file: file, position: nil, reason: .empty) }
        let value = DescriptionValue(node: root, file: file, what: "the description")
        guard !value.isNothing else { throw ModelDescriptionError(file: file, position: nil, reason: .empty) }
        return value
    }

    /// The place of the first anchor.
    ///
    /// Aliases to nested anchors can stand for more values than any memory holds, and the parser compares keys before we
    /// see them, so texts with anchors do not get that far. Whatever looks like an anchor counts, even in quotes;
    /// comments are left out where no quote on their line could make them something else.
    private static func firstAnchor(_ text: String) -> ModelDescriptionError.Position? {
        let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
        var number = 0
        var previousWasReturn = false
        for line in text.unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: breaks.contains) {
            // A return and a newline are one break, which leaves an empty line between them here.
            let isBetween =
                previousWasReturn && line.isEmpty && line.startIndex < text.endIndex
                && text.unicodeScalars[line.startIndex] == "\n"
            if !isBetween { number += 1 }
            previousWasReturn = line.endIndex < text.endIndex && text.unicodeScalars[line.endIndex] == "\r"
            guard line.contains("&") else { continue }
            let mayQuote = line.contains { $0 == "\"" || $0 == "'" }
            var last: Unicode.Scalar = " "
            var isAnchor = false
            for (column, scalar) in line.enumerated() {
                let follows = last == " " || last == "\t"
                if scalar == "#", follows, !mayQuote { break }
                if isAnchor, isNamed(scalar) { return .init(line: number, column: column) }
                isAnchor = scalar == "&" && !(last.properties.isAlphabetic || ("0"..."9").contains(last))
                last = scalar
            }
        }
        return nil
    }

    private static func isNamed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }
}

extension ModelDescriptionError {
    /// What the parser objects to, in our words.
    init(_ error: YamlError, text: String, file: String) {
        func at(_ line: Int, _ column: Int, _ reason: Reason) -> ModelDescriptionError {
            ModelDescriptionError(
                file: file, position: Position(line: max(1, line), column: max(1, column)), reason: reason)
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let opening = context.map { "\($0.text) (line \($0.mark.line)), " } ?? ""
            self = at(mark.line, mark.column, .syntax(opening + problem))
        case .reader(let problem, let offset, _, let yaml):
            let before = yaml.prefix(offset ?? 0)
            let line = before.reduce(into: 1) { if $1.isNewline { $0 += 1 } }
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            self = at(line, column, .syntax(problem))
        case .duplicatedKeysInMapping(let keys, let context):
            self = at(context.mark.line, context.mark.column, .duplicateKeys(keys.sorted()))
        default: self.init(file: file, position: nil, reason: .syntax("\(error)"))
        }
    }
}
