"""Mutations of files, each from a random.Random and so the same for a seed.

What is changed depends on what the format consists of: bytes anywhere, fields of headers with extreme numbers, the metadata
that libhdf5 keeps (superblock, object headers, heaps, trees), the objects that h5py sees, tokens of texts, chunks of
pictures with their check sums put right, and what a compressed file holds.
"""
import gzip, re, struct, zlib

import h5py
import numpy as np

EXTREME = [0, 1, 2, 255, 256, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**53 + 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1]
NUMBERS = ["0", "-1", "1", "-0.0", "0.5", "1e-320", "1e19", "-1e19", "1e308", "1e400", "nan", "inf", "-inf", ".nan", ".inf",
           "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "2147483648",
           "4294967295", "0x7fffffff", "1_000", "٣", "1e", "1.2.3", "- 1", "null", "true", "[]", "{}", "''"]
WORDS = ["", "x" * 300, "\x1b[31mred", "naïve", "\u202e", "../..", "/", ".", "a/b", "%s%n", "\x00", "\ufffd", "nan", "None", "*a", "&a",
         "!!binary", "!!python/object:os.system", "<<", "?", "- -", "\t", "|", ">", "---", "...", "#", "\r\n", "\ufeff", "$(id)"]


# Bytes

def bytes_anywhere(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 16])):
        if not data: break
        at = rng.randrange(len(data))
        data[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256), data[at] ^ 1 << rng.randrange(8)])
    return bytes(data)


def cut(data, rng):
    kind = rng.randrange(4)
    at = rng.randrange(len(data) + 1)
    if kind == 0: return data[:at]
    if kind == 1: return data[:at] + data[min(len(data), at + rng.choice([1, 2, 8, 512])):]
    if kind == 2: return data[:at] + data[at:at + rng.choice([1, 8, 64, 4096])] + data[at:]
    return data + bytes(rng.choice([1, 7, 512, 4096]))


def number_field(data, rng, first=64):
    """A little- or big-endian field of a header becomes an extreme number."""
    data = bytearray(data)
    size = rng.choice([1, 2, 4, 8])
    if len(data) < size: return bytes(data)
    at = rng.randrange(0, max(1, min(first, len(data) - size + 1)))
    data[at:at + size] = (rng.choice(EXTREME) & (1 << 8 * size) - 1).to_bytes(size, rng.choice(["little", "big"]))
    return bytes(data)


def binary(data, rng):
    return rng.choice([bytes_anywhere, bytes_anywhere, cut, number_field, lambda d, r: number_field(d, r, len(d))])(data, rng)


# Texts

def text(data, rng):
    """Tokens of YAML or a table: numbers, words, punctuation, lines."""
    body = data.decode("utf-8", "replace")
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        body = rng.choice([_number, _number, _number, _word, _token, _line, _line, _structure])(body, rng)
    data = body.encode("utf-8", "surrogatepass")
    return bytes_anywhere(data, rng) if rng.random() < 0.1 else data


def _spans(pattern, body): return [m.span() for m in re.finditer(pattern, body)]


def _replace(body, spans, rng, value):
    if not spans: return body
    start, end = rng.choice(spans)
    return body[:start] + (value(body[start:end]) if callable(value) else value) + body[end:]


