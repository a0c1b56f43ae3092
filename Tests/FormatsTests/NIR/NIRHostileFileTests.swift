import Foundation
import SynfireFormats
import SynfireHDF5
import SynfireParallel
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

@Suite struct NIRHostileFileTests {
    /// x → l → n → o, with one thing changed.
    private func text(_ change: (borrowing HDF5Group) throws -> Void = { _ in }, without: String? = nil) -> String {
        let error = nirError {
            _ = try readNIR { root in
                let node = try root.createGroup("node")
                func put(_ path: String, _ write: (String) throws -> Void) throws {
                    if path != without { try write(path) }
                }
                try put("type") { try node.writeString($0, "NIRGraph") }
                try put("edges") { try node.writeStrings($0, ["x", "l", "l", "n", "n", "o"], shape: [3, 2]) }
                for (name, type) in [("x", "Input"), ("l", "Affine"), ("n", "IF"), ("o", "Output")] {
                    try put("nodes/\(name)/type") { try node.writeString($0, type) }
                }
                try put("nodes/x/shape") { try node.write($0, [3]) }
                try put("nodes/o/shape") { try node.write($0, [2]) }
                try put("nodes/l/weight") { try node.write($0, [Float](repeating: 1, count: 6), shape: [2, 3]) }
                try put("nodes/l/bias") { try node.write($0, [0.5, 0.25]) }
                for field in ["r", "v_threshold"] { try put("nodes/n/\(field)") { try node.write($0, [1.0, 1]) } }
                try change(node)
            }
        }
        guard let error else { return "no NIRError" }
        return error.description.replacing(/'memory[^']*'|'[^']*in memory[^']*'/, with: "FILE")
    }

    @Test("the example itself is valid")
    func valid() { #expect(text() == "no NIRError") }

    @Test("what is not an HDF5 file or holds no graph is told")
    func notNIR() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("a.nir")
        #expect(nirError { _ = try NIRFile.read(path) }?.description == "cannot open '\(path)': there is no such file")
        try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
        #expect(nirError { _ = try NIRFile.read(path) }?.description.contains("it is not an HDF5 file") == true)
        #expect(nirError { _ = try readNIR { _ in } }?.description.hasSuffix("it has no group 'node'") == true)
        #expect(nirError { _ = try readNIR { try $0.write("node", 1) } } != nil)
    }

    @Test(
        "anything missing is named",
        arguments: [
            "type", "edges", "nodes/l/type", "nodes/l/weight", "nodes/l/bias", "nodes/n/r", "nodes/n/v_threshold",
            "nodes/x/shape", "nodes/o/shape",
        ])
    func missing(path: String) {
        let found = text(without: path)
        #expect(found.contains("'\(path.split(separator: "/").last ?? "")'") || found.contains(path), "\(found)")
        #expect(found.contains("lacks") || found.contains("no "), "\(found)")
    }

    @Test("an edge to an unknown node names the nearest")
    func unknownNode() {
        let found = text(
            { try $0.writeStrings("edges", ["x", "l", "lx", "n"], shape: [2, 2]) }, without: "edges")
        #expect(found.hasPrefix("edge 1 of the NIR graph in "))
        #expect(found.contains("names the node 'lx', which the graph does not have; "))
        #expect(found.hasSuffix("alid names: l, n, o, x"))
    }

