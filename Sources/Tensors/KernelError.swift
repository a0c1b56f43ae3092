/// Why a kernel could not be made or run.
public enum KernelError: Error, Equatable, CustomStringConvertible {
    /// There is not enough memory.
    case outOfMemory(bytes: Int)
    /// oneDNN refused, with the number and name of its status.
    case refused(operation: String, status: UInt32, name: String)
    /// The installed oneDNN cannot be told to run a kernel on one thread.
    case threadsNotLimited(runtime: UInt32)

    /// One sentence on what went wrong.
    public var description: String {
        switch self {
        case .outOfMemory(let bytes):
            "There is not enough memory: \(bytes) bytes were asked for."
        case .refused(let operation, let status, let name):
            "oneDNN refused: \(operation) (status \(status), \(name))."
        case .threadsNotLimited(let runtime):
            "The installed oneDNN uses a thread runtime (number \(runtime)) that cannot be limited to one thread; "
                + "a build with OpenMP or without threads is needed."
        }
    }
}
