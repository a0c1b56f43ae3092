import Foundation
import SynfireFormats
import SynfireHDF5
import SynfireSpikingNetworks
import SynfireTestSupport
import Testing

@Suite struct TraceSpeedTests {
    @Test("recordings hold the same data compressed or not")
    func sameContents() throws {
        let folder = try TemporaryDirectory()
        var sizes: [Int] = []
        for compressing in [false, true] {
            let path = folder.file("\(compressing).h5")
            let writer = try TraceWriter(
                path: path, replacing: false, network: TraceExample.network(), recording: TraceExample.request,
                trialDuration: 10, samplesPerTrial: [5, 5], compressing: compressing)
            for trial in 0..<40 { try writer.append(TraceExample.trace(trial, count: 5_000)) }
            try writer.finish(wallTime: 0)
            sizes.append(try Data(contentsOf: URL(fileURLWithPath: path)).count)
        }
        let (plain, packed) = (try TraceFile(folder.file("false.h5")), try TraceFile(folder.file("true.h5")))
        #expect(try plain.spikes(of: "b") == packed.spikes(of: "b"))
        #expect(try plain.samples(of: "a").values == packed.samples(of: "a").values)
        #expect(sizes[1] < sizes[0])
    }

    @Test("writes ten million spikes in far less than five seconds")
    func speed() throws {
        let folder = try TemporaryDirectory()
        let request = RecordingRequest(spikes: ["b"])
        let traces = (0..<20).map { trial in
            TrialTrace(trial: trial, spikes: [TraceExample.trace(trial, count: 500_000).spikes[0]], potentials: [])
        }
        let start = ContinuousClock.now
        let writer = try TraceWriter(
            path: folder.file("s.h5"), replacing: true, network: TraceExample.network(), recording: request,
            trialDuration: 10, samplesPerTrial: [])
        for trace in traces { try writer.append(trace) }
        try writer.finish(wallTime: 0)
        let seconds = start.duration(to: .now) / .seconds(1)
        // Far below what is measured on an idle machine: it guards against a slip, not against a busy neighbour.
        #expect(seconds < 5)
    }
}