def _number(body, rng):
    def scaled(old):
        try: return repr(float(old) * rng.choice([-1, 0.1, 3, 10]))
        except ValueError: return "7"
    value = scaled if rng.random() < 0.4 else rng.choice(NUMBERS)
    return _replace(body, _spans(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", body), rng, value)


def _word(body, rng):
    words = _spans(r"[A-Za-z_][A-Za-z_0-9]*", body)
    if rng.random() < 0.5 and words:
        start, end = rng.choice(words)
        return _replace(body, words, rng, body[start:end])
    return _replace(body, words, rng, rng.choice(WORDS))


def _token(body, rng):
    tokens = _spans(r"[:,{}\[\]\-\"'#&*|>]| +|\n", body)
    return _replace(body, tokens, rng, rng.choice(["", ":", ",", "{", "}", "[", "]", "- ", '"', "'", "  ", "\n", "\t", "#", ": ", "&a ", "*a"]))


def _line(body, rng):
    lines = body.split("\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0: lines.insert(other, lines[at])
    elif kind == 1: del lines[at]
    elif kind == 2: lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3: lines[at] = " " * rng.choice([0, 1, 2, 5]) + lines[at].lstrip()
    else: lines[at] = lines[at][:rng.randrange(len(lines[at]) + 1)]
    return "\n".join(lines)


def _structure(body, rng):
    kind = rng.randrange(6)
    if kind == 0: return body + "\na: " + "[" * rng.choice([10, 1000, 20000])
    if kind == 1: return body + "\nx: &x [*x, *x]\n"
    if kind == 2:
        levels = rng.choice([5, 12, 30])
        return body + "\n" + "".join(f"b{n}: &b{n} [{', '.join(['*b%d' % (n - 1)] * 9) if n else 'lol'}]\n" for n in range(levels))
    if kind == 3: return body.replace("\n", "\r\n") if rng.random() < 0.5 else "\ufeff" + body
    if kind == 4: return _replace(body, _spans(r"\w+", body), rng, lambda old: old * rng.choice([2, 100, 10000]))
    at = rng.randrange(len(body) + 1)
    return body[:at] + "\0" + body[at:]


def zipped(inner):
    """What is in a gzip file, or the stream itself."""
    def change(data, rng):
        if rng.random() < 0.35: return binary(data, rng)
        if rng.random() < 0.05: return gzip.compress(bytes([rng.choice([0, 10, 49])]) * 50_000_000, 6)
        changed = gzip.compress(inner(gzip.decompress(data), rng), 6, mtime=0)
        return changed + (changed if rng.random() < 0.1 else b"")
    return change


# Pictures

def png(data, rng):
    if rng.random() < 0.3: return binary(data, rng)
    chunks, at = [], 8
    while at + 12 <= len(data):
        size = struct.unpack(">I", data[at:at + 4])[0]
        chunks.append([data[at + 4:at + 8], data[at + 8:at + 8 + size]])
        at += 12 + size
    chunk = rng.choice(chunks)
    kind = rng.randrange(6)
    if kind == 0: chunks.remove(chunk)
    elif kind == 1: chunks.insert(rng.randrange(len(chunks)), chunk)
    elif kind == 2: chunks.insert(1, [rng.choice([b"PLTE", b"tRNS", b"gAMA", b"iCCP", b"zTXt", b"acTL"]), bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 3, 6, 768])))])
    elif kind == 3: chunks[0][1] = number_field(chunks[0][1], rng, 13)
    elif kind == 4 and chunk[0] == b"IDAT": chunk[1] = zlib.compress(binary(zlib.decompress(chunk[1]), rng))
    else: chunk[1] = binary(chunk[1], rng)
    return data[:8] + b"".join(struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in chunks)


def jpeg(data, rng):
    if rng.random() < 0.4: return binary(data, rng)
    marks = [m.start() for m in re.finditer(rb"\xff[\xc0-\xfe]", data)]
    at = rng.choice(marks)
    length = int.from_bytes(data[at + 2:at + 4], "big")
    kind = rng.randrange(4)
    if kind == 0: return data[:at] + data[at + 2 + length:]
    if kind == 1: return data[:at] + data[at:at + 2 + length] * rng.choice([2, 50, 400]) + data[at + 2 + length:]
    if kind == 2: return data[:at + 1] + bytes([rng.randrange(0xC0, 0xFF)]) + data[at + 2:]
    return data[:at] + number_field(data[at:at + 24], rng, 22) + data[at + 24:]


# HDF5

def hdf5(data, rng, path):
    """Changes the file at `path`, which holds `data`; returns nothing."""
    kind = rng.random()
    if kind < 0.15: changed = binary(data, rng)
    elif kind < 0.45: changed = _metadata(data, rng, path)
    else:
        try:
            for _ in range(rng.choice([1, 1, 2])): _objects(path, rng)
            if rng.random() < 0.9: return
        except Exception:
            pass  # What h5py refuses half way is a file, too.
        with open(path, "rb") as file: changed = bytes_anywhere(file.read(), rng)
    with open(path, "wb") as file: file.write(changed)


def _metadata(data, rng, path):
    places = [0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88]
    places += [m.start() for m in re.finditer(rb"OHDR|OCHK|TREE|HEAP|SNOD|GCOL|FRHP|FHDB|FHIB|BTHD|BTIN|BTLF|FAHD|FADB|EAHD|EAIB", data)]
    with h5py.File(path, "r") as file:
        places.append(h5py.h5o.get_info(file["/"].id).addr)
        file.visititems(lambda _, item: places.append(h5py.h5o.get_info(item.id).addr))
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        at = min(len(data) - 1, rng.choice(places) + int(rng.expovariate(1 / 40)))
        if rng.random() < 0.5:
            data[at] = rng.choice([0, 1, 2, 3, 0x10, 0x7F, 0x80, 0xFF, rng.randrange(256), data[at] ^ 1 << rng.randrange(8)])
        else:
            data[at:at + 8] = (rng.choice(EXTREME + [at, len(data), len(data) - 1])).to_bytes(8, "little")
    return bytes(data)


