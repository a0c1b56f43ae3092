import Synchronization
import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

/// Data that fail from some call on, count their calls, and can be slow.
private final class FailingData: TrainingData {
    struct Failure: Error, Equatable {
        let call: Int
    }

    let base = Bars(count: 96, seed: 5)
    let failsAt: Int
    let wrongLabel: Bool
    let calls = Atomic<Int>(0)

    init(failsAt: Int, wrongLabel: Bool = false) {
        self.failsAt = failsAt
        self.wrongLabel = wrongLabel
    }

    var count: Int { base.count }
    var shape: [Int] { base.shape }
    var classes: Int { base.classes }

    func batch(_ indices: [Int]) throws -> (Tensor, [Int]) {
        let call = calls.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
        let (images, labels) = try base.batch(indices)
        guard call == failsAt else { return (images, labels) }
        guard wrongLabel else { throw Failure(call: call) }
        return (images, labels.dropLast() + [7])
    }
}

@Suite("Batches made ahead")
struct BatchPipelineTests {
    private func settings(_ epochs: Int, workers: Int, prefetch: Int) throws -> TrainingSettings {
        try TrainingSettings(
            epochs: epochs, batchSize: 29, seed: 4, validation: .fraction(0.2),
            augmentation: [
                RandomRotation(degrees: -20...20, interpolation: .bilinear), RandomErasing(), GaussianNoise(),
            ], workers: workers, prefetch: prefetch)
    }

    private func bits(_ graph: Graph) -> [UInt32] {
        graph.nodes.flatMap { $0.layer.parameters.flatMap { $0.tensor.scalars.map(\.bitPattern) } }
    }

    @Test(
        "change no bit, for any number of workers",
        arguments: [(1, 1), (1, 2), (2, 0), (2, 2), (3, 1), (3, 5)])
    func sameBits(workers: Int, prefetch: Int) throws {
        let data = Bars(count: 150, seed: 10)
        let plain = try Trainer(settings(2, workers: 1, prefetch: 0)).train(barNetwork(), on: data)
        let ahead = try Trainer(settings(2, workers: workers, prefetch: prefetch)).train(barNetwork(), on: data)
        #expect(bits(ahead.graph) == bits(plain.graph))
        #expect(ahead.history.map(\.loss) == plain.history.map(\.loss))
        #expect(ahead.history.map(\.accuracy) == plain.history.map(\.accuracy))
    }

    @Test("stop where training stops, and go on from there with any number ahead")
    func stops() throws {
        let data = Bars(count: 150, seed: 12)
        let whole = try Trainer(settings(3, workers: 2, prefetch: 2)).train(barNetwork(), on: data)
        for batches in [1, 4, 5, 9] {
            var asked = 0
            let hooks = TrainingHooks(shouldStop: {
                asked += 1
                return asked > batches
            })
            let stopped = try Trainer(settings(3, workers: 1, prefetch: 3)).train(
                barNetwork(), on: data, hooks: hooks)
            #expect(stopped.wasStopped)
            #expect(stopped.checkpoint.epoch * 5 + stopped.checkpoint.batch == batches)
            let rest = try Trainer(settings(3, workers: 2, prefetch: 1)).resume(stopped.checkpoint, on: data)
            #expect(bits(rest.graph) == bits(whole.graph))
            #expect(rest.history.map(\.loss) == whole.history.map(\.loss))
        }
    }

    @Test("bring the data's errors up at their batch", arguments: [0, 1, 2, 4])
    func errors(prefetch: Int) throws {
        var done = 0
        let hooks = TrainingHooks(progress: { _ in done += 1 })
        let settings = TrainingSettings(epochs: 9, batchSize: 32, workers: 1, prefetch: prefetch)
        let data = FailingData(failsAt: 5)
        #expect(throws: FailingData.Failure(call: 5)) {
            try Trainer(settings).train(barNetwork(), on: data, hooks: hooks)
        }
        #expect(done == 4)
        #expect(data.calls.load(ordering: .sequentiallyConsistent) == 5)

        done = 0
        let error = #expect(throws: NetworkError.self) {
            try Trainer(settings).train(barNetwork(), on: FailingData(failsAt: 2, wrongLabel: true), hooks: hooks)
        }
        guard case .labelOutOfRange(label: 7, image: _, classes: 3) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(done == 1)
    }

    @Test("are made by nobody any more when training has ended")
    func ends() throws {
        for batches in 1...20 {
            let data = FailingData(failsAt: .max)
            var asked = 0
            let hooks = TrainingHooks(shouldStop: {
                asked += 1
                return asked > batches
            })
            let settings = TrainingSettings(epochs: 1000, batchSize: 32, workers: 1, prefetch: 2)
            _ = try Trainer(settings).train(barNetwork(), on: data, hooks: hooks)
            let calls = data.calls.load(ordering: .sequentiallyConsistent)
            #expect((batches...batches + 3).contains(calls))
            #expect(data.calls.load(ordering: .sequentiallyConsistent) == calls)
        }
    }

    @Test("more than 64 are refused")
    func refused() {
        let error = #expect(throws: NetworkError.self) { try Trainer(TrainingSettings(prefetch: 65)) }
        #expect(error?.description == "The setting 'prefetch' is 65, but must be 0 to 64.")
    }
}
