import Foundation
import SynfireNeuralNetworks
import SynfireTensors

/// What PyTorch computed of losses, optimisers, schedules and training: see `Reference/make_learning_reference.py`.
struct LearningReference: Decodable {
    struct LossCase: Decodable {
        let loss: Double
        let gradient: Reference.Numbers
    }

    struct TrainingCase: Decodable {
        let images: Reference.Numbers
        let targets: Reference.Numbers?
        let labels: [Int]
        let losses: [Double]
        let state, stateAfter: [String: Reference.Numbers]

        enum CodingKeys: String, CodingKey {
            case images, labels, targets, losses, state
            case stateAfter = "state_after"
        }
    }

    let outputs, dense, probabilities: Reference.Numbers
    let labels: [Int]
    let losses: [String: LossCase]
    let optimizers: [String: Reference.OptimizerCase]
    let schedules: [String: [Double]]
    let lossSeries: [Double]
    let training: [String: TrainingCase]

    enum CodingKeys: String, CodingKey {
        case outputs, dense, probabilities, labels, losses, optimizers, schedules, training
        case lossSeries = "loss_series"
    }

    static func load() throws -> LearningReference {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/learning.json")
        return try JSONDecoder().decode(LearningReference.self, from: Data(contentsOf: path))
    }
}

/// The same images in every batch, in the same order.
struct SameBatch: TrainingData {
    let images: Tensor
    let labelled: [Int]
    let dense: Tensor?
    /// How many batches an epoch has.
    let batches: Int

    var count: Int { labelled.count * batches }
    var shape: [Int] { Array(images.shape.dropFirst()) }
    let classes = 4
    var targetShape: [Int]? { dense.map { Array($0.shape.dropFirst()) } }

    func batch(_ indices: [Int]) throws -> (Tensor, [Int]) { (images, labelled) }
    func targets(_ indices: [Int]) throws -> Tensor? { dense }
}

/// What a test trains with: the network of `training_case` in the script.
func referenceNetwork(_ state: [String: Reference.Numbers]) throws -> Graph {
    var graph = try Graph(
        name: "reference", inputShape: [1, 6, 6],
        sequence: [
            ("0", Conv2d(1, 6, kernelSize: 3, bias: false)), ("1", BatchNorm2d(6)), ("2", ReLU()), ("3", Flatten()),
            ("4", Linear(96, 8)), ("5", ReLU()), ("6", Linear(8, 4)),
        ])
    for (path, values) in state {
        let parts = path.split(separator: ".").map(String.init)
        try graph.setParameter(parts[1], of: parts[0], to: values.tensor())
    }
    return graph
}
