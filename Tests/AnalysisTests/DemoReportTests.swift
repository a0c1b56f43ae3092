import Foundation
import SynfireAnalysis
import Testing

@Suite("The report")
struct DemoReportTests {
    @Test("is one well-formed page that asks for nothing else")
    func selfContained() throws {
        let html = Examples.report.html()
        let found = XMLReader.read(String(html.dropFirst("<!DOCTYPE html>\n".count)))
        #expect(found.elements["script"] == nil && found.elements["link"] == nil)
        #expect(found.elements["h1"] == 1)
        #expect(found.elements["img"] == 2)
        #expect(found.attributes["img.src"]?.allSatisfy { $0.hasPrefix("data:image/png;base64,") } == true)
        // One picture of accuracy, four clouds, and two for each of the two images.
        #expect(found.elements["svg"] == 9)
        let addresses = html.matches(of: /https?:\/\/[^"' <]+/).map { String($0.output) }
        #expect(Set(addresses) == ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg"])
        #expect(!html.contains("@import") && !html.contains("url("))
        if let folder = ProcessInfo.processInfo.environment["SYNFIRE_PICTURES"] {
            try html.write(toFile: "\(folder)/report.html", atomically: true, encoding: .utf8)
        }
    }

    @Test("shows the numbers it was given")
    func numbers() {
        let text = XMLReader.read(String(Examples.report.html().dropFirst("<!DOCTYPE html>\n".count))).text
        for expected in [
            "92.60 %", "92.50 %", "-0.10", "6.14 M", "5.2 M", "1.18", "25,088", "0.8", "1.58", "2.35", "23.1 %",
            "0.1 %",
            "✓ Ankle boot", "✗ T-shirt/top", "label: Shirt", "rate, channel-wise, percentile 99.9", "t[t < 10 & True]",
        ] {
            #expect(text.contains(expected), "\(expected)")
        }
    }

    @Test("escapes every text")
    func escaping() {
        var report = Examples.report
        let hostile = "<script>alert(1)</script>&'\""
        report.title = hostile
        report.summary = hostile
        report.facts = [.init(hostile, hostile)]
        report.files = [.init(hostile, hostile)]
        report.recipes = [.init(title: hostile, code: hostile)]
        report.layers = [
            DemoReport.Layer(
                name: hostile, neuronCount: 1, thresholds: [], correlation: nil, meanError: .nan, silentShare: 0,
                saturatedShare: 0, points: [PlotPoint(x: 0, y: 0)])
        ]
        let found = XMLReader.read(String(report.html().dropFirst("<!DOCTYPE html>\n".count)))
        #expect(found.elements["script"] == nil)
        #expect(found.text.contains(hostile))
    }

    @Test("does without any part")
    func empty() {
        let report = DemoReport(
            title: "t", summary: "s", facts: [],
            accuracy: .init(imageCount: 0, annAccuracy: 0, annOperations: 0, rows: []), layers: [], examples: [])
        let found = XMLReader.read(String(report.html().dropFirst("<!DOCTYPE html>\n".count)))
        #expect(found.elements["svg"] == 1)
    }
}
