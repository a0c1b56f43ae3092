import SynfireNeuralNetworks
import Testing

@Suite("Schedules")
struct ScheduleTests {
    static let schedules: [(name: String, schedule: LearningRateSchedule)] = [
        ("constant-warm-up", LearningRateSchedule(base: 0.1, course: .constant, warmUpEpochs: 1.4)),
        ("step", LearningRateSchedule(base: 0.1, course: .step(epochs: 2, factor: 0.5))),
        ("multi-step", LearningRateSchedule(base: 0.1, course: .multiStep(milestones: [1, 4, 4], factor: 0.3))),
        ("exponential", LearningRateSchedule(base: 0.1, course: .exponential(factor: 0.9))),
        ("cosine", LearningRateSchedule(base: 0.1, course: .cosine(final: 0.01))),
        ("cosine-warm-up", LearningRateSchedule(base: 0.1, course: .cosine(final: 0.01), warmUpEpochs: 2)),
        ("one-cycle", LearningRateSchedule(base: 0.1, course: .oneCycle(maximum: 0.3))),
        (
            "one-cycle-linear",
            LearningRateSchedule(
                base: 0.1,
                course: OneCycleCourse(
                    maximum: 0.3, rising: 0.25, annealing: .linear, initialDivisor: 10, finalDivisor: 100))
        ),
        (
            "one-cycle-three-phase",
            LearningRateSchedule(
                base: 0.1, course: OneCycleCourse(maximum: 0.3, rising: 0.4, hasThreePhases: true))
        ),
    ]

    @Test("agree with PyTorch at every step", arguments: schedules.indices)
    func reference(index: Int) throws {
        let (name, schedule) = Self.schedules[index]
        let expected = try #require(try LearningReference.load().schedules[name])
        try schedule.validate(epochs: 6)
        for (step, rate) in expected.enumerated() {
            let found = schedule.rate(epoch: step / 5, batch: step % 5, batches: 5, epochs: 6)
            // PyTorch multiplies from step to step, which rounds each time.
            #expect(abs(found - rate) <= 1e-12, "\(name), step \(step): \(found), not \(rate)")
        }
        #expect(expected.count == 30)
    }

    static let plateaus: [(name: String, course: ReduceOnPlateau)] = [
        ("plateau", ReduceOnPlateau(factor: 0.5, patience: 1)),
        ("plateau-cooldown", ReduceOnPlateau(factor: 0.1, patience: 0, threshold: 0.05, cooldown: 2, minimum: 1e-3)),
        ("plateau-absolute", ReduceOnPlateau(factor: 0.3, patience: 2, threshold: 0.08, thresholdMode: .absolute)),
    ]

    @Test("reduce on a plateau as PyTorch does", arguments: plateaus.indices)
    func plateau(index: Int) throws {
        let (name, course) = Self.plateaus[index]
        let reference = try LearningReference.load()
        let expected = try #require(reference.schedules[name])
        let schedule = LearningRateSchedule(base: 0.1, course: course)
        var memory = ScheduleMemory(rate: 0.1)
        for (epoch, loss) in reference.lossSeries.enumerated() {
            let found = schedule.rate(epoch: epoch, batch: 0, batches: 1, epochs: 99, memory: memory)
            #expect(abs(found - expected[epoch]) <= 1e-15, "\(name), epoch \(epoch): \(found), not \(expected[epoch])")
            course.observe(loss, memory: &memory)
        }
        #expect(Set(expected).count > 2, "the reference never changes")
    }

    @Test("there is a reference for every schedule of the catalog")
    func complete() throws {
        let tested = Set(Self.schedules.map { type(of: $0.schedule.course).name } + [ReduceOnPlateau.name])
        #expect(tested == Set(ScheduleCatalog.names))
        #expect(
            try Set(LearningReference.load().schedules.keys)
                == Set(Self.schedules.map(\.name) + Self.plateaus.map(\.name)))
    }

    @Test("warm up into any course")
    func warmUp() {
        for (name, schedule) in Self.schedules where schedule.warmUpEpochs == 0 && name != "cosine" {
            var warmed = schedule
            warmed.warmUpEpochs = 2
            for step in 0..<30 {
                let (epoch, batch) = (step / 5, step % 5)
                let plain = schedule.rate(epoch: epoch, batch: batch, batches: 5, epochs: 6)
                let rate = warmed.rate(epoch: epoch, batch: batch, batches: 5, epochs: 6)
                #expect(abs(rate - plain * min(1, Double(step + 1) / 11)) < 1e-15, "\(name), step \(step)")
            }
        }
    }

    @Test("are equal where their rates are")
    func equality() {
        let schedule = LearningRateSchedule(base: 0.1, course: .step(epochs: 2, factor: 0.5), warmUpEpochs: 1)
        var other = schedule
        #expect(other == schedule)
        #expect(Set([schedule, other]).count == 1)
        other.course = StepCourse(epochs: 3, factor: 0.5)
        #expect(other != schedule)
        other.course = ExponentialCourse(factor: 0.5)
        #expect(other != schedule)
    }

    @Test("say what does not fit")
    func errors() {
        func text(_ schedule: LearningRateSchedule) -> String {
            do {
                try schedule.validate(epochs: 2)
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(text(.constant(0.1)) == "no error")
        #expect(
            text(LearningRateSchedule(base: 0.1, course: .cosine(final: 0.2)))
                == "The setting 'eta_min' is 0.2, but must be 0 to 0.1.")
        #expect(
            text(LearningRateSchedule(base: 0.1, course: .multiStep(milestones: [3, -1])))
                == "The setting 'milestones' is -1, but must be 0 to 1000000.")
        #expect(
            text(LearningRateSchedule(base: 0.1, course: .constant, warmUpEpochs: 3))
                == "The setting 'warm-up' is 3.0, but must be 0 to 2.")
        #expect(
            text(LearningRateSchedule(base: 0.1, course: ReduceOnPlateau(factor: 1)))
                == "The setting 'factor' is 1.0, but must be at least 0 and below 1.")
        #expect(
            text(LearningRateSchedule(base: 0.1, course: OneCycleCourse(maximum: 1, rising: 1.2)))
                == "The setting 'pct_start' is 1.2, but must be 0 to 1.")
    }
}
