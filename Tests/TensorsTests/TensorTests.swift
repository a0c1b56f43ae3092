import SynfireTensors
import Testing

@Suite("Tensor")
struct TensorTests {
    @Test("is row-major, last axis contiguous")
    func rowMajor() throws {
        var tensor = try Tensor(shape: [2, 3, 4], scalars: (0..<24).map(Float.init))
        #expect(tensor[1, 2, 3] == 23)
        #expect(tensor[0, 1, 2] == 6)
        tensor[1, 0, 1] = -1
        #expect(tensor.scalars[13] == -1)
        #expect(tensor.position(at: 13) == [1, 0, 1])
        #expect(tensor[rows: 1..<2].scalars == Array(tensor.scalars[12...]))
        #expect(tensor[rows: 1..<2].shape == [1, 3, 4])
    }

    @Test("may be empty, or a single number")
    func extremes() throws {
        #expect(try Tensor(shape: [0, 5]).count == 0)
        #expect(try Tensor(shape: [], scalars: [3])[] == 3)
        #expect(try Tensor(shape: [2, 2], repeating: 7).scalars == [7, 7, 7, 7])
        #expect(Tensor([1, 2]).shape == [2])
        #expect(try Tensor(shape: [.max, 0, .max]).count == 0)
    }

    @Test("keeps its numbers in another shape")
    func reshaped() throws {
        let tensor = try Tensor(shape: [2, 3], scalars: [1, 2, 3, 4, 5, 6])
        #expect(try tensor.reshaped(to: [3, 2]).scalars == tensor.scalars)
    }

    @Test("finds the first number that is not finite", arguments: [Float.nan, .infinity, -.infinity])
    func nonFinite(value: Float) throws {
        var tensor = try Tensor(shape: [2, 3])
        #expect(tensor.firstNonFinite == nil)
        tensor[1, 1] = value
        #expect(tensor.firstNonFinite == [1, 1])
    }

    @Test("says what is wrong with a shape")
    func errors() {
        func text(_ make: () throws(TensorError) -> Tensor) -> String? {
            do throws(TensorError) {
                _ = try make()
                return nil
            } catch {
                return error.description
            }
        }
        #expect(
            text { () throws(TensorError) in try Tensor(shape: [2, 3], scalars: [1]) }
                == "A tensor of shape [2, 3] holds 6 numbers, but 1 were given.")
        #expect(
            text { () throws(TensorError) in try Tensor(shape: [2, -3], scalars: []) }
                == "A tensor of shape [2, -3] cannot exist: an extent is negative.")
        #expect(
            text { () throws(TensorError) in try Tensor(shape: [1 << 40, 1 << 40], repeating: 0) }
                == "A tensor of shape [1099511627776, 1099511627776] is too large for this machine.")
    }
}
