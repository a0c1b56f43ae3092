import Foundation
import SynfireTestSupport
import Testing

/// What is written beside its place: texts, and the folder of the demonstration.
@Suite("Leftovers of texts and folders", .serialized)
struct LeftoverTests {
    @Test("a text removes what killed runs have left of it, but nothing that somebody holds, nor other files")
    func texts() throws {
        let folder = try TemporaryDirectory()
        let mine = ["o.svg.synfire.partial", "o.svg.synfire.3.partial"]
        let others = ["o.svg.partial", "p.svg.synfire.partial", "notes.synfire.partial"]
        for name in mine + others + ["o.svg.synfire.2.partial"] {
            try "<svg".write(toFile: folder.file(name), atomically: false, encoding: .utf8)
        }
        // Another run writes this one.
        let held = open(folder.file("o.svg.synfire.2.partial"), O_RDONLY)
        #expect(held >= 0 && flock(held, LOCK_EX) == 0)
        defer { close(held) }
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("o.svg.synfire.4.partial"), withDestinationPath: "p.svg.synfire.partial")
        let result = try Command.run(
            ["plot", Command.weights, "--kind", "curves", "--out", "o.svg"], in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            try folder.names()
                == (others + ["o.svg", "o.svg.synfire.2.partial", "o.svg.synfire.4.partial"]).sorted())
        let svg = try String(contentsOfFile: folder.file("o.svg"), encoding: .utf8)
        #expect(svg.contains("</svg>"))
    }

    @Test("a demonstration that is killed leaves a folder that is seen, which the next one removes")
    func demonstration() throws {
        let folder = try Command.workFolder()
        let killed = try Command.interrupt(
            ["demo", "--images", "800", "--workers", "1"], in: folder.path, at: "calibrating", by: SIGKILL)
        #expect(killed.status == -SIGKILL)
        #expect(try folder.names() == ["datasets", "demo.synfire.partial", "models"])
        let next = try Command.run(["demo", "--images", "10"], in: folder.path)
        #expect(next.status == 0, "\(next.errors)")
        #expect(try folder.names() == ["datasets", "demo", "models"])
    }
}
