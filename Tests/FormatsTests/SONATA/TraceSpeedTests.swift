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

    @Test("ten million spikes are all there again", .slow)
    func manySpikes() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("s.h5")
        let spikes = TraceExample.trace(0, count: 500_000).spikes[0]
        let writer = try TraceWriter(
            path: path, replacing: true, network: TraceExample.network(), recording: RecordingRequest(spikes: ["b"]),
            trialDuration: 10, samplesPerTrial: [])
        for trial in 0..<20 { try writer.append(TrialTrace(trial: trial, spikes: [spikes], potentials: [])) }
        try writer.finish(wallTime: 0)
        let read = try TraceFile(path).spikes(of: "b")
        #expect(read.times.count == 20 * spikes.times.count && read.times.count == 10_000_000)
        #expect(Array(read.neurons.suffix(500_000)) == spikes.neurons)
    }
}
