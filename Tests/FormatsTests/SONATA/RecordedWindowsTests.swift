import SynfireFormats
import SynfireHDF5
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

@Suite("What was recorded, in files of traces")
struct RecordedWindowsTests {
    private static func channel(_ neurons: [Int], from start: Double, to stop: Double? = nil) -> RecordingChannel {
        RecordingChannel(
            population: "a", quantity: .spikes, unit: "ms", neurons: neurons, interval: 0, start: start, stop: stop)
    }

    @Test("windows and neurons of each recorder come back, cut where the run ended")
    func roundTrip() throws {
        let folder = try TemporaryDirectory()
        let channels = [
            Self.channel(Array(0..<10), from: 500), Self.channel([7, 2], from: 100, to: 200),
            Self.channel([4], from: 0, to: 5000), Self.channel([5], from: 3000),
        ]
        let writer = try SegmentWriter(
            path: folder.file("t.h5"), replacing: false, network: TraceExample.network(), channels: channels)
        try writer.finish(duration: 1000, wallTime: 1)
        let windows = try TraceFile(folder.file("t.h5")).population(named: "a").windows
        #expect(
            windows == [
                .init(start: 500, stop: 1000), .init(start: 100, stop: 200, neurons: [2, 7]),
                .init(start: 0, stop: 1000, neurons: [4]), .init(start: 3000, stop: 3000, neurons: [5]),
            ])
        let text = try python(
            """
            import sys, h5py
            with h5py.File(sys.argv[1]) as f:
                g = f["synfire/recorded/a"]
                print(g["start"][:].tolist(), g["stop"][:].tolist(), g["neuron_rows"][:].tolist(), g["node_ids"][:].tolist())
            """, [folder.file("t.h5")])
        #expect(text == "[500.0, 100.0, 0.0, 3000.0] [1000.0, 200.0, 1000.0, 3000.0] [0, 0, 2, 3, 4] [2, 7, 4, 5]\n")
    }

    @Test("trials are recorded throughout, and each spike knows its trial, at their borders, too")
    func trials() throws {
        let folder = try TemporaryDirectory()
        let request = RecordingRequest(spikes: ["a"])
        let writer = try TraceExample.writer(folder.file("t.h5"), recording: request, samples: [])
        // The second spike is at the very end of its trial, the third at the very start of the next.
        let trains = [SpikeTrain(times: [4, 10], neurons: [1, 2]), SpikeTrain(times: [0, 3], neurons: [2, 2])]
        for (index, train) in trains.enumerated() {
            try writer.append(TrialTrace(trial: index, spikes: [train], potentials: []))
        }
        try writer.finish(wallTime: 1)
        let file = try TraceFile(folder.file("t.h5"))
        #expect(try file.population(named: "a").windows == [.init(start: 0, stop: 20)])
        let all = try file.recordedSpikes(of: "a", from: 0, through: 20)
        #expect(all.train.times == [4, 10, 10, 13] && all.trials == [0, 0, 1, 1])
        #expect(try file.recordedSpikes(of: "a", from: 0, through: 10).train.times == [4, 10])
        #expect(try file.recordedSpikes(of: "a", from: 10, through: 20).train.times == [10, 13])
        #expect(try file.recordedSpikes(of: "a", from: 10, through: 10).train.times == [10, 10])
    }

    /// What opening and reading a file that a script changed comes to.
    private func refusal(_ change: String) throws -> String {
        let folder = try TemporaryDirectory()
        let writer = try SegmentWriter(
            path: folder.file("t.h5"), replacing: false, network: TraceExample.network(),
            channels: [Self.channel([0, 1, 2], from: 0)])
        var recording = RecordedSegment.Recording()
        recording.spikes = SpikeTrain(times: [1, 2, 3], neurons: [0, 1, 2])
        try writer.append(RecordedSegment(recordings: [recording]))
        try writer.finish(duration: 10, wallTime: 1)
        try python(
            "import sys, h5py, numpy as np\nf = h5py.File(sys.argv[1], 'r+')\ns = f['synfire']\ng = f['spikes/a']\n"
                + "r = s['recorded/a']\n" + change + "\nf.close()", [folder.file("t.h5")])
        do {
            let file = try TraceFile(folder.file("t.h5"))
            for population in file.populations {
                _ = try file.timeRange(of: population.name)
                try file.forEachPart(of: population.name) { _ in }
            }
            return "none"
        } catch { return "\(error)" }
    }

    @Test(
        "a number that no recording has is refused with file, place and value",
        arguments: [
            ("s.attrs['duration'] = np.nan", "'/synfire@duration' in", "it is nan ms"),
            ("s.attrs['duration'] = -1.0", "'/synfire@duration' in", "must be from 0 to 1e+15 ms"),
            ("s.attrs['wall_time_s'] = np.inf", "'/synfire@wall_time_s' in", "it is inf s"),
            ("s.attrs['trial_duration'] = 1e19", "'/synfire@trial_duration' in", "it is 1e+19 ms"),
            ("g.attrs['shape'] = np.int64(2**63 - 1)", "'/spikes/a@shape' in", "[9223372036854775807]"),
            ("g.attrs['shape'] = np.array([2**32, 2**32])", "'/spikes/a@shape' in", "is not the shape"),
            ("g.attrs['shape'] = np.array([-3, -4])", "'/spikes/a@shape' in", "is not the shape"),
            ("g['timestamps'][1] = np.nan", "'/spikes/a/timestamps' in", "row 1 is nan ms"),
            ("g['timestamps'][2] = 1e19", "'/spikes/a/timestamps' in", "row 2 is 1e+19 ms"),
            ("g['timestamps'][2] = 0.5", "'/spikes/a/timestamps' in", "row 2 is earlier than the one before"),
            ("g['node_ids'][0] = 10", "'/spikes/a/node_ids' in", "names neuron 10, but there are neurons 0 to 9"),
            ("g['node_ids'][0] = 4000000000", "'/spikes/a/node_ids' in", "neuron 4000000000"),
            ("g['node_ids'][0] = 2**63", "node_ids' in", "does not fit"),
            ("r['stop'][0] = np.inf", "'/synfire/recorded/a' in", "window 0 goes from 0.0 to inf ms"),
            ("r['start'][0] = 11", "'/synfire/recorded/a' in", "window 0 goes from 11.0 to 10.0 ms"),
            ("r['node_ids'][0] = 12", "'/synfire/recorded/a/node_ids' in", "it names neuron 12"),
            ("r['neuron_rows'][1] = 2", "'/synfire/recorded/a' in", "do not lead to 1 windows"),
        ])
    func absurd(_ change: String, _ place: String, _ reason: String) throws {
        let text = try refusal(change)
        #expect(text.contains(place) && text.contains(reason), "\(text)")
        #expect(!text.contains("\n"))
    }

    @Test("a file of an earlier version has no windows, and one that was cut off says no end")
    func unknown() throws {
        #expect(try refusal("del s['recorded']") == "none")
        #expect(try refusal("del r['stop']") == "none")
    }

    @Test("names with escape sequences and line breaks come into messages written out")
    func escapes() throws {
        let text = try refusal(#"g.move('timestamps', 'x'); f.move('spikes/a', 'spikes/\x1b[31mred\nline\u202e')"#)
        #expect(text.contains(#"\u001b[31mred\nline\u202e"#), "\(text)")
        #expect(!text.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E })
    }

    @Test("edges of a group that does not exist, and NaN weights, are refused by name")
    func edges() throws {
        let folder = try TemporaryDirectory()
        func refusal(_ change: String) throws -> String {
            try python(
                """
                import sys, h5py, numpy as np
                with h5py.File(sys.argv[1], "w") as f:
                    g = f.create_group("edges/e")
                    g["source_node_id"] = np.arange(3, dtype="u8"); g["target_node_id"] = np.arange(3, dtype="u8")
                    g["edge_group_id"] = np.zeros(3, "u4"); g["edge_group_index"] = np.arange(3, dtype="u8")
                    g["0/syn_weight"] = np.ones(3)
                    \(change)
                """, [folder.file("e.h5")])
            do {
                _ = try SONATAEdges.connector(folder.file("e.h5"))
                return "none"
            } catch { return "\(error)" }
        }
        #expect(try refusal("pass") == "none")
        #expect(
            try refusal("g['edge_group_id'][...] = 7").contains(
                "in group 7, which the population does not have; it has 0"))
        #expect(try refusal("g['edge_group_id'][1] = 7").contains("in the groups 0 and 7"))
        #expect(try refusal("del g['0']").contains("in group 0, which the population does not have; it has none"))
        #expect(try refusal("g['1/syn_weight'] = np.ones(3); del g['edge_group_id']").contains("but no edge_group_id"))
        #expect(try refusal("g['edge_group_index'][2] = 3").contains("entry 2 is 3, but '0/syn_weight' has 3 entries"))
        #expect(try refusal("g['0/syn_weight'][1] = np.nan").contains("entry 1 is nan"))
        #expect(try refusal("g['0/syn_weight'][1] = 1e300").contains("entry 1 is 1e+300"))
    }

    @Test("spike times of an NWB file that no unit has are refused")
    func units() throws {
        let folder = try TemporaryDirectory()
        func refusal(_ index: String) throws -> String {
            try python(
                """
                import sys, h5py, numpy as np
                with h5py.File(sys.argv[1], "w") as f:
                    f["units/spike_times"] = np.array([0.001, 0.002, 0.003])
                    f["units/spike_times_index"] = np.array(\(index), "u8")
                """, [folder.file("u.h5")])
            do {
                _ = try Experiment(
                    parsing: """
                        network: n
                        populations:
                          s: {size: 2, model: spike_source_array, tables: {spike_times: {file: u.h5}}}
                        """, file: folder.file("n.yaml"))
                return "none"
            } catch { return "\(error)" }
        }
        #expect(try refusal("[1, 3]") == "none")
        #expect(try refusal("[1, 2]").contains("it ends at 2, but there are 3 spike times"))
        #expect(try refusal("[1, 4]").contains("entry 1 is 4"))
    }
}
