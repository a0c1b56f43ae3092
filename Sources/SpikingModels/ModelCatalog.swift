/// Every neuron model and source that Synfire has.
public enum ModelCatalog {
    /// The models, in the order of the documentation.
    public static let all: [any NeuronModel.Type] = [
        AnalogInput.self,
        IntegrateAndFire.self,
        Integrator.self,
        LIFCurrentExponential.self,
        LIFCurrentExponentialAdaptive.self,
        LIFCurrentDelta.self,
        LIFCurrentAlpha.self,
        LIFConductanceExponential.self,
        LIFConductanceAlpha.self,
        AdExConductanceExponential.self,
        AdExConductanceAlpha.self,
        AdExCurrentExponential.self,
        Izhikevich.self,
        QuadraticIntegrateAndFire.self,
        HodgkinHuxleyTraub.self,
        GLIF.self,
        Parrot.self,
        PoissonSource.self,
        InhomogeneousPoissonSource.self,
        GammaSource.self,
        RegularSource.self,
        SpikeSourceArray.self,
    ]

    /// The names of all models.
    public static var names: [String] { all.map { $0.schema.name } }

    /// The model of a name.
    public static func model(named name: String) -> (any NeuronModel.Type)? { all.first { $0.schema.name == name } }
}
