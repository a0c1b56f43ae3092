import Foundation
import SynfireFormats
import SynfireParallel
import SynfireSimulation
import SynfireSpikingNetworks
import SynfireTestSupport
import SynfireUnits
import Testing

/// Connections and spike times that other tools have written.
@Suite("Files that descriptions name")
struct NetworkFilesTests {
    private func simulation(_ text: String, in folder: borrowing TemporaryDirectory) throws -> ClockSimulation {
        let experiment = try Experiment(parsing: text, file: folder.file("n.yaml"))
        return try ClockSimulation(
            experiment.network, step: .milliseconds(0.1), pool: WorkerPool(workers: 2), recorders: experiment.recorders)
    }

    @Test("SONATA's edges give connections, weights and delays")
    func edges() throws {
        let folder = try TemporaryDirectory()
        _ = try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1], "w") as f:
                f.attrs["magic"] = np.uint32(0x0A7A); f.attrs["version"] = np.array([0, 1], np.uint32)
                for name in ["a_to_b", "other"]:
                    g = f.create_group("edges/" + name)
                    g["source_node_id"] = np.array([2, 0, 1, 1], np.uint64)
                    g["target_node_id"] = np.array([0, 0, 3, 3], np.uint64)
                    g["edge_type_id"] = np.full(4, 100, np.uint64)
                    g["edge_group_id"] = np.zeros(4, np.uint32)
                    g["edge_group_index"] = np.array([3, 2, 1, 0], np.uint64)
                    g["0/syn_weight"] = np.array([1.5, 2.5, 3.5, 4.5])
                    g["0/delay"] = np.array([0.1, 0.2, 0.3, 0.4])
                f["edges/other/0/syn_weight"][...] = -1
            """, [folder.file("edges.h5")])
        func text(_ more: String) -> String {
            """
            network: n
            populations:
              a: {size: 3, model: lif_curr_exp}
              b: {size: 4, model: lif_curr_exp}
            projections:
              x: {from: a, to: b, connect: {from_file: {file: edges.h5\(more)}}, weight: listed, delay: listed, receptor: excitatory}
            """
        }
        let list = try simulation(text(", population: a_to_b"), in: folder).synapses(of: "x")
        #expect(list.targets == [0, 0, 3, 3] && list.sources == [0, 2, 1, 1])
        #expect(list.weights == [3.5, 4.5, 1.5, 2.5] && list.delays == [3, 4, 1, 2])
        #expect { try simulation(text(""), in: folder) } throws: { "\($0)".contains("valid names: a_to_b, other") }
        #expect { try simulation(text(", population: a_to_c"), in: folder) } throws: {
            "\($0)".contains("did you mean 'a_to_b'?")
        }
    }

    @Test("Spike times are read from SONATA, NWB and text files")
    func spikeTimes() throws {
        let folder = try TemporaryDirectory()
        _ = try python(
            """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1] + "/spikes.h5", "w") as f:
                f.attrs["magic"] = np.uint32(0x0A7A); f.attrs["version"] = np.array([0, 1], np.uint32)
                g = f.create_group("spikes/in")
                kind = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype="i1")
                g.attrs.create("sorting", 2, dtype=kind)
                g["timestamps"] = np.array([1.0, 2.0, 2.5]); g["timestamps"].attrs["units"] = "ms"
                g["node_ids"] = np.array([1, 0, 1], np.uint64)
            from datetime import datetime, timezone
            from pynwb import NWBFile, NWBHDF5IO
            nwb = NWBFile("d", "id", datetime(2026, 1, 1, tzinfo=timezone.utc))
            nwb.add_unit(spike_times=[0.002]); nwb.add_unit(spike_times=[0.001, 0.0025])
            with NWBHDF5IO(sys.argv[1] + "/spikes.nwb", "w") as io: io.write(nwb)
            open(sys.argv[1] + "/spikes.csv", "w").write("1, 1.0\\n0, 2\\n1, 2.5\\n")
            """, [folder.path])
        for file in ["spikes.h5", "spikes.nwb", "spikes.csv"] {
            let simulation = try simulation(
                """
                network: n
                populations: {p: {size: 3, model: spike_source_array, tables: {spike_times: {file: \(file)}}}}
                record: [{spikes: p}]
                """, in: folder)
            var found = SpikeTrain()
            try simulation.run(for: .milliseconds(5)) { segment in
                found.times += segment.recordings[0].spikes.times
                found.neurons += segment.recordings[0].spikes.neurons
            }
            #expect(found == SpikeTrain(times: [1, 2, 2.5], neurons: [1, 0, 1]), "\(file)")
        }
        #expect {
            try simulation(
                """
                network: n
                populations: {p: {size: 1, model: spike_source_array, tables: {spike_times: {file: spikes.nwb}}}}
                """, in: folder)
        } throws: { "\($0)".contains("but the population has the neurons 0 to 0") }
    }
}
