import SynfireHDF5
import Testing

@Suite struct HDF5DatasetTests {
    private let options: [HDF5DatasetOptions] = [
        .plain, .init(chunk: [3, 2, 5]), .init(gzip: 4), .init(chunk: [100, 100, 100], gzip: 1, shuffle: true),
    ]

    @Test("reads back a block of numbers however it is stored", arguments: 0..<4)
    func layouts(index: Int) throws {
        let file = try HDF5File.inMemory()
        let values = (0..<7 * 5 * 6).map { Float($0) * 0.5 }
        try file.root.write("a/b/x", values, shape: [7, 5, 6], options: options[index])
        let dataset = try file.root.dataset("/a/b/x")
        #expect(try dataset.shape == [7, 5, 6])
        #expect(try dataset.maxShape == [7, 5, 6])
        #expect(try dataset.read(as: Float.self) == values)
        #expect(try dataset.chunk?.count == (index == 0 ? nil : 3))
    }

    @Test("compression makes what repeats itself smaller, and the layout is told")
    func compression() throws {
        let file = try HDF5File.inMemory()
        try file.root.write("x", [Int32](repeating: 7, count: 100_000), options: .init(gzip: 4, shuffle: true))
        let dataset = try file.root.dataset("x")
        #expect(dataset.storageSize > 0 && dataset.storageSize < 10_000)
        #expect(try dataset.filters == ["shuffle", "gzip 4"])
        #expect(try dataset.summary() == "int32 (100000,), chunks (12500,), shuffle, gzip 4")
        #expect(try dataset.read(as: Int32.self).allSatisfy { $0 == 7 })
    }

    @Test("a list grows by appending, in rows")
    func appending() throws {
        let file = try HDF5File.inMemory()
        let list = try file.root.createDataset(
            "ids", of: UInt64.self, shape: [0], maxShape: [nil], options: .init(chunk: [4]))
        var all: [UInt64] = []
        for length in [1, 3, 0, 10, 4096] {
            let part = (0..<UInt64(length)).map { $0 + UInt64(all.count) }
            try list.append(part)
            all += part
        }
        #expect(try list.read(as: UInt64.self) == all)
        #expect(try list.maxShape == [nil])

        let table = try file.root.createDataset("rows", of: Float.self, shape: [0, 3], maxShape: [nil, 3])
        try table.append([1, 2, 3] as [Float])
        try table.append([4, 5, 6, 7, 8, 9] as [Float])
        #expect(try table.shape == [3, 3])
        #expect(try table.read(as: Float.self) == [1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(hdf5Error { try table.append([1, 2] as [Float]) }?.code == .wrongShape)

        let fixed = try file.root.createDataset("fixed", of: Float.self, shape: [1])
        let error = hdf5Error { try fixed.append([1] as [Float]) }
        #expect(error?.code == .wrongShape)
        #expect(error?.reason == "(2,) is not within what it may grow to")
    }

