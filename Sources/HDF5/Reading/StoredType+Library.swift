import CSynfireHDF5
import CSynfireHDF5Reader

extension StoredType {
    /// The bytes of one element in the file.
    ///
    /// - Parameter descriptorSize: Those of a text or list of variable length, whose content lies elsewhere.
    func byteCount(descriptorSize: Int) -> Int {
        switch self {
        case .integer(let integer): integer.bytes
        case .float(let layout, _): layout == SYNFIRE_FLOAT_DOUBLE ? 8 : layout == SYNFIRE_FLOAT_SINGLE ? 4 : 2
        case .fixedText(let byteCount, _, _): byteCount
        case .enumeration(let base, _): base.bytes
        case .reference: MemoryLayout<hobj_ref_t>.size
        case .variableText, .sequence: descriptorSize
        case .unknown: 1
        }
    }

    /// The type as the module's users see it.
    func elementType(_ place: HDF5Place) throws(HDF5Error) -> HDF5ElementType {
        switch self {
        case .unknown(let name): return .other(name)
        case .sequence(let element): return .sequence(of: try element.elementType(place))
        default: return try HDF5ElementType(makeHandle(place), place)
        }
    }

    /// A type of libhdf5 that is like it, made from checked numbers.
    func makeHandle(_ place: HDF5Place) throws(HDF5Error) -> HDF5Handle {
        let operation = "read the type of"
        switch self {
        case .integer(let integer): return try integer.makeHandle(place)
        case .float(let layout, let isBigEndian):
            return try HDF5Handle(.datatype, operation, place) {
                synfire_reader_float(Int32(layout), isBigEndian ? 1 : 0)
            }
        case .fixedText(let byteCount, let padding, let encoding):
            let kind = HDF5StringKind(byteCount: byteCount, padding: padding, encoding: encoding)
            return try HDF5ElementType.string(kind).makeHandle(place)
        case .variableText(let encoding): return try HDF5ElementType.string(.variable(encoding)).makeHandle(place)
        case .enumeration(let base, let members):
            let integer = try base.makeHandle(place)
            let type = try HDF5Handle(.datatype, operation, place) { H5Tenum_create(integer.id) }
            for member in members {
                // Names and numbers that come twice are refused here.
                try HDF5Library.exec(operation, place, orElse: .corrupt) {
                    member.name.withCString { H5Tenum_insert(type.id, $0, member.value) }
                }
            }
            return type
        case .reference:
            return try HDF5Handle(.datatype, operation, place) { H5Tcopy(synfire_H5T_STD_REF_OBJ()) }
        case .sequence(let element):
            let base = try element.makeHandle(place)
            return try HDF5Handle(.datatype, operation, place) { H5Tvlen_create(base.id) }
        case .unknown: return try HDF5Handle(.datatype, operation, place) { synfire_reader_opaque(1) }
        }
    }
}

extension StoredInteger {
    func makeHandle(_ place: HDF5Place) throws(HDF5Error) -> HDF5Handle {
        try HDF5Handle(.datatype, "read the type of", place) {
            synfire_reader_integer(
                Int32(bytes), isSigned ? 1 : 0, isBigEndian ? 1 : 0, Int32(precision), Int32(offset))
        }
    }
}

extension StoredSpace {
    /// A dataspace of libhdf5 that is like it.
    func makeHandle(_ place: HDF5Place) throws(HDF5Error) -> HDF5Handle {
        let operation = "read the shape of"
        switch self {
        case .null: return try HDF5Handle(.dataspace, operation, place) { H5Screate(H5S_NULL) }
        case .scalar: return try HDF5Handle(.dataspace, operation, place) { H5Screate(H5S_SCALAR) }
        case .simple(let sizes, let largest):
            return try HDF5Handle(.dataspace, operation, place, orElse: .corrupt) {
                H5Screate_simple(Int32(sizes.count), sizes, largest)
            }
        }
    }
}

extension [UInt8] {
    /// The bytes up to the first zero, as C takes a text.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        var text = prefix { $0 != 0 }.map { CChar(bitPattern: $0) }
        text.append(0)
        return text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("there is at least the zero") }
            return body(base)
        }
    }
}
