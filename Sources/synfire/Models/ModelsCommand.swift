import ArgumentParser

/// `synfire models`: what networks can be made of.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Lists neurons, sources, stimuli, plasticity, connectors and distributions, with their parameters.",
        discussion: """
            Examples:
              synfire models
              synfire models lif_curr_exp
            """)

    @Argument(
        help: "One of the names; without it all are listed.", completion: .list(CatalogEntry.models.map(\.name)))
    var name: String?

    @Flag(help: "Print Markdown: docs/reference/models.md is made so.")
    var markdown = false

    @OptionGroup var output: PrintOptions

    func run() throws {
        let intro = [
            "What networks are made of, as [descriptions in YAML](../guides/networks.md) and Swift name it. This page is made "
                + "by `make reference`", "from the catalogs in the sources.",
        ]
        try CatalogPage(title: "Models", intro: intro, command: "models", what: "model", entries: CatalogEntry.models)
            .print(name, markdown: markdown, json: output.json)
    }
}
