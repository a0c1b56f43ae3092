import SynfireUnits

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The lines of a text file one after the other, with a part of the file in memory.
///
/// A class because it is a position in an open file.
final class TextLines {
    private let path: String
    private let descriptor: Int32
    /// The length of the file in bytes, where it has one.
    let size: Int?
    private var buffer: UnsafeMutableBufferPointer<UInt8>
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    private var lines = 0

    /// The longest line; no line of connections is nearly as long.
    private static let longestLine = 1 << 16

    init(_ path: String) throws(ConnectionFileError) {
        self.path = path
        do throws(InputFile.Fault) {
            descriptor = try InputFile.open(path)
        } catch {
            throw Self.error(
                path, error == .missing || error == .folder ? error.reason : "it cannot be opened: \(error.reason)")
        }
        var status = stat()
        size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : nil
        buffer = .allocate(capacity: 1 << 18)
        buffer.initialize(repeating: 0)
    }

    deinit {
        buffer.deallocate()
        close(descriptor)
    }

    /// The next line without its end, valid until the next call; `nil` at the end of the file.
    func next() throws(ConnectionFileError) -> UnsafeBufferPointer<UInt8>? {
        var searched = start
        while true {
            if let found = lineEnd(from: searched) {
                let line = UnsafeBufferPointer(rebasing: buffer[start..<found])
                start = found + 1
                return try checked(line)
            }
            if isAtEnd {
                guard start < end else { return nil }
                let line = UnsafeBufferPointer(rebasing: buffer[start..<end])
                start = end
                return try checked(line)
            }
            guard end - start <= Self.longestLine else {
                throw ConnectionFileError(path: path, line: lines + 1, fault: Self.tooLong)
            }
            searched = end - start
            try refill()
        }
    }

    private static let tooLong = "it is longer than \(longestLine) bytes; is this a text file?"

    private func checked(_ line: UnsafeBufferPointer<UInt8>) throws(ConnectionFileError) -> UnsafeBufferPointer<UInt8> {
        lines += 1
        guard line.count <= Self.longestLine else {
            throw ConnectionFileError(path: path, line: lines, fault: Self.tooLong)
        }
        return line
    }

    /// The index of the next line's end.
    private func lineEnd(from index: Int) -> Int? {
        guard index < end, let base = buffer.baseAddress else { return nil }
        return memchr(base + index, 0x0A, end - index).map { UnsafeRawPointer(base).distance(to: $0) }
    }

    /// Moves what is left to the front and reads on behind it.
    private func refill() throws(ConnectionFileError) {
        guard let base = buffer.baseAddress else { return }
        if start > 0 {
            memmove(base, base + start, end - start)
            end -= start
            start = 0
        }
        var got = read(descriptor, base + end, buffer.count - end)
        while got < 0, errno == EINTR { got = read(descriptor, base + end, buffer.count - end) }
        guard got >= 0 else { throw Self.error(path, "reading it failed: \(Self.reason(errno))") }
        if got == 0 { isAtEnd = true } else { end += got }
    }

    private static func reason(_ code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }

    private static func error(_ path: String, _ fault: String) -> ConnectionFileError {
        ConnectionFileError(path: path, line: nil, fault: fault)
    }
}

/// Decimal numbers in bytes.
enum DecimalNumber {
    /// The nearest number to a decimal one such as `-0.5e-3`; `nil` where it is not one, or not finite.
    static func value(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        var index = 0
        func digit() -> UInt64? {
            guard index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 else { return nil }
            return UInt64(bytes[index] - 0x30)
        }
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            index = 1
        }
        var (mantissa, digits, exponent) = (UInt64(0), 0, 0)
        func takeDigits(isFraction: Bool) {
            while let next = digit() {
                index += 1
                digits += 1
                guard digits <= 18 else { continue }
                mantissa = mantissa * 10 + next
                if isFraction { exponent -= 1 }
            }
        }
        takeDigits(isFraction: false)
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            takeDigits(isFraction: true)
        }
        guard digits > 0 else { return nil }
        var isSimple = digits <= 18
        if index < bytes.count { isSimple = false }
        // Exact where mantissa and power of ten are: one rounding (Clinger 1990).
        if isSimple, mantissa < 1 << 53, exponent >= -22 {
            let value = Double(mantissa) / powers[-exponent]
            return isNegative ? -value : value
        }
        // Everything else by the standard library, which wants a number from end to end; no infinity, NaN or
        // hexadecimal.
        guard bytes.count <= 400, bytes.allSatisfy({ allowed.contains($0) }),
            let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite
        else { return nil }
        return value
    }

    private static let allowed = Set("0123456789+-.eE".utf8)
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]
}