    @Test("edges of another shape or type are told")
    func badEdges() {
        #expect(
            text({ try $0.writeStrings("edges", ["x", "l", "n"], shape: [1, 3]) }, without: "edges")
                .contains("'/node/edges' has the shape [1, 3]: one pair of names an edge is needed"))
        #expect(text({ try $0.write("edges", [1, 2], shape: [1, 2]) }, without: "edges").contains("/node/edges"))
        #expect(
            text({ try $0.writeStrings("edges", ["x", "l", "x", "l"], shape: [2, 2]) }, without: "edges")
                .contains("edge 1, from 'x' to 'l', is there twice"))
    }

    @Test("a loop is told with its nodes")
    func loop() {
        let found = text(
            { try $0.writeStrings("edges", ["x", "l", "l", "n", "n", "l", "n", "o"], shape: [4, 2]) }, without: "edges")
        #expect(found.contains("the nodes l, n, o form a loop or stand behind one"), "\(found)")
    }

    @Test("numbers that are not finite are told with their place")
    func notFinite() {
        #expect(
            text(
                { try $0.write("nodes/l/weight", [0, 0, .nan, 0, 0, 0] as [Float], shape: [2, 3]) },
                without: "nodes/l/weight"
            )
            .hasSuffix("is not valid: it has nan at index 2, and weights must be finite"))
        #expect(
            text({ try $0.write("nodes/l/bias", [0, Double.infinity]) }, without: "nodes/l/bias")
                .hasSuffix("is not valid: it has inf at index 1, and numbers must be finite"))
        #expect(
            text({ try $0.write("nodes/n/v_threshold", [1.0, 0]) }, without: "nodes/n/v_threshold")
                .contains("'v_threshold'"))
    }

    @Test("shapes that do not fit are told")
    func shapes() {
        for (path, shape) in [("nodes/x/shape", [4]), ("nodes/o/shape", [3]), ("nodes/x/shape", [1, 3])] {
            let found = text({ try $0.write(path, shape) }, without: path)
            #expect(found.contains("does not fit"), "\(path): \(found)")
        }
        #expect(text({ try $0.write("nodes/n/r", [1.0, 1, 1]) }, without: "nodes/n/r").contains("its shape [3]"))
        #expect(text({ try $0.write("nodes/x/shape", [-3]) }, without: "nodes/x/shape").contains("at least 1"))
        #expect(
            text({ try $0.write("nodes/x/shape", [Int.max, 2, Int.max]) }, without: "nodes/x/shape")
                .contains("elements"))
        #expect(text({ try $0.write("nodes/l/weight", [1.0]) }, without: "nodes/l/weight").contains("its shape [1]"))
    }

    @Test("huge declared sizes are refused without their memory")
    func huge() {
        let found = text(
            {
                _ = try $0.createDataset(
                    "nodes/l/weight", of: Float.self, shape: [1 << 31, 1 << 31],
                    options: HDF5DatasetOptions(chunk: [1, 1024], gzip: 1))
            }, without: "nodes/l/weight")
        #expect(found.contains("nodes/l/weight"), "\(found)")
    }

    @Test("wrong types are told")
    func types() {
        #expect(text({ try $0.write("type", 1) }, without: "type").contains("/node/type"))
        #expect(text({ try $0.writeString("nodes/l/weight", "x") }, without: "nodes/l/weight").contains("weight"))
        #expect(text({ try $0.write("nodes/x/shape", [3.5]) }, without: "nodes/x/shape").contains("shape"))
        #expect(text({ try $0.createGroup("nodes/l/bias") }, without: "nodes/l/bias").contains("bias"))
        #expect(
            text({ try $0.writeString("nodes/l/type", "Affin") }, without: "nodes/l/type")
                .contains("node 'l' in FILE is of the type 'Affin'")
                || text({ try $0.writeString("nodes/l/type", "Affin") }, without: "nodes/l/type")
                    .contains("is of the type 'Affin'")
        )
    }

    @Test("a graph that contains itself ends in an error")
    func cyclic() {
        let found = text { node in
            try node.createHardLink("nodes/again", to: "/node")
            try node.createHardLink("nodes/more", to: "/node")
        }
        #expect(found.contains("nested deeper") || found.contains("more than"), "\(found)")
    }

    @Test("random changes of a file's bytes never crash the reader")
    func noise() throws {
        var example = NIRExample(seed: 5)
        let file = try HDF5File.inMemory()
        try NIRFile.write(try example.convolutional(), into: file.root)
        let bytes = try file.bytes()
        var outcomes = [0, 0]
        for seed in UInt64(0)..<300 {
            var draw = NIRExample(seed: seed)
            var changed = bytes
            for _ in 0..<Int(draw.stream.integer(below: 12) + 1) {
                changed[draw.stream.integer(below: changed.count)] = UInt8(draw.stream.integer(below: 256))
            }
            do {
                let damaged = try HDF5File.open(bytes: changed)
                _ = try NIRFile.read(damaged.root)
                outcomes[0] += 1
            } catch {
                #expect(error is NIRError || error is HDF5Error, "seed \(seed): \(error)")
                outcomes[1] += 1
            }
        }
        #expect(outcomes[0] > 0 && outcomes[1] > 0)
    }
}
