import Foundation

/// Files that other programs made, with the scripts that made them do it.
enum Reference {
    static let folder = "\(packageRoot)/Tests/DatasetsTests/Reference"

    static func decode<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
    }
}
