import SynfireTestSupport
import Testing

/// Mutated files of every format, 500 in all; `make fuzz` gives the command 10,000.
@Suite("Mutated files end in a result or in one sentence, within 10 s and 1 GiB")
struct FuzzTests {
    /// Runs the mutator, which fails by itself where the command does.
    private func fuzz(_ readers: String, count: Int) throws {
        let table = try python(
            "import runpy, sys\nsys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')",
            [
                "\(Command.root)/Tests/Fuzz/fuzz.py", "--count", "\(count)", "--seed", "1", "--only", readers,
                "--synfire", Command.path,
            ])
        let numbers = try #require(table.split(separator: "\n").last).split(separator: " ").compactMap { Int($0) }
        try #require(numbers.count == 8, "\(table)")
        #expect(numbers[0] >= count - readers.split(separator: ",").count)
        #expect(numbers[1] == numbers[0] && numbers[4...].allSatisfy { $0 == 0 }, "\(table)")
        // Both kinds of ends are met, or nothing has been tried.
        #expect(numbers[2] > count / 20 && numbers[3] > count / 20, "\(table)")
    }

    @Test("texts, tables, pictures and binary files")
    func texts() throws {
        try fuzz("events,network-yaml,model-yaml,csv,idx,idx-gz,cifar,png,jpeg", count: 150)
    }

    @Test("HDF5 files and compressed tables")
    func hdf5() throws {
        try fuzz("models,checkpoints,traces,nir,synapses,samples,events-hdf5,csv-gz", count: 350)
    }
}
