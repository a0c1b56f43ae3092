import Foundation
import SynfireTestSupport
import Testing

/// Which lines `plot --kind trace` draws, and what the names of pictures may promise.
@Suite("Pictures of variables by command")
struct PictureCommandTests {
    private func recorded() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try """
        network: n
        run: {time: 20 ms, step: 0.1 ms}
        populations:
          a: {size: 400, model: lif_curr_exp, parameters: {i_e: 300 pA}}
          b: {size: 3, model: lif_curr_exp}
        record:
          - {variable: [v, i_ex], of: a, every: 1 ms}
          - {variable: v, of: b, every: 1 ms}
        """.write(toFile: folder.file("n.yaml"), atomically: true, encoding: .utf8)
        let result = try Command.run(["simulate", "n.yaml", "--out", "t.h5"], in: folder.path)
        #expect(result.status == 0, "\(result.errors)")
        return folder
    }

    private func plot(_ options: [String], in folder: borrowing TemporaryDirectory) throws -> (
        svg: String, errors: String
    ) {
        let result = try Command.run(
            ["plot", "t.h5", "--kind", "trace", "--out", "o.svg", "--force"] + options, in: folder.path)
        guard result.status == 0 else { return ("", result.errors) }
        return (try String(contentsOfFile: folder.file("o.svg"), encoding: .utf8), "")
    }

    /// The style and dashes of each line with many points, and those of the legend.
    private func styles(_ svg: String) -> (lines: [String], legend: [String]) {
        func part(_ pattern: String, _ path: Substring) -> String {
            path.range(of: pattern, options: .regularExpression).map { String(path[$0]) } ?? ""
        }
        let paths = svg.split(separator: "\n").filter { $0.contains("sf-line sf-l") }
        func names(_ isLegend: Bool) -> [String] {
            paths.filter { $0.contains("h30\"") == isLegend }
                .map { part("sf-l[0-9]", $0) + part("dasharray=\"[^\"]*\"", $0) }
        }
        return (names(false), names(true))
    }

    @Test("lines differ in colour or dashes, and the legend shows each as it is drawn")
    func distinct() throws {
        let folder = try recorded()
        let (svg, errors) = try plot(["--population", "a", "--neurons", "0-26,399"], in: folder)
        #expect(errors.isEmpty)
        let (lines, legend) = styles(svg)
        #expect(lines.count == 28 && Set(lines).count == 28 && legend == lines)
        #expect(svg.contains("28 of 400 recorded neurons of a") && svg.contains(">a[399]<"))
    }

    @Test("without a choice the first twelve are drawn, and the caption says of how many")
    func usual() throws {
        let folder = try recorded()
        let svg = try plot(["--population", "a"], in: folder).svg
        #expect(styles(svg).lines.count == 12)
        #expect(svg.contains("12 of 400 recorded neurons of a; choose others with --neurons"))
        let both = try plot([], in: folder).svg
        #expect(both.contains("6 of 400 recorded neurons of a; all 3 recorded neurons of b"))
        let currents = try plot(["--variable", "i_ex", "--neurons", "5"], in: folder).svg
        #expect(currents.contains("1 of 400 recorded neurons of a") && currents.contains("i_ex (pA)"))
    }

    @Test(
        "choices that cannot be drawn are refused",
        arguments: [
            ("0-28", "chooses 29 neurons, but at most 28 lines can be told apart"),
            ("400", "--neurons names 400, which was not recorded; 't.h5' has a[0-399]"),
            ("3,x", "'x' is no neuron or range"), ("9-3", "'9-3' is no neuron or range"),
            ("1,,2", "'' is no neuron or range"), ("0-9223372036854775807", "is no neuron or range"),
        ])
    func refused(_ choice: String, _ reason: String) throws {
        let folder = try recorded()
        let errors = try plot(["--population", "a", "--neurons", choice], in: folder).errors
        #expect(errors.contains(reason), "\(errors)")
    }

    @Test("a picture is not written under the name of another format", arguments: ["o.png", "o.pdf", "o.h5", "o.SVGZ"])
    func endings(name: String) throws {
        let folder = try recorded()
        let result = try Command.run(["plot", "t.h5", "--kind", "trace", "--out", name], in: folder.path)
        #expect(result.status == 2 && result.errors.contains(".svg"), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.file(name)))
    }
}