    @Test("reads and writes parts, with strides")
    func hyperslabs() throws {
        let file = try HDF5File.inMemory()
        let grid = (0..<60).map { Int32($0) }
        try file.root.write("x", grid, shape: [6, 10])
        let dataset = try file.root.dataset("x")
        #expect(try dataset.read(as: Int32.self, start: [1, 2], count: [2, 3]) == [12, 13, 14, 22, 23, 24])
        #expect(
            try dataset.read(as: Int32.self, start: [0, 1], count: [3, 2], stride: [2, 8])
                == [1, 9, 21, 29, 41, 49])
        #expect(try dataset.read(as: Int32.self, start: [6, 0], count: [0, 10]) == [])
        try dataset.write([-1, -2] as [Int32], start: [5, 0], count: [1, 2], stride: [1, 9])
        #expect(try dataset.read(as: Int32.self, start: [5, 0], count: [1, 10]).first == -1)
        #expect(try dataset.read(as: Int32.self).last == -2)
        for (start, count, stride) in [
            ([0, 0], [7, 1], [1, 1]), ([5, 9], [1, 2], [1, 1]), ([0, 0], [2, 2], [6, 1]), ([-1, 0], [1, 1], [1, 1]),
            ([0], [1], [1]), ([0, 0], [1, 1], [0, 1]), ([0, 0], [.max, .max], [1, 1]), ([7, 0], [0, 0], [1, 1]),
        ] {
            let error = hdf5Error { _ = try dataset.read(as: Int32.self, start: start, count: count, stride: stride) }
            #expect(error?.code == .wrongShape, "\(start) \(count) \(stride)")
        }
    }

    @Test("what was never written is the fill value")
    func fill() throws {
        let file = try HDF5File.inMemory()
        let dataset = try file.root.createDataset(
            "x", of: Float.self, shape: [3], maxShape: [nil], options: .init(fill: -1))
        #expect(try dataset.read(as: Float.self) == [-1, -1, -1])
        try dataset.resize(to: [5])
        #expect(try dataset.read(as: Float.self).count == 5)
        let zeros = try file.root.createDataset("y", of: Int.self, shape: [2])
        #expect(try zeros.read(as: Int.self) == [0, 0])
    }

    @Test("dimensions of size zero hold nothing and are no error")
    func emptyDimensions() throws {
        let file = try HDF5File.inMemory()
        try file.root.write("x", [Double](), shape: [4, 0, 2], options: .init(gzip: 4))
        try file.root.write("y", [String]())
        try file.root.setAttribute("z", [Double]())
        #expect(try file.root.dataset("x").read(as: Double.self) == [])
        #expect(try file.root.dataset("x").shape == [4, 0, 2])
        #expect(try file.root.strings("y") == [])
        #expect(try file.root.attribute("z", as: [Double].self) == [])
        #expect(hdf5Error { _ = try file.root.dataset("y").readScalar(as: String.self) }?.code == .wrongShape)
    }

    @Test("reads back enumerations, also over other integers")
    func enumerations() throws {
        let file = try HDF5File.inMemory()
        let sorting = HDF5Enum(members: ["none": 0, "by_id": 1, "by_time": 2], value: 2)
        try file.root.setAttribute("sorting", sorting)
        let back = try file.root.attribute("sorting", as: HDF5Enum.self)
        #expect(back == sorting)
        #expect(back.name == "by_time")
        let type = HDF5EnumType(members: ["low": -70_000, "high": 70_000], base: Int32.hdf5Type)
        try file.root.writeEnum("x", [70_000, -70_000], type: type)
        let (readType, numbers) = try file.root.dataset("x").readEnum()
        #expect(readType == type)
        #expect(numbers == [70_000, -70_000])
        #expect(hdf5Error { try file.root.writeEnum("y", [3], type: type) }?.code == .outOfRange)
        #expect(
            hdf5Error { try file.root.setAttribute("z", HDF5Enum(members: ["a": 300], value: 300)) }?.code
                == .wrongType)
    }

    @Test("references lead to groups and datasets")
    func references() throws {
        let file = try HDF5File.inMemory()
        let units = try file.root.createGroup("units")
        try units.write("spike_times", [0.5])
        try units.write("spike_times_index", [UInt8(1)])
        let index = try units.dataset("spike_times_index")
        try index.setAttribute("target", try units.reference(to: "spike_times"))
        try file.root.write("all", [try file.root.reference(to: "units"), try file.root.reference(to: "/")])
        let target = try index.attribute("target", as: HDF5Reference.self)
        #expect(try file.root.path(of: target) == "/units/spike_times")
        let all = try file.root.dataset("all").read(as: HDF5Reference.self)
        #expect(try all.map { try file.root.path(of: $0) } == ["/units", "/"])
        #expect(hdf5Error { _ = try units.reference(to: "spike_time") }?.code == .notFound)
    }

    @Test("values must fill the shape, and a shape must make sense")
    func shapes() throws {
        let file = try HDF5File.inMemory()
        let error = hdf5Error { try file.root.write("x", [1.0, 2.0, 3.0], shape: [2, 2]) }
        #expect(error?.code == .wrongShape)
        #expect(error?.reason == "3 values do not fill the shape (2, 2)")
        #expect(try !file.root.exists("x"))
        #expect(
            hdf5Error { _ = try file.root.createDataset("y", of: Int.self, shape: [-1]) }?.code == .wrongShape)
        #expect(
            hdf5Error { _ = try file.root.createDataset("y", of: Int.self, shape: [5], maxShape: [4]) }?.code
                == .wrongShape)
        #expect(
            hdf5Error { try file.root.write("y", [1.0], options: .init(chunk: [1, 1])) }?.code == .wrongShape)
        #expect(hdf5Error { try file.root.write("y", [1.0], options: .init(gzip: 10)) }?.code == .outOfRange)
    }
}
