import Foundation
import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

/// What scikit-learn makes of Fisher's irises; see Reference/make_perceptron.py.
private struct Irises: Decodable {
    struct Pair: Decodable {
        let name: String
        let epochs: Int
        let averaged: Bool
        let samples: [[Float]]
        let labels: [Int]
        let weight: [Double]
        let bias: Double
        let misclassified: Int
    }
    struct Several: Decodable {
        let epochs: Int
        let samples: [[Float]]
        let labels: [Int]
        let weight: [Double]
        let bias: [Double]
        let mistakes: [Int]
    }
    let pairs: [Pair]
    let several: Several

    static let stored = Result {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Reference/perceptron.json")
        return try JSONDecoder().decode(Irises.self, from: Data(contentsOf: file))
    }
}

private func data(_ samples: [[Float]], _ labels: [Int], classes: Int) throws -> InMemoryData {
    try InMemoryData(
        images: Tensor(shape: [samples.count, samples[0].count], scalars: samples.flatMap { $0 }), labels: labels,
        classes: classes)
}

private func layer(_ inputs: Int, _ outputs: Int, bias: Bool = true) throws -> Graph {
    try Graph(name: "p", inputShape: [inputs], sequence: [("fc", Linear(inputs, outputs, bias: bias))])
}

private func parameters(_ graph: Graph) throws -> (weight: [Float], bias: [Float]) {
    let linear = try #require(graph.output.layer as? Linear)
    return (linear.weight.scalars, linear.bias?.scalars ?? [])
}

@Suite("Perceptron")
struct PerceptronTests {
    /// Weights are sums of a few hundred numbers in double precision, then rounded to single.
    private static let tolerance = 2e-6

