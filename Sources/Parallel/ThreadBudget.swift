/// How many threads of a pool are worth waiting for.
///
/// On a machine that is busy with other work a thread may be without a processor for many milliseconds in the middle of
/// its part, and all others wait. Time so lost is put on an account that a share of all time is taken off from; when it
/// exceeds a limit, fewer threads go on for a while. Then more are tried again, on a short account; each trial that fails
/// makes the next pause longer. Times are in nanoseconds.
package struct ThreadBudget {
    /// The most threads to use.
    package let most: Int
    /// How many to use now.
    package private(set) var threads: Int

    private var account: UInt64 = 0
    /// When the account was last brought up to date.
    private var accountTime: UInt64 = 0
    private var isTrial = false
    private var pause = Self.shortestPause
    private var pauseEnd: UInt64 = 0

    /// Losses beyond this are too many: one to two of a scheduler's time slices.
    package static let limit: UInt64 = 5_000_000
    /// One part of so many of all time may be lost; of two threads one is the better choice from half the time on, where
    /// the thread that waits always has a processor itself, which it does not.
    package static let tolerance: UInt64 = 4
    package static let shortestPause: UInt64 = 20_000_000
    package static let longestPause: UInt64 = 640_000_000

    package init(most: Int) {
        self.most = most
        threads = most
    }

    /// Whether losses have been seen that time has not made up for.
    package var isStrained: Bool { account > 0 || threads < most }

    /// Notes that all waited for a thread that had no processor.
    package mutating func note(lost: UInt64, now: UInt64) {
        // The loss itself is no time that makes up for one.
        settle(now - min(lost, now))
        accountTime = now
        account += lost
        guard account > Self.limit, threads > 1 else { return }
        threads -= (threads + 3) / 4
        account = 0
        isTrial = false
        pauseEnd = now + pause
        pause = min(2 * pause, Self.longestPause)
    }

    /// Uses more threads again where it is time to; to be called where not all are in use.
    package mutating func tryMore(now: UInt64) {
        guard threads < most, now >= pauseEnd else { return }
        settle(now)
        guard account == 0 else { return }
        threads = min(most, threads + (threads + 2) / 3)
        account = Self.limit * 2 / 3
        isTrial = true
    }

    private mutating func settle(_ now: UInt64) {
        let gain = (now - min(accountTime, now)) / Self.tolerance
        accountTime = now
        account -= min(account, gain)
        if account == 0, isTrial {
            isTrial = false
            pause = Self.shortestPause
        }
    }
}
