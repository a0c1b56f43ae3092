import SynfireHDF5
import Testing

@Suite struct HDF5StringTests {
    private let texts = ["", "a", "Gewicht", "Ünïcödé 脳 🧠", "two\nlines"]

    @Test("reads back texts of variable length, single, in lists, in tables, and in attributes")
    func variableLength() throws {
        let file = try HDF5File.inMemory()
        let root = file.root
        try root.writeString("one", texts[3])
        try root.writeStrings("table", texts + ["x"], shape: [3, 2])
        try root.writeStrings("packed", texts, options: .init(gzip: 4))
        try root.setAttribute("one", texts[3])
        try root.setAttribute("list", texts)
        #expect(try root.string("one") == texts[3])
        #expect(try root.strings("table") == texts + ["x"])
        #expect(try root.dataset("table").shape == [3, 2])
        #expect(try root.strings("packed") == texts)
        #expect(try root.attribute("one", as: String.self) == texts[3])
        #expect(try root.attribute("list", as: [String].self) == texts)
    }

    @Test(
        "reads back texts of fixed length",
        arguments: [HDF5StringKind.Padding.nullTerminated, .nullPadded, .spacePadded])
    func fixedLength(padding: HDF5StringKind.Padding) throws {
        let file = try HDF5File.inMemory()
        let root = file.root
        let kind = HDF5StringKind.fixed(24, padding: padding)
        try root.writeStrings("list", texts, as: kind)
        try root.writeString("one", texts[3], as: kind)
        try root.setAttribute("list", texts, as: kind)
        #expect(try root.strings("list") == texts)
        #expect(try root.string("one") == texts[3])
        #expect(try root.attribute("list", as: [String].self) == texts)
        #expect(try root.dataset("list").elementType == .string(kind))
        #expect(try root.dataset("list").elementType.description == "string of 24 bytes")
    }

    @Test("a text that does not fit its place, or its characters, is an error")
    func misfits() throws {
        let file = try HDF5File.inMemory()
        let root = file.root
        let long = hdf5Error { try root.writeString("a", "abcd", as: .fixed(4, padding: .nullTerminated)) }
        #expect(long?.code == .outOfRange)
        #expect(long?.reason == "'abcd' has 4 bytes, there is room for 3")
        try root.writeString("b", "abcd", as: .fixed(4, padding: .nullPadded))
        #expect(hdf5Error { try root.writeString("c", "ä", as: .variable(.ascii)) }?.code == .outOfRange)
        #expect(hdf5Error { try root.writeString("d", "a\0b") }?.code == .unsupported)
    }

    @Test("appends texts to a list that grows")
    func growingList() throws {
        let file = try HDF5File.inMemory()
        let list = try file.root.createDataset("x", of: String.self, shape: [0], maxShape: [nil])
        try list.append(["a", "b"])
        try list.append([String]())
        try list.append(["c"])
        #expect(try list.read(as: String.self) == ["a", "b", "c"])
        #expect(try list.read(as: String.self, start: [1], count: [2]) == ["b", "c"])
    }

    @Test("many elements that share one large text do not take more memory than allowed")
    func textBudget() throws {
        let file = try HDF5File.inMemory()
        try file.root.writeStrings("x", Array(repeating: String(repeating: "y", count: 1000), count: 1000))
        let dataset = try file.root.dataset("x")
        #expect(try dataset.read(as: String.self, maximumBytes: 2_000_000).count == 1000)
        let error = hdf5Error { _ = try dataset.read(as: String.self, maximumBytes: 500_000) }
        #expect(error?.code == .tooLarge)
    }
}
