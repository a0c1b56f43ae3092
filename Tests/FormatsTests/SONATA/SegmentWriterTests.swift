import Foundation
import SynfireFormats
import SynfireHDF5
import SynfireSpikingModels
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

@Suite("Traces of a run on a clock")
struct SegmentWriterTests {
    private static let channels = [
        RecordingChannel(population: "a", quantity: .spikes, unit: "ms", neurons: [0, 1], interval: 0, start: 0),
        RecordingChannel(
            population: "a", quantity: .variable("v"), unit: "mV", neurons: [7, 2], interval: 0.5, start: 2),
        RecordingChannel(
            population: "a", quantity: .variable("i_ex"), unit: "pA", neurons: [0, 1, 2], interval: 1, start: 0),
        RecordingChannel(
            population: "a", quantity: .variable("v"), unit: "mV", neurons: [5], interval: 1, start: 0),
        RecordingChannel(population: "a", quantity: .spikes, unit: "ms", neurons: [1, 2], interval: 0, start: 0),
    ]

    private static func segment(_ number: Int) -> RecordedSegment {
        var recordings = channels.map { _ in RecordedSegment.Recording() }
        let start = Double(number) * 4
        recordings[0].spikes = SpikeTrain(times: [start + 1, start + 1, start + 3], neurons: [0, 1, 1])
        recordings[4].spikes = SpikeTrain(times: [start + 1, start + 2], neurons: [1, 2])
        recordings[1].samples = (0..<4).map { Float(number * 10 + $0) }
        recordings[2].samples = (0..<6).map { Float(number * 100 + $0) }
        recordings[3].samples = [Float(number)]
        return RecordedSegment(recordings: recordings)
    }

    private func writer(_ path: String) throws -> SegmentWriter {
        try SegmentWriter(
            path: path, replacing: false, network: TraceExample.network(), channels: Self.channels, facts: ["seed": "3"]
        )
    }

    @Test("spikes of several channels are merged, variables have a report each, libsonata reads all")
    func roundTrip() throws {
        let folder = try TemporaryDirectory()
        let writer = try writer(folder.file("t.h5"))
        for number in 0..<3 { try writer.append(Self.segment(number)) }
        try writer.finish(duration: 12, wallTime: 0.5)
        let file = try TraceFile(folder.file("t.h5"))
        #expect(file.duration == 12 && file.trials.isEmpty && file.trialDuration == nil && file.isComplete)
        #expect(file.facts == ["seed": "3"] && file.networkName == "net")
        let train = try file.spikes(of: "a")
        #expect(train.times == [1, 1, 2, 3, 5, 5, 6, 7, 9, 9, 10, 11])
        #expect(train.neurons == [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1])
        #expect(file.reports.map(\.name) == ["a", "a.i_ex", "a.v"])
        #expect(file.reports.map(\.population) == ["a", "a", "a"])
        #expect(file.reports.map(\.variable) == ["v", "i_ex", "v"] && file.reports.map(\.units) == ["mV", "pA", "mV"])
        #expect(file.reports[0].neurons == [2, 7] && file.reports[0].start == 2 && file.reports[0].interval == 0.5)
        #expect(try file.samples(of: "a").values == [1, 0, 3, 2, 11, 10, 13, 12, 21, 20, 23, 22])
        #expect(try file.samples(of: "a.v").values == [0, 1, 2])
        let text = try python(
            """
            import sys, json, libsonata
            r = libsonata.ElementReportReader(sys.argv[1])
            names = r.get_population_names()
            print(json.dumps({n: [list(r[n].times), r[n].data_units, r[n].get_node_ids(),
                                  r[n].get().data.flatten().tolist()] for n in names}, sort_keys=True))
            s = libsonata.SpikeReader(sys.argv[1])["a"].get_dict()
            print(s["timestamps"].tolist(), s["node_ids"].tolist())
            """, [folder.file("t.h5")])
        let lines = text.split(separator: "\n")
        #expect(
            lines[0]
                == """
                {"a": [[2.0, 5.0, 0.5], "mV", [2, 7], [1.0, 0.0, 3.0, 2.0, 11.0, 10.0, 13.0, 12.0, 21.0, 20.0, 23.0, \
                22.0]], "a.i_ex": [[0.0, 6.0, 1.0], "pA", [0, 1, 2], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 100.0, 101.0, \
                102.0, 103.0, 104.0, 105.0, 200.0, 201.0, 202.0, 203.0, 204.0, 205.0]], "a.v": [[0.0, 3.0, 1.0], \
                "mV", [5], [0.0, 1.0, 2.0]]}
                """)
        #expect(lines[1].hasPrefix("[1.0, 1.0, 2.0, 3.0, 5.0") && lines[1].hasSuffix("0, 1, 2, 1]"))
    }

    @Test("an interrupted run leaves a partial file beside, a dropped writer nothing")
    func unfinished() throws {
        let folder = try TemporaryDirectory()
        do {
            let writer = try writer(folder.file("t.h5"))
            try writer.append(Self.segment(0))
        }
        #expect(try folder.names() == [])
        let writer = try writer(folder.file("t.h5"))
        try writer.append(Self.segment(0))
        #expect(try writer.finishPartial(duration: 4, wallTime: 1) == folder.file("t.partial.h5"))
        #expect(sonataError { try writer.append(Self.segment(1)) } != nil)
        #expect(try folder.names() == ["t.partial.h5"])
        let file = try TraceFile(folder.file("t.partial.h5"))
        #expect(!file.isComplete && file.duration == 4)
    }

    @Test("channels and segments that do not fit are told")
    func wrong() throws {
        let folder = try TemporaryDirectory()
        func message(_ channel: RecordingChannel) -> String {
            sonataError {
                _ = try SegmentWriter(
                    path: folder.file("t.h5"), replacing: false, network: TraceExample.network(), channels: [channel])
            }?.description ?? "none"
        }
        var channel = Self.channels[1]
        channel.population = "aa"
        #expect(message(channel).contains("the population 'aa', which the network does not have"))
        channel.population = "a"
        channel.neurons = [3, 10]
        #expect(message(channel).contains("names neuron 10, but there are neurons 0 to 9"))
        channel.neurons = [3, 3]
        #expect(message(channel).contains("names neuron 3, and again"))
        let writer = try writer(folder.file("t.h5"))
        #expect(
            sonataError { try writer.append(RecordedSegment(recordings: [])) }?.description
                == "a stretch of the run cannot be recorded: it has 0 recordings where there are 5 channels")
        var odd = Self.segment(0)
        odd.recordings[1].samples.removeLast()
        #expect(
            sonataError { try writer.append(odd) }?.description
                == "a stretch of the run cannot be recorded: 'a' has 3 values, which are no whole samples of 2 neurons")
        try writer.finish(duration: 0, wallTime: 0)
    }
}
