import Foundation
import SynfireSpikingModels
import SynfireUnits

/// Numbers of neurons from a text file: a line for each, with the neuron and the number.
///
///     # neuron, time in ms
///     0, 1.5
///     0, 7.25
///     3, 2
enum NumberTable {
    /// Longer files are refused: 1 GiB.
    private static let maximumBytes = 1 << 30

    /// One list for each neuron, in the order of the file.
    ///
    /// - Throws: ``ModelDescriptionError`` with the line of the table.
    static func lists(_ path: String, count: Int, allowed: ParameterRange) throws -> [[Double]] {
        func refuse(_ line: Int?, _ reason: ModelDescriptionError.Reason) -> ModelDescriptionError {
            ModelDescriptionError(file: path, position: line.map { .init(line: $0, column: 1) }, reason: reason)
        }
        let about = try? FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        guard let about, about[.type] as? FileAttributeType == .typeRegular else {
            throw refuse(nil, .unreadable("there is no such file"))
        }
        guard (about[.size] as? Int ?? 0) <= maximumBytes else {
            throw refuse(nil, .tooLarge(what: "the table", limit: "1 GiB"))
        }
        let data: Data
        InputFiles.note(path)
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw refuse(nil, .unreadable("the file cannot be read: \(error.localizedDescription)"))
        }
        var lists = [[Double]](repeating: [], count: count)
        var number = 0
        for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let words = line.prefix { $0 != UInt8(ascii: "#") }.split {
                $0 == 32 || $0 == 9 || $0 == 13 || $0 == 44 || $0 == 59
            }
            if words.isEmpty { continue }
            let texts = words.map { String(decoding: $0, as: UTF8.self) }
            guard texts.count == 2, let neuron = Int(texts[0]), let value = Double(texts[1]), value.isFinite else {
                let found = ModelDescriptionError.Reason.shortened(String(decoding: line, as: UTF8.self))
                throw refuse(
                    number,
                    .wrongKind(
                        what: "the line", found: "'\(found)'", expected: "a neuron and a number, such as '3, 2.5'"))
            }
            guard (0..<count).contains(neuron) else {
                throw refuse(
                    number, .outOfRange(what: "the neuron", value: "\(neuron)", allowed: "0 to \(count - 1)"))
            }
            guard allowed.contains(value) else {
                throw refuse(number, .outOfRange(what: "the number", value: "\(value)", allowed: "\(allowed)"))
            }
            lists[neuron].append(value)
        }
        return lists
    }
}
