import SynfireParallel
import Testing

@Suite("Pools on busy machines")
struct BusyMachineTests {
    private static let millisecond: UInt64 = 1_000_000

    @Test("threads that are waited for too long are left out, down to one, and tried again after ever longer pauses")
    func budget() {
        var budget = ThreadBudget(most: 4)
        var now: UInt64 = 1000 * Self.millisecond
        var seen = [budget.threads]
        // Each wait of 10 ms is followed by 5 ms of work.
        func lose() {
            now += 15 * Self.millisecond
            budget.note(lost: 10 * Self.millisecond, now: now)
            if seen.last != budget.threads { seen.append(budget.threads) }
        }
        while budget.threads > 1 { lose() }
        #expect(seen == [4, 3, 2, 1])
        #expect(budget.isStrained)
        var pauses: [UInt64] = []
        for _ in 0..<8 {
            let start = now
            while budget.threads == 1 {
                now += Self.millisecond
                budget.tryMore(now: now)
            }
            pauses.append(now - start)
            lose()
            #expect(budget.threads == 1)
        }
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(pauses.last == ThreadBudget.longestPause)
    }

    @Test("a trial without losses keeps its threads, and the next pause is short again")
    func recovery() {
        var budget = ThreadBudget(most: 2)
        var now: UInt64 = 0
        for _ in 0..<12 {
            now += 1000 * Self.millisecond
            budget.tryMore(now: now)
            budget.note(lost: 20 * Self.millisecond, now: now + 20 * Self.millisecond)
        }
        #expect(budget.threads == 1)
        now += 1000 * Self.millisecond
        budget.tryMore(now: now)
        #expect(budget.threads == 2 && budget.isStrained)
        // Small losses, far apart, are the rule on any machine.
        for _ in 0..<100 {
            now += 20 * Self.millisecond
            budget.note(lost: Self.millisecond, now: now)
        }
        #expect(budget.threads == 2)
        now += 1000 * Self.millisecond
        budget.note(lost: 20 * Self.millisecond, now: now)
        #expect(budget.threads == 1)
        budget.tryMore(now: now + ThreadBudget.shortestPause)
        #expect(budget.threads == 2)
    }

    @Test("a lone wait is no reason to leave threads out")
    func loneWait() {
        var budget = ThreadBudget(most: 2)
        for second in UInt64(1)...20 { budget.note(lost: 4 * Self.millisecond, now: second * 1000 * Self.millisecond) }
        #expect(budget.threads == 2)
    }

    @Test("a part is begun once in a loop, and by no thread that comes late")
    func parts() {
        let parts = LoopParts(count: 2)
        #expect(parts.begin(0, loop: 1, thread: 0))
        #expect(!parts.begin(0, loop: 1, thread: 1))
        #expect(!parts.isDone(0, loop: 1))
        parts.end(0, loop: 1, thread: 0)
        #expect(parts.isDone(0, loop: 1) && !parts.isDone(1, loop: 1))
        #expect(parts.begin(1, loop: 1, thread: 65_534) && parts.thread(of: 1) == 65_534)
        parts.end(1, loop: 1, thread: 65_534)
        #expect(parts.begin(0, loop: 7, thread: 1) && parts.thread(of: 0) == 1)
        // Called for an earlier loop, one that skipped this part.
        #expect(!parts.begin(0, loop: 5, thread: 2))
        #expect(!parts.isDone(0, loop: 5) && !parts.isDone(1, loop: 7))
        #expect(parts.begin(1, loop: 1 << 46, thread: 3) && parts.thread(of: 1) == 3)
    }

    @Test("each worker's part runs once in each loop while pools fight for the processors", arguments: [2, 3, 7])
    func fight(workers: Int) async throws {
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let pool = try WorkerPool(workers: workers)
                    // Plain memory: a part's writes are seen by the thread that called, and by the part's next run.
                    let counts = Counts(workers)
                    return (1...4000).count { loop in
                        pool.forEachWorker { counts.base[16 * $0] += 1 }
                        return !(0..<workers).allSatisfy { counts.base[16 * $0] == loop }
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}

/// A number for each worker, in lines of their own.
///
/// Unchecked `Sendable`: a worker's number is used by its part alone, and between loops.
private final class Counts: @unchecked Sendable {
    let base: UnsafeMutablePointer<Int>

    init(_ count: Int) {
        base = .allocate(capacity: 16 * count)
        base.initialize(repeating: 0, count: 16 * count)
    }

    deinit { base.deallocate() }
}
