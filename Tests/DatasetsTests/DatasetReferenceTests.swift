import Datasets
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
            ("drawings.h5", "drawings.h5", .all),
            ("a/b.h5:20", "a/b.h5", .first(20)),
            ("C:/odd:name/b.hdf5:3-4", "C:/odd:name/b.hdf5", .range(3...4)),
            ("my.h5.d/b.h5", "my.h5.d/b.h5", .all),
            ("./folder", "./folder", .all),
        ] as [(String, String, DatasetReference.Selection)])
    func paths(text: String, path: String, selection: DatasetReference.Selection) throws {
        let reference = try DatasetReference(text)
        #expect(reference.isFile)
        #expect(reference.name == path)
        #expect(reference.selection == selection)
    }

    @Test(
        "refuses a selection of nothing",
        arguments: [
            ("fashion-mnist:test:0", "0"), ("fashion-mnist:test:9-3", "9-3"), ("fashion-mnist:test:", ""),
            ("fashion-mnist:test:-5", "-5"), ("fashion-mnist:test:all", "all"), ("fashion-mnist:", ""),
            ("fashion-mnist:1-2-3", "1-2-3"), ("fashion-mnist:test:1:2", "test:1:2"), ("a.h5:test", "test"),
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
                '0' in 'fashion-mnist:test:0' selects no images; write a number for the first so many \
                (fashion-mnist:test:1000) or a range counted from 0 (fashion-mnist:test:100-199)
                """)
    }
}
