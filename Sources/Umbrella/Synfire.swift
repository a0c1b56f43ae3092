// `import Synfire` brings the public API of every library module.

@_exported import SynfireAnalysis
@_exported import SynfireConversion
@_exported import SynfireDatasets
@_exported import SynfireFormats
@_exported import SynfireHDF5
@_exported import SynfireNeuralNetworks
@_exported import SynfireParallel
@_exported import SynfireSimulation
@_exported import SynfireSpikingModels
@_exported import SynfireSpikingNetworks
@_exported import SynfireTensors
@_exported import SynfireUnits
