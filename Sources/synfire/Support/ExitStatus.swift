import SynfireConversion
import SynfireDatasets
import SynfireFormats
import SynfireHDF5
import SynfireSimulation
import SynfireUnits

/// The statuses that the command ends with.
enum ExitStatus: Int32 {
    /// All that was asked for has been done.
    case done = 0
    /// The request was understood, but the work failed.
    case failed = 1
    /// The request was wrong: nothing has been tried.
    case wrongRequest = 2
    /// Somebody asked to stop.
    case interrupted = 130

    /// The status that an error stands for.
    init(of error: any Error) {
        switch error {
        case is RequestError, is QuantityError, is DescriptionOverrideError: self = .wrongRequest
        case let error as HDF5Error: self = error.code == .notFound || error.code == .exists ? .wrongRequest : .failed
        case let error as SONATAError:
            if case .uneven = error { self = .wrongRequest } else { self = .failed }
        case let error as DatasetError: self = error.isWrongRequest ? .wrongRequest : .failed
        case let error as ConversionError:
            switch error {
            case .badRecipe, .unknownRecipe: self = .wrongRequest
            default: self = .failed
            }
        case let error as SimulationError:
            switch error {
            case .interrupted: self = .interrupted
            case .unboundedSpikes, .tableTooLarge: self = .failed
            default: self = .wrongRequest
            }
        case is InterruptError: self = .interrupted
        default: self = .failed
        }
    }
}

/// A request that cannot be met, with what is wrong and what would be right.
struct RequestError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The end of work that somebody asked to stop.
struct InterruptError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension DatasetError {
    /// Whether the request names something that is not there, rather than something that is damaged.
    var isWrongRequest: Bool {
        switch self {
        case .fileNotFound, .unknownDataset, .unknownSplit, .invalidSelection, .beyondEnd, .indexOutOfRange,
            .folderNotFound, .notInstalled, .invalidImageSize, .inapplicable, .badFraction, .unknownClass,
            .badStandardization, .badTable(_, .unknownColumn):
            true
        default: false
        }
    }
}
