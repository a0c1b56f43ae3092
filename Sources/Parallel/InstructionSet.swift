import CSynfireSupport

/// The instructions that kernels are compiled for.
package enum InstructionSet {
    /// Their name, such as "AVX2+FMA".
    package static var name: String { String(cString: synfire_instruction_set()) }
}
