/// A finished picture: SVG as a file of its own, or as a part of a page.
public struct Drawing: Sendable {
    /// The size in pixels at which the text has its natural size; a viewer may scale it.
    public let width: Double, height: Double
    /// What the picture shows, in a few words; also its accessible name.
    public let title: String
    /// What can be seen in it, in a sentence, for readers who do not see it.
    public let summary: String
    let body: String

    /// A complete SVG file, with its own colours for light and dark surroundings.
    public var svg: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" \(box) width="\(Numerals.decimal(width))" \
        height="\(Numerals.decimal(height))" role="img">
        \(names)
        <style>\(DrawingStyle.css)</style>
        <rect class="sf-bg" width="100%" height="100%"/>
        \(body)</svg>

        """
    }

    /// The picture as an element of a page that has ``DrawingStyle/css`` in its style sheet.
    ///
    /// It takes the width there is, up to its own.
    var inline: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" \(box) role="img" style="width:100%;\
        max-width:\(Numerals.decimal(width))px">\(names)
        \(body)</svg>
        """
    }

    private var box: String { "viewBox=\"0 0 \(Numerals.decimal(width)) \(Numerals.decimal(height))\"" }

    private var names: String {
        "<title>\(Markup.escape(title))</title><desc>\(Markup.escape(summary))</desc>"
    }
}

/// A picture described by the numbers in it.
public protocol Picture: Sendable {
    /// Draws it.
    func drawing() -> Drawing
}

extension Picture {
    /// The picture as a complete SVG file.
    public func svg() -> String { drawing().svg }
}
