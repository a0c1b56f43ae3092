/// Numbers that lie side by side in a layout: one, or a block of channels in a register.
///
/// Kernels of our own are written once over it, and compiled for each block.
protocol Lanes: Sendable {
    /// So many positions, one a lane.
    associatedtype Positions: Sendable

    static var zero: Self { get }
    static func load(_ address: UnsafePointer<Float>) -> Self
    func store(_ address: UnsafeMutablePointer<Float>)
    static func + (a: Self, b: Self) -> Self
    func times(_ factor: Float) -> Self
    func divided(by divisor: Float) -> Self

    /// The same position in all lanes.
    static func positions(_ position: Int32) -> Positions
    /// Takes over, lane by lane, what is larger or not a number, and where it is.
    ///
    /// Of equal numbers the first one stays, as in PyTorch.
    mutating func takeLarger(_ other: Self, _ position: Int32, _ positions: inout Positions)
    static func load(_ address: UnsafeRawPointer) -> Positions
    static func store(_ positions: Positions, _ address: UnsafeMutableRawPointer)
    /// Adds each lane's number to its own place.
    func scatter(_ positions: Positions, into values: UnsafeMutablePointer<Float>)
}

extension Float: Lanes {
    static func positions(_ position: Int32) -> Int32 { position }

    static func load(_ address: UnsafePointer<Float>) -> Float { address.pointee }

    func store(_ address: UnsafeMutablePointer<Float>) { address.pointee = self }

    func times(_ factor: Float) -> Float { self * factor }

    func divided(by divisor: Float) -> Float { self / divisor }

    mutating func takeLarger(_ other: Float, _ position: Int32, _ positions: inout Int32) {
        guard other > self || other.isNaN else { return }
        (self, positions) = (other, position)
    }

    static func load(_ address: UnsafeRawPointer) -> Int32 { address.loadUnaligned(as: Int32.self) }

    static func store(_ positions: Int32, _ address: UnsafeMutableRawPointer) {
        address.storeBytes(of: positions, as: Int32.self)
    }

    func scatter(_ positions: Int32, into values: UnsafeMutablePointer<Float>) { values[Int(positions)] += self }
}

extension SIMD8: Lanes where Scalar == Float {
    static func positions(_ position: Int32) -> SIMD8<Int32> { SIMD8<Int32>(repeating: position) }

    static func load(_ address: UnsafePointer<Float>) -> Self {
        UnsafeRawPointer(address).loadUnaligned(as: Self.self)
    }

    func store(_ address: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(address).storeBytes(of: self, as: Self.self)
    }

    func times(_ factor: Float) -> Self { self * factor }

    func divided(by divisor: Float) -> Self { self / divisor }

    mutating func takeLarger(_ other: Self, _ position: Int32, _ positions: inout SIMD8<Int32>) {
        let taken = (other .> self) .| (other .!= other)
        replace(with: other, where: taken)
        positions.replace(with: position, where: taken)
    }

    static func load(_ address: UnsafeRawPointer) -> SIMD8<Int32> { address.loadUnaligned(as: SIMD8<Int32>.self) }

    static func store(_ positions: SIMD8<Int32>, _ address: UnsafeMutableRawPointer) {
        address.storeBytes(of: positions, as: SIMD8<Int32>.self)
    }

    func scatter(_ positions: SIMD8<Int32>, into values: UnsafeMutablePointer<Float>) {
        for lane in 0..<8 { values[Int(positions[lane]) * 8 + lane] += self[lane] }
    }
}

extension SIMD16: Lanes where Scalar == Float {
    static func positions(_ position: Int32) -> SIMD16<Int32> { SIMD16<Int32>(repeating: position) }

    static func load(_ address: UnsafePointer<Float>) -> Self {
        UnsafeRawPointer(address).loadUnaligned(as: Self.self)
    }

    func store(_ address: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(address).storeBytes(of: self, as: Self.self)
    }

    func times(_ factor: Float) -> Self { self * factor }

    func divided(by divisor: Float) -> Self { self / divisor }

    mutating func takeLarger(_ other: Self, _ position: Int32, _ positions: inout SIMD16<Int32>) {
        let taken = (other .> self) .| (other .!= other)
        replace(with: other, where: taken)
        positions.replace(with: position, where: taken)
    }

    static func load(_ address: UnsafeRawPointer) -> SIMD16<Int32> { address.loadUnaligned(as: SIMD16<Int32>.self) }

    static func store(_ positions: SIMD16<Int32>, _ address: UnsafeMutableRawPointer) {
        address.storeBytes(of: positions, as: SIMD16<Int32>.self)
    }

    func scatter(_ positions: SIMD16<Int32>, into values: UnsafeMutablePointer<Float>) {
        for lane in 0..<16 { values[Int(positions[lane]) * 16 + lane] += self[lane] }
    }
}