def _value(rng):
    return rng.choice([
        -1, 2**63 - 1, np.uint64(2**64 - 1), -2**63, 0, np.nan, np.inf, 1e19, 1e308, np.float16(1), np.float32(-0.5), "", "text", "\x1b[2J", "x" * 70000,
        b"\xff\xfe", np.arange(3), np.zeros(0), np.full((2, 2), np.nan), np.array([2**63 - 1, 1, 1]), ["a", "b"], True, np.complex64(1j), h5py.Empty("f8"),
        np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")])])


def _objects(path, rng):
    with h5py.File(path, "r+") as file:
        items = ["/"]
        file.visit(items.append)
        sets = [name for name in items if isinstance(file[name], h5py.Dataset)]
        name = rng.choice(items)
        kind = rng.randrange(9)
        if kind == 0:
            holder = file[name]
            holder.attrs[rng.choice(list(holder.attrs) or ["format"])] = _value(rng)
        elif kind == 1 and name != "/": del file[name]
        elif kind == 2 and name != "/":
            target = rng.choice([lambda: h5py.SoftLink("/"), lambda: h5py.SoftLink("/" + name), lambda: h5py.SoftLink("/none"),
                                 lambda: h5py.ExternalLink("other.h5", "/"), lambda: file["/"], lambda: file[rng.choice(items)]])()
            del file[name]
            file[name] = target
        elif sets: _dataset(file, rng.choice(sets), rng)


def _dataset(file, name, rng):
    old = file[name]
    values, attributes = old[()], dict(old.attrs)
    kind = rng.randrange(10)
    is_number = isinstance(values, (np.ndarray, np.generic)) and np.asarray(values).dtype.kind in "iufb"
    if kind == 0 and is_number and np.size(values):
        values = np.array(values)
        bad = rng.choice([np.nan, np.inf, -1, 2**63 - 1, 2**31, 1e19, -0.0, 0, 1e-320])
        with np.errstate(all="ignore"): changed = values.astype("f8") if rng.random() < 0.5 else values
        try: changed.flat[rng.randrange(changed.size)] = bad
        except (OverflowError, ValueError): changed.flat[0] = 0
        values = changed
    elif kind == 1 and is_number:
        dtype = rng.choice(["i1", "u1", "i2", ">i4", "u8", "f2", "f4", ">f8", "f8", "c8", "S8", "?"])
        with np.errstate(all="ignore"): values = np.array(values).astype(dtype)
    elif kind == 2:
        values = np.asarray(values)
        values = rng.choice([lambda: values[None], lambda: values.reshape(-1), lambda: values[..., :0] if values.ndim else values,
                             lambda: values[:-1] if values.ndim else values, lambda: np.repeat(np.atleast_1d(values), 3, 0), lambda: np.asarray(0)])()
    elif kind == 3: values = _value(rng)
    elif kind == 4 and h5py.check_string_dtype(old.dtype):
        def changed(v): return text(v if isinstance(v, bytes) else str(v).encode(), rng).replace(b"\0", b" ").decode("utf-8", "replace")
        values = changed(values) if old.shape == () else [changed(v) for v in np.ravel(values)]
    elif kind == 5 and is_number and old.shape:
        # Larger than any file, with no chunk stored.
        del file[name]
        shape = tuple(rng.choice([n, 2**20, 2**33, 2**40]) for n in old.shape)
        file.create_dataset(name, shape, old.dtype, chunks=tuple(min(max(n, 1), 256) for n in old.shape), maxshape=(None,) * len(shape))
        return
    elif kind == 6 and is_number and old.shape and old.size:
        # A stored chunk of other bytes than declared.
        del file[name]
        shape = rng.choice([old.shape, (1 << 16,) + old.shape[1:]])
        new = file.create_dataset(name, shape, old.dtype, chunks=shape, compression="gzip", shuffle=rng.random() < 0.5)
        raw = np.ascontiguousarray(values).tobytes()
        stored, mask = rng.choice([(zlib.compress(raw[:8]), 0), (raw[:8], 1), (binary(zlib.compress(raw), rng), 0), (zlib.compress(raw * 3), 0),
                                   (zlib.compress(bytes(30_000_000)), 0), (b"", 3), (raw, 3)])
        new.id.write_direct_chunk((0,) * len(shape), stored, mask)
        new.attrs.update(attributes)
        return
    elif kind == 7 and is_number and old.shape and old.size:
        del file[name]
        options = rng.choice([dict(fletcher32=True), dict(scaleoffset=4), dict(compression="lzf"), dict(compression="gzip", shuffle=True)])
        file.create_dataset(name, data=np.asarray(values), chunks=True, **options)
        return
    elif kind == 8:
        del file[name]
        file.create_group(name)
        return
    elif kind == 9 and old.shape and old.size and is_number:
        values = np.asarray(values)[np.array([rng.randrange(len(values)) for _ in range(len(values))])]
    del file[name]
    if isinstance(values, h5py.Empty): file.create_dataset(name, data=values)
    else: file[name] = values
    for key, value in attributes.items(): file[name].attrs[key] = value
