extension Float {
    /// `self` · `factor` + `term`, rounded once where the processor has an instruction for it.
    ///
    /// Inner loops that compute much are limited by the number of their instructions. Builds for processors without the
    /// instruction (`SYNFIRE_CPU=baseline`) round twice, so their last digits differ; a call of the C library, which
    /// would give the same ones, takes as long as twenty multiplications.
    @inline(__always) func times(_ factor: Float, plus term: Float) -> Float {
        #if SYNFIRE_FMA || arch(arm64)
        term.addingProduct(self, factor)
        #else
        self * factor + term
        #endif
    }
}
