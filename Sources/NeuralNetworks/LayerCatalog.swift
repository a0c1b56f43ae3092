import SynfireUnits

/// The kinds of layers there are.
///
/// Reading descriptions, files, documentation and the tests of shapes and gradients go through this list; a new kind is
/// its file and one line here.
public enum LayerCatalog {
    /// All kinds, in the order in which they are documented.
    public static let all: [any Layer.Type] = [
        Linear.self,
        Conv2d.self,
        Conv1d.self,
        ConvTranspose2d.self,
        ConvTranspose1d.self,
        BatchNorm1d.self,
        BatchNorm2d.self,
        LayerNorm.self,
        GroupNorm.self,
        ReLU.self,
        LeakyReLU.self,
        PReLU.self,
        ReLU6.self,
        ELU.self,
        SELU.self,
        GELU.self,
        SiLU.self,
        Mish.self,
        Softplus.self,
        Sigmoid.self,
        LogSigmoid.self,
        Tanh.self,
        Softsign.self,
        Hardtanh.self,
        Hardsigmoid.self,
        Hardswish.self,
        Softmax.self,
        LogSoftmax.self,
        AvgPool2d.self,
        MaxPool2d.self,
        AvgPool1d.self,
        MaxPool1d.self,
        AdaptiveAvgPool2d.self,
        AdaptiveMaxPool2d.self,
        AdaptiveAvgPool1d.self,
        AdaptiveMaxPool1d.self,
        GlobalAvgPool2d.self,
        GlobalMaxPool2d.self,
        GlobalAvgPool1d.self,
        GlobalMaxPool1d.self,
        Upsample.self,
        Dropout.self,
        Dropout1d.self,
        Dropout2d.self,
        Add.self,
        Multiply.self,
        Concat.self,
        Flatten.self,
        Unflatten.self,
        Reshape.self,
        Permute.self,
        ZeroPad1d.self,
        ZeroPad2d.self,
        Identity.self,
        QCFS.self,
    ]

    /// The kinds' names.
    public static var kinds: [String] { all.map { $0.schema.kind } }

    /// Makes a layer from its description.
    ///
    /// - Parameters:
    ///   - kind: The kind's name, such as `Conv2d`.
    ///   - values: The hyperparameters that are not left to their defaults.
    /// - Throws: ``NetworkError`` for an unknown kind and for values that the kind's schema does not allow.
    public static func makeLayer(_ kind: String, _ values: [String: HyperparameterValue] = [:]) throws -> any Layer {
        guard let type = all.first(where: { $0.schema.kind == kind }) else {
            throw NetworkError.unknownLayerKind(name: kind, nearest: NearestName.find(kind, among: kinds), known: kinds)
        }
        return try type.init(type.schema.resolve(values))
    }
}
