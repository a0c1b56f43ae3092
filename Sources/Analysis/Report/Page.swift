/// Pieces of a page of HTML; what comes in as text is escaped, what comes in as markup is not.
///
/// The page is also well-formed XML, so that a test can parse it.
enum Page {
    static func document(title: String, style: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>\(Markup.escape(title))</title>
        <style>
        \(style)</style>
        </head>
        <body>
        <main>
        \(body)</main>
        </body>
        </html>

        """
    }

    static func section(_ heading: String, _ markup: String, note: String? = nil) -> String {
        let words = note.map { "<p class=\"note\">\(Markup.escape($0))</p>\n" } ?? ""
        return "<section>\n<h2>\(Markup.escape(heading))</h2>\n\(words)\(markup)</section>\n"
    }

    /// A table whose first column is text and whose others are numbers.
    static func table(head: [String], rows: [[String]]) -> String {
        let heads = head.map { "<th scope=\"col\">\(Markup.escape($0))</th>" }.joined()
        let lines = rows.map { row in
            let cells = row.enumerated().map { index, cell in
                index == 0 ? "<th scope=\"row\">\(Markup.escape(cell))</th>" : "<td>\(Markup.escape(cell))</td>"
            }
            return "<tr>\(cells.joined())</tr>\n"
        }
        return """
            <div class="scroll"><table class="numbers">
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(lines.joined())</tbody>
            </table></div>

            """
    }

    static func facts(_ facts: [DemoReport.Fact]) -> String {
        let lines = facts.map { fact in
            "<div><dt>\(Markup.escape(fact.name))</dt><dd>\(Markup.escape(fact.value))</dd></div>\n"
        }
        return "<dl class=\"facts\">\n\(lines.joined())</dl>\n"
    }

    static func figure(_ drawing: Drawing, caption: String? = nil) -> String {
        let words = caption.map { "<figcaption>\(Markup.escape($0))</figcaption>" } ?? ""
        return "<figure><div class=\"scroll\">\(drawing.inline)</div>\(words)</figure>\n"
    }

    static func code(_ block: DemoReport.CodeBlock) -> String {
        "<h3>\(Markup.escape(block.title))</h3>\n<pre><code>\(Markup.escape(block.code))</code></pre>\n"
    }
}
