import CSynfireHDF5

extension HDF5ElementType {
    /// Reads what a datatype of libhdf5 is.
    init(_ type: borrowing HDF5Handle, _ place: HDF5Place) throws(HDF5Error) {
        try self.init(id: type.id, place, depth: 0)
    }

    private init(id: hid_t, _ place: HDF5Place, depth: Int) throws(HDF5Error) {
        let (kind, size) = HDF5Library.quietly { (H5Tget_class(id), H5Tget_size(id)) }
        guard size > 0, let size = Int(exactly: size) else {
            throw HDF5Error(.corrupt, "read the type of", place, "an element of it would have no bytes")
        }
        let isBigEndian = HDF5Library.quietly { H5Tget_order(id) } == H5T_ORDER_BE
        switch kind {
        case H5T_INTEGER:
            let sign = HDF5Library.quietly { H5Tget_sign(id) }
            // Odd sizes and bit fields inside bytes exist; libhdf5 converts them like any other.
            self = .integer(bytes: size, isSigned: sign == H5T_SGN_2, isBigEndian: isBigEndian)
        case H5T_FLOAT:
            self = .float(bytes: size, isBigEndian: isBigEndian)
        case H5T_STRING:
            self = .string(try Self.stringKind(id, size: size, place))
        case H5T_ENUM:
            self = try Self.enumeration(id, size: size, place)
        case H5T_REFERENCE:
            let isObject = HDF5Library.quietly { H5Tequal(id, synfire_H5T_STD_REF_OBJ()) } > 0
            self = isObject ? .objectReference : .other("region reference")
        case H5T_VLEN:
            guard depth < 4 else { throw HDF5Error(.unsupported, "read the type of", place, "it is nested too deep") }
            let base = try HDF5Handle(.datatype, "read the type of", place, orElse: .corrupt) { H5Tget_super(id) }
            self = .sequence(of: try HDF5ElementType(id: base.id, place, depth: depth + 1))
        case H5T_COMPOUND: self = .other("compound of \(size) bytes")
        case H5T_ARRAY: self = .other("array of \(size) bytes")
        case H5T_OPAQUE: self = .other("opaque of \(size) bytes")
        case H5T_BITFIELD: self = .other("bit field of \(size) bytes")
        case H5T_TIME: self = .other("time of \(size) bytes")
        default: throw HDF5Error(.corrupt, "read the type of", place, "it has no known class")
        }
    }

    private static func stringKind(_ id: hid_t, size: Int, _ place: HDF5Place) throws(HDF5Error) -> HDF5StringKind {
        let isVariable = try HDF5Library.exec("read the type of", place) { H5Tis_variable_str(id) } > 0
        let encoding: HDF5StringKind.Encoding =
            HDF5Library.quietly { H5Tget_cset(id) } == H5T_CSET_UTF8 ? .utf8 : .ascii
        let padding: HDF5StringKind.Padding =
            switch HDF5Library.quietly({ H5Tget_strpad(id) }) {
            case H5T_STR_NULLPAD: .nullPadded
            case H5T_STR_SPACEPAD: .spacePadded
            default: .nullTerminated
            }
        return HDF5StringKind(byteCount: isVariable ? nil : size, padding: padding, encoding: encoding)
    }

    private static func enumeration(
        _ id: hid_t, size: Int, _ place: HDF5Place
    ) throws(HDF5Error) -> HDF5ElementType {
        let operation = "read the type of"
        let base = try HDF5Handle(.datatype, operation, place, orElse: .corrupt) { H5Tget_super(id) }
        guard case .integer(let bytes, let isSigned, let isBigEndian) = try HDF5ElementType(base, place), bytes <= 8
        else {
            throw HDF5Error(.unsupported, operation, place, "it is an enumeration over something else than integers")
        }
        // libhdf5 takes the enumeration's own size when it copies a member's value.
        guard size == bytes else {
            throw HDF5Error(.corrupt, operation, place, "it has \(size) bytes but stands on \(bytes)")
        }
        let count = try HDF5Library.exec(operation, place, orElse: .corrupt) { H5Tget_nmembers(id) }
        var members: [String: Int] = [:]
        for index in 0..<UInt32(count) {
            // Room for the widest integer: the value is converted in place.
            var value: Int64 = 0
            var name = ""
            try HDF5Library.exec(operation, place, orElse: .corrupt) { () -> herr_t in
                guard let text = H5Tget_member_name(id, index) else { return -1 }
                name = String(cString: text)
                H5free_memory(text)
                guard H5Tget_member_value(id, index, &value) >= 0 else { return -1 }
                return H5Tconvert(base.id, synfire_H5T_NATIVE_INT64(), 1, &value, nil, synfire_H5P_DEFAULT())
            }
            members[name] = Int(value)
        }
        if members == ["FALSE": 0, "TRUE": 1] { return .boolean }
        let type = HDF5ElementType.integer(bytes: bytes, isSigned: isSigned, isBigEndian: isBigEndian)
        return .enumeration(HDF5EnumType(members: members, base: type))
    }
}

