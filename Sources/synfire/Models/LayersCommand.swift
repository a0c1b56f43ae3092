import ArgumentParser

/// `synfire layers`: what trained networks can be made of.
struct LayersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "layers",
        abstract: "Lists the layers of trained networks, with their settings and parameters.",
        discussion: """
            Examples:
              synfire layers
              synfire layers LayerNorm
            """)

    @Argument(
        help: "The type of a layer; without it all are listed.", completion: .list(CatalogEntry.layers.map(\.name)))
    var name: String?

    @Flag(help: "Print Markdown: docs/reference/layers.md is made so.")
    var markdown = false

    @OptionGroup var output: PrintOptions

    func run() throws {
        let intro = [
            "What trained networks are made of, as [descriptions in YAML](../guides/train.md) and Swift name it. Names, "
                + "settings, defaults and",
            "parameters are PyTorch's. Axes are counted as in a batch: 0 is the batch, 1 the channels or features. This page "
                + "is made by", "`make reference` from the catalog in the sources.",
        ]
        try CatalogPage(title: "Layers", intro: intro, command: "layers", what: "layer", entries: CatalogEntry.layers)
            .print(name, markdown: markdown, json: output.json)
    }
}
