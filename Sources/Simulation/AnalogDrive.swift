/// The analog sources of one worker: takes a trial's numbers and makes currents of them.
final class AnalogStage {
    private let plan: Plan
    private let inputs: [Int: WorkBuffer<Float>]
    private let drives: [AnalogDrive?]

    init(_ plan: Plan) {
        self.plan = plan
        inputs = Dictionary(
            uniqueKeysWithValues: plan.analogInputs.map {
                ($0, WorkBuffer(repeating: 0, count: plan.populations[$0].count))
            })
        drives = plan.populations.indices.map {
            plan.driving[$0].isEmpty ? nil : AnalogDrive(plan, population: $0)
        }
    }

    /// Takes the numbers of each source, row-major, and hands over each population's currents, if it has any.
    func load(_ values: [[Float]], _ reset: (_ population: Int, _ drive: WorkBuffer<Double>?) -> Void) {
        for (index, numbers) in zip(plan.analogInputs, values) {
            guard let buffer = inputs[index] else { continue }
            let layout = plan.populations[index].layout
            for place in 0..<layout.count { buffer.base[place] = numbers[layout.rowMajor(ofPlace: place)] }
        }
        for (population, drive) in drives.enumerated() {
            drive?.compute(from: inputs)
            reset(population, drive?.current)
        }
    }
}

/// The constant currents that analog sources give to one population, once a trial.
///
/// Sums are in double precision, over sites in ascending order, so that both engines start from the same numbers.
struct AnalogDrive {
    let routes: [Route]
    let current: WorkBuffer<Double>
    private let sites: WorkBuffer<Double>

    init(_ plan: Plan, population: Int) {
        routes = plan.driving[population].map { plan.routes[$0] }
        current = WorkBuffer(repeating: 0, count: plan.populations[population].count)
        sites = WorkBuffer(repeating: 0, count: routes.map(\.siteCount).max() ?? 0)
    }

    /// Sums the currents from numbers in memory order of the sources, by index of the plan's population.
    func compute(from inputs: [Int: WorkBuffer<Float>]) {
        current.fill(0)
        for route in routes {
            guard let input = inputs[route.source] else { continue }
            sites.fill(0)
            for place in 0..<input.count {
                let value = Double(input.base[place])
                guard let table = route.sites else {
                    sites.base[place] = value
                    continue
                }
                for entry in table.entries(of: place) {
                    sites.base[Int(table.targets[entry])] += value * Double(table.factors[entry])
                }
            }
            for site in 0..<route.siteCount where sites.base[site] != 0 {
                scatter(site, sites.base[site], route.scatter)
            }
        }
    }

    private func scatter(_ site: Int, _ value: Double, _ scatter: Route.Scatter) {
        switch scatter {
        case .entries(let table):
            for entry in table.entries(of: site) {
                current.base[Int(table.targets[entry])] += value * Double(table.factors[entry])
            }
        case .runs(let runs):
            runs.pointee.forEachRun(ofSite: site) { target, weights, length, _ in
                let targets = current.base + target
                for index in 0..<length { targets[index] += value * Double(weights[index]) }
            }
        }
    }
}
