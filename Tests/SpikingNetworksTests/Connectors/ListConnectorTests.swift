import Foundation
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

@Suite("Connectors from lists and files")
struct ListConnectorTests {
    /// Everything that a maker brings, a line for each target.
    private func made(_ connector: any Connector, _ place: ConnectionSite) throws -> [ConnectionList] {
        try #require(connector.fault(place) == nil)
        let maker = try connector.prepared(place)
        return (0..<place.targets).map { target in
            var list = ConnectionList()
            maker.appendSources(ofTarget: target, to: &list)
            return list
        }
    }

    @Test("A list is sorted by target and keeps its order, its weights and its delays")
    func list() throws {
        let connector = ListConnector([
            .init(source: 2, target: 1, weight: 0.5, delay: 1), .init(source: 0, target: 0, weight: -1, delay: 2),
            .init(source: 1, target: 1, weight: 3, delay: 0.1), .init(source: 2, target: 1, weight: 4, delay: 5),
        ])
        let lists = try made(connector, site(3, 3))
        #expect(lists.map(\.sources) == [[0], [2, 1, 2], []])
        #expect(lists.map(\.weights) == [[-1], [0.5, 3, 4], []])
        #expect(lists.map(\.delays) == [[2], [1, 0.1, 5], []])
        #expect(connector.expectedCount(site(3, 3)) == 4)
        #expect(try made(ListConnector([]), site(3, 2)).map(\.sources) == [[], []])
        let columns = ListConnector(sources: [0, 1], targets: [1, 1], weights: [1, 2])
        #expect(try made(columns, site(2, 2)).map(\.weights) == [[], [1, 2]])
    }

