import Foundation
import SynfireDatasets
import SynfireFormats
import SynfireSpikingNetworks
import SynfireUnits

/// The names of the classes that a network tells, which go with it from training on.
///
/// Labels are numbers, and data that name their classes themselves number them in their own order: what counts is the name.
enum ClassNames {
    /// Where a spiking network keeps them, as an array in JSON.
    private static let key = "class_names"

    /// The names in the metadata of a spiking network.
    static func metadata(_ names: [String]?) -> [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let names, let data = try? encoder.encode(names) else { return [:] }
        return [key: String(decoding: data, as: UTF8.self)]
    }

    /// The names that a spiking network knows.
    ///
    /// - Throws: ``RequestError`` for a text that is no list of names.
    static func read(_ network: Network, file: String) throws -> [String]? {
        guard let text = network.metadata[key] else { return nil }
        guard let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
            throw RequestError("'\(file)': the metadata '\(key)' are '\(Format.cut(text, to: 60))', no list of names")
        }
        return names
    }

    /// Data with the labels of a network's classes.
    ///
    /// - Throws: ``RequestError`` for samples of a class that the network does not have.
    static func match(_ data: LabelledDataset, to names: [String]?, of file: String) throws -> LabelledDataset {
        guard let names, names != data.classNames else { return data }
        let known = Set(names)
        let unknown = zip(data.classNames, data.classCounts).filter { $1 > 0 && !known.contains($0) }.map(\.0)
        guard let first = unknown.first else { return try data.matching(classNames: names) }
        let hint = NearestName.find(first, among: names).map { " (did you mean '\($0)'?)" } ?? ""
        throw RequestError(
            "'\(data.name)' has samples of the classes \(list(unknown))\(hint), which '\(file)' does not know: its classes "
                + "are \(list(names))")
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
            + (names.count > 12 ? " and \(names.count - 12) more" : "")
    }
}
