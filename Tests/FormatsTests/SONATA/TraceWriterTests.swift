import Foundation
import SynfireFormats
import SynfireHDF5
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

@Suite struct TraceWriterTests {
    private func write(_ path: String, trials: Int = 3, count: Int = 200) throws {
        let writer = try TraceExample.writer(path)
        for trial in 0..<trials {
            try writer.append(
                TraceExample.trace(trial, count: count), label: trial == 2 ? nil : trial, prediction: 9 - trial)
        }
        try writer.finish(wallTime: 1.5)
    }

    @Test("what is written is read again: spikes by window and by trial, reports, trials and facts")
    func roundTrip() throws {
        let folder = try TemporaryDirectory()
        try write(folder.file("t.h5"))
        #expect(try folder.names() == ["t.h5"])
        let file = try TraceFile(folder.file("t.h5"))
        let traces = (0..<3).map { TraceExample.trace($0, count: 200) }
        #expect(file.populations.map(\.name) == ["a", "b"])
        #expect(file.populations.map(\.count) == [6, 600])
        #expect(file.populations.map(\.shape) == [[10], [2, 3, 4]])
        #expect(file.populations.allSatisfy { $0.sorting == .byTime })
        #expect(file.networkName == "net" && file.trialDuration == 10 && file.wallTime == 1.5 && file.isComplete)
        #expect(file.facts == ["engine": "event", "seed": "11"])
        #expect(file.created?.hasPrefix("20") == true)
        #expect(file.trials.map(\.start) == [0, 10, 20])
        #expect(file.trials.map(\.label) == [0, 1, nil] && file.trials.map(\.prediction) == [9, 8, 7])
        let all = try file.spikes(of: "b")
        let expected = traces.flatMap { trace in trace.spikes[0].times.map { $0 + Double(trace.trial) * 10 } }
        #expect(all.times == expected)
        #expect(all.neurons == traces.flatMap { $0.spikes[0].neurons })
        #expect(try file.timeRange(of: "b") == expected[0]...expected[599])
        #expect(try file.spikes(of: "b", from: 10, to: 20).neurons == traces[1].spikes[0].neurons)
        #expect(try file.spikes(of: "b", from: 40, to: 50).times == [])
        #expect(try file.spikes(of: "b", trial: 0) == traces[0].spikes[0])
        let third = try file.spikes(of: "b", trial: 2)
        #expect(third.neurons == traces[2].spikes[0].neurons)
        for (found, wanted) in zip(third.times, traces[2].spikes[0].times) { #expect(abs(found - wanted) < 1e-13) }
        #expect(try file.spikes(of: "a", trial: 1).times.isEmpty)

        #expect(file.reports.map(\.population) == ["a"] && file.reports[0].neurons == [2, 4, 7])
        #expect(file.reports[0].samples == 15 && file.reports[0].interval == 2 && file.reports[0].units == "mV")
        let (first, values) = try file.samples(of: "a", from: 10, to: 14)
        #expect(first == 5)
        #expect(values == [101, 150, 100, 103, 151, 102])
        #expect(try file.samples(of: "a").values.count == 45)
    }

    @Test("many spikes, more than one buffer, come back in windows")
    func large() throws {
        let folder = try TemporaryDirectory()
        try write(folder.file("t.h5"), trials: 5, count: 70_001)
        let file = try TraceFile(folder.file("t.h5"))
        #expect(
            try file.spikes(of: "b").neurons
                == (0..<5).flatMap { TraceExample.trace($0, count: 70_001).spikes[0].neurons })
        for trial in 0..<5 {
            let wanted = TraceExample.trace(trial, count: 70_001).spikes[0].neurons
            #expect(try file.spikes(of: "b", from: Double(trial) * 10, to: Double(trial + 1) * 10).neurons == wanted)
            #expect(try file.spikes(of: "b", trial: trial).neurons == wanted)
        }
        let times = try file.spikes(of: "b").times
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test("libsonata reads the spikes and the report, h5py the rest")
    func libsonata() throws {
        let folder = try TemporaryDirectory()
        try write(folder.file("t.h5"))
        let text = try python(
            """
            import sys, json, h5py, libsonata, numpy as np
            p = sys.argv[1]
            r = libsonata.SpikeReader(p)
            b = r["b"]
            d = b.get_dict()
            e = libsonata.ElementReportReader(p)["a"]
            frame = e.get()
            part = e.get(node_ids=libsonata.Selection([4, 7]), tstart=10, tstop=14)
            f = h5py.File(p)
            t = f["synfire/trials"]
            assert f["report/a/mapping/index_pointer"] == f["report/a/mapping/index_pointers"]
            print(json.dumps({
                "names": sorted(r.get_population_names()), "sorting": b.sorting, "units": b.time_units,
                "first": b.get(tstart=10, tstop=20)[0], "count": len(b.get(tstart=10, tstop=19.999999)),
                "node": [float(t) for n, t in b.get(node_ids=libsonata.Selection([5]))],
                "times": d["timestamps"].tolist(), "ids": d["node_ids"].tolist(),
                "report": {"times": list(e.times), "units": e.data_units, "ids": e.get_node_ids(), "sorted": e.sorted,
                           "frame": np.asarray(frame.data).tolist(), "columns": np.asarray(frame.ids).tolist(),
                           "part": np.asarray(part.data).tolist(), "partTimes": np.asarray(part.times).tolist()},
                "magic": int(f.attrs["magic"]), "version": [int(x) for x in f.attrs["version"]],
                "shape": [int(x) for x in f["spikes/b"].attrs["shape"]],
                "labels": t["label"][()].tolist(), "complete": bool(f["synfire"].attrs["complete"]),
                "facts": {k: str(v) for k, v in f["synfire/facts"].attrs.items()},
                "types": [str(f["spikes/b/timestamps"].dtype), str(f["spikes/b/node_ids"].dtype),
                          str(f["report/a/data"].dtype)],
            }))
            """, [folder.file("t.h5")])
        struct Found: Decodable {
            struct Report: Decodable {
                var times: [Double]
                var units: String
                var ids: [Int]
                var sorted: Bool
                var frame: [[Float]]
                var columns: [[Int]]
                var part: [[Float]]
                var partTimes: [Double]
            }
            var names: [String]
            var sorting: String
            var units: String
            var first: [Double]
            var count: Int
            var node: [Double]
            var times: [Double]
            var ids: [UInt32]
            var report: Report
            var magic: Int
            var version: [Int]
            var shape: [Int]
            var labels: [Int]
            var complete: Bool
            var facts: [String: String]
            var types: [String]
        }
        let found = try JSONDecoder().decode(Found.self, from: Data(text.utf8))
        let ours = try TraceFile(folder.file("t.h5")).spikes(of: "b")
        #expect(found.names == ["a", "b"] && found.sorting == "by_time" && found.units == "ms")
        #expect(found.times == ours.times && found.ids == ours.neurons)
        #expect(found.first == [Double(ours.neurons[200]), ours.times[200]] && found.count == 200)
        #expect(found.node == zip(ours.times, ours.neurons).filter { $0.1 == 5 }.map(\.0))
        #expect(found.report.times == [0, 30, 2] && found.report.units == "mV" && found.report.sorted)
        #expect(found.report.ids == [2, 4, 7] && found.report.columns == [[2, 0], [4, 0], [7, 0]])
        #expect(found.report.frame.count == 15 && found.report.frame[5] == [101, 150, 100])
        // libsonata's windows include their end.
        #expect(found.report.partTimes == [10, 12, 14])
        #expect(found.report.part == [[150, 100], [151, 102], [152, 104]])
        #expect(found.magic == 0x0A7A && found.version == [0, 1] && found.shape == [2, 3, 4])
        #expect(found.labels == [0, 1, -1] && found.complete && found.facts == ["engine": "event", "seed": "11"])
        #expect(found.types == ["float64", "uint64", "float32"])
    }

    @Test("an existing file is refused before anything is written, and replaced where that is asked for")
    func existing() throws {
        let folder = try TemporaryDirectory()
        try Data("old".utf8).write(to: URL(fileURLWithPath: folder.file("t.h5")))
        #expect(throws: HDF5Error.self) { _ = try TraceExample.writer(folder.file("t.h5")) }
        let writer = try TraceExample.writer(folder.file("t.h5"), replacing: true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("t.h5"))) == Data("old".utf8))
        try writer.finish(wallTime: 0)
        #expect(try TraceFile(folder.file("t.h5")).trials.isEmpty)
        #expect(try folder.names() == ["t.h5"])
    }

    @Test("a writer that is dropped leaves nothing, one that is interrupted a partial file beside")
    func unfinished() throws {
        let folder = try TemporaryDirectory()
        do {
            let writer = try TraceExample.writer(folder.file("t.h5"))
            try writer.append(TraceExample.trace(0, count: 100_000))
            #expect(try folder.names().count == 1)
        }
        #expect(try folder.names() == [])
        for _ in 0..<2 {
            let writer = try TraceExample.writer(folder.file("t.h5"))
            for trial in 0..<2 { try writer.append(TraceExample.trace(trial, count: 100)) }
            #expect(try writer.finishPartial(wallTime: 2) == folder.file("t.partial.h5"))
            #expect(sonataError { try writer.append(TraceExample.trace(2, count: 1)) } != nil)
            #expect(sonataError { try writer.finish(wallTime: 2) } != nil)
        }
        #expect(try folder.names() == ["t.partial.h5"])
        let file = try TraceFile(folder.file("t.partial.h5"))
        #expect(!file.isComplete && file.trials.count == 2)
        #expect(try file.spikes(of: "b").times.count == 200)
    }

    @Test("a full disk is an error, and nothing is left")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryDirectory()
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 300_000, rlim_max: 300_000)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            var code: HDF5Error.Code?
            do {
                let writer = try TraceExample.writer(folder.file("t.h5"))
                for trial in 0..<10 { try writer.append(TraceExample.trace(trial, count: 50_000)) }
                try writer.finish(wallTime: 0)
            } catch let error as HDF5Error { code = error.code }
            #expect(code == .outOfSpace)
            #expect(try folder.names() == [])
        }
    }

    @Test("requests that do not fit the network or the layout are told")
    func requests() throws {
        let folder = try TemporaryDirectory()
        func message(_ request: RecordingRequest, samples: [Int] = [], trials: Int? = nil) -> String {
            sonataError {
                _ = try TraceExample.writer(folder.file("t.h5"), recording: request, samples: samples, trials: trials)
            }?.description ?? "none"
        }
        #expect(
            message(RecordingRequest(spikes: ["aa"]))
                == "the recording names the population 'aa', which the network does not have; did you mean 'a'? Valid "
                + "names: b, a" || message(RecordingRequest(spikes: ["aa"])).hasSuffix("names: b, a"))
        #expect(message(RecordingRequest(spikes: ["a", "a"])) == "the recording names the population 'a' twice")
        func probe(_ neurons: [Int], _ interval: Double) -> PotentialProbe {
            PotentialProbe(population: "a", neurons: neurons, interval: interval)
        }
        #expect(
            message(RecordingRequest(potentials: [probe([1], 1), probe([2], 2)]), samples: [10, 5])
                == "the potentials of 'a' are requested at intervals of 1.0 ms and 2.0 ms: one population's must be the "
                + "same, since they share a report")
        #expect(
            message(RecordingRequest(potentials: [probe([10], 1)]), samples: [10]).hasSuffix("there are neurons 0 to 9")
        )
        #expect(message(RecordingRequest(potentials: [probe([3, 3], 1)]), samples: [10]).hasSuffix("and again"))
        let uneven = RecordingRequest(potentials: [probe([1], 3)])
        #expect(message(uneven, samples: [4], trials: 2).contains("the interval must divide the duration"))
        let writer = try TraceExample.writer(folder.file("t.h5"), recording: uneven, samples: [4], trials: 1)
        let trace = { TrialTrace(trial: $0, spikes: [], potentials: [[1, 2, 3, 4]]) }
        try writer.append(trace(0))
        #expect(sonataError { try writer.append(trace(1)) }?.description.contains("must divide") == true)
        #expect(
            sonataError { try writer.append(trace(4)) }?.description
                == "trial 4 was to be recorded where trial 1 is next")
        try writer.finish(wallTime: 0)
        #expect(try TraceFile(folder.file("t.h5")).reports[0].samples == 4)
    }

    @Test("times of trials whose duration is no round number stay in order")
    func rounding() throws {
        let folder = try TemporaryDirectory()
        let writer = try TraceExample.writer(
            folder.file("t.h5"), recording: RecordingRequest(spikes: ["a"]), samples: [], duration: 0.1)
        for trial in 0..<200 {
            let train = SpikeTrain(times: [0, 0.05, 0.1.nextDown, 0.1], neurons: [1, 2, 3, 4])
            try writer.append(TrialTrace(trial: trial, spikes: [train], potentials: []))
        }
        try writer.finish(wallTime: 0)
        let times = try TraceFile(folder.file("t.h5")).spikes(of: "a").times
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    }
}
