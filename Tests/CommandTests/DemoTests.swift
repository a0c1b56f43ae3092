import Foundation
import SynfireTestSupport
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite("The demonstration", .serialized)
struct DemoTests {
    @Test("Writes a report, pictures, a network and traces that the field's readers open")
    func demo() throws {
        let folder = try Command.workFolder()
        let result = try Command.run(["demo", "--images", "40"], in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("demo")).sorted()
        #expect(files == ["accuracy.svg", "fashion-cnn.nir", "raster.svg", "report.html", "traces.h5"])
        #expect(result.output.contains("T = 64"))
        for name in ["accuracy.svg", "raster.svg"] {
            let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("demo/\(name)")))
            #expect(XMLParser(data: data).parse())
            #expect(data.count < 2_000_000)
        }
        let page = try String(contentsOfFile: folder.file("demo/report.html"), encoding: .utf8)
        #expect(page.contains("<svg"))
        #expect(!page.contains("http://") || !page.contains("src=\"http"))
        let read = try python(
            """
            import sys, h5py, libsonata, nir
            path = sys.argv[1]
            spikes = libsonata.SpikeReader(path + "/traces.h5")
            print(sorted(spikes.get_population_names()))
            train = spikes["conv2"].get_dict(tstart=0, tstop=64)
            assert len(train["node_ids"]) > 1000 and max(train["timestamps"]) <= 64
            report = libsonata.ElementReportReader(path + "/traces.h5")["fc2"]
            assert report.get(node_ids=[0, 9]).data.shape == (640, 2)
            graph = nir.read(path + "/fashion-cnn.nir")
            assert "conv1" in graph.nodes and type(graph.nodes["conv1"]).__name__ == "IF"
            with h5py.File(path + "/traces.h5") as file:
                print(list(file["synfire/trials/label"][:]))
            """, [folder.file("demo")])
        #expect(read.contains("['conv1', 'conv2', 'fc1']"))
        // The first ten labels of Fashion-MNIST's test images.
        #expect(read.contains("[9, 2, 1, 1, 6, 1, 4, 6, 5, 7]") || read.contains("np."))

        let again = try Command.run(["demo", "--images", "40"], in: folder.path)
        #expect(again.status == 2)
        #expect(
            again.errorLines == [
                "synfire: the folder 'demo' has results in it: give --force to replace them, or another --out"
            ])
        #expect(try Command.run(["demo", "--images", "10", "--force"], in: folder.path).status == 0)
        #expect(try folder.names() == ["datasets", "demo", "models"])
    }

    @Test("The network's file is named after the model, and a model of other outputs is refused")
    func otherModel() throws {
        let folder = try Command.workFolder()
        try python(
            """
            import sys, h5py, numpy as np
            rng = np.random.default_rng(2)
            for name, outputs in (("a tiny/one", 10), ("three", 3)):
                with h5py.File(f"{sys.argv[1]}/{outputs}.h5", "w") as f:
                    f.attrs["format"] = "synfire-model"; f.attrs["format_version"] = 1; f.attrs["synfire_version"] = "0"
                    f["description"] = f\"\"\"name: {name}
            input: [1, 28, 28]
            layers:
              - {{name: flat, type: Flatten}}
              - {{name: fc, type: Linear, in_features: 784, out_features: {outputs}}}
              - {{name: relu, type: ReLU}}
            \"\"\"
                    f["weights/fc/weight"] = rng.normal(0, 0.05, (outputs, 784)).astype("f4")
                    f["weights/fc/bias"] = np.zeros(outputs, "f4")
            """, [folder.path])
        let result = try Command.run(["demo", "--images", "10", "--model", "10.h5"], in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("demo")).sorted()
        #expect(files == ["a-tiny-one.nir", "accuracy.svg", "raster.svg", "report.html", "traces.h5"])
        let page = try String(contentsOfFile: folder.file("demo/report.html"), encoding: .utf8)
        #expect(page.contains("a-tiny-one.nir") && !page.contains("fashion-cnn"))
        let refused = try Command.run(["demo", "--out", "other", "--model", "3.h5"], in: folder.path)
        #expect(refused.status == 2)
        #expect(
            refused.errorLines == [
                "synfire: 'three' has outputs of shape [3], but fashion-mnist-sample needs [10], one a class"
            ])
        #expect(try !folder.names().contains("other"))
    }

    @Test(
        "Traces are the same, dataset by dataset and bit by bit, for 1, 2 and 3 workers", arguments: ["event", "clock"])
    func workers(engine: String) throws {
        let folder = try Command.workFolder()
        let made = try Command.run(
            [
                "convert", Command.weights, "--calibrate", "fashion-mnist-sample:50", "--out", "s.nir",
                "--diagnostic-images", "0",
            ],
            in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        for workers in 1...3 {
            let run = try Command.run(
                [
                    "simulate", "s.nir", "--data", "fashion-mnist-sample:7", "--time", "16ms", "--engine", engine,
                    "--record", "spikes,v:fc2,v:conv1[0-9]", "--out", "t\(workers).h5", "--workers", "\(workers)",
                ], in: folder.path)
            #expect(run.status == 0, "\(run.errors)")
        }
        let read = try python(
            """
            import sys, h5py
            def datasets(path):
                found = {}
                with h5py.File(path) as file:
                    file.visititems(lambda n, o: found.update({n: (o.dtype, o.shape, o[()].tobytes())})
                                    if isinstance(o, h5py.Dataset) else None)
                return found
            all = [datasets(path) for path in sys.argv[1:]]
            assert all[0] == all[1] == all[2]
            assert len(all[0]["spikes/conv1/timestamps"][2]) > 10000
            print(len(all[0]), "datasets")
            """, (1...3).map { folder.file("t\($0).h5") })
        #expect(read.contains("datasets"))
    }
}
