#!/usr/bin/env python3
"""Makes the image files of this folder with Pillow, and images.json with what Pillow decodes them to.

    python3 -m venv runs/pillow
    runs/pillow/bin/pip install pillow==13.0.0 numpy==2.4.6
    runs/pillow/bin/python Tests/DatasetsTests/Reference/make_images.py
"""
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, PngImagePlugin, __version__

HERE = pathlib.Path(__file__).resolve().parent
ROWS, COLUMNS = 13, 18


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(kind: int, depth: int, rows: list[bytes], columns: int, extra: bytes = b"") -> bytes:
    """A PNG file written by its specification, for kinds that Pillow does not write."""
    header = struct.pack(">IIBBBBB", columns, len(rows), depth, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def main() -> None:
    random = np.random.default_rng(5)
    row, column = np.mgrid[0:ROWS, 0:COLUMNS]
    smooth = np.stack([(row * 19) % 256, (column * 14) % 256, (row * 7 + column * 5) % 256], -1).astype(np.uint8)
    noise = random.integers(0, 256, (ROWS, COLUMNS, 3), np.uint8)
    alpha = random.integers(0, 256, (ROWS, COLUMNS, 1), np.uint8)
    grey = noise[..., :1]
    files = {}

    def save(name: str, image: Image.Image, **options) -> None:
        image.save(HERE / name, **options)
        files[name] = None

    save("rgb.png", Image.fromarray(noise))
    save("rgba.png", Image.fromarray(np.concatenate([noise, alpha], -1), "RGBA"))
    save("grey.png", Image.fromarray(grey[..., 0]))
    save("grey-alpha.png", Image.fromarray(np.concatenate([grey, alpha], -1), "LA"))
    save("bilevel.png", Image.fromarray(grey[..., 0] > 127))
    palette = Image.fromarray(noise).quantize(23)
    save("palette.png", palette, bits=8)
    save("palette-alpha.png", palette, bits=8, transparency=bytes(random.integers(0, 256, 23, np.uint8)))
    save("palette-4bit.png", Image.fromarray(noise).quantize(11), bits=4)
    # What says how bright samples are meant is not to change them: a gamma of 1, a transparent colour, a text.
    notes = PngImagePlugin.PngInfo()
    notes.add(b"gAMA", struct.pack(">I", 100000))
    notes.add_text("comment", "not of interest")
    save("gamma.png", Image.fromarray(noise), pnginfo=notes, transparency=tuple(int(value) for value in noise[0, 0]))
    save("smooth-444.jpg", Image.fromarray(smooth), quality=90, subsampling="4:4:4")
    save("smooth-420.jpg", Image.fromarray(smooth), quality=80, subsampling="4:2:0")
    save("smooth-422.jpg", Image.fromarray(smooth), quality=80, subsampling="4:2:2")
    save("progressive.jpg", Image.fromarray(smooth), quality=85, progressive=True)
    save("grey.jpg", Image.fromarray(smooth[..., 2]), quality=85)
    save("cmyk.jpg", Image.fromarray(smooth).convert("CMYK"), quality=90)

    # Depths that Pillow does not write.
    (HERE / "grey-2bit.png").write_bytes(
        png(0, 2, [bytes(random.integers(0, 256, 5, np.uint8)) for _ in range(ROWS)], COLUMNS))
    files["grey-2bit.png"] = None
    wide = random.integers(0, 65536, (ROWS, COLUMNS, 3)).astype(">u2")
    (HERE / "rgb-16bit.png").write_bytes(png(2, 16, [line.tobytes() for line in wide], COLUMNS))
    (HERE / "grey-16bit.png").write_bytes(png(0, 16, [line[:, 0].tobytes() for line in wide], COLUMNS))

    for name in files:
        image = Image.open(HERE / name)
        isGrey = image.mode in ("L", "LA", "1")
        values = np.asarray(image.convert("L" if isGrey else "RGB"))
        values = values[..., None] if isGrey else values
        files[name] = {"shape": [values.shape[2], ROWS, COLUMNS], "pixels": values.transpose(2, 0, 1).ravel().tolist()}
    # Pillow cuts 16 bits off or refuses them; to the nearest of 8 is round(value / 257).
    for name, values in [("rgb-16bit.png", wide), ("grey-16bit.png", wide[..., :1])]:
        nearest = np.floor(values.astype(np.int64) / 257 + 0.5).astype(int)
        files[name] = {"shape": [values.shape[2], ROWS, COLUMNS], "pixels": nearest.transpose(2, 0, 1).ravel().tolist()}
    (HERE / "images.json").write_text(json.dumps({"pillow": __version__, "files": files}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
