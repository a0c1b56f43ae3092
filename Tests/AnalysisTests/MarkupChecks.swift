import Foundation
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// What a parser found in a document: the elements by name, and the text.
final class XMLReader: NSObject, XMLParserDelegate {
    private(set) var elements: [String: Int] = [:]
    private(set) var text = ""
    private(set) var attributes: [String: [String]] = [:]

    /// Parses the document, or records an issue that says where it is not well-formed.
    static func read(_ document: String, sourceLocation: SourceLocation = #_sourceLocation) -> XMLReader {
        let reader = XMLReader()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = reader
        if !parser.parse() {
            Issue.record(
                "line \(parser.lineNumber), column \(parser.columnNumber): \(parser.parserError as Any)",
                sourceLocation: sourceLocation)
        }
        return reader
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes values: [String: String]
    ) {
        elements[name, default: 0] += 1
        for (key, value) in values { attributes["\(name).\(key)", default: []].append(value) }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
