import SynfireUnits

extension HDF5Error {
    /// "; did you mean 'x'?" for a name that is near one there is, else the names there are, else nothing.
    static func hint(_ name: String, among names: [String]) -> String {
        if names.isEmpty { return "" }
        if let nearest = NearestName.find(name, among: names.prefix(1000)) { return "; did you mean '\(nearest)'?" }
        let shown = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
        return "; there is \(shown)" + (names.count > 8 ? " and \(names.count - 8) more" : "")
    }
}
