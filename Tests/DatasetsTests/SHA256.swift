/// The SHA-256 of some bytes as hexadecimal digits, so that a test can hold a file to its published checksum.
///
/// - Source: FIPS 180-4, section 6.2. Constants are derived here, as there, from the roots of the first primes.
func sha256(_ bytes: [UInt8]) -> String {
    let primes = (2...311).filter { candidate in !(2..<candidate).contains { candidate % $0 == 0 } }
    var state = primes.prefix(8).map { fractionBits(of: $0, root: 2) }
    let constants = primes.map { fractionBits(of: $0, root: 3) }

    var message = bytes + [0x80]
    while message.count % 64 != 56 { message.append(0) }
    message += bigEndian(UInt64(bytes.count) * 8)

    func rotated(_ value: UInt32, _ places: UInt32) -> UInt32 { value >> places | value << (32 - places) }
    for start in stride(from: 0, to: message.count, by: 64) {
        var words = (0..<16).map { word in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(message[start + word * 4 + $1]) }
        }
        for index in 16..<64 {
            let first = words[index - 15], second = words[index - 2]
            let low = rotated(first, 7) ^ rotated(first, 18) ^ first >> 3
            let high = rotated(second, 17) ^ rotated(second, 19) ^ second >> 10
            words.append(words[index - 16] &+ low &+ words[index - 7] &+ high)
        }
        var v = state
        for index in 0..<64 {
            let big = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
            let choice = v[4] & v[5] ^ ~v[4] & v[6]
            let first = v[7] &+ big &+ choice &+ constants[index] &+ words[index]
            let small = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)
            let second = small &+ (v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2])
            v = [first &+ second, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
        }
        state = zip(state, v).map { $0 &+ $1 }
    }
    return state.flatMap { bigEndian($0) }.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}

/// The first 32 bits after the point of the square or cube root of a small number, in exact integer arithmetic.
private func fractionBits(of number: Int, root: Int) -> UInt32 {
    // The greatest r with r^root <= number * 2^(32 * root), found a bit at a time.
    var r: UInt64 = 0
    for bit in (0..<37).reversed() {
        let candidate = r | 1 << UInt64(bit)
        let wide = UInt128(candidate)
        let power = root == 2 ? wide * wide : wide * wide * wide
        if power <= UInt128(number) << UInt128(32 * root) { r = candidate }
    }
    return UInt32(truncatingIfNeeded: r)
}
