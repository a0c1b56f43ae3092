import Foundation

extension EventStream {
    /// Reads AEDAT 2.0 of a DVS128: lines of text that begin with `#`, then eight bytes an event, big-endian.
    ///
    /// The address comes first, then the time, a signed number of microseconds. Bit 0 of an address is 0 for more light,
    /// bits 1 to 7 are the column from the right, bits 8 to 14 the row from below; bit 15 stands for a signal from outside,
    /// which is none of a pixel and left out. The clock begins anywhere, so times count from the first event.
    ///
    /// - Source: iniVation, "AEDAT 2.0", docs.inivation.com, for the file; the class DVS128 of jAER
    ///   (github.com/SensorsINI/jaer) for addresses: x = 127 − column, polarity = 1 − bit 0. (iniVation's page has bit 0
    ///   and the columns the other way round; jAER wrote the recordings that there are.)
    static func read(aedat bytes: Data, into empty: EventStreamBuilder) throws(DatasetError) -> EventStream {
        var builder = empty
        let size = 8
        try builder.take(Sensor(width: 128, height: 128))
        let start = try endOfHeader(bytes, builder)
        let (count, rest) = (bytes.endIndex - start).quotientAndRemainder(dividingBy: size)
        guard rest == 0 else { throw builder.fault(.truncated(event: count, bytes: rest, size: size)) }
        builder.reserve(count)
        func word(_ first: Int) -> UInt32 { bytes[first..<first + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        var origin = 0
        for index in 0..<count {
            let first = start + index * size
            let address = word(first)
            let ticks = Int(Int32(bitPattern: word(first + 4)))
            if index == 0 { origin = ticks }
            let time = Double(ticks - origin) / 1000
            guard address <= 0xFFFF else { throw builder.fault(.badAddress(event: index, address: address)) }
            if address & 0x8000 != 0 {
                try builder.check(time, index: index)
                continue
            }
            try builder.append(
                index: index, x: 127 - Int(address >> 1 & 0x7F), y: Int(address >> 8 & 0x7F),
                polarity: 1 - Int(address & 1), time: time)
        }
        return try builder.finished()
    }

    /// Where the lines of text end.
    private static func endOfHeader(_ bytes: Data, _ builder: EventStreamBuilder) throws(DatasetError) -> Int {
        let version = "#!AER-DAT2.0"
        guard bytes.starts(with: version.utf8) else {
            let line = bytes.prefix(40).prefix { (32..<127).contains($0) }
            throw builder.fault(.notAEDAT2(found: String(decoding: line, as: UTF8.self)))
        }
        var start = bytes.startIndex
        while start < bytes.endIndex, bytes[start] == UInt8(ascii: "#") {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            let line = String(decoding: bytes[start..<end].prefix(500), as: UTF8.self)
            if let found = line.firstRange(of: "AEChip:") {
                let camera = line[found.upperBound...].trimmingCharacters(in: .whitespacesAndNewlines)
                guard camera.contains("DVS128") else { throw builder.fault(.unknownCamera(camera)) }
            }
            start = min(end + 1, bytes.endIndex)
        }
        return start
    }
}
