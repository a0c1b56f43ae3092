/// What can be wrong inside a recording of an event camera; events are counted from 0 as they stand in the file.
public enum EventStreamFault: Equatable, Sendable {
    /// The name of the file ends like none of the formats.
    case unknownFormat
    /// The last event is cut off.
    case truncated(event: Int, bytes: Int, size: Int)
    /// There is a header, but no event of a pixel.
    case noEvents
    /// An event before the one in front of it [ms].
    case timeFalls(event: Int, time: Double, previous: Double)
    /// A time that is negative or not a number [ms].
    case badTime(event: Int, time: Double)
    /// A pixel that the sensor does not have.
    case outsideSensor(event: Int, x: Int, y: Int, sensor: EventStream.Sensor)
    /// A polarity that is neither of the two.
    case badPolarity(event: Int, value: Int)
    /// A header that does not begin as that of AEDAT 2.0; its first line, or as much of it as is text.
    case notAEDAT2(found: String)
    /// A recording of a camera whose addresses are not read.
    case unknownCamera(String)
    /// An address with bits that the camera does not set.
    case badAddress(event: Int, address: UInt32)
    /// A list that an HDF5 file should have and has not.
    case missingList(name: String, places: [String])
    /// Lists of different lengths, or with several axes.
    case unevenLists(name: String, shape: [Int], events: Int)
    /// A unit of time that is not known.
    case unknownUnit(String)
    /// A time that is no whole number, in a list that names no unit.
    case noUnit(event: Int, time: Double)
    /// Whole numbers that name no unit and would be hardly any time in microseconds.
    case doubtfulUnit(span: Double)
    /// A size of the sensor that is none.
    case badSensor(width: Int, height: Int)
}

extension EventStreamFault: CustomStringConvertible {
    /// What is wrong, where, and what is allowed.
    public var description: String {
        switch self {
        case .unknownFormat:
            "the name says no format of recordings: known are \(EventStream.formats)"
        case .truncated(let event, let bytes, let size):
            "the file ends inside event \(event): it has \(bytes) of the \(size) bytes of an event"
        case .noEvents:
            "there is no event in it"
        case .timeFalls(let event, let time, let previous):
            """
            event \(event) is at \(time) ms, before the one in front of it at \(previous) ms: events must be in the \
            order of their times
            """
        case .badTime(let event, let time):
            "event \(event) is at \(time) ms: times must be 0 or later"
        case .outsideSensor(let event, let x, let y, let sensor):
            """
            event \(event) is at x = \(x), y = \(y), outside the sensor of \(sensor): allowed are 0 to \
            \(sensor.width - 1) and 0 to \(sensor.height - 1)
            """
        case .badPolarity(let event, let value):
            "event \(event) has the polarity \(value): allowed are 0 and 1, or -1 and 1"
        case .notAEDAT2(let found):
            "the file begins with '\(found)', but a recording in AEDAT 2.0 begins with '#!AER-DAT2.0'"
        case .unknownCamera(let name):
            "the recording is of the camera '\(name)': only addresses of DVS128 are read"
        case .badAddress(let event, let address):
            """
            event \(event) has the address 0x\(String(address, radix: 16, uppercase: true)): those of DVS128 are 0x0 to \
            0xFFFF
            """
        case .missingList(let name, let places):
            "there is no list '\(name)': looked for \(places.joined(separator: ", "))"
        case .unevenLists(let name, let shape, let events):
            "the list '\(name)' has the shape \(shape), but the one of times [\(events)]: one number an event is allowed"
        case .unknownUnit(let unit):
            "the times have the unit '\(unit)': allowed are s, ms, us and ns"
        case .noUnit(let event, let time):
            """
            event \(event) is at \(time), and 't' names no unit: give it the attribute 'unit' with s, ms, us or ns (only \
            whole numbers are taken for us without one)
            """
        case .doubtfulUnit(let span):
            """
            't' names no unit, and in us its events would be within \(span / 1000) ms: give it the attribute 'unit' with s, \
            ms, us or ns
            """
        case .badSensor(let width, let height):
            "the sensor is said to have \(width) x \(height) pixels: allowed are 1 to 65536 each"
        }
    }
}
