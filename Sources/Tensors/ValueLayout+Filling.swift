extension ValueLayout {
    /// Whether the last block of channels is filled up.
    package var hasFilling: Bool { channels % block != 0 }

    /// Sets the filling of some images to zero, as everything that reads a blocked layout expects it.
    package func clearFilling(_ values: UnsafeMutablePointer<Float>, images: Int) {
        guard hasFilling else { return }
        let used = channels % block
        let last = (blocks - 1) * positions * block
        for image in 0..<images {
            let first = values + image * imageStride + last
            for position in 0..<positions {
                for lane in used..<block { first[position * block + lane] = 0 }
            }
        }
    }
}