    @Test("makes scikit-learn's weights, with one output and with one a class")
    func pairs() throws {
        for pair in try Irises.stored.get().pairs {
            let samples = try data(pair.samples, pair.labels, classes: 2)
            let rule = Perceptron(epochs: pair.epochs, isAveraged: pair.averaged, shuffles: false)
            let name = Comment(rawValue: pair.name)
            let one = try rule.train(layer(4, 1), on: samples)
            let (weight, bias) = try parameters(one.graph)
            for (found, expected) in zip(weight + bias, pair.weight + [pair.bias]) {
                #expect(abs(Double(found) - expected) <= Self.tolerance * (1 + abs(expected)), name)
            }
            #expect(one.misclassified == pair.misclassified, name)
            #expect(one.converged == (pair.misclassified == 0), name)
            // Two opposite rows, each of them the one above.
            let two = try rule.train(layer(4, 2), on: samples)
            let rows = try parameters(two.graph)
            #expect(
                rows.weight.suffix(4).elementsEqual(weight) && rows.weight.prefix(4).elementsEqual(weight.map { -$0 }),
                name)
            #expect(rows.bias == [-bias[0], bias[0]], name)
            #expect(two.mistakes == one.mistakes, name)
        }
    }

    @Test("makes the weights and mistakes of Crammer and Singer's rule written out")
    func several() throws {
        let reference = try Irises.stored.get().several
        let result = try Perceptron(epochs: reference.epochs, shuffles: false).train(
            layer(4, 3), on: data(reference.samples, reference.labels, classes: 3))
        #expect(result.mistakes == reference.mistakes)
        let (weight, bias) = try parameters(result.graph)
        for (found, expected) in zip(weight + bias, reference.weight + reference.bias) {
            #expect(abs(Double(found) - expected) <= Self.tolerance * (1 + abs(expected)))
        }
        #expect(!result.converged && result.misclassified > 0)
        #expect(result.verdict.hasPrefix("did not converge within 25 epochs: \(result.misclassified) of 150 samples"))
    }

    @Test("changes weights as worked out by hand")
    func byHand() throws {
        // (1, 0) is of class 1, (0, 2) of class 0. From zero both are ties, and so mistakes:
        // w = (1, 0), b = 1; then s = 1 for the second, a mistake: w = (1, −2), b = 0. Then 1 and −4: both right.
        let samples = try data([[1, 0], [0, 2]], [1, 0], classes: 2)
        let result = try Perceptron(epochs: 9, shuffles: false).train(layer(2, 1), on: samples)
        #expect(result.mistakes == [2, 0] && result.converged && result.misclassified == 0)
        #expect(try parameters(result.graph).weight == [1, -2])
        #expect(try parameters(result.graph).bias == [0])
        // The losses before each change: 0 and 1, then none.
        #expect(result.history.map(\.loss) == [0.5, 0])
        #expect(result.history.map(\.accuracy) == [0, 1])
        // The mean after each of the four samples: weights (1, −2) thrice and (1, 0) once.
        let mean = try Perceptron(epochs: 9, isAveraged: true, shuffles: false).train(layer(2, 1), on: samples)
        #expect(try parameters(mean.graph).weight == [1, -1.5])
        #expect(try parameters(mean.graph).bias == [0.25])
        // Half the rate, half the weights, the same mistakes.
        let slow = try Perceptron(epochs: 9, learningRate: 0.5, shuffles: false).train(layer(2, 1), on: samples)
        #expect(slow.mistakes == [2, 0])
        #expect(try parameters(slow.graph).weight == [0.5, -1])
    }

    @Test("makes at most (R/γ)² mistakes on two classes of known margin", arguments: [0.3, 0.1, 0.03], 0..<4)
    func bound(margin: Double, seed: Int) throws {
        var stream = RandomStream(seed: UInt64(seed), stream: 50)
        let inputs = 5
        var direction = (0..<inputs).map { _ in stream.normal() }
        let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        direction = direction.map { $0 / length }
        var (samples, labels): ([[Float]], [Int]) = ([], [])
        var (radius, least) = (0.0, Double.infinity)
        while samples.count < 300 {
            let sample = (0..<inputs).map { _ in Float(stream.uniform(in: -1..<1)) }
            let along = zip(sample, direction).reduce(0) { $0 + Double($1.0) * $1.1 }
            guard abs(along) >= margin else { continue }
            radius = max(radius, sample.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot())
            least = min(least, abs(along))
            samples.append(sample)
            labels.append(along > 0 ? 1 : 0)
        }
        let bound = (radius / least) * (radius / least)
        let held = try data(samples, labels, classes: 2)
        for outputs in 1...2 {
            let result = try Perceptron(epochs: 10_000, seed: UInt64(seed)).train(
                layer(inputs, outputs, bias: false), on: held)
            let mistakes = result.mistakes.reduce(0, +)
            #expect(result.converged && result.misclassified == 0, "seed \(seed)")
            #expect(Double(mistakes) <= bound, "seed \(seed): \(mistakes) mistakes, at most \(bound)")
            #expect(mistakes > 0 && result.mistakes.last == 0, "seed \(seed)")
            #expect(result.verdict.contains("converged after \(result.epochs) epochs and \(mistakes) mistakes"))
        }
    }

    @Test("makes at most 2·(R/γ)² mistakes on four classes of known margin", arguments: 0..<4)
    func severalBound(seed: Int) throws {
        var stream = RandomStream(seed: UInt64(seed), stream: 51)
        let (inputs, classes, margin) = (6, 4, 0.1)
        var matrix = (0..<classes).map { _ in (0..<inputs).map { _ in stream.normal() } }
        let length = matrix.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
        matrix = matrix.map { $0.map { $0 / length } }
        var (samples, labels): ([[Float]], [Int]) = ([], [])
        var radius = 0.0
        while samples.count < 300 {
            let sample = (0..<inputs).map { _ in Float(stream.uniform(in: -1..<1)) }
            let scores = matrix.map { row in zip(row, sample).reduce(0) { $0 + $1.0 * Double($1.1) } }
            let order = scores.indices.sorted { scores[$0] > scores[$1] }
            guard scores[order[0]] - scores[order[1]] >= margin else { continue }
            radius = max(radius, sample.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot())
            samples.append(sample)
            labels.append(order[0])
        }
        let bound = 2 * (radius / margin) * (radius / margin)
        let result = try Perceptron(epochs: 10_000, seed: UInt64(seed)).train(
            layer(inputs, classes, bias: false), on: data(samples, labels, classes: classes))
        let mistakes = result.mistakes.reduce(0, +)
        #expect(result.converged && result.misclassified == 0, "seed \(seed)")
        #expect(Double(mistakes) <= bound, "seed \(seed): \(mistakes) mistakes, at most \(bound)")
        // What it has learned is what the network says.
        let told = try Predictor(result.graph).evaluate(data(samples, labels, classes: classes))
        #expect(told.accuracy == 1, "seed \(seed)")
    }

    @Test("never comes to rest on XOR, and says so")
    func xor() throws {
        let samples = try data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], classes: 2)
        for averaged in [false, true] {
            let result = try Perceptron(epochs: 50, isAveraged: averaged).train(layer(2, 2), on: samples)
            #expect(!result.converged && result.epochs == 50 && result.mistakes.allSatisfy { $0 > 0 })
            #expect(result.misclassified >= 1)
            #expect(result.verdict.contains("\(result.misclassified) of 4 samples are still misclassified"))
        }
    }

    @Test("takes images through a Flatten, orders from a seed, and goes on from weights")
    func images() throws {
        let bars = Bars(count: 200, seed: 3)
        let graph = try Graph(
            name: "p", inputShape: [1, 8, 8], sequence: [("flat", Flatten()), ("fc", Linear(64, 3))])
        func trained(_ seed: UInt64, epochs: Int = 3, from start: Graph? = nil) throws -> Perceptron.Result {
            try Perceptron(epochs: epochs, seed: seed).train(
                start ?? graph, on: bars, validation: .data(Bars(count: 50, seed: 4)), continuing: start != nil)
        }
        let first = try trained(1)
        #expect(try parameters(first.graph).weight == parameters(trained(1).graph).weight)
        #expect(try parameters(first.graph).weight != parameters(trained(2).graph).weight)
        #expect(first.history.count == 3 && first.history.allSatisfy { $0.validationAccuracy != nil })
        // A fraction is held back, and so not learned from.
        let part = try Perceptron(epochs: 1).train(graph, on: bars, validation: .fraction(0.25))
        #expect(part.count == 150 && part.history[0].validationLoss != nil)
        // Random first weights do not matter unless they are gone on from.
        var random = graph
        random.initializeParameters(seed: 9)
        let again = try Perceptron(epochs: 3, seed: 1).train(random, on: bars)
        #expect(try parameters(again.graph).weight == parameters(first.graph).weight)
        #expect(try parameters(trained(1, epochs: 0, from: random).graph).weight == parameters(random).weight)
    }

    @Test("stops where it is asked to")
    func stops() throws {
        var asked = 0
        let result = try Perceptron(epochs: 100).train(
            layer(2, 2), on: data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], classes: 2),
            hooks: Perceptron.Hooks(shouldStop: {
                asked += 1
                return asked > 4
            }))
        #expect(result.wasStopped && !result.converged && result.epochs == 4)
    }

    @Test("refuses networks of other layers, other shapes and settings out of range")
    func refusals() throws {
        let samples = try data([[0, 1], [1, 0]], [0, 1], classes: 2)
        let deep = try Graph(
            name: "deep", inputShape: [2], sequence: [("a", Linear(2, 3)), ("b", ReLU()), ("c", Linear(3, 2))])
        let two = try Graph(name: "two", inputShape: [2], sequence: [("a", Linear(2, 3)), ("c", Linear(3, 2))])
        let cases: [(Graph, String)] = [
            (deep, "and so not the network 'deep': 'b' is a ReLU."),
            (two, "'two': it has 2 Linear layers."),
            (try layer(2, 3), "there are 2 classes, but the network's output has shape [3]"),
            (try layer(3, 2), "images have shape [2], the network takes [3]"),
        ]
        for (graph, words) in cases {
            let error = #expect(throws: NetworkError.self) { try Perceptron().train(graph, on: samples) }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
        for rule in [Perceptron(learningRate: 0), Perceptron(learningRate: .infinity), Perceptron(epochs: -1)] {
            #expect(throws: NetworkError.self) { try rule.validate() }
        }
    }
}
