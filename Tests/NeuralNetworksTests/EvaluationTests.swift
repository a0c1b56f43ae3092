import Foundation
import SynfireNeuralNetworks
import SynfireTensors
import Testing

@Suite("Evaluation and summaries")
struct EvaluationTests {
    @Test("hands out each image's scores, in order, as predictions have them")
    func scores() throws {
        let graph = try barNetwork()
        // More than are fetched at once, and not a multiple of it.
        let bars = Bars(count: 600, seed: 12)
        let predictor = try Predictor(graph)
        let (images, labels) = try bars.batch(Array(0..<600))
        let expected = try predictor.predict(images).scalars
        var next = 0
        let evaluation = try predictor.evaluate(bars) { _, _ in
        } scored: { image in
            let row = Array(expected[next * 3..<next * 3 + 3])
            #expect(image.index == next && image.label == labels[next])
            #expect(Array(image.scores) == row)
            #expect(row[image.prediction] == row.max())
            let sum = row.reduce(0) { $0 + exp(Double($1)) }
            #expect(abs(image.probability - exp(Double(row[image.prediction])) / sum) < 1e-15)
            next += 1
        }
        #expect(next == 600 && evaluation.count == 600)
    }

    @Test("ends with what a closure throws")
    func stops() throws {
        struct Enough: Error {}
        var seen = 0
        #expect(throws: Enough.self) {
            try Predictor(barNetwork()).evaluate(Bars(count: 50, seed: 1)) { _, _ in
            } scored: { image in
                seen += 1
                if image.index == 9 { throw Enough() }
            }
        }
        #expect(seen == 10)
    }

    @Test("a summary has every layer, and counts what training changes apart from what it does not")
    func summary() throws {
        let graph = try barNetwork()
        let summary = graph.summary
        #expect(summary.rows.map(\.name) == graph.nodes.map(\.name))
        // Weights and biases by hand: 8·9 + 8, 2·8, 16·8·9 + 16, 3·64 + 3; means and variances: 2·8.
        #expect(summary.trainable == 80 + 16 + 1168 + 195 && summary.trainable == graph.parameterCount)
        #expect(summary.notTrainable == 16 && summary.parameterBytes == 4 * (1459 + 16))
        #expect(summary.rows[0].inputs == ["input"] && summary.rows[0].outputShape == [8, 8, 8])
        #expect(summary.multiplyAccumulates == graph.multiplyAccumulates.values.reduce(0, +))
    }

    @Test("checkpoints within an epoch are written where they are asked for, and are gone on from to the same bits")
    func checkpoints() throws {
        let (graph, bars) = (try barNetwork(), Bars(count: 100, seed: 5))
        let trainer = try Trainer(TrainingSettings(epochs: 2, batchSize: 16, seed: 3))
        var kept: [TrainingCheckpoint] = []
        let whole = try trainer.train(
            graph, on: bars,
            hooks: TrainingHooks(checkpoint: { kept.append($0) }, wantsCheckpoint: { $0.batch % 3 == 0 }))
        // Seven batches an epoch: after the third, the sixth and the last.
        #expect(kept.map(\.batch) == [3, 6, 0, 3, 6, 0] && kept.map(\.epoch) == [0, 0, 1, 1, 1, 2])
        func bits(_ graph: Graph) -> [UInt32] {
            graph.nodes.flatMap { $0.layer.parameters.flatMap { $0.tensor.scalars.map(\.bitPattern) } }
        }
        for checkpoint in kept {
            let resumed = try trainer.resume(checkpoint, on: bars)
            #expect(bits(resumed.graph) == bits(whole.graph), "epoch \(checkpoint.epoch), batch \(checkpoint.batch)")
            #expect(resumed.history.map(\.loss) == whole.history.map(\.loss))
        }
    }
}
