import SynfireDatasets
import Testing

@Suite("What users write to choose images")
struct DatasetReferenceTests {
    @Test(
        "takes apart name, split and selection",
        arguments: [
            ("fashion-mnist", "fashion-mnist", nil, .all),
            ("fashion-mnist:test", "fashion-mnist", "test", .all),
            ("fashion-mnist:train:1000", "fashion-mnist", "train", .first(1000)),
            ("fashion-mnist:test:100-199", "fashion-mnist", "test", .range(100...199)),
            ("fashion-mnist-sample:50", "fashion-mnist-sample", nil, .first(50)),
            ("fashion-mnist-sample:0-0", "fashion-mnist-sample", nil, .range(0...0)),
        ] as [(String, String, String?, DatasetReference.Selection)])
    func names(text: String, name: String, split: String?, selection: DatasetReference.Selection) throws {
        let reference = try DatasetReference(text)
        #expect(reference.name == name)
        #expect(!reference.isFile)
        #expect(reference.split == split)
        #expect(reference.selection == selection)
        #expect(reference.text == text)
    }

    @Test(
        "takes apart paths",
        arguments: [
            ("drawings.h5", .hdf5, "drawings.h5", nil, .all),
            ("a/b.h5:20", .hdf5, "a/b.h5", nil, .first(20)),
            ("a/b.h5:test:20", .hdf5, "a/b.h5", "test", .first(20)),
            ("C:/odd:name/b.hdf5:3-4", .hdf5, "C:/odd:name/b.hdf5", nil, .range(3...4)),
            ("my.h5.d/b.h5", .hdf5, "my.h5.d/b.h5", nil, .all),
            ("table.csv:0-99", .table, "table.csv", nil, .range(0...99)),
            ("table.tsv.gz", .table, "table.tsv.gz", nil, .all),
            ("./folder", .folder, "./folder", nil, .all),
            ("./odd:name/", .folder, "./odd:name/", nil, .all),
            ("pictures/birds:train", .folder, "pictures/birds", "train", .all),
            ("/p/birds:train:9", .folder, "/p/birds", "train", .first(9)),
            ("/p/birds@home:9", .folder, "/p/birds@home", nil, .first(9)),
        ] as [(String, DatasetReference.Kind, String, String?, DatasetReference.Selection)])
    func paths(
        text: String, kind: DatasetReference.Kind, path: String, split: String?, selection: DatasetReference.Selection
    ) throws {
        let reference = try DatasetReference(text)
        #expect(reference.isFile)
        #expect(reference.kind == kind)
        #expect(reference.name == path)
        #expect(reference.split == split)
        #expect(reference.selection == selection)
        #expect(reference.imageSize == nil)
        #expect(reference.labelColumn == nil)
    }

    @Test("takes a size of images or a column of labels from behind an @")
    func modifiers() throws {
        let folder = try DatasetReference("./birds@32x48:test:7")
        #expect(folder.name == "./birds")
        #expect(try folder.imageSize == ImageSize(rows: 32, columns: 48))
        #expect(folder.split == "test")
        #expect(folder.selection == .first(7))
        let named = try DatasetReference("mnist@32x32")
        #expect(named.name == "mnist")
        #expect(named.imageSize?.rows == 32)
        let table = try DatasetReference("x/flowers.csv@my species:0-4")
        #expect(table.name == "x/flowers.csv")
        #expect(table.labelColumn == "my species")
        #expect(table.selection == .range(0...4))
        for text in ["mnist@32", "mnist@0x3", "a.h5@9x", "mnist@9000x3", "mnist@+3x3"] {
            let error = #expect(throws: DatasetError.self) { try DatasetReference(text) }
            let size = text.drop { $0 != "@" }.dropFirst()
            #expect(
                error?.description
                    == "'\(size)' is not a size of images: write rows and columns as 32x48, each from 1 to 8192")
        }
    }

    @Test(
        "refuses a selection of nothing",
        arguments: [
            ("fashion-mnist:test:0", "0"), ("fashion-mnist:test:9-3", "9-3"), ("fashion-mnist:test:", ""),
            ("fashion-mnist:test:-5", "-5"), ("fashion-mnist:test:all", "all"), ("fashion-mnist:", ""),
            ("fashion-mnist:1-2-3", "1-2-3"), ("fashion-mnist:test:1:2", "test:1:2"), ("a.h5:", ""), ("./pics:", ""),
            ("fashion-mnist:test:99999999999999999999", "99999999999999999999"), ("fashion-mnist::5", ":5"),
            ("fashion-mnist:test:0-9223372036854775807", "0-9223372036854775807"),
        ])
    func wrong(text: String, part: String) {
        #expect(throws: DatasetError.invalidSelection(reference: text, part: part)) { try DatasetReference(text) }
    }

    @Test("says how a selection is written")
    func wording() {
        #expect(
            DatasetError.invalidSelection(reference: "fashion-mnist:test:0", part: "0").description == """
                '0' in 'fashion-mnist:test:0' selects no samples; write a number for the first so many \
                (fashion-mnist:test:1000) or a range counted from 0 (fashion-mnist:test:100-199)
                """)
    }
}
