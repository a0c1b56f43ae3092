/// Reads some files out of a tar archive, plain or gzipped, from its beginning to its end.
///
/// - Source: POSIX.1-1988, "ustar interchange format"; of later additions only those that stand before a file are passed over.
enum TarArchive {
    private static let blockSize = 512

    /// The files with the given names, whatever folder of the archive they are in.
    ///
    /// - Parameters:
    ///   - path: The archive.
    ///   - names: The last parts of the files' names.
    ///   - largest: The most bytes that a file may have.
    /// - Returns: The bytes of those that are there.
    /// - Throws: `DatasetError`.
    static func files(
        named names: Set<String>, in path: String, largest: Int
    ) throws(DatasetError) -> [String: [UInt8]] {
        let source = try ByteSource(path: path)
        var files: [String: [UInt8]] = [:]
        while files.count < names.count {
            var header: [UInt8] = []
            try source.append(upTo: blockSize, to: &header)
            if header.isEmpty, files.isEmpty { throw .emptyFile(path: path) }
            // An archive ends with blocks of zeros, which some programs leave out.
            if header.isEmpty || header.allSatisfy({ $0 == 0 }) { break }
            guard header.count == blockSize, isIntact(header) else {
                throw .corruptArchive(path: path, reason: "a header is cut short or its checksum is wrong")
            }
            guard let size = octal(header[124..<136]) else {
                throw .corruptArchive(path: path, reason: "the size of a file is not a number")
            }
            let name = text(header[0..<100]).split(separator: "/").last.map(String.init) ?? ""
            // 0 is a file, as is a zero byte in archives older than the standard.
            let isWanted = names.contains(name) && (header[156] == 0x30 || header[156] == 0)
            if isWanted, size > largest {
                throw .corruptArchive(path: path, reason: "\(name) has \(size) bytes, at most \(largest) are expected")
            }
            let padded = (size + blockSize - 1) / blockSize * blockSize
            let content = try take(padded, keeping: isWanted, from: source, path: path)
            if isWanted { files[name] = Array(content.prefix(size)) }
        }
        return files
    }

    private static func take(
        _ count: Int, keeping: Bool, from source: ByteSource, path: String
    ) throws(DatasetError) -> [UInt8] {
        var kept: [UInt8] = []
        var remaining = count
        while remaining > 0 {
            var chunk: [UInt8] = []
            try source.append(upTo: min(remaining, 1 << 20), to: &chunk)
            if chunk.isEmpty { throw .corruptArchive(path: path, reason: "it ends inside a file") }
            remaining -= chunk.count
            if keeping { kept += chunk }
        }
        return kept
    }

    /// Whether the sum of the header's bytes, its own field taken as blanks, is what that field says.
    private static func isIntact(_ header: [UInt8]) -> Bool {
        let sum = header.enumerated().reduce(0) { $0 + Int((148..<156).contains($1.offset) ? 0x20 : $1.element) }
        return octal(header[148..<156]) == sum
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = text(field).split(separator: " ").first ?? "0"
        return Int(digits, radix: 8).flatMap { $0 >= 0 && $0 <= 1 << 40 ? $0 : nil }
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }
}
