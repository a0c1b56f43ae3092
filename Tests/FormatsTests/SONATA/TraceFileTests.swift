import Foundation
import SynfireFormats
import SynfireHDF5
import SynfireParallel
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

/// Files of other tools, and files that are wrong.
@Suite struct TraceFileTests {
    private func made(_ script: String, _ check: (TraceFile) throws -> Void) throws {
        let folder = try TemporaryDirectory()
        try python(
            "import sys, h5py, numpy as np\nf = h5py.File(sys.argv[1], 'w')\n" + script + "\nf.close()",
            [folder.file("s.h5")])
        try check(try TraceFile(folder.file("s.h5")))
    }

    @Test("bmtk's spikes: sorting as text, 32-bit ids, several populations", arguments: ["by_time", "by_id", "none"])
    func bmtk(sorting: String) throws {
        try made(
            """
            f.attrs["magic"] = np.uint32(0x0A7A); f.attrs["version"] = [np.uint32(0), np.uint32(1)]
            for pop in ["V1", "LGN"]:
                g = f.create_group("/spikes/" + pop)
                g.attrs["sorting"] = "\(sorting)"
                t = np.array([1.5, 2.5, 3.5, 9.0]) if "\(sorting)" == "by_time" else np.array([9.0, 1.5, 3.5, 2.5])
                g.create_dataset("timestamps", data=t).attrs["units"] = "milliseconds"
                g.create_dataset("node_ids", data=np.array([3, 1, 2, 7], np.uint32))
            """
        ) { file in
            #expect(file.populations.map(\.name) == ["LGN", "V1"] && file.populations.map(\.count) == [4, 4])
            #expect(
                file.populations[0].sorting == (sorting == "by_time" ? .byTime : sorting == "by_id" ? .byNeuron : .none)
            )
            #expect(try file.timeRange(of: "V1") == 1.5...9)
            let window = try file.spikes(of: "V1", from: 2, to: 9)
            #expect(Set(window.times) == [2.5, 3.5])
            #expect(file.trials.isEmpty && file.isComplete)
        }
    }

    @Test("the older layout with gids, and times in seconds")
    func legacy() throws {
        try made("f['spikes/gids'] = np.arange(5); f['spikes/timestamps'] = np.arange(5) * 2.0") { file in
            #expect(file.populations.map(\.name) == ["spikes"])
            let train = try file.spikes(of: "spikes")
            #expect(train.times == [0, 2, 4, 6, 8])
        }
        try made(
            """
            f['spikes/x/node_ids'] = np.arange(3); f['spikes/x/timestamps'] = np.array([1, 2, 3.0])
            f['spikes/x/timestamps'].attrs['units'] = 's'
            """
        ) { file in
            let train = try file.spikes(of: "x", from: 2000, to: 2500)
            #expect(train.neurons == [1])
        }
    }

    @Test("bmtk's report: index_pointer with one entry a neuron, several elements a neuron")
    func report() throws {
        try made(
            """
            g = f.create_group("report/cortex")
            g["data"] = np.arange(12, dtype=np.float32).reshape(4, 3); g["data"].attrs["units"] = "mV"
            g["mapping/node_ids"] = np.array([4, 9]); g["mapping/index_pointer"] = np.array([0, 2])
            g["mapping/element_ids"] = np.zeros(3, int); g["mapping/time"] = np.array([5.0, 7.0, 0.5])
            """
        ) { file in
            #expect(file.reports[0].neurons == [4, 4, 9] && file.reports[0].time(of: 2) == 6)
            let samples = try file.samples(of: "cortex", from: 6)
            #expect(samples.values == [6, 7, 8, 9, 10, 11])
        }
    }

    @Test(
        "files that contradict themselves are told",
        arguments: [
            ("f['x'] = 1", "it has neither '/spikes' nor '/report'"),
            (
                "f['spikes/a/timestamps'] = np.zeros(3); f['spikes/a/node_ids'] = np.zeros(2, int)",
                "one number a spike each"
            ),
            (
                "f['spikes/a/timestamps'] = np.zeros((3, 2)); f['spikes/a/node_ids'] = np.zeros((3, 2), int)",
                "one number a spike"
            ),
            (
                "f['spikes/a/timestamps'] = np.zeros(2); f['spikes/a/node_ids'] = np.zeros(2, int); "
                    + "f['spikes/a/timestamps'].attrs['units'] = 'weeks'", "'weeks' is none of ms, s and us"
            ),
            ("f['spikes/a/timestamps'] = np.zeros(2)", "no "),
            ("f['spikes'] = 3", "spikes"),
            (
                "g = f.create_group('report/a'); g['data'] = np.zeros((2, 2)); g['mapping/node_ids'] = [1, 2]; "
                    + "g['mapping/index_pointers'] = [0, 5, 2]; g['mapping/time'] = [0.0, 1, 1]", "index_pointers"
            ),
            (
                "g = f.create_group('report/a'); g['data'] = np.zeros((2, 2)); g['mapping/node_ids'] = [1, 2]; "
                    + "g['mapping/index_pointers'] = [0, 1, 2]; g['mapping/time'] = [0.0, 1, 0]", "an interval above 0"
            ),
        ])
    func malformed(script: String, words: String) throws {
        do {
            try made(script) { _ in Issue.record("it was read") }
        } catch { #expect("\(error)".contains(words), "\(error)") }
    }

    @Test("unknown names name the nearest")
    func names() throws {
        try made("f['spikes/conv1/node_ids'] = np.arange(3); f['spikes/conv1/timestamps'] = np.arange(3.0)") { file in
            #expect(
                sonataError { _ = try file.spikes(of: "conv2") }?.description.contains("did you mean 'conv1'?") == true)
            #expect(sonataError { _ = try file.samples(of: "conv1") }?.description.contains("it has none") == true)
            #expect(sonataError { _ = try file.spikes(of: "conv1", trial: 0) } != nil)
        }
    }

    @Test("a node id beyond 32 bits is an error, not another neuron")
    func largeIdentifier() throws {
        try made("f['spikes/a/node_ids'] = np.array([1 << 40]); f['spikes/a/timestamps'] = np.zeros(1)") { file in
            #expect(throws: HDF5Error.self) { _ = try file.spikes(of: "a") }
        }
    }

    @Test("random changes of a file's bytes never crash the reader")
    func noise() throws {
        let folder = try TemporaryDirectory()
        let writer = try TraceExample.writer(folder.file("t.h5"))
        for trial in 0..<3 { try writer.append(TraceExample.trace(trial, count: 20)) }
        try writer.finish(wallTime: 0)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("t.h5"))))
        var outcomes = [0, 0]
        for seed in UInt64(0)..<300 {
            var stream = RandomStream(seed: seed, stream: 5)
            var changed = bytes
            // The tables at the front describe the file; the bulk behind is data and unused chunks.
            for _ in 0..<stream.integer(below: 12) + 1 {
                changed[stream.integer(below: min(changed.count, 16_384))] = UInt8(stream.integer(below: 256))
            }
            do {
                let file = try TraceFile(HDF5File.open(bytes: changed))
                for population in file.populations {
                    _ = try file.timeRange(of: population.name)
                    _ = try file.spikes(of: population.name, from: 5, to: 25)
                    _ = try file.spikes(of: population.name, trial: 1)
                }
                for report in file.reports { _ = try file.samples(of: report.population) }
                outcomes[0] += 1
            } catch {
                #expect(error is SONATAError || error is HDF5Error, "seed \(seed): \(error)")
                outcomes[1] += 1
            }
        }
        #expect(outcomes[0] > 0 && outcomes[1] > 0, "\(outcomes)")
    }
}
