import SynfireHDF5
import Testing

@Suite struct HDF5ScalarTests {
    private func roundTrip<Number: HDF5Scalar & Equatable>(_ values: [Number]) throws {
        let file = try HDF5File.inMemory()
        let root = file.root
        try root.write("list", values)
        try root.write("one", values[0])
        try root.setAttribute("list", values)
        try root.setAttribute("one", values[0])
        try root.write(
            "chunked", values, shape: [1, values.count], options: .init(chunk: [1, 2], gzip: 9, shuffle: true))
        let dataset = try root.dataset("list")
        #expect(try dataset.read(as: Number.self) == values)
        #expect(dataset.elementType == Number.hdf5Type)
        #expect(try root.scalar("one", as: Number.self) == values[0])
        #expect(try root.dataset("one").shape == [])
        #expect(try root.attribute("list", as: [Number].self) == values)
        #expect(try root.attribute("one", as: Number.self) == values[0])
        #expect(try root.attributeShape("one") == [])
        #expect(try root.attributeShape("list") == [values.count])
        #expect(try root.dataset("chunked").read(as: Number.self) == values)
    }

    @Test("reads back every scalar type, its extremes included")
    func everyScalarType() throws {
        try roundTrip([Int8.min, -1, 0, 1, .max])
        try roundTrip([Int16.min, -1, 0, 1, .max])
        try roundTrip([Int32.min, -1, 0, 1, .max])
        try roundTrip([Int64.min, -1, 0, 1, .max])
        try roundTrip([Int.min, -1, 0, 1, .max])
        try roundTrip([UInt8.min, 1, .max])
        try roundTrip([UInt16.min, 1, .max])
        try roundTrip([UInt32.min, 1, .max])
        try roundTrip([UInt64.min, 1, .max])
        try roundTrip([UInt.min, 1, .max])
        try roundTrip([Float(-1.5), 0, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity])
        try roundTrip([-1.5, 0, Double.greatestFiniteMagnitude, .leastNonzeroMagnitude, -.infinity])
    }

    @Test("keeps the payload of NaN and the sign of zero")
    func specialFloats() throws {
        let file = try HDF5File.inMemory()
        let values: [Double] = [-0.0, Double(nan: 5, signaling: false)]
        try file.root.write("x", values)
        let back = try file.root.dataset("x").read(as: Double.self)
        #expect(back.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test("reads back truth values")
    func booleans() throws {
        let file = try HDF5File.inMemory()
        try file.root.write("x", [true, false, true])
        try file.root.setAttribute("y", true)
        #expect(try file.root.dataset("x").read(as: Bool.self) == [true, false, true])
        #expect(try file.root.dataset("x").elementType == .boolean)
        #expect(try file.root.attribute("y", as: Bool.self))
    }

    @Test("converts numbers that are asked for in another size or as floats")
    func conversions() throws {
        let file = try HDF5File.inMemory()
        try file.root.write("ints", [Int64(-3), 100])
        try file.root.write("doubles", [0.1, 1e300])
        #expect(try file.root.dataset("ints").read(as: Int8.self) == [-3, 100])
        #expect(try file.root.dataset("ints").read(as: Float.self) == [-3, 100])
        #expect(try file.root.dataset("doubles").read(as: Float.self) == [Float(0.1), .infinity])
    }

    @Test("an integer that does not fit is an error, not the nearest that does")
    func overflow() throws {
        let file = try HDF5File.inMemory()
        try file.root.write("x", [Int64(300), -1])
        let tooLarge = hdf5Error { _ = try file.root.dataset("x").read(as: Int8.self) }
        #expect(tooLarge?.code == .outOfRange)
        #expect(tooLarge?.reason == "a value does not fit into int8")
        #expect(hdf5Error { _ = try file.root.dataset("x").read(as: UInt64.self) }?.code == .outOfRange)
        #expect(
            hdf5Error { try file.root.createDataset("y", of: UInt8.self, shape: [1]).write([Int32(-1)]) }?.code
                == .outOfRange)
    }

    @Test("the same holds for attributes, and those that fit are converted")
    func attributeOverflow() throws {
        let file = try HDF5File.inMemory()
        try file.root.setAttribute("x", [Int64(-1), 300, .max])
        try file.root.setAttribute("big", UInt64.max)
        try file.root.setAttribute("small", [UInt8(0), 255])
        #expect(hdf5Error { _ = try file.root.attribute("x", as: [UInt64].self) }?.code == .outOfRange)
        #expect(
            hdf5Error { _ = try file.root.attribute("x", as: [Int8].self) }?.reason == "a value does not fit into int8")
        #expect(hdf5Error { _ = try file.root.attribute("big", as: Int.self) }?.code == .outOfRange)
        #expect(try file.root.attribute("x", as: [Int].self) == [-1, 300, .max])
        #expect(try file.root.attribute("big", as: UInt64.self) == .max)
        #expect(try file.root.attribute("small", as: [Int64].self) == [0, 255])
        #expect(try file.root.attribute("small", as: [Double].self) == [0, 255])
    }

    @Test("another class of elements than the one asked for is an error that names both")
    func wrongTypes() throws {
        let file = try HDF5File.inMemory()
        try file.root.write("floats", [1.5])
        try file.root.writeString("text", "IF")
        try file.root.setAttribute("flag", true)
        let error = hdf5Error { _ = try file.root.dataset("text").read(as: Float.self) }
        #expect(error?.code == .wrongType)
        #expect(error?.description.hasPrefix("cannot read '/text' in 'memory-") == true)
        #expect(error?.reason == "it holds string, not float32")
        #expect(hdf5Error { _ = try file.root.dataset("floats").read(as: Int.self) }?.code == .wrongType)
        #expect(hdf5Error { _ = try file.root.strings("floats") }?.code == .wrongType)
        #expect(hdf5Error { _ = try file.root.attribute("flag", as: Int8.self) }?.code == .wrongType)
        #expect(hdf5Error { _ = try file.root.dataset("floats").read(as: HDF5Reference.self) }?.code == .wrongType)
        #expect(hdf5Error { try file.root.dataset("floats").write(["a"]) }?.code == .wrongType)
        #expect(hdf5Error { try file.root.dataset("text").write([1.0]) }?.code == .wrongType)
        #expect(hdf5Error { _ = try file.root.dataset("floats").readEnum() }?.code == .wrongType)
    }
}
