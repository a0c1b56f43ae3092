import SynfireSpikingModels
import SynfireTestSupport
import Testing

@Suite("Calendar of wake-ups")
struct WakeCalendarTests {
    @Test("Each neuron is taken once, in the slice that was asked for last of all sooner ones", .tags(.random))
    func random() {
        var random = SeededGenerator(seed: TestSeed.of("calendar"))
        let count = 50
        var calendar = WakeCalendar(neurons: count)
        // The naive one: the least slice asked for since the neuron was last taken.
        var due = [Int](repeating: 0, count: count)
        calendar.wakeAll(count)
        for slice in 0..<5000 {
            var taken: [Int] = []
            calendar.takeDue(in: slice) { taken.append(Int($0)) }
            let expected = due.indices.filter { due[$0] == slice }
            #expect(taken.sorted() == expected)
            for neuron in expected { due[neuron] = .max }
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let neuron = Int.random(in: 0..<count, using: &random)
                let ahead = [0, 1, 2, 7, 100, 1022, 1023, 1024, 5000, -3].randomElement(using: &random) ?? 1
                calendar.wake(neuron, in: slice + ahead)
                due[neuron] = min(due[neuron], slice + min(max(ahead, 1), WakeCalendar.slices - 1))
            }
            // Stale entries go when their slice comes.
            #expect(calendar.entryCount <= 6 * WakeCalendar.slices)
        }
    }

    @Test("A wake-up that is moved again and again is one wake-up")
    func moved() {
        var calendar = WakeCalendar(neurons: 1)
        for slice in stride(from: 1000, to: 10, by: -1) { calendar.wake(0, in: slice) }
        var taken: [Int] = []
        for slice in 0..<1100 { calendar.takeDue(in: slice) { _ in taken.append(slice) } }
        #expect(taken == [11])
        #expect(calendar.entryCount == 0)
    }
}
