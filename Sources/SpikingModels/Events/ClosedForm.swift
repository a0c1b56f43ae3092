/// One neuron in continuous time: a state that a closed form carries over any interval, and that only events change.
///
/// Times are intervals from the time that the state stands for. Nothing here knows of steps or other neurons.
package protocol ClosedForm: BitwiseCopyable {
    /// What follows from the parameters of a neuron.
    associatedtype Constants: BitwiseCopyable

    /// The constants of one neuron of a kernel.
    static func constants(_ setup: KernelSetup, neuron: Int) -> Constants

    /// The state at the start.
    init(_ setup: KernelSetup, neuron: Int, _ constants: Constants)

    /// The current that stimuli inject, constant until it is set again [pA].
    var current: Double { get set }

    /// Carries the state over an interval of at least 0 ms, whatever the threshold.
    mutating func advance(by interval: Double, _ constants: Constants)

    /// Carries the state over an interval in which the neuron is refractory: its potential stands.
    mutating func advanceRefractory(by interval: Double, _ constants: Constants)

    /// Takes a spike of a weight at a receptor of the schema.
    mutating func receive(_ weight: Double, receptor: Int, _ constants: Constants)

    /// Takes a spike that comes `remaining` ms before the end of the refractory time.
    mutating func receiveRefractory(_ weight: Double, receptor: Int, remaining: Double, _ constants: Constants)

    /// The first time within the interval at which the potential is at or above threshold if nothing comes in before:
    /// 0 where it is so already, `nil` where it never is.
    ///
    /// No excursion is missed: the potential may rise above threshold and fall again within the interval.
    func crossing(within interval: Double, _ constants: Constants) -> Double?

    /// A time before which the potential is certainly below threshold if nothing comes in; infinite where it always is.
    ///
    /// Cheap: it says when a neuron has to be looked at again.
    func earliestCrossing(_ constants: Constants) -> Double

    /// What happens at the end of the refractory time, the potential being at reset.
    mutating func endRefractory(_ constants: Constants)

    /// Whether anything waits for the end of the refractory time.
    var waitsForRefractoryEnd: Bool { get }

    /// Whether the state is made of numbers.
    var isFinite: Bool { get }

    /// What a spike does to the state; the potential is at threshold.
    mutating func spike(_ constants: Constants)

    /// How long the neuron is refractory after a spike [ms].
    static func refractoryTime(_ constants: Constants) -> Double

    /// A state variable of the schema, in the schema's unit.
    func value(of symbol: String, _ constants: Constants) -> Double
}

extension ClosedForm {
    /// Nothing.
    package mutating func endRefractory(_ constants: Constants) {}
    /// Nothing.
    package var waitsForRefractoryEnd: Bool { false }
}

/// A model that is simulated exactly between events.
///
/// A model conforms in its own file by naming its closed form, and makes a ``ClosedFormKernel`` of it.
package protocol EventDrivenModel: NeuronModel {
    /// The closed form of one neuron.
    associatedtype Neuron: ClosedForm
}
