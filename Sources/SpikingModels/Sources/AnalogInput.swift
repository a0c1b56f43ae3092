/// A source whose elements emit numbers from outside, constant over a trial: the pixels of an image.
///
/// A projection from it turns the numbers into constant currents of its targets, once a trial. Constant analog input
/// converges faster in converted networks than Poisson spikes with the same rates, which add noise.
public enum AnalogInput: NeuronModel {
    /// The rows of the model: it has no parameters.
    public static let schema = ModelSchema(
        name: "analog_input",
        summary: "Emits numbers given from outside, constant over a trial",
        equations: ["y(t) = x"],
        source: "Rueckauer, Lungu, Hu, Pfeiffer, Liu 2017, doi:10.3389/fnins.2017.00682",
        parameters: [], options: [], state: [], emitsSpikes: false)

    /// No state: the value from outside.
    public static func dynamics(_ values: ModelValues) -> Dynamics { .analog }
}
