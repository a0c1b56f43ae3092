import Foundation

extension EventStream {
    /// Reads the format of N-MNIST and N-Caltech101: five bytes an event, without a header.
    ///
    /// | Bits | |
    /// |---|---|
    /// | 39–32 | x |
    /// | 31–24 | y |
    /// | 23 | polarity |
    /// | 22–0 | time [us], big-endian |
    ///
    /// An event of row 240, which the sensor does not have, is none of a pixel: it says that the clock has overflown, and
    /// that all times from there on are 8192 us later.
    ///
    /// - Source: G. Orchard, A. Jayawant, G. Cohen, N. Thakor, "Converting static image datasets to spiking neuromorphic
    ///   datasets using saccades", 2015, doi:10.3389/fnins.2015.00437, and the readers that come with its data.
    static func read(binary bytes: Data, into empty: EventStreamBuilder) throws(DatasetError) -> EventStream {
        var builder = empty
        let size = 5
        let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: size)
        guard rest == 0 else { throw builder.fault(.truncated(event: count, bytes: rest, size: size)) }
        builder.reserve(count)
        var overflow = 0
        for index in 0..<count {
            let first = bytes.startIndex + index * size
            let (x, y, third) = (Int(bytes[first]), Int(bytes[first + 1]), Int(bytes[first + 2]))
            if y == 240 {
                overflow += 1 << 13
                continue
            }
            let ticks = (third & 0x7F) << 16 | Int(bytes[first + 3]) << 8 | Int(bytes[first + 4])
            try builder.append(
                index: index, x: x, y: y, polarity: third >> 7, time: Double(ticks + overflow) / 1000)
        }
        return try builder.finished()
    }
}
