/// What is wrong with a network, its parameters or its training.
public enum NetworkError: Error, Equatable, CustomStringConvertible {
    /// No kind of layer has this name.
    case unknownLayerKind(name: String, nearest: String?, known: [String])
    /// A kind of layer has no hyperparameter of this name.
    case unknownHyperparameter(kind: String, name: String, nearest: String?, known: [String])
    /// A hyperparameter without default was not given.
    case missingHyperparameter(kind: String, name: String)
    /// A hyperparameter was given a value of another kind.
    case wrongHyperparameterKind(kind: String, name: String, value: String, expected: String)
    /// A hyperparameter is outside its range.
    case hyperparameterOutOfRange(kind: String, name: String, value: String, allowed: String)
    /// A hyperparameter is a word that it cannot be.
    case unknownChoice(kind: String, name: String, value: String, nearest: String?, known: [String])
    /// Two hyperparameters contradict each other.
    case hyperparameterConflict(kind: String, reason: String)

    /// A graph has no layers.
    case emptyGraph(graph: String)
    /// An input's shape has no axis or too many, or an extent below 1.
    case invalidInputShape(graph: String, shape: [Int])
    /// A name is empty, holds a character that is not allowed, or is the input's.
    case invalidName(name: String)
    /// Two layers have one name.
    case duplicateName(name: String)
    /// A layer reads a value that no layer makes.
    case unknownInput(layer: String, input: String, nearest: String?)
    /// Layers wait for each other.
    case cycle(layers: [String])
    /// No output depends on an input.
    case leadsNowhere(input: String)
    /// An initialiser does not fit the layer that it is given to.
    case initializerMismatch(layer: String, initializer: String, reason: String)
    /// A layer was given too few or too many inputs.
    case wrongInputCount(layer: String, kind: String, expected: ClosedRange<Int>, found: Int)
    /// A layer cannot take values of the shape it is given.
    case shapeMismatch(layer: String, kind: String, found: [[Int]], expected: String)

    /// A network has no layer of this name.
    case unknownLayer(name: String, nearest: String?)
    /// A layer has no parameter of this name.
    case unknownParameter(layer: String, parameter: String, known: [String])
    /// A parameter has another shape than the layer needs.
    case parameterShape(layer: String, parameter: String, expected: [Int], found: [Int])
    /// A parameter holds a number that is infinite or not a number.
    case parameterNotFinite(layer: String, parameter: String, position: [Int], value: String)
    /// A variance is negative.
    case parameterNegative(layer: String, parameter: String, position: [Int], value: Float)

    /// Images have another shape than the network's input.
    case inputShape(expected: [Int], found: [Int])
    /// An image holds a number that is infinite or not a number.
    case inputNotFinite(position: [Int])

    /// A setting is outside its range.
    case invalidSetting(name: String, value: String, allowed: String)
    /// Augmentations do not fit the images or each other.
    case augmentationConflict(reason: String)
    /// There is nothing to train or evaluate on.
    case noData(purpose: String)
    /// Data have another shape or number of classes than the network.
    case dataMismatch(reason: String)
    /// A label is not a class of the network.
    case labelOutOfRange(label: Int, image: Int, classes: Int)
    /// A learning rule cannot train a network of these layers.
    case ruleMismatch(rule: String, graph: String, reason: String)
    /// A setting goes by validation images, of which there are none.
    case validationNeeded(by: String)
    /// Nothing of the kind has this name.
    case unknownName(name: String, what: String, nearest: String?, known: [String])
    /// The loss became infinite or not a number; where it began, as far as that could be found.
    case lossNotFinite(epoch: Int, batch: Int, origin: NonFiniteOrigin?)
    /// A checkpoint belongs to other settings.
    case checkpointMismatch(reason: String)
}

