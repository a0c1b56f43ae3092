import Foundation
import Synchronization
import SynfireNeuralNetworks
import SynfireParallel
import SynfireTensors
import Testing

/// Written by a handler, which may touch nothing that takes a lock.
nonisolated(unsafe) private let handled = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 1)

/// Sends a signal to one thread again and again.
///
/// Unchecked `Sendable`: the thread's handle is only read.
private final class Sender: @unchecked Sendable {
    private let thread: pthread_t
    private let number: Int32
    private let isStopped = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    init(to thread: pthread_t, _ number: Int32) {
        self.thread = thread
        self.number = number
    }

    func send() {
        while !isStopped.load(ordering: .acquiring) {
            pthread_kill(thread, number)
            usleep(200)
        }
        ended.signal()
    }

    /// Returns when the last signal has been sent.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        ended.wait()
    }
}

@Suite("Signals")
struct SignalTests {
    // oneDNN's matrix products run with the stack register in the heap; a handler called there writes over what lies
    // below. The C library notices, and ends the process.
    @Test("A handler that is called all the time harms neither the heap nor the results")
    func handlers() throws {
        let graph = try Graph(
            name: "signals", inputShape: [8, 20, 20],
            sequence: [
                ("conv1", Conv2d(8, 32, kernelSize: 3, padding: 1)),
                ("conv2", Conv2d(32, 64, kernelSize: 3, padding: 1)),
                ("flat", Flatten()), ("fc", Linear(64 * 400, 10)),
            ])
        let batch = try randomTensor([16, 8, 20, 20], seed: 3)
        let predictor = try Predictor(graph, pool: WorkerPool(workers: 2))
        let expected = try predictor.predict(batch)

        handled.initialize(to: 0)
        let before = signal(SIGUSR2) { _ in handled.pointee &+= 1 }
        defer { _ = signal(SIGUSR2, before) }
        // The threads that tests run on block signals.
        var (wanted, mask) = (sigset_t(), sigset_t())
        sigemptyset(&wanted)
        sigaddset(&wanted, SIGUSR2)
        pthread_sigmask(SIG_UNBLOCK, &wanted, &mask)
        defer { pthread_sigmask(SIG_SETMASK, &mask, nil) }
        let sender = Sender(to: pthread_self(), SIGUSR2)
        Thread.detachNewThread { sender.send() }
        for _ in 0..<200 {
            #expect(try predictor.predict(batch).scalars == expected.scalars)
        }
        sender.stop()
        #expect(handled.pointee > 0)
    }
}