    @Test("Mistakes in lists are named with their row")
    func listFaults() {
        let place = site(3, 2)
        let cases: [(ListConnector, String)] = [
            (.init(sources: [0, 3], targets: [0, 0]), "row 2 of the list has the source 3: allowed is 0 to 2"),
            (.init(sources: [0, -1], targets: [0, 0]), "row 2 of the list has the source -1: allowed is 0 to 2"),
            (.init(sources: [0], targets: [2]), "row 1 of the list has the target 2: allowed is 0 to 1"),
            (.init(sources: [0], targets: []), "the list has 1 sources and 0 targets: give as many of both"),
            (
                .init(sources: [0], targets: [0], weights: [.nan]),
                "row 1 of the list has the weight nan: it must be finite"
            ),
            (
                .init(sources: [0], targets: [0], weights: [1, 2]),
                "the list has 1 sources and 2 weights: give as many of both"
            ),
            (
                .init(sources: [0], targets: [0], delays: [0]),
                "row 1 of the list has the delay 0.0 ms: it must be finite and above 0"
            ),
            (
                .init([.init(source: 0, target: 0, weight: 1), .init(source: 1, target: 0)]),
                "row 2 of the list has no weight, but other rows have one"
            ),
            (
                .init([.init(source: 1 << 40, target: 0)]),
                "row 1 of the list names neuron 1099511627776, which no population has"
            ),
            (
                .init([.init(source: 0, target: 0, weight: 1e60)]),
                "row 1 of the list has the weight inf: it must be finite"
            ),
        ]
        for (connector, message) in cases {
            #expect(connector.fault(place) == message)
            #expect(throws: SpikingNetworkError.unfitParameters("projection 'p'", message)) {
                try connector.prepared(place)
            }
        }
        #expect(
            ListConnector(sources: [0], targets: [0]).fault(site(0, 1))
                == "row 1 of the list has the source 0: there is none"
        )
    }

    @Test("Files with commas, blanks, tabs, names, comments and PyNN's heads say the same")
    func files() throws {
        let folder = try TemporaryDirectory()
        let texts = [
            "source,target,weight,delay\n2,1,0.5,1\n0,0,-1,2\n1,1,3e0,0.1\n",
            "\u{FEFF}Delay, Weight ,target,source\r\n1,0.5,1,2\r\n2,-1,0,0\r\n.1,+3.,1,1",
            "2 1 0.5 1.0\n0 0 -1 2\n\n1  1 3 1e-1",
            "# from a simulation\n# columns = [\"i\", \"j\", \"weight\", \"delay\"]\n"
                + "2.0\t1.0\t0.5\t1.0\n0\t0\t-1\t2\n1\t1\t3\t.1\n",
            "pre post delay weight\n2 1 1 0.5\n#0 0 0 0\n0 0 2 -1\n1 1 0.1 3\n   \n",
        ]
        for (index, text) in texts.enumerated() {
            let path = folder.file("\(index).csv")
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let connector = FileConnector(path: path)
            let lists = try made(connector, site(3, 2))
            #expect(lists.map(\.sources) == [[0], [2, 1]], "\(text)")
            #expect(lists.map(\.weights) == [[-1], [0.5, 3]], "\(text)")
            #expect(lists.map(\.delays) == [[2], [1, 0.1]], "\(text)")
            #expect(abs(connector.expectedCount(site(3, 2)) - 3) <= 4)
        }
        let path = folder.file("short.csv")
        try "0 1\n2 0".write(toFile: path, atomically: true, encoding: .utf8)
        let lists = try made(FileConnector(path: path), site(3, 2))
        #expect(lists.map(\.sources) == [[2], [0]] && lists.allSatisfy { $0.weights.isEmpty && $0.delays.isEmpty })
        try "source,target\n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try made(FileConnector(path: path), site(3, 2)).map(\.sources) == [[], []])
        try "".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try made(FileConnector(path: path), site(3, 2)).map(\.sources) == [[], []])
    }

    @Test("Mistakes in files are named with file, line and field")
    func fileFaults() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("edges.csv")
        let cases: [(String, String)] = [
            ("source,target\n0,3\n", "line 2: the target is 3: allowed is 0 to 1"),
            ("source,target\n0,-1\n", "line 2: the target is -1: allowed is 0 to 1"),
            ("source,target\n0.5,1\n", "line 2: the source is '0.5': give a whole number"),
            ("source,target\nx,1\n", "line 2: the source is 'x': give a whole number"),
            ("source,target\n,1\n", "line 2: the source is '': give a whole number"),
            ("source,target\n1e300,1\n", "line 2: the source is 1e300: allowed is 0 to 2"),
            (
                "source,target\n99999999999999999999999999,1\n",
                "line 2: the source is 99999999999999999999999999: allowed is 0 to 2"
            ),
            ("source,target,weight\n0,1\n", "line 2: 2 fields, where there are 3 columns"),
            ("source,target\n0,1\n0,1,2\n", "line 3: 3 fields, where there are 2 columns"),
            ("0 1 nan\n", "line 1: the weight is 'nan': give a finite number"),
            ("0 1 inf\n", "line 1: the weight is 'inf': give a finite number"),
            ("0 1 0x10\n", "line 1: the weight is '0x10': give a finite number"),
            ("0 1 1e999\n", "line 1: the weight is '1e999': give a finite number"),
            ("0 1 1e60\n", "line 1: the weight is 1e60: its size may be at most 3.4e38"),
            ("0 1 1-2\n", "line 1: the weight is '1-2': give a finite number"),
            ("0 1 1 0\n", "line 1: the delay is 0 ms: it must be above 0"),
            ("# c\n\n0 1 1 -2\n", "line 3: the delay is -2 ms: it must be above 0"),
            (
                "0\n",
                "line 1: 1 field: without a line of names, "
                    + "give source and target, and then weight and delay if there are any"
            ),
            (
                "source,target,wieght\n",
                "line 1: there is no column 'wieght'; did you mean 'weight'? Valid names: source, target, weight, delay"
            ),
            ("source,weight\n", "line 1: column 'target' is missing"),
            ("source,target,i\n", "line 1: column 'i' is there more than once"),
            (
                "# columns = [\"i\", \"j\", \"U\"]\n0 1 2\n",
                "line 1: there is no column 'U'; valid names: source, target, weight, delay"
            ),
            ("source,target\n0,1\u{1}\n", "line 2: the target is '1?': give a whole number"),
            (
                "0 1\n" + String(repeating: "7", count: 70_000),
                "line 2: it is longer than 65536 bytes; is this a text file?"
            ),
            (String(repeating: "7", count: 400_000), "line 1: it is longer than 65536 bytes; is this a text file?"),
        ]
        for (text, message) in cases {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let error = #expect(throws: ConnectionFileError.self) { try FileConnector(path: path).prepared(site(3, 2)) }
            #expect(error?.description == "file '\(path)', \(message)")
        }
        let missing = folder.file("missing.csv")
        let error = #expect(throws: ConnectionFileError.self) { try FileConnector(path: missing).prepared(site(3, 2)) }
        #expect(error?.description == "file '\(missing)': there is no such file")
        let folderError = #expect(throws: ConnectionFileError.self) {
            try FileConnector(path: folder.path).prepared(site(3, 2))
        }
        #expect(folderError?.description == "file '\(folder.path)': it is a folder")
        #expect(FileConnector(path: missing).expectedCount(site(3, 2)) == 0)
        #expect(FileConnector(path: "").fault(site(3, 2)) == "the path of the file is empty")
    }

    @Test("A file that is longer than what is in memory of it gives every line")
    func longFile() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("long.csv")
        let count = 100_000
        var text = "source,target,weight\n"
        for index in 0..<count { text += "\(index % 977),\(index % 7),\(Double(index) / 8)\n" }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let connector = FileConnector(path: path)
        let lists = try made(connector, site(977, 7))
        for (target, list) in lists.enumerated() {
            let expected = stride(from: target, to: count, by: 7)
            #expect(list.sources == expected.map { Int32($0 % 977) })
            #expect(list.weights == expected.map { Float($0) / 8 })
        }
        #expect(abs(connector.expectedCount(site(977, 7)) / Double(count) - 1) < 0.3)
        // The last line cut short is an error and not a smaller number.
        try String(text.dropLast(text.count / 2)).appending("5,").write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: ConnectionFileError.self) { try connector.prepared(site(977, 7)) }
    }

    @Test("Numbers in files are those of the standard library")
    func numbers() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("n.csv")
        let texts = [
            "0.1", "123456.789", "-0.000001", "1e22", "9007199254740993", "0.30000000000000004",
            "1.7976931348623157e-30",
            "123456789012345678901234567890e-20", "5e-324", "00012.50", "-0", "3.4e38", "1E+5",
        ]
        try texts.map { "0 0 \($0)" }.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        let list = try #require(try made(FileConnector(path: path), site(1, 1)).first)
        #expect(list.weights == texts.map { Float(Double($0) ?? .nan) })
    }
}
