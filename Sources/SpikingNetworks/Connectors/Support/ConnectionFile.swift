import SynfireUnits

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Reads files of connections.
struct ConnectionFile {
    private(set) var sources: [Int32] = []
    private(set) var targets: [Int32] = []
    private(set) var weights: [Float]?
    private(set) var delays: [Float]?

    /// What a column holds.
    private enum Role: Int {
        case source, target, weight, delay
    }

    private let path: String
    private let limits: (sources: Int, targets: Int)
    private var line = 0
    private var roles: [Role] = []
    private var fields: [Range<Int>] = []
    private var hasRows = false

    /// Every name of a column.
    private static let names: [(String, Role)] = [
        ("source", .source), ("target", .target), ("weight", .weight), ("delay", .delay), ("pre", .source),
        ("post", .target), ("i", .source), ("j", .target),
    ]

    static func read(_ path: String, sources: Int, targets: Int) throws -> ConnectionFile {
        var file = ConnectionFile(path: path, limits: (sources, targets))
        let text = try TextLines(path)
        while var line = try text.next() {
            file.line += 1
            // The mark that some programs put in front of UTF-8.
            if file.line == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = .init(rebasing: line[3...]) }
            try file.take(line)
        }
        return file
    }

    /// The length of a file and when it was changed, in words.
    static func state(_ path: String) -> String {
        var about = stat()
        guard stat(path, &about) == 0 else { return "missing" }
        #if canImport(Darwin)
        let changed = about.st_mtimespec
        #else
        let changed = about.st_mtim
        #endif
        return "\(about.st_size) \(changed.tv_sec) \(changed.tv_nsec)"
    }

    /// About how many connections a file has.
    static func estimatedLines(_ path: String) -> Double {
        guard let text = try? TextLines(path), let size = text.size else { return 0 }
        var (lines, bytes) = (0, 0)
        while lines < 1000, let line = try? text.next() {
            lines += 1
            bytes += line.count + 1
        }
        guard bytes > 0 else { return 0 }
        return lines < 1000 ? Double(lines) : Double(size) * Double(lines) / Double(bytes)
    }

    private init(path: String, limits: (sources: Int, targets: Int)) {
        self.path = path
        self.limits = limits
    }

    // MARK: Lines

    private mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(ConnectionFileError) {
        guard let first = line.first(where: { !Self.isBlank($0) }) else { return }
        if first == UInt8(ascii: "#") {
            if roles.isEmpty, !hasRows { try takePyNNHeader(line) }
            return
        }
        split(line)
        if roles.isEmpty {
            // A line that begins with no number names the columns.
            let start = line[fields[0].lowerBound]
            if !Self.isDigit(start), ![UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ".")].contains(start) {
                try takeHeader(fields.map { Self.text(line, $0) })
                return
            }
            guard (2...4).contains(fields.count) else {
                throw error(
                    "\(Self.many(fields.count, "field")): without a line of names, "
                        + "give source and target, and then weight and delay if there are any"
                )
            }
            try setRoles([.source, .target, .weight, .delay].prefix(fields.count).map { $0 })
        }
        guard fields.count == roles.count else {
            throw error("\(Self.many(fields.count, "field")), where there are \(roles.count) columns")
        }
        hasRows = true
        for (field, role) in zip(fields, roles) {
            let part = UnsafeBufferPointer(rebasing: line[field])
            switch role {
            case .source: sources.append(try index(part, "source", limits.sources))
            case .target: targets.append(try index(part, "target", limits.targets))
            case .weight:
                let weight = try number(part, "weight")
                weights?.append(weight)
            case .delay:
                let delay = try number(part, "delay")
                guard delay > 0 else { throw error("the delay is \(Self.text(part)) ms: it must be above 0") }
                delays?.append(delay)
            }
        }
    }

    private mutating func takeHeader(_ names: [String]) throws(ConnectionFileError) {
        var found: [Role] = []
        for name in names {
            let plain = name.filter { $0 != "\"" && $0 != "'" }
            guard let role = Self.names.first(where: { $0.0 == plain.lowercased() })?.1 else {
                throw error(
                    "there is no column '\(plain)'; "
                        + NearestName.hint(plain, among: ["source", "target", "weight", "delay"]))
            }
            guard !found.contains(role) else { throw error("column '\(plain)' is there more than once") }
            found.append(role)
        }
        for (role, name) in [(Role.source, "source"), (.target, "target")] where !found.contains(role) {
            throw error("column '\(name)' is missing")
        }
        try setRoles(found)
    }

    private mutating func setRoles(_ found: [Role]) throws(ConnectionFileError) {
        roles = found
        weights = found.contains(.weight) ? [] : nil
        delays = found.contains(.delay) ? [] : nil
    }

    /// Takes the names of a line `# columns = ["i", "j", "weight", "delay"]`.
    private mutating func takePyNNHeader(_ line: UnsafeBufferPointer<UInt8>) throws(ConnectionFileError) {
        let parts = Self.text(line, 0..<min(line.count, 1000)).dropFirst().split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[0].filter({ !$0.isWhitespace }) == "columns" else { return }
        let names = parts[1].filter { !$0.isWhitespace && $0 != "[" && $0 != "]" }.split(separator: ",")
        try takeHeader(names.map(String.init))
    }

    /// Finds the fields of a line: between commas where there is one, otherwise between blanks.
    private mutating func split(_ line: UnsafeBufferPointer<UInt8>) {
        fields.removeAll(keepingCapacity: true)
        let comma = UInt8(ascii: ",")
        var start = 0
        func trimmed(_ range: Range<Int>) -> Range<Int> {
            var (low, high) = (range.lowerBound, range.upperBound)
            while low < high, Self.isBlank(line[low]) { low += 1 }
            while high > low, Self.isBlank(line[high - 1]) { high -= 1 }
            return low..<high
        }
        if line.contains(comma) {
            for index in 0...line.count where index == line.count || line[index] == comma {
                fields.append(trimmed(start..<index))
                start = index + 1
            }
        } else {
            var index = 0
            while index < line.count {
                while index < line.count, Self.isBlank(line[index]) { index += 1 }
                start = index
                while index < line.count, !Self.isBlank(line[index]) { index += 1 }
                if index > start { fields.append(start..<index) }
            }
        }
    }

    // MARK: Fields

    private func index(
        _ field: UnsafeBufferPointer<UInt8>, _ name: String, _ count: Int
    ) throws(ConnectionFileError) -> Int32 {
        guard let value = DecimalNumber.value(field), value == value.rounded() else {
            throw error("the \(name) is '\(Self.text(field))': give a whole number")
        }
        guard value >= 0, value < Double(count) else {
            throw error(
                "the \(name) is \(Self.text(field)): "
                    + (count > 0 ? "allowed is 0 to \(count - 1)" : "there is none"))
        }
        return Int32(value)
    }

    private func number(
        _ field: UnsafeBufferPointer<UInt8>, _ name: String
    ) throws(ConnectionFileError) -> Float {
        guard let value = DecimalNumber.value(field) else {
            throw error("the \(name) is '\(Self.text(field))': give a finite number")
        }
        let number = Float(value)
        guard number.isFinite else { throw error("the \(name) is \(Self.text(field)): its size may be at most 3.4e38") }
        return number
    }

    private func error(_ fault: String) -> ConnectionFileError {
        ConnectionFileError(path: path, line: line, fault: fault)
    }

    private static func many(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// A part of the line for messages: at most 40 bytes, without control characters.
    private static func text(_ field: UnsafeBufferPointer<UInt8>) -> String {
        let shown = String(decoding: field.prefix(40).map { $0 < 0x20 || $0 == 0x7F ? 0x3F : $0 }, as: UTF8.self)
        return field.count > 40 ? shown + "…" : shown
    }

    private static func text(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: line[range].prefix(1000).map { $0 < 0x20 || $0 == 0x7F ? 0x3F : $0 }, as: UTF8.self)
    }
}
