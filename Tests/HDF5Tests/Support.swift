import SynfireHDF5
import Testing

/// The error that a call throws; records an issue if it throws none.
func hdf5Error(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> HDF5Error? {
    do {
        try body()
    } catch let error as HDF5Error {
        return error
    } catch {
        Issue.record("threw \(error), which is no HDF5Error", sourceLocation: sourceLocation)
        return nil
    }
    Issue.record("threw nothing", sourceLocation: sourceLocation)
    return nil
}
