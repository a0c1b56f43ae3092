import Foundation

/// Why a Python script did not do what a test asked of it.
public struct PythonFailure: Error, CustomStringConvertible {
    /// What is shown when the test fails.
    public let description: String
}

/// Runs a Python script and gives what it prints.
///
/// The interpreter is the one named by SYNFIRE_PYTHON, else `.venv/bin/python` in the root of the package, which
/// `make deps` sets up with the field's own readers. A test that needs it fails without it.
///
/// - Parameters:
///   - script: The script's text. Its arguments are in `sys.argv[1:]`.
///   - arguments: The arguments.
/// - Returns: Standard output.
/// - Throws: `PythonFailure` with standard error if the script fails, or if there is no interpreter.
@discardableResult
public func python(_ script: String, _ arguments: [String] = []) throws -> String {
    let folder = FileManager.default.temporaryDirectory
    let input = folder.appendingPathComponent("synfire-\(UUID().uuidString).py")
    try script.write(to: input, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: input) }

    let process = Process()
    process.executableURL = URL(fileURLWithPath: try pythonInterpreter())
    process.arguments = ["-B", input.path] + arguments
    // Files, not pipes: a script that fills one pipe while the other is read would wait for ever.
    let (output, errors) = (input.appendingPathExtension("out"), input.appendingPathExtension("err"))
    for file in [output, errors] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        let text = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
        throw PythonFailure(description: "the script ended with status \(process.terminationStatus):\n\(text)")
    }
    return String(decoding: try Data(contentsOf: output), as: UTF8.self)
}

private func pythonInterpreter() throws -> String {
    if let named = ProcessInfo.processInfo.environment["SYNFIRE_PYTHON"], !named.isEmpty { return named }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let inside = root.appendingPathComponent(".venv/bin/python").path
    guard FileManager.default.isExecutableFile(atPath: inside) else {
        throw PythonFailure(description: "no Python with the readers was found; run `make deps`")
    }
    return inside
}
