import SynfireHDF5
import Testing

@Suite struct HDF5GroupTests {
    @Test("lists what a group holds, by name and kind, and finds things")
    func listing() throws {
        let file = try HDF5File.inMemory()
        let root = file.root
        try root.createGroup("spikes/layer1").write("timestamps", [1.0])
        try root.createGroup("a.b")
        try root.write("Z", 1)
        try root.write("Überschuß/x", 2)
        #expect(
            try root.children() == [
                HDF5Child(name: "Z", kind: .dataset), HDF5Child(name: "a.b", kind: .group),
                HDF5Child(name: "spikes", kind: .group), HDF5Child(name: "Überschuß", kind: .group),
            ])
        #expect(try root.exists("spikes/layer1/timestamps"))
        #expect(try !root.exists("spikes/layer2"))
        #expect(try !root.exists("Z/x"))
        #expect(try root.group("spikes").group("layer1").path == "/spikes/layer1")
        #expect(
            try root.descendants().map(\.name) == [
                "Z", "a.b", "spikes", "spikes/layer1", "spikes/layer1/timestamps", "Überschuß", "Überschuß/x",
            ])
        #expect(try root.groupOrNew("spikes/layer1").children().count == 1)
        #expect(try root.groupOrNew("new").children().isEmpty)
    }

    @Test("a missing name is told with the nearest one")
    func missingNames() throws {
        let file = try HDF5File.inMemory()
        try file.root.createGroup("node/nodes/fc").write("weight", [1.0])
        let near = hdf5Error { _ = try file.root.dataset("node/nodes/fc/wieght") }
        #expect(near?.code == .notFound)
        #expect(near?.reason == "'node/nodes/fc' has no 'wieght'; did you mean 'weight'?")
        let far = hdf5Error { _ = try file.root.group("edges") }
        #expect(far?.description.hasSuffix("': the group has no 'edges'; there is 'node'") == true)
        let attribute = hdf5Error { _ = try file.root.attribute("version", as: Int.self) }
        #expect(attribute?.code == .notFound)
        #expect(attribute?.reason == "there is no such attribute")
        #expect(hdf5Error { _ = try file.root.group("node/nodes/fc/weight") }?.code == .wrongType)
        #expect(hdf5Error { _ = try file.root.dataset("node") }?.code == .wrongType)
        #expect(hdf5Error { _ = try file.root.dataset("") }?.code == .unsupported)
        #expect(hdf5Error { _ = try file.root.dataset("node\0") }?.code == .unsupported)
    }

    @Test("a name that is taken is refused")
    func takenNames() throws {
        let file = try HDF5File.inMemory()
        try file.root.write("a/x", 1)
        let error = hdf5Error { try file.root.write("a/x", 2) }
        #expect(error?.code == .exists)
        #expect(hdf5Error { try file.root.createGroup("a") }?.code == .exists)
        #expect(hdf5Error { try file.root.createGroup("a/.") }?.code == .unsupported)
        #expect(hdf5Error { try file.root.createGroup("a/x/y") } != nil)
        #expect(try file.root.scalar("a/x", as: Int.self) == 1)
    }

    @Test("hard links give an object a second name, and a group that holds itself can be walked")
    func hardLinks() throws {
        let file = try HDF5File.inMemory()
        let root = file.root
        let mapping = try root.createGroup("mapping")
        try mapping.write("index_pointers", [UInt64(0), 3])
        try mapping.createHardLink("index_pointer", to: "index_pointers")
        #expect(try mapping.dataset("index_pointer").read(as: UInt64.self) == [0, 3])
        try mapping.createHardLink("again", to: "/mapping")
        try mapping.createHardLink("home", to: "/")
        #expect(try root.descendants().map(\.name) == ["mapping", "mapping/index_pointer"])
        #expect(try root.group("mapping/again/home/mapping/again").children().count == 4)
        #expect(hdf5Error { try root.createHardLink("x", to: "nothing") }?.code == .notFound)
    }

    @Test("groups nested deeper than allowed end the walk with an error")
    func depthLimit() throws {
        let file = try HDF5File.inMemory()
        try file.root.createGroup((0..<300).map { "g\($0)" }.joined(separator: "/"))
        #expect(hdf5Error { _ = try file.root.descendants() }?.code == .tooLarge)
        #expect(try file.root.descendants(maximumDepth: 300).count == 300)
    }

    @Test("attributes are listed, replaced and removed, on groups, datasets and the root")
    func attributes() throws {
        let file = try HDF5File.inMemory()
        let root = file.root
        try root.setAttribute("magic", UInt32(0x0A7A))
        try root.setAttribute("version", [UInt32(0), 1])
        try root.setAttribute("version", "text now")
        try root.write("x", [1.0])
        let dataset = try root.dataset("x")
        try dataset.setAttribute("units", "ms")
        let group = try root.createGroup("g")
        try group.setAttribute("on", false)
        #expect(try root.attributeNames() == ["magic", "version"])
        #expect(try root.attribute("version", as: String.self) == "text now")
        #expect(try root.attributeType("magic").description == "uint32")
        #expect(try dataset.attribute("units", as: String.self) == "ms")
        #expect(try group.hasAttribute("on"))
        try group.removeAttribute("on")
        #expect(try !group.hasAttribute("on"))
        #expect(
            hdf5Error { _ = try dataset.attribute("unit", as: String.self) }?.reason
                == "there is no such attribute; did you mean 'units'?")
        #expect(hdf5Error { try group.setAttribute("", 1) }?.code == .unsupported)
        #expect(hdf5Error { _ = try root.attribute("magic", as: String.self) }?.code == .wrongType)
    }

    @Test("an attribute beyond the format's room is refused as too large")
    func largeAttribute() throws {
        let file = try HDF5File.inMemory()
        let error = hdf5Error { try file.root.setAttribute("x", [Double](repeating: 1, count: 10_000)) }
        #expect(error?.code == .tooLarge)
        #expect(error?.stack.isEmpty == false)
    }
}
