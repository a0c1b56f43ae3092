import SynfireUnits

/// Why a network cannot be converted.
public enum ConversionError: Error, Equatable, CustomStringConvertible {
    /// A choice of a recipe outside its range.
    case badRecipe(String)
    /// A recipe that does not exist.
    case unknownRecipe(String)
    /// A layer without a rule.
    case unsupportedLayer(name: String, kind: String, hint: String)
    /// A layer that does not read the one before it.
    case notAChain(layer: String, inputs: [String], expected: String)
    /// A batch normalisation that cannot be folded exactly.
    case cannotFold(layer: String, reason: String)
    /// A layer whose weights are not finite.
    case badWeight(layer: String, parameter: String, index: Int, value: Float)
    /// No data to calibrate on.
    case noData
    /// Data of another shape than the network's input.
    case dataShape(found: [Int], expected: [Int])
    /// An activation that is not finite.
    case badActivation(layer: String, image: Int)
    /// A layer that is silent on all the data.
    case silentLayer(String, images: Int)

    /// One sentence: what is wrong, where, and what is allowed.
    public var description: String {
        switch self {
        case .badRecipe(let what): return "the recipe is not valid: \(what)"
        case .unknownRecipe(let name):
            return "there is no recipe '\(name)'; "
                + NearestName.hint(name, among: ConversionRecipe.named.map(\.name))
        case .unsupportedLayer(let name, let kind, let hint):
            return "layer '\(name)' (\(kind)) cannot be converted: \(hint)"
        case .notAChain(let layer, let inputs, let expected):
            return "layer '\(layer)' reads \(inputs.joined(separator: ", ")), not '\(expected)' before it: "
                + "only networks without branches can be converted"
        case .cannotFold(let layer, let reason):
            return "batch normalisation '\(layer)' cannot be folded into a neighbouring layer: \(reason)"
        case .badWeight(let layer, let parameter, let index, let value):
            return "layer '\(layer)': \(parameter)[\(index)] is \(value): weights must be finite"
        case .noData: return "there is no data to calibrate on: give at least one image"
        case .dataShape(let found, let expected):
            return "the calibration data has the shape \(found), but the network takes \(expected)"
        case .badActivation(let layer, let image):
            return "layer '\(layer)' gives values that are not finite for image \(image) of the calibration data"
        case .silentLayer(let layer, let images):
            return "layer '\(layer)' is zero on all \(images) calibration images: its thresholds cannot be set"
        }
    }
}
