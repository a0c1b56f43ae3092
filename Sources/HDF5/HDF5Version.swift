import CSynfireHDF5

/// Which libhdf5 is at work.
package enum HDF5Version {
    /// The version of the library that is loaded, such as "1.10.8".
    package static var library: String {
        HDF5Library.quietly {
            var (major, minor, release) = (UInt32(0), UInt32(0), UInt32(0))
            guard H5get_libversion(&major, &minor, &release) >= 0 else { return "unknown" }
            return "\(major).\(minor).\(release)"
        }
    }
}
