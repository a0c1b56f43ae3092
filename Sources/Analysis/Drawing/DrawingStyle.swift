/// The looks of every picture, as classes that a page can share.
///
/// The colours of series are those of Okabe and Ito, which people with any kind of colour vision tell apart; two are lightened
/// on a dark surrounding to keep their contrast. Series also differ in the shape of their marks.
///
/// - Source: M. Okabe, K. Ito, "Color Universal Design", 2008.
enum DrawingStyle {
    /// Blue, vermilion, green, purple, orange, sky blue, black.
    static let light = ["#0072B2", "#D55E00", "#009E73", "#B4588C", "#C98500", "#3A93CC", "#333333"]
    /// The same on dark.
    static let dark = ["#4DB0E8", "#F0803C", "#2CC295", "#E095BE", "#F0B840", "#8FD0F5", "#DDDDDD"]

    static let fonts = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

    /// How many series differ in colour.
    static var seriesCount: Int { light.count }

    static let css: String = {
        let shapes = """
            .sf-text{font:12px \(fonts);font-variant-numeric:tabular-nums}
            .sf-title{font:600 14px \(fonts)}
            .sf-note{font:11px \(fonts)}
            .sf-grid,.sf-axis,.sf-rule,.sf-line{fill:none}
            .sf-grid{stroke-width:1}.sf-axis{stroke-width:1}
            .sf-rule{stroke-width:1.2;stroke-dasharray:5 4}
            .sf-line{stroke-linejoin:round;stroke-linecap:round}

            """
        let night = colours(
            background: "#15191d", text: "#c9d1d9", title: "#f0f3f6", note: "#9aa4ae", grid: "#2b3138", axis: "#6b7580",
            series: dark)
        return shapes
            + colours(
                background: "#ffffff", text: "#3c4248", title: "#14171a", note: "#646c75", grid: "#e4e7eb",
                axis: "#8a929b", series: light)
            + "@media (prefers-color-scheme:dark){\n\(night)}\n"
    }()

    private static func colours(
        background: String, text: String, title: String, note: String, grid: String, axis: String, series: [String]
    ) -> String {
        var css = """
            .sf-bg{fill:\(background)}.sf-halo{stroke:\(background);stroke-width:3;stroke-linejoin:round;paint-order:stroke}
            .sf-text{fill:\(text)}.sf-title{fill:\(title)}.sf-note{fill:\(note)}
            .sf-grid{stroke:\(grid)}.sf-axis{stroke:\(axis)}.sf-rule{stroke:\(note)}.sf-faint{stroke:\(axis);opacity:.55}

            """
        for (index, colour) in series.enumerated() {
            css += ".sf-l\(index){stroke:\(colour)}.sf-f\(index){fill:\(colour)}"
        }
        return css + "\n"
    }
}
