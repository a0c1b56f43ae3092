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
        contents.facts = ["name": summary.name, "input": "\(summary.inputShape)"]
        switch source {
        case .description: break
        case .model(_, let info):
            contents.kind = "a conventional network, trained"
            contents.facts["written by"] = "Synfire \(info.synfireVersion)"
            if let record = info.record {
                contents.facts["seed"] = "\(record.seed)"
                contents.facts["epochs"] = "\(record.epochs)"
                contents.facts["learned from"] = record.data ?? ""
                contents.facts["trained"] = record.date ?? ""
                contents.facts["training time"] = record.wallTime.map(Format.seconds) ?? ""
                contents.facts["accuracy"] =
                    record.accuracy.map { "\(Format.percent($0)) of \(record.accuracyData ?? "unnamed images")" } ?? ""
            }
        case .checkpoint(let content):
            contents.kind = "a checkpoint of a training"
            contents.facts["epochs complete"] = "\(content.checkpoint.history.count)"
            contents.facts["batches of the next"] = content.checkpoint.batch > 0 ? "\(content.checkpoint.batch)" : ""
            contents.facts["seed"] = "\(content.checkpoint.seed)"
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
    private static func cells(_ row: GraphSummary.Row) -> [String] {
        let reads = row.inputs.joined(separator: ", ")
        return [
            Format.cut("\(row.name) (\(row.kind))", to: 28), Format.cut(reads, to: 16),
            Format.cut("\(row.outputShape)", to: 18), row.parameters == 0 ? "0" : Format.grouped(row.parameters),
            Format.grouped(row.multiplyAccumulates),
        ]
    }

    /// The memory of values between layers, and the least that any order of places takes.
    private static func memoryCell(_ memory: ActivationMemory?) -> String {
        guard let memory else { return "more than this machine has" }
        return "\(Format.bytes(Double(memory.bytes))) (at least \(Format.bytes(Double(memory.lowerBound))))"
    }

    /// What all layers come to, below their table.
    private static func totals(_ summary: GraphSummary) -> [[String]] {
        [
            ["parameters", Format.grouped(summary.parameters)],
            ["trainable", Format.grouped(summary.trainable)],
            ["not trainable", Format.grouped(summary.notTrainable)],
            ["memory of parameters", Format.bytes(Double(summary.parameterBytes))],
            ["multiply-accumulates (MACs) an image", Format.grouped(summary.multiplyAccumulates)],
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
