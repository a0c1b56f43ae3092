import Synchronization
import SynfireParallel
import Testing

/// Counts what the thread of a prefetcher has made.
private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    private let largestLead = Atomic<Int>(0)
    let taken = Atomic<Int>(0)

    func next(upTo end: Int) -> Int? {
        let number = value.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue
        guard number < end else { return nil }
        let lead = number - taken.load(ordering: .sequentiallyConsistent)
        largestLead.max(lead, ordering: .sequentiallyConsistent)
        return number
    }

    var made: Int { value.load(ordering: .sequentiallyConsistent) }
    var lead: Int { largestLead.load(ordering: .sequentiallyConsistent) }
}

@Suite("Prefetcher")
struct PrefetcherTests {
    struct Failure: Error, Equatable {
        let number: Int
    }

    @Test("gives elements in order, makes no more ahead than it may, and ends", arguments: [1, 2, 5])
    func order(ahead: Int) throws {
        let counter = Counter()
        let prefetcher = try Prefetcher(ahead: ahead) { counter.next(upTo: 300) }
        for expected in 0..<300 {
            #expect(try prefetcher.next() == expected)
            counter.taken.add(1, ordering: .sequentiallyConsistent)
        }
        #expect(try prefetcher.next() == nil)
        #expect(try prefetcher.next() == nil)
        // An element may be made between taking and counting it.
        #expect(counter.lead <= ahead + 1)
    }

    @Test("throws an error in its place, and again")
    func errors() throws {
        let counter = Counter()
        let prefetcher = try Prefetcher(ahead: 3) {
            guard let number = counter.next(upTo: .max), number < 4 else { throw Failure(number: 4) }
            return number
        }
        for expected in 0..<4 { #expect(try prefetcher.next() == expected) }
        for _ in 0..<2 { #expect(throws: Failure(number: 4)) { try prefetcher.next() } }
        #expect(counter.made == 5)
    }

    @Test("ends its thread when it is let go, whether that waits or works")
    func ends() throws {
        for round in 0..<200 {
            let counter = Counter()
            do {
                let prefetcher = try Prefetcher(ahead: 2) { counter.next(upTo: .max) }
                if round % 2 == 0 { #expect(try prefetcher.next() == 0) }
            }
            let made = counter.made
            #expect(made <= 4)
            // The thread has been joined: nothing is made any more.
            #expect(counter.made == made)
        }
    }
}
