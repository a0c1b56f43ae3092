import SynfireDatasets
import SynfireHDF5
import SynfireTestSupport
import Testing

@Suite("Recordings of event cameras")
struct EventStreamTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// The five bytes of an event of N-MNIST.
    private static func bin(_ x: Int, _ y: Int, _ polarity: Int, _ time: Int) -> [UInt8] {
        [
            UInt8(x), UInt8(y), UInt8(polarity << 7 | time >> 16), UInt8(time >> 8 & 0xFF), UInt8(time & 0xFF),
        ]
    }

    private static let header =
        "#!AER-DAT2.0\r\n# Data format is int32 address, int32 timestamp\r\n"
        + "# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\r\n"

    /// A recording in AEDAT 2.0.
    private static func aedat(_ records: [(address: UInt32, time: Int32)], header: String = header) -> [UInt8] {
        Array(header.utf8) + records.flatMap { bigEndian($0.address) + bigEndian($0.time) }
    }

    private typealias Event = EventStream.Event

    private func expectFault(
        _ path: String, _ words: String..., sensor: EventStream.Sensor? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DatasetError.self, sourceLocation: sourceLocation) {
            try EventStream(contentsOf: path, sensor: sensor)
        }
        for word in [path] + words {
            #expect(error?.description.contains(word) == true, "\(error as Any)", sourceLocation: sourceLocation)
        }
    }

    // MARK: .bin

    @Test("Reads five bytes an event: x, y, polarity and 23 bits of microseconds")
    func binary() throws {
        // The first event by hand: x = 31, y = 139 is also how a gzipped file begins.
        let first: [UInt8] = [0x1F, 0x8B, 0x80, 0x01, 0x02]
        #expect(first == Self.bin(31, 139, 1, 258))
        let path = try scratch.file("a.bin", first + Self.bin(0, 7, 0, 258) + Self.bin(33, 2, 1, 0x7F_FFFF))
        let stream = try EventStream(contentsOf: path)
        #expect(
            stream.events == [
                Event(time: 0.258, x: 31, y: 139, polarity: 1), Event(time: 0.258, x: 0, y: 7, polarity: 0),
                Event(time: 8388.607, x: 33, y: 2, polarity: 1),
            ])
        #expect(stream.sensor == EventStream.Sensor(width: 34, height: 140))
        let sensor = EventStream.Sensor(width: 240, height: 180)
        #expect(try EventStream(contentsOf: path, sensor: sensor).sensor == sensor)
    }

    @Test("An event of row 240 says that the clock has overflown")
    func overflow() throws {
        let path = try scratch.file(
            "a.bin", Self.bin(1, 1, 0, 8000) + Self.bin(0, 240, 0, 0) + Self.bin(2, 1, 1, 10))
        let stream = try EventStream(contentsOf: path)
        #expect(stream.events.map(\.time) == [8, 8.202])
        #expect(stream.sensor.height == 2)
    }

    @Test("Damaged files are refused with the event and what is allowed")
    func binaryFaults() throws {
        let good = Self.bin(1, 2, 0, 10) + Self.bin(3, 4, 1, 20)
        expectFault(try scratch.file("cut.bin", Array(good.dropLast(2))), "inside event 1: it has 3 of the 5 bytes")
        expectFault(try scratch.file("empty.bin", []), "the file is empty")
        expectFault(try scratch.file("mark.bin", Self.bin(0, 240, 0, 0)), "no event")
        expectFault(
            try scratch.file("back.bin", good + Self.bin(0, 0, 0, 19)), "event 2 is at 0.019 ms", "0.02 ms",
            "in the order")
        expectFault(
            try scratch.file("wide.bin", good), "event 1 is at x = 3, y = 4", "3 x 9", "0 to 2 and 0 to 8",
            sensor: EventStream.Sensor(width: 3, height: 9))
        expectFault(
            try scratch.file("none.bin", good), "0 x 9 pixels", sensor: EventStream.Sensor(width: 0, height: 9))
        expectFault("\(scratch.path)/missing.bin", "there is no such file")
        expectFault(scratch.path, "it is a folder")
        expectFault(try scratch.file("a.raw", good), ".bin (N-MNIST), .aedat (AEDAT 2.0), .h5 and .hdf5")
    }

    // MARK: .aedat

    @Test("Reads AEDAT 2.0 with the addresses of DVS128, times from the first event, signals from outside left out")
    func addresses() throws {
        // Column 5 from the right, row 9, more light; then the corner, less light.
        let path = try scratch.file(
            "a.aedat",
            Self.aedat([
                (9 << 8 | 5 << 1, -2000), (0x8000, -1500), (127 << 8 | 127 << 1 | 1, 500),
            ]))
        let stream = try EventStream(contentsOf: path)
        #expect(stream.sensor == EventStream.Sensor(width: 128, height: 128))
        #expect(
            stream.events == [
                Event(time: 0, x: 122, y: 9, polarity: 1), Event(time: 2.5, x: 0, y: 127, polarity: 0),
            ])
    }

    @Test("Other versions, other cameras and damaged recordings are refused")
    func addressFaults() throws {
        let good: [(address: UInt32, time: Int32)] = [(2, 100), (4, 200)]
        let whole = Self.aedat(good)
        expectFault(try scratch.file("cut.aedat", Array(whole.dropLast(1))), "inside event 1: it has 7 of the 8 bytes")
        expectFault(try scratch.file("head.aedat", Self.aedat([])), "no event")
        expectFault(try scratch.file("empty.aedat", []), "the file is empty")
        expectFault(
            try scratch.file("back.aedat", Self.aedat(good + [(6, 199)])), "event 2 is at 0.099 ms", "0.1 ms")
        expectFault(
            try scratch.file("bits.aedat", Self.aedat(good + [(0x1_0000, 300)])), "event 2 has the address 0x10000",
            "0xFFFF")
        expectFault(
            try scratch.file("new.aedat", Self.aedat(good, header: "#!AER-DAT3.1\r\n")), "'#!AER-DAT3.1'",
            "'#!AER-DAT2.0'")
        expectFault(try scratch.file("old.aedat", [0, 2, 0, 0, 0, 1]), "'#!AER-DAT2.0'")
        expectFault(
            try scratch.file(
                "davis.aedat",
                Self.aedat(good, header: "#!AER-DAT2.0\r\n# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n")),
            "DAVIS240C", "DVS128")
    }

    // MARK: HDF5

    /// Files by h5py: lists of any kind, at the root or in `events`.
    private func hdf5(_ name: String, _ lines: String) throws -> String {
        let path = "\(scratch.path)/\(name).h5"
        try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1], "w") as file:
                root = file
                def put(**lists):
                    for name, value in lists.items(): root[name] = value
            \(lines.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
            """, [path])
        return path
    }

    @Test("Reads lists of HDF5 at the root or in a group, microseconds unless an attribute says otherwise")
    func lists() throws {
        let expected = [
            Event(time: 1.5, x: 3, y: 4, polarity: 1), Event(time: 1.5, x: 0, y: 300, polarity: 0),
            Event(time: 20, x: 639, y: 1, polarity: 1),
        ]
        let xy = "x=np.array([3, 0, 639], 'u2'), y=np.array([4, 300, 1], 'i8')"
        let files = [
            ("root", "put(t=np.array([1500, 1500, 20000], 'u8'), \(xy), p=np.array([1, 0, 1], 'u1'))"),
            ("signed", "put(t=np.array([1500, 1500, 20000], 'i4'), \(xy), p=np.array([1, -1, 1], 'i1'))"),
            ("truth", "put(t=np.array([1500, 1500, 20000], 'f8'), \(xy), polarity=np.array([True, False, True]))"),
            (
                "group",
                """
                root = file.create_group("events")
                put(t=np.array([0.0015, 0.0015, 0.02]), \(xy), p=[1, 0, 1])
                root["t"].attrs["unit"] = "s"
                """
            ),
            (
                "ns",
                """
                put(t=np.array([1500000, 1500000, 20000000]), \(xy), p=[1, 0, 1])
                file["t"].attrs["units"] = "ns"
                """
            ),
        ]
        for (name, lines) in files {
            let stream = try EventStream(contentsOf: try hdf5(name, lines))
            #expect(stream.events == expected, "\(name)")
            #expect(stream.sensor == EventStream.Sensor(width: 640, height: 301))
        }
    }

    @Test("The attributes width and height say the sensor of a file of Synfire's own HDF5")
    func sensor() throws {
        let path = "\(scratch.path)/own.hdf5"
        let file = try HDF5File.create(path)
        let group = try file.root.createGroup("events")
        try group.write("t", [0, 10])
        try group.dataset("t").setAttribute("unit", "us")
        try group.write("x", [1, 2])
        try group.write("y", [3, 4])
        try group.write("p", [0, 1])
        try group.setAttribute("width", 4)
        try group.setAttribute("height", 5)
        try file.commit()
        #expect(try EventStream(contentsOf: path).sensor == EventStream.Sensor(width: 4, height: 5))
        expectFault(path, "event 1 is at x = 2, y = 4", sensor: EventStream.Sensor(width: 4, height: 4))
    }

    @Test("Lists that are missing, uneven or of wrong numbers are refused by name")
    func listFaults() throws {
        let faults = [
            ("not", "put(x=[1])", ["no list 't'", "/t, /events/t"]),
            ("p", "put(t=[1], x=[1], y=[1])", ["no list 'p'"]),
            ("uneven", "put(t=[1, 2], x=[1], y=[1, 2], p=[0, 1])", ["'x' has the shape [1]", "[2]"]),
            ("axes", "put(t=[[1, 2]], x=[1, 2], y=[1, 2], p=[0, 1])", ["'t' has the shape [1, 2]"]),
            ("sign", "put(t=[1, 2], x=[1, 2], y=[1, 2], p=[0, 2])", ["event 1 has the polarity 2", "0 and 1"]),
            ("mixed", "put(t=[1, 2], x=[1, 2], y=[1, 2], p=[-1, 0])", ["event 1 has the polarity 0"]),
            ("minus", "put(t=[1, 2], x=[1, -2], y=[1, 2], p=[0, 1])", ["event 1 is at x = -2"]),
            ("back", "put(t=[2, 1], x=[1, 2], y=[1, 2], p=[0, 1])", ["event 1 is at 0.001 ms"]),
            ("early", "put(t=[-2, 1], x=[1, 2], y=[1, 2], p=[0, 1])", ["event 0 is at -0.002 ms"]),
            ("nan", "put(t=[0, np.nan], x=[1, 2], y=[1, 2], p=[0, 1])", ["event 1 is at nan ms"]),
            ("float", "put(t=[1], x=[1.5], y=[1], p=[0])", ["x"]),
            ("none", "put(t=np.zeros(0), x=np.zeros(0, int), y=np.zeros(0, int), p=np.zeros(0, int))", ["no event"]),
            (
                "seconds", "put(t=[0.0, 0.0125], x=[1, 1], y=[1, 1], p=[0, 1])",
                ["event 1 is at 0.0125", "'unit'", "s, ms, us or ns"]
            ),
            // Whole seconds or milliseconds would be hardly any time in microseconds.
            (
                "whole", "put(t=np.arange(4), x=[1] * 4, y=[1] * 4, p=[0, 1, 0, 1])",
                ["'t' names no unit", "within 0.003 ms", "'unit'", "s, ms, us or ns"]
            ),
            ("wholeFloats", "put(t=[100.0, 10099.0], x=[1, 1], y=[1, 1], p=[0, 1])", ["within 9.999 ms", "'unit'"]),
            ("unit", "put(t=[1], x=[1], y=[1], p=[0])\nfile['t'].attrs['unit'] = 'weeks'", ["'weeks'", "ms"]),
        ]
        for (name, lines, words) in faults {
            let path = try hdf5(name, lines)
            for word in words { expectFault(path, word) }
        }
        expectFault(try scratch.file("text.h5", Array("no list at all".utf8)), "text.h5")
    }
}
