import SynfireFormats
import SynfireNeuralNetworks
import SynfireParallel

extension InspectCommand {
    /// A conventional network: where it comes from, its layers, and what they cost.
    static func network(_ path: String) throws -> Contents {
        let source = try ModelSource.read(path)
        let summary = source.graph.summary
        // A batch as training takes it by default, and one in use, for the cores there are.
        let batch = source.training?.settings.batchSize ?? 64
        let workers = WorkerPool.availableCores
        let memory = (
            // A network for which even the kernels' own memory is short is listed without.
            training: try? source.graph.activationMemory(batch: batch, training: true, workers: workers),
            use: try? source.graph.activationMemory(batch: batch, training: false, workers: workers)
        )
        var contents = Contents(kind: "a conventional network, described")
        contents.facts = ["name": .text(summary.name), "input": .shape(summary.inputShape)]
        switch source {
        case .description: break
        case .model(_, let info):
            contents.kind = "a conventional network, trained"
            contents.facts["written by"] = "Synfire \(info.synfireVersion)"
            if let record = info.record {
                func text(_ text: String?) -> Value { text.map { .text($0) } ?? .nothing }
                contents.facts["seed"] = .seed(record.seed)
                contents.facts["epochs"] = .whole(record.epochs)
                contents.facts["learned from"] = text(record.data)
                contents.facts["trained"] = text(record.date)
                contents.facts["training time"] = .optional(record.wallTime, unit: "s", shown: Format.seconds)
                contents.facts["accuracy"] = .optional(record.accuracy, shown: Format.percent)
                contents.facts["accuracy of"] = text(record.accuracyData)
            }
        case .checkpoint(let content):
            contents.kind = "a checkpoint of a training"
            contents.facts["epochs complete"] = .whole(content.checkpoint.history.count)
            let batch = content.checkpoint.batch
            contents.facts["batches of the next"] = batch > 0 ? .whole(batch) : .nothing
            contents.facts["seed"] = .seed(content.checkpoint.seed)
        }
        contents.tables = [
            .init(
                title: "layers",
                header: ["layer (type)", "reads", "output shape", "parameters", "MACs"],
                rows: summary.rows.map(cells),
                totals: totals(summary) + [
                    ["values in training, batches of \(batch)", memoryCell(memory.training)],
                    ["values in use, \(workers) \(workers == 1 ? "worker" : "workers")", memoryCell(memory.use)],
                ])
        ]
        contents.summary = Summary(summary, batch: batch, training: memory.training, use: memory.use)
        return contents
    }

    // MARK: Text

    /// A layer in a table of at most 100 columns.
    private static func cells(_ row: GraphSummary.Row) -> [Value] {
        let reads = row.inputs.joined(separator: ", ")
        return [
            .text(Format.cut("\(row.name) (\(row.kind))", to: 28)), .text(Format.cut(reads, to: 16)),
            .text(Format.cut("\(row.outputShape)", to: 18)), grouped(row.parameters), grouped(row.multiplyAccumulates),
        ]
    }

    private static func grouped(_ number: Int) -> Value { .number(Double(number), shown: Format.grouped(number)) }

    /// The memory of values between layers, and the least that any order of places takes.
    private static func memoryCell(_ memory: ActivationMemory?) -> Value {
        guard let memory else { return "more than this machine has" }
        return .optional(Double(memory.bytes), unit: "bytes") {
            "\(Format.bytes($0)) (at least \(Format.bytes(Double(memory.lowerBound))))"
        }
    }

    /// What all layers come to, below their table.
    private static func totals(_ summary: GraphSummary) -> [[Value]] {
        [
            ["parameters", grouped(summary.parameters)], ["trainable", grouped(summary.trainable)],
            ["not trainable", grouped(summary.notTrainable)],
            ["memory of parameters", .optional(Double(summary.parameterBytes), unit: "bytes", shown: Format.bytes)],
            ["multiply-accumulates (MACs) an image", grouped(summary.multiplyAccumulates)],
        ]
    }

    // MARK: JSON

    /// What all layers come to, as numbers.
    struct Summary: Encodable {
        struct Layer: Encodable {
            let name: String
            let type: String
            let inputs: [String]
            let outputShape: [Int]
            let trainable: Int
            let notTrainable: Int
            let multiplyAccumulates: Int
        }
        let name: String
        let inputShape: [Int]
        let layers: [Layer]
        let parameters: Int
        let trainable: Int
        let notTrainable: Int
        let parameterBytes: Int
        let multiplyAccumulates: Int
        /// The memory of values between layers in training, for batches of `trainingBatch`, and in use.
        let trainingBatch: Int
        let trainingValueBytes: Int?
        let trainingValueBytesLowerBound: Int?
        let valueBytes: Int?
        let valueBytesLowerBound: Int?

        init(_ summary: GraphSummary, batch: Int, training: ActivationMemory?, use: ActivationMemory?) {
            trainingBatch = batch
            (trainingValueBytes, trainingValueBytesLowerBound) = (training?.bytes, training?.lowerBound)
            (valueBytes, valueBytesLowerBound) = (use?.bytes, use?.lowerBound)
            name = summary.name
            inputShape = summary.inputShape
            layers = summary.rows.map { row in
                Layer(
                    name: row.name, type: row.kind, inputs: row.inputs, outputShape: row.outputShape,
                    trainable: row.trainable, notTrainable: row.notTrainable,
                    multiplyAccumulates: row.multiplyAccumulates)
            }
            parameters = summary.parameters
            trainable = summary.trainable
            notTrainable = summary.notTrainable
            parameterBytes = summary.parameterBytes
            multiplyAccumulates = summary.multiplyAccumulates
        }
    }
}
