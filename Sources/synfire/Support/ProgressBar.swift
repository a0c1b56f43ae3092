import Foundation

/// A line on the terminal that shows how far work is, how fast it goes and how long it will take; nothing in a pipe.
final class ProgressBar {
    private let label: String
    private let unit: String
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant?
    private var isDrawn = false

    /// - Parameters:
    ///   - label: What is being done.
    ///   - unit: What is counted, in the plural.
    init(_ label: String, unit: String) {
        self.label = label
        self.unit = unit
        start = clock.now
    }

    /// Shows progress with its pace and the time left, at most ten times a second.
    func update(_ done: Int, of total: Int, note: String = "") {
        show(done, of: total) { seconds in
            let rate = seconds > 0 ? Double(done) / seconds : 0
            let left = rate > 0 ? Double(total - done) / rate : .infinity
            let pace = "\(Format.count(rate)) \(self.unit)/s"
            let rest = done < total ? (left.isFinite ? Format.seconds(left) + " left" : "") : Format.seconds(seconds)
            return "\(pace)  \(rest)  \(note)"
        }
    }

    /// Shows progress with a text of the caller's, at most ten times a second.
    ///
    /// - Parameter tail: Makes the text, given the seconds since the bar began; asked only where it is shown.
    func show(_ done: Int, of total: Int, tail: (_ seconds: Double) -> String) {
        guard Console.isTerminal else { return }
        let now = clock.now
        if let lastDrawn, now - lastDrawn < .milliseconds(100), done < total { return }
        lastDrawn = now
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
        let width = 24
        let filled = Int(share * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let text = "\(label) \(bar) \(done)/\(total)  \(tail((now - start) / .seconds(1)))"
        // A line that wraps could not be drawn over.
        let shown = Console.width.map { String(text.prefix(max(20, $0 - 1))) } ?? text
        Console.draw("\r\u{1B}[2K\(Console.harmless(shown))")
        isDrawn = true
    }

    /// Leaves the line as it is and goes to the next.
    func finish() {
        if isDrawn { Console.draw("\n") }
        isDrawn = false
    }

    deinit { finish() }
}