extension HDF5ElementType {
    /// Makes the datatype of libhdf5, for a new dataset or attribute.
    func makeHandle(_ place: HDF5Place) throws(HDF5Error) -> HDF5Handle {
        let operation = "create the type of"
        switch self {
        case .integer, .float:
            guard let native = nativeNumber else {
                throw HDF5Error(.unsupported, operation, place, "numbers are not written as \(self)")
            }
            return try HDF5Handle(.datatype, operation, place) { H5Tcopy(native) }
        case .string(let kind): return try Self.makeString(kind, place)
        case .boolean:
            return try Self.makeEnumeration(["FALSE": 0, "TRUE": 1], base: .integer(bytes: 1, isSigned: true), place)
        case .enumeration(let type): return try Self.makeEnumeration(type.members, base: type.base, place)
        case .objectReference:
            return try HDF5Handle(.datatype, operation, place) { H5Tcopy(synfire_H5T_STD_REF_OBJ()) }
        case .sequence(let element):
            let base = try element.makeHandle(place)
            return try HDF5Handle(.datatype, operation, place) { H5Tvlen_create(base.id) }
        case .other(let name): throw HDF5Error(.unsupported, operation, place, "\(name) cannot be written")
        }
    }

    /// The number type of this machine with the same size; nil for what it does not have.
    var nativeNumber: hid_t? {
        switch self {
        case .integer(let bytes, let isSigned, _):
            switch (bytes, isSigned) {
            case (1, true): synfire_H5T_NATIVE_INT8()
            case (2, true): synfire_H5T_NATIVE_INT16()
            case (4, true): synfire_H5T_NATIVE_INT32()
            case (8, true): synfire_H5T_NATIVE_INT64()
            case (1, false): synfire_H5T_NATIVE_UINT8()
            case (2, false): synfire_H5T_NATIVE_UINT16()
            case (4, false): synfire_H5T_NATIVE_UINT32()
            case (8, false): synfire_H5T_NATIVE_UINT64()
            default: nil
            }
        case .float(4, _): synfire_H5T_NATIVE_FLOAT()
        case .float(8, _): synfire_H5T_NATIVE_DOUBLE()
        default: nil
        }
    }

    private static func makeString(_ kind: HDF5StringKind, _ place: HDF5Place) throws(HDF5Error) -> HDF5Handle {
        let type = try HDF5Handle(.datatype, "create the type of", place) { H5Tcopy(synfire_H5T_C_S1()) }
        try HDF5Library.exec("create the type of", place) { () -> herr_t in
            let size = kind.byteCount ?? synfire_H5T_VARIABLE()
            let padding =
                switch kind.padding {
                case .nullTerminated: H5T_STR_NULLTERM
                case .nullPadded: H5T_STR_NULLPAD
                case .spacePadded: H5T_STR_SPACEPAD
                }
            guard H5Tset_size(type.id, size) >= 0, H5Tset_strpad(type.id, padding) >= 0 else { return -1 }
            return H5Tset_cset(type.id, kind.encoding == .utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII)
        }
        return type
    }

    private static func makeEnumeration(
        _ members: [String: Int], base: HDF5ElementType, _ place: HDF5Place
    ) throws(HDF5Error) -> HDF5Handle {
        let operation = "create the type of"
        guard let native = base.nativeNumber, case .integer(let bytes, let isSigned, _) = base else {
            throw HDF5Error(.unsupported, operation, place, "an enumeration needs an integer to stand on, not \(base)")
        }
        let type = try HDF5Handle(.datatype, operation, place) { H5Tenum_create(native) }
        for (name, number) in members.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            guard fits(number, bytes: bytes, isSigned: isSigned) else {
                throw HDF5Error(.wrongType, operation, place, "member '\(name)' = \(number) does not fit into \(base)")
            }
            var value = Int64(number)
            try HDF5Library.exec(operation, place) { () -> herr_t in
                guard
                    H5Tconvert(synfire_H5T_NATIVE_INT64(), native, 1, &value, nil, synfire_H5P_DEFAULT()) >= 0
                else { return -1 }
                return H5Tenum_insert(type.id, name, &value)
            }
        }
        return type
    }

    private static func fits(_ value: Int, bytes: Int, isSigned: Bool) -> Bool {
        if !isSigned { return value >= 0 && (bytes == 8 || value < 1 << (bytes * 8)) }
        return bytes == 8 || (-(1 << (bytes * 8 - 1))..<(1 << (bytes * 8 - 1))).contains(value)
    }
}
