import SynfireHDF5

extension EventStream {
    /// Reads lists of an HDF5 file, one number an event each, at its root or in the group `events`.
    ///
    /// | Path | Type | |
    /// |---|---|---|
    /// | `t` | integer or float | time; an attribute `unit`, `units` or `time_unit` says s, ms, us or ns; without one, whole numbers over 10,000 or more are [us] |
    /// | `x`, `y` | integer | column and row |
    /// | `p` or `polarity` | integer or boolean | 0 and 1, or -1 and 1 |
    ///
    /// Attributes `width` and `height` beside them say the size of the sensor.
    static func read(hdf5 path: String, into empty: EventStreamBuilder) throws(DatasetError) -> EventStream {
        var builder = empty
        do {
            let file = try HDF5File.open(path)
            let root = file.root
            let isGrouped = try !root.exists("t") && root.exists("events/t")
            let group = isGrouped ? try root.group("events") : file.root
            guard try group.exists("t") else {
                throw builder.fault(.missingList(name: "t", places: ["/t", "/events/t"]))
            }
            if try group.hasAttribute("width"), try group.hasAttribute("height") {
                try builder.take(
                    Sensor(
                        width: group.attribute("width", as: Int.self), height: group.attribute("height", as: Int.self)))
            }
            let events = try group.dataset("t")
            let unit = try millisecond(of: events, builder)
            let count = try events.count
            func checked(_ name: String, _ prefix: String) throws -> HDF5Dataset {
                guard try group.exists(name) else {
                    throw builder.fault(.missingList(name: name, places: ["\(prefix)\(name)"]))
                }
                let list = try group.dataset(name)
                let shape = try list.shape
                guard shape == [count] else {
                    throw builder.fault(.unevenLists(name: name, shape: shape, events: count))
                }
                return list
            }
            let prefix = isGrouped ? "/events/" : "/"
            let times = try checked("t", prefix).read(as: Double.self)
            // Nobody writes a fraction of a microsecond: such times are seconds or milliseconds, and no one can say which.
            if unit == nil, let event = times.firstIndex(where: { $0.isFinite && $0 != $0.rounded() }) {
                throw builder.fault(.noUnit(event: event, time: times[event]))
            }
            let ticks = unit ?? 1e3
            let x = try checked("x", prefix).read(as: Int.self)
            let y = try checked("y", prefix).read(as: Int.self)
            let name = try group.exists("p") || !group.exists("polarity") ? "p" : "polarity"
            let polarities = try signs(checked(name, prefix))
            let less = polarities.contains(-1) ? -1 : 0
            builder.reserve(count)
            for index in 0..<count {
                let polarity = polarities[index]
                guard polarity == 1 || polarity == less else {
                    throw builder.fault(.badPolarity(event: index, value: polarity))
                }
                try builder.append(
                    index: index, x: x[index], y: y[index], polarity: polarity == 1 ? 1 : 0, time: times[index] / ticks)
            }
            // No camera records for less than that: such numbers are seconds or milliseconds.
            let span = (times.last ?? 0) - (times.first ?? 0)
            if unit == nil, span < shortest * ticks, count > 0 { throw builder.fault(.doubtfulUnit(span: span)) }
            return try builder.finished()
        } catch let error as DatasetError {
            throw error
        } catch {
            throw .storage(message: "\(error)")
        }
    }

    /// The shortest recording whose times are taken for microseconds where nothing says so [ms].
    private static let shortest = 10.0

    private static func signs(_ list: borrowing HDF5Dataset) throws(HDF5Error) -> [Int] {
        if case .boolean = list.elementType { return try list.read(as: Bool.self).map { $0 ? 1 : 0 } }
        return try list.read(as: Int.self)
    }

    /// How many of the file's units of time a millisecond has; `nil` where it names none.
    private static func millisecond(
        of times: borrowing HDF5Dataset, _ builder: EventStreamBuilder
    ) throws -> Double? {
        for name in ["unit", "units", "time_unit"] where try times.hasAttribute(name) {
            let unit = try times.attribute(name, as: String.self)
            switch unit {
            case "s": return 1e-3
            case "ms": return 1
            case "us", "µs": return 1e3
            case "ns": return 1e6
            default: throw builder.fault(.unknownUnit(unit))
            }
        }
        return nil
    }
}