extension NetworkError {
    /// One sentence on what is wrong, where, and what is allowed.
    public var description: String {
        switch self {
        case .unknownLayerKind(let name, let nearest, let known):
            "There is no kind of layer '\(name)'\(Self.suggest(nearest, else: known))."
        case .unknownHyperparameter(let kind, let name, let nearest, let known):
            "\(kind) has no setting '\(name)'\(Self.suggest(nearest, else: known))."
        case .missingHyperparameter(let kind, let name):
            "\(kind) needs a value for '\(name)'."
        case .wrongHyperparameterKind(let kind, let name, let value, let expected):
            "The setting '\(name)' of \(kind) is \(value), but must be \(expected)."
        case .hyperparameterOutOfRange(let kind, let name, let value, let allowed):
            "The setting '\(name)' of \(kind) is \(value), but must be \(allowed)."
        case .unknownChoice(let kind, let name, let value, let nearest, let known):
            "The setting '\(name)' of \(kind) cannot be '\(value)'\(Self.suggest(nearest, else: known))."
        case .hyperparameterConflict(let kind, let reason):
            "The settings of \(kind) contradict each other: \(reason)."
        case .emptyGraph(let graph):
            "The network '\(graph)' has no layers."
        case .invalidInputShape(let graph, let shape):
            "The input of the network '\(graph)' has shape \(shape); allowed are 1 to \(Graph.mostAxes) numbers, such as "
                + "[features] or [channels, rows, columns], each at least 1."
        case .invalidName(let name):
            "'\(name)' cannot name a layer: a name has 1 to 200 letters, digits, '_', '-' or '.', and is not 'input'."
        case .duplicateName(let name):
            "Two layers are named '\(name)'; each needs a name of its own."
        case .unknownInput(let layer, let input, let nearest):
            "The layer '\(layer)' reads '\(input)', which is neither a layer nor 'input'\(Self.suggest(nearest))."
        case .cycle(let layers):
            "These layers wait for each other in a cycle: \(Self.list(layers))."
        case .leadsNowhere(let input):
            "No output depends on the input '\(input)': let a layer on the way to one read it, or leave it out."
        case .initializerMismatch(let layer, let initializer, let reason):
            "The parameters of the layer '\(layer)' cannot start as '\(initializer)': \(reason)."
        case .wrongInputCount(let layer, let kind, let expected, let found):
            "The layer '\(layer)' (\(kind)) takes \(Self.count(expected)), "
                + "but \(found) \(found == 1 ? "is" : "are") given."
        case .shapeMismatch(let layer, let kind, let found, let expected):
            "The layer '\(layer)' (\(kind)) is given values of shape "
                + "\(found.map(\.description).joined(separator: " and ")), but needs \(expected)."
        case .unknownLayer(let name, let nearest):
            "The network has no layer '\(name)'\(Self.suggest(nearest))."
        case .unknownParameter(let layer, let parameter, let known):
            "The layer '\(layer)' has no parameter '\(parameter)'; "
                + (known.isEmpty ? "it has none at all." : "it has \(Self.list(known)).")
        case .parameterShape(let layer, let parameter, let expected, let found):
            "The parameter '\(parameter)' of layer '\(layer)' must have shape \(expected), but has \(found)."
        case .parameterNotFinite(let layer, let parameter, let position, let value):
            "The parameter '\(parameter)' of layer '\(layer)' is \(value) at \(position); all its numbers must be finite."
        case .parameterNegative(let layer, let parameter, let position, let value):
            "The parameter '\(parameter)' of layer '\(layer)' is \(value) at \(position), but must not be negative."
        case .inputShape(let expected, let found):
            "The network takes batches of images of shape \(expected), but was given a tensor of shape \(found)."
        case .inputNotFinite(let position):
            "The images hold a number that is infinite or not a number, first at \(position)."
        case .invalidSetting(let name, let value, let allowed):
            "The setting '\(name)' is \(value), but must be \(allowed)."
        case .augmentationConflict(let reason):
            "The augmentation is not possible: \(reason)."
        case .noData(let purpose):
            "There are no images for \(purpose)."
        case .dataMismatch(let reason):
            "The data do not fit the network: \(reason)."
        case .labelOutOfRange(let label, let image, let classes):
            "Image \(image) has label \(label), but the network tells \(classes) classes apart (0 to \(classes - 1))."
        case .ruleMismatch(let rule, let graph, let reason):
            "The rule '\(rule)' trains one Linear layer, with or without a Flatten before it, and so not the network "
                + "'\(graph)': \(reason)."
        case .validationNeeded(let setting):
            "Training has no validation images, but \(setting) goes by them."
        case .unknownName(let name, let what, let nearest, let known):
            "There is no \(what) '\(name)'\(Self.suggest(nearest, else: known))."
        case .lossNotFinite(let epoch, let batch, let origin):
            "The loss is no longer a finite number in epoch \(epoch), batch \(batch)"
                + (origin.map { ": \($0)" } ?? "") + "; a lower learning rate may help."
        case .checkpointMismatch(let reason):
            "Training cannot be continued from this checkpoint: \(reason)."
        }
    }

    private static func suggest(_ nearest: String?, else known: [String] = []) -> String {
        if let nearest { return "; the nearest name is '\(nearest)'" }
        return known.isEmpty ? "" : "; there are \(list(known))"
    }

    /// So many inputs.
    private static func count(_ inputs: ClosedRange<Int>) -> String {
        let (lower, upper) = (inputs.lowerBound, inputs.upperBound)
        if lower == upper { return "\(lower) \(lower == 1 ? "input" : "inputs")" }
        return upper == .max ? "at least \(lower) inputs" : "\(lower) to \(upper) inputs"
    }

    private static func list(_ names: [String]) -> String {
        names.map { "'\($0)'" }.joined(separator: ", ")
    }
}
