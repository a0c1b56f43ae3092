import SynfireSpikingModels
import SynfireSpikingNetworks
import Testing

@Suite("Networks of populations")
struct NetworkTests {
    private func text(_ body: () throws -> Void) -> String? {
        #expect(throws: SpikingNetworkError.self, performing: body)?.description
    }

    @Test("An unknown parameter is named with the nearest valid one")
    func unknownParameter() {
        let message = text {
            _ = try Population("a", shape: [2], model: IntegrateAndFire.self, parameters: ["v_threshol": .uniform(1)])
        }
        #expect(
            message == "population 'a': model 'if' has no parameter 'v_threshol'; did you mean 'v_threshold'? "
                + "Valid names: v_threshold, v_reset, r, i, onset, v")
    }

    @Test("A parameter that NEST or PyNN call otherwise gets our name", arguments: ["V_th", "v_thresh"])
    func foreignParameter(name: String) {
        let message = text {
            _ = try Population("a", shape: [2], model: LIFCurrentExponential.self, parameters: [name: .uniform(1)])
        }
        #expect(
            message
                == "population 'a': model 'lif_curr_exp' has no parameter '\(name)', a name of NEST or PyNN: did you mean "
                + "'v_threshold'?")
    }

    @Test("Values outside the schema's range are refused with their place", arguments: [0, -1, .nan, .infinity])
    func valueOutOfRange(value: Double) {
        let message = text {
            _ = try Population(
                "a", shape: [2], model: IntegrateAndFire.self, parameters: ["v_threshold": .perNeuron([1, value])])
        }
        #expect(message == "population 'a': 'v_threshold'[1] is \(value); allowed is a finite number above 0.0")
    }

    @Test("Columns of another length, bad shapes, names and choices are refused")
    func otherMistakes() {
        #expect(
            text {
                _ = try Population(
                    "a", shape: [4], model: IntegrateAndFire.self, parameters: ["i": .perNeuron([1, 2])])
            } == "population 'a': 'i' has 2 values where 4 are needed")
        #expect(
            text { _ = try Population("a", shape: [3, 0], model: IntegrateAndFire.self) }
                == "population 'a' has the shape [3, 0]: give one to three extents of at least 1")
        #expect(
            text { _ = try Population("a", shape: [Int.max, 2, 2], model: IntegrateAndFire.self) }?.hasPrefix(
                "population 'a' has the shape") == true)
        #expect(
            text { _ = try Population("a/b", shape: [3], model: IntegrateAndFire.self) }
                == "'a/b' cannot be a population's name: give a text that is not empty and has no '/'")
        #expect(
            text {
                _ = try Population("a", shape: [3], model: IntegrateAndFire.self, options: ["reset": "subtrakt"])
            }
                == "population 'a': option 'reset' cannot be 'subtrakt'; did you mean 'subtract'? "
                + "Valid names: subtract, to_value")
    }

    @Test("Projections must fit, and must not form a loop")
    func projections() throws {
        let a = try Population("a", shape: [2], model: IntegrateAndFire.self)
        let b = try Population("b", shape: [3], model: IntegrateAndFire.self)
        let input = try Population("input", shape: [2], model: AnalogInput.self)
        let forward = Projection(
            "ab", from: "a", to: "b", operators: [try DenseOperator(inputs: 2, outputs: 3, weight: [1, 2, 3, 4, 5, 6])])
        let back = Projection(
            "ba", from: "b", to: "a", operators: [try DenseOperator(inputs: 3, outputs: 2, weight: [1, 2, 3, 4, 5, 6])])
        func network(_ populations: [Population], _ projections: [Projection], readout: String? = nil) -> String? {
            text { _ = try Network(name: "n", populations: populations, projections: projections, readout: readout) }
        }
        #expect(
            network([a, b], [forward, back])
                == "the populations a → b form a loop without delay, which has no defined order of spikes")
        #expect(
            network([a, b], [Projection("x", from: "a", to: "b", operators: [])])
                == "projection 'x' ends in the shape [2], but its target 'b' has [3]")
        #expect(
            network([a, b], [Projection("x", from: "a", to: "outpt", operators: [])])
                == "projection 'x' names the population 'outpt', which the network does not have; valid names: a, b")
        #expect(
            network([a, input], [Projection("x", from: "a", to: "input", operators: [])])
                == "projection 'x' ends in 'input', which is a source and takes no input")
        #expect(network([a, a], []) == "two parts of the network are called 'a': names must differ")
        // In any order, a source stands in front of what it projects to.
        let sorted = try Network(name: "n", populations: [b, a], projections: [forward])
        #expect(sorted.populations.map(\.name) == ["a", "b"])
    }

    @Test("Pooling with padding and leftover columns gives PyTorch's factors")
    func pooling() throws {
        // Window 3, stride 2, padding 1 over 4 columns: outputs cover (-1,0,1) and (1,2,3).
        let pool = try PoolingOperator(
            .average(countsPadding: false), kernelSize: .init(1, 3), stride: .init(1, 2), padding: .init(0, 1))
        #expect(try pool.outputShape(for: [1, 1, 4]) == [1, 1, 2])
        #expect(try pool.applied(to: [2, 4, 6, 8], shape: [1, 1, 4]).map { Float($0) } == [3, 6])
        let counting = try PoolingOperator(
            .average(countsPadding: true), kernelSize: .init(1, 3), stride: .init(1, 2), padding: .init(0, 1))
        #expect(try counting.applied(to: [2, 4, 6, 8], shape: [1, 1, 4]).map { Float($0) } == [2, 6])
    }

    @Test("Columns are stored as sparsely as their values allow")
    func compactColumns() {
        #expect(Column.compact([2, 2, 2, 2], shape: [2, 1, 2]) == .uniform(2))
        #expect(Column.compact([1, 1, 2, 2], shape: [2, 1, 2]) == .perChannel([1, 2]))
        #expect(Column.compact([1, 1, 2, 3], shape: [2, 1, 2]) == .perNeuron([1, 1, 2, 3]))
        #expect(Column.perChannel([1, 2]).expanded(shape: [2, 1, 2]) == [1, 1, 2, 2])
    }
}
