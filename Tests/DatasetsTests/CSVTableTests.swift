import SynfireDatasets
import Testing

@Suite("Tables of comma-separated values")
struct CSVTableTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func write(_ text: String, as name: String = "t.csv") throws -> String {
        try scratch.file(name, Array(text.utf8))
    }

    @Test("have features, and labels that are numbers or names")
    func labels() throws {
        let numbers = try DatasetCatalog.open(write("a,label,b\n1,2,0.5\n-2e1,0, 7 \n"))
        #expect(numbers.shape == [2])
        #expect(numbers.featureNames == ["a", "b"])
        #expect(numbers.scalars(of: 0..<2) == [1, 0.5, -20, 7])
        #expect(numbers.labels == [2, 0])
        #expect(numbers.classNames == ["0", "1", "2"])
        let names = try DatasetCatalog.open(write("a,b,Class\r\n1,2,\"owl, barn\"\r\n3,4,Auk\r\n5,6,\"owl, barn\"\r\n"))
        #expect(names.classNames == ["Auk", "owl, barn"])
        #expect(names.labels == [1, 0, 1])
        #expect(names.scalars(of: [2]) == [5, 6])
        let last = try DatasetCatalog.open(write("a,kind\n1,x\n\n2,y"))
        #expect(last.labels == [0, 1])
        #expect(try DatasetCatalog.open("\(scratch.path)/t.csv:1-1").scalars(of: [0]) == [2])
    }

    @Test("may be separated by semicolons or tabs, begin with a mark, be packed, and go over lines within quotes")
    func forms() throws {
        #expect(try DatasetCatalog.open(write("a;b;target\n1;2;0\n")).scalars(of: [0]) == [1, 2])
        #expect(try DatasetCatalog.open(write("a\tb\ttarget\n1\t2\t0\n", as: "t.tsv")).scalars(of: [0]) == [1, 2])
        #expect(try DatasetCatalog.open(write("\u{FEFF}a,y\n1,0\n")).featureNames == ["a"])
        let packed = try scratch.file("p.csv.gz", gzipStored(Array("a,y\n1,0\n".utf8)))
        #expect(try DatasetCatalog.open(packed).count == 1)
        let quoted = try DatasetCatalog.open(write("a,y\n1,\"two\nlines, \"\"quoted\"\"\"\n"))
        #expect(quoted.classNames == ["two\nlines, \"quoted\""])
    }

    @Test("take their labels from the column asked for")
    func column() throws {
        let path = try write("species,a,label\ncat,1,5\ndog,2,6\n")
        let table = try DatasetCatalog.open("\(path)@species")
        #expect(table.classNames == ["cat", "dog"])
        #expect(table.featureNames == ["a", "label"])
        #expect(try DatasetCatalog.open(path, options: DatasetOptions(labelColumn: "species")).labels == [0, 1])
        expectError(
            "\(path)@specie", ": there is no column 'specie'; did you mean 'species'? Valid names: species, a, label")
        expectError("iris@4x4", "iris: ", isWhole: false)
    }

    @Test("hold the same numbers as the HDF5 sample")
    func iris() throws {
        let sample = try DatasetCatalog.open("iris:all")
        var text = sample.featureNames.joined(separator: ",") + ",species\n"
        for index in 0..<sample.count {
            text += sample.scalars(of: [index]).map { "\($0)" }.joined(separator: ",")
            text += ",\(sample.classNames[sample.labels(of: [index])[0]])\n"
        }
        let table = try DatasetCatalog.open(write(text))
        #expect(table.scalars(of: 0..<150) == sample.scalars(of: 0..<150))
        #expect(table.labels == sample.labels)
        #expect(table.classNames == sample.classNames)
        #expect(table.featureNames == sample.featureNames)
    }

    private func expectError(
        _ reference: String, _ text: String, isWhole: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DatasetError.self, sourceLocation: sourceLocation) {
            try DatasetCatalog.open(reference)
        }
        guard isWhole else { return }
        #expect(error?.description == "\(scratch.path)/t.csv\(text)", sourceLocation: sourceLocation)
    }

    @Test(
        "say file, line and column of what is wrong",
        arguments: [
            ("a,b,y\n1,2,0\n1,,0\n", ", line 3, column 'b': the field is empty; fill it in, or leave the row out"),
            (
                "a,b,y\n1,NaN,0\n",
                ", line 2, column 'b': 'NaN' is not a finite number; every column but the label's is a feature"
            ),
            (
                "a,b,y\n1,?,0\n",
                ", line 2, column 'b': '?' is not a finite number; every column but the label's is a feature"
            ),
            (
                "a,b,y\n1,1e39,0\n",
                ", line 2, column 'b': '1e39' is not a finite number; every column but the label's is a feature"
            ),
            (
                "a,b,y\n1,\"2\n3\",0\n",
                ", line 2, column 'b': '2\\n3' is not a finite number; every column but the label's is a feature"
            ),
            (
                "a,y\n1,\"x\ny\"\nz,x\n",
                ", line 4, column 'a': 'z' is not a finite number; every column but the label's is a feature"
            ),
            ("a,b,y\n1,2,\n", ", line 2, column 'y': the field is empty; fill it in, or leave the row out"),
            ("a,b,y\n1,2\n", ", line 2: 2 fields, but the first line has 3"),
            ("a,b,y\n\n1,2,3,4\n", ", line 3: 4 fields, but the first line has 3"),
            ("1,2,3\n4,5,6\n", ", line 1: it holds only numbers; the first line must have the names of the columns"),
            ("a,,y\n1,2,3\n", ", line 1: column 2 has no name"),
            ("a,b,a\n1,2,3\n", ", line 1: two columns are named 'a'"),
            (
                "a\n1\n",
                ", line 1: 1 column; at least a feature and a label are needed, separated by commas, semicolons or tabs"
            ),
            ("a,y\n", ": there are no rows below the names of the columns"),
            ("\n\n", ": there are no rows below the names of the columns"),
            (
                "a,y\n1,0\n1,-1\n",
                ", line 3, column 'y': '-1' is not the number of a class; allowed are 0 to 65535, or names"
            ),
            (
                "a,y\n1,70000\n",
                ", line 2, column 'y': '70000' is not the number of a class; allowed are 0 to 65535, or names"
            ),
            ("a,y\n1,\"x\"z\n", ", line 2: something follows a closing quote, or a quote is never closed"),
            ("a,y\n1,\"x\n2,y\n", ", line 4: something follows a closing quote, or a quote is never closed"),
            ("", ": the file is empty"),
        ])
    func faulty(text: String, message: String) throws {
        expectError(try write(text), message)
    }

    @Test("are refused if they are no text, are not there, or are asked for splits or sizes")
    func refused() throws {
        expectError(try scratch.file("t.csv", [0x61, 0x2C, 0x79, 0x0A, 0xFF, 0xFE]), ": not UTF-8 text")
        let path = try write("a,y\n1,0\n")
        expectError("\(path):train", " has no split 'train'; it has no splits, being one table")
        let error = #expect(throws: DatasetError.self) {
            try DatasetCatalog.open(path, options: DatasetOptions(imageSize: ImageSize(rows: 2, columns: 2)))
        }
        #expect(error?.description == "--image-size does not go with '\(path)': it is for images")
        #expect(throws: DatasetError.fileNotFound(path: "none.csv")) { try DatasetCatalog.open("none.csv") }
    }
}
