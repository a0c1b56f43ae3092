import Foundation
import SynfireUnits

/// A recording of an event camera: what its pixels reported, in the order of time.
///
///     let stream = try EventStream(contentsOf: "00002.bin")
///     stream.sensor          // 34 x 34
///     stream.events[0].time  // [ms]
///
/// The end of the file's name says its format: `.bin` (N-MNIST, N-Caltech101), `.aedat` (AEDAT 2.0 of a DVS128), `.h5` or
/// `.hdf5`. Events stay in the order of the file; one that is earlier than the one in front of it is refused, not sorted in.
public struct EventStream: Sendable, Equatable {
    /// That one pixel saw more light, or less.
    public struct Event: Sendable, Equatable, BitwiseCopyable {
        /// When [ms].
        public var time: Double
        /// The column, from 0.
        public var x: UInt16
        /// The row, from 0, as the camera counts them.
        public var y: UInt16
        /// 1 for more light, 0 for less.
        public var polarity: UInt8

        /// Takes a time [ms], a column, a row and a polarity.
        public init(time: Double, x: UInt16, y: UInt16, polarity: UInt8) {
            self.time = time
            self.x = x
            self.y = y
            self.polarity = polarity
        }
    }

    /// How many pixels a camera has.
    public struct Sensor: Sendable, Equatable, CustomStringConvertible {
        /// The number of columns.
        public var width: Int
        /// The number of rows.
        public var height: Int

        /// Takes the numbers of columns and rows.
        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }

        /// Width x height.
        public var description: String { "\(width) x \(height)" }
    }

    /// Where the recording was read from.
    public let path: String
    /// The pixels of the camera; where neither file nor caller says, as many as the events reach.
    public let sensor: Sensor
    /// The events by ascending time; at least one.
    public let events: [Event]

    /// The formats, for messages.
    static let formats = ".bin (N-MNIST), .aedat (AEDAT 2.0), .h5 and .hdf5"

    init(path: String, sensor: Sensor, events: [Event]) {
        self.path = path
        self.sensor = sensor
        self.events = events
    }

    /// Reads a recording.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - sensor: The pixels of the camera, where the file does not say: events outside are an error.
    /// - Throws: `DatasetError` if the file is missing, empty, damaged, or has events that are not in order or outside
    ///   the sensor.
    /// - Complexity: O(events).
    public init(contentsOf path: String, sensor: Sensor? = nil) throws(DatasetError) {
        try Self.checkHasBytes(path)
        let builder = try EventStreamBuilder(path: path, sensor: sensor)
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "bin": self = try EventStream.read(binary: try Self.bytes(of: path), into: builder)
        case "aedat": self = try EventStream.read(aedat: try Self.bytes(of: path), into: builder)
        case "h5", "hdf5": self = try EventStream.read(hdf5: path, into: builder)
        default: throw .badEvents(path: path, fault: .unknownFormat)
        }
    }

    private static func bytes(of path: String) throws(DatasetError) -> Data {
        do {
            InputFiles.note(path)
            return try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
    }

    /// Makes sure that there is a file with a byte in it.
    private static func checkHasBytes(_ path: String) throws(DatasetError) {
        let file = try DatasetError.open(path)
        do {
            let size = try file.seekToEnd()
            guard size > 0 else { throw DatasetError.emptyFile(path: path) }
        } catch let error as DatasetError {
            throw error
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
    }
}

/// Takes events one by one and checks each.
struct EventStreamBuilder {
    let path: String
    private var sensor: EventStream.Sensor?
    private var events: [EventStream.Event] = []
    private var previous = 0.0
    private var reach = EventStream.Sensor(width: 0, height: 0)

    private static let largest = Int(UInt16.max) + 1
    /// No recording lasts longer [ms].
    private static let latest = 1e15

    init(path: String, sensor: EventStream.Sensor?) throws(DatasetError) {
        self.path = path
        if let sensor { try take(sensor) }
    }

    /// Takes what a file says about the sensor; what the caller said goes before.
    mutating func take(_ sensor: EventStream.Sensor) throws(DatasetError) {
        guard self.sensor == nil else { return }
        let allowed = 1...Self.largest
        guard allowed.contains(sensor.width), allowed.contains(sensor.height) else {
            throw fault(.badSensor(width: sensor.width, height: sensor.height))
        }
        self.sensor = sensor
    }

    mutating func reserve(_ count: Int) { events.reserveCapacity(count) }

    /// Takes the next event, which is number `index` in the file.
    mutating func append(index: Int, x: Int, y: Int, polarity: Int, time: Double) throws(DatasetError) {
        let frame = sensor ?? EventStream.Sensor(width: Self.largest, height: Self.largest)
        guard x >= 0, y >= 0, x < frame.width, y < frame.height else {
            throw fault(.outsideSensor(event: index, x: x, y: y, sensor: frame))
        }
        guard polarity == 0 || polarity == 1 else { throw fault(.badPolarity(event: index, value: polarity)) }
        try check(time, index: index)
        reach.width = max(reach.width, x + 1)
        reach.height = max(reach.height, y + 1)
        events.append(
            EventStream.Event(time: time, x: UInt16(x), y: UInt16(y), polarity: UInt8(polarity)))
    }

    /// Checks the time of an event, also of one that is no pixel's.
    mutating func check(_ time: Double, index: Int) throws(DatasetError) {
        guard time.isFinite, time <= Self.latest, time >= 0 || index > 0 else {
            throw fault(.badTime(event: index, time: time))
        }
        guard time >= previous else { throw fault(.timeFalls(event: index, time: time, previous: previous)) }
        previous = time
    }

    func fault(_ fault: EventStreamFault) -> DatasetError { .badEvents(path: path, fault: fault) }

    func finished() throws(DatasetError) -> EventStream {
        guard !events.isEmpty else { throw fault(.noEvents) }
        return EventStream(path: path, sensor: sensor ?? reach, events: events)
    }
}
