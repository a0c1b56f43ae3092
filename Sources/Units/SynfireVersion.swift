/// The version of Synfire, as it is printed and stored in files.
public enum SynfireVersion {
    /// By semantic versioning.
    public static let current = "0.1.0"
}
