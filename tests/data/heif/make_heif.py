#!/usr/bin/env python3
"""Makes the HEIC and AVIF pictures in this folder by other programs, and beside each NAME a NAME.png: what is in it.

usage: make_heif.py FOLDER

Needs Debian's libheif-examples (heif-enc, which encodes by x265), libavif-bin (avifenc, avifdec), ffmpeg and python3-pil.
What HEVC holds is decoded by ffmpeg, what AV1 holds by avifdec, neither of which uses libheif; colours and turns are
worked out here. Files as phones write them are put together here of boxes (ISO 23008-12) around what x265 encoded.
"""

import io
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pictures"))
from make_pictures import P3, base  # noqa: E402

TEMPORARY = tempfile.TemporaryDirectory()


def run(*words, stdin=None):
    return subprocess.run([str(word) for word in words], check=True, input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def temporary(name, picture=None, **options):
    path = Path(TEMPORARY.name) / name
    if picture is not None:
        picture.save(path, **options)
    return path


def smooth(width, height):
    """Colours that change so slowly that it hardly matters how halved ones are doubled, and far from where a profile's
    curves are steep."""
    y, x = np.mgrid[0:height, 0:width]
    red, green, blue = 90 + 40 * x / width, 150 - 45 * y / height, 60 + 25 * (x + y) / (width + height)
    return Image.fromarray(np.stack((red, green, blue), 2).round().astype(np.uint8))


# What an HEVC picture holds.

def boxes(data):
    """Yields each box's name, whole bytes and content."""
    while data:
        size, name = struct.unpack(">I4s", data[:8])
        yield name, data[:size], data[8:size]
        data = data[size:]


def inner(data, *path):
    """The whole box at the end of the path; `meta` has four bytes more than a plain box."""
    for depth, name in enumerate(path):
        whole = next(whole for found, whole, _ in boxes(data) if found == name)
        data = whole if depth + 1 == len(path) else whole[12 if name == b"meta" else 8:]
    return data


class Coded:
    """A picture encoded by x265: how it is to be decoded, and its data."""

    def __init__(self, picture, *options):
        self.size = picture.size
        target = temporary("coded.heic")
        run("heif-enc", *options, temporary("coded.png", picture), "-o", target)
        file = target.read_bytes()
        self.config = inner(file, b"meta", b"iprp", b"ipco", b"hvcC")
        self.data = inner(file, b"mdat")[8:]

    def decoded(self):
        """By ffmpeg, of halved colours; to RGB by BT.601 in full range."""
        stream, at = b"", 31
        for _ in range(self.config[8 + 22]):
            count = struct.unpack(">H", self.config[at + 1:at + 3])[0]
            at += 3
            for _ in range(count):
                length = struct.unpack(">H", self.config[at:at + 2])[0]
                stream += b"\0\0\0\1" + self.config[at + 2:at + 2 + length]
                at += 2 + length
        at = 0
        while at < len(self.data):
            length = struct.unpack(">I", self.data[at:at + 4])[0]
            stream += b"\0\0\0\1" + self.data[at + 4:at + 4 + length]
            at += 4 + length
        raw = np.frombuffer(run("ffmpeg", "-f", "hevc", "-i", "-", "-frames:v", 1, "-f", "rawvideo", "-pix_fmt", "yuvj420p",
                                "-", stdin=stream), np.uint8)
        width, height = self.size
        luma = raw[:width * height].reshape(height, width).astype(float)
        blue, red = raw[width * height:].reshape(2, height // 2, width // 2).repeat(2, 1).repeat(2, 2) - 128.0
        rgb = np.stack((luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue), 2)
        return Image.fromarray(rgb.clip(0, 255).round().astype(np.uint8))


# A file of our own.

def box(name, *content):
    content = b"".join(content)
    return struct.pack(">I4s", 8 + len(content), name) + content


def full_box(name, version, flags, *content):
    return box(name, struct.pack(">I", version << 24 | flags), *content)


def ispe(width, height):
    return full_box(b"ispe", 0, 0, struct.pack(">II", width, height))


def irot(quarters):
    return box(b"irot", bytes([quarters]))


def imir(axis):
    return box(b"imir", bytes([axis]))


def icc(profile):
    return box(b"colr", b"prof", profile)


def nclx(primaries, transfer, matrix):
    return box(b"colr", b"nclx", struct.pack(">HHHB", primaries, transfer, matrix, 0x80))


def exif(orientation):
    """As an item: where TIFF begins, and a directory with an orientation."""
    return struct.pack(">I", 0) + b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def heif(items, references=(), primary=1, brands=(b"heic", b"mif1", b"heic")):
    """Items are (type, data, properties), numbered from 1; references (name, from, [to])."""
    entries = [full_box(b"infe", 2, 0, struct.pack(">HH4s", number, 0, kind), b"\0")
               for number, (kind, _, _) in enumerate(items, 1)]
    properties, associations = [], b""
    for number, (_, _, of_item) in enumerate(items, 1):
        places = b""
        for each in of_item:
            if each not in properties:
                properties.append(each)
            essential = each[4:8] in (b"hvcC", b"irot", b"imir", b"clap")
            places += bytes([properties.index(each) + 1 | (0x80 if essential else 0)])
        associations += struct.pack(">HB", number, len(of_item)) + places
    ipma = full_box(b"ipma", 0, 0, struct.pack(">I", len(items)), associations)
    iref = full_box(b"iref", 0, 0, *(box(name, struct.pack(f">HH{len(to)}H", source, len(to), *to))
                                     for name, source, to in references))

    def meta(first):
        places, at = b"", first
        for number, (_, data, _) in enumerate(items, 1):
            places += struct.pack(">HHHII", number, 0, 1, at, len(data))
            at += len(data)
        return full_box(b"meta", 0, 0, full_box(b"hdlr", 0, 0, b"\0" * 4, b"pict", b"\0" * 13),
                        full_box(b"pitm", 0, 0, struct.pack(">H", primary)),
                        full_box(b"iloc", 0, 0, b"\x44\0", struct.pack(">H", len(items)), places),
                        full_box(b"iinf", 0, 0, struct.pack(">H", len(items)), *entries),
                        box(b"iprp", box(b"ipco", *properties), ipma), iref if references else b"")

    start = box(b"ftyp", brands[0], b"\0" * 4, *brands[1:])
    first = len(start) + len(meta(0)) + 8
    return start + meta(first) + box(b"mdat", *(data for _, data, _ in items))


def to_srgb(picture):
    source = ImageCms.ImageCmsProfile(io.BytesIO(P3))
    return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"))


def from_nclx_p3(picture):
    """Display P3, which has sRGB's curve, to sRGB, by way of XYZ (matrices of CSS Color 4)."""
    linear = np.asarray(picture) / 255
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.486570949, 0.265667693, 0.198217285], [0.228974564, 0.691738522, 0.079286914],
              [0, 0.045113382, 1.043944369]]
    from_xyz = [[3.240969942, -1.537383178, -0.498610760], [-0.969243636, 1.875967502, 0.041555057],
                [0.055630080, -0.203976959, 1.056971514]]
    linear = (linear @ np.array(to_xyz).T @ np.array(from_xyz).T).clip(0, 1)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return Image.fromarray((srgb * 255).round().astype(np.uint8))


def upright(picture, quarters, axis=None):
    """ISO 23008-12: first turned against the clock, then 0: top and bottom, 1: left and right exchanged."""
    pixels = np.rot90(np.asarray(picture), quarters)
    if axis is not None:
        pixels = pixels[::-1] if axis == 0 else pixels[:, ::-1]
    return Image.fromarray(np.ascontiguousarray(pixels))


def deep_png(name):
    """16 bits that are not those of 8."""
    rgb = np.asarray(base()).astype(np.uint16) * 257
    rgb = (rgb * 0.9 + 1234).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in rgb)
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", rgb.shape[1], rgb.shape[0], 16, 2, 0, 0, 0)
    path = temporary(name)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) +
                     chunk(b"IEND", b""))
    return path, Image.fromarray((rgb / 257).round().astype(np.uint8))


class Folder:
    def __init__(self, path):
        self.path = path

    def put(self, name, content, expected):
        (self.path / name).write_bytes(content)
        expected.save(self.path / f"{name}.png", optimize=True)

    def heif_enc(self, name, source, expected, *options):
        run("heif-enc", *options, source, "-o", self.path / name)
        expected.save(self.path / f"{name}.png", optimize=True)

    def avifenc(self, name, source, *options, turn=None):
        """As avifdec reads it, but for turns, which it does not make."""
        run("avifenc", *options, *source, self.path / name)
        run("avifdec", "-d", 8, self.path / name, temporary("read.png"))
        picture = Image.open(temporary("read.png"))
        picture = Image.fromarray(np.asarray(picture))  # without its profile
        if turn:
            picture = turn(picture)
        picture.save(self.path / f"{name}.png", optimize=True)


def make_heic(folder):
    plain = temporary("plain.png", base())
    lossless = ("-L", "-p", "chroma=444")
    folder.heif_enc("lossless.heic", plain, base(), *lossless, "--matrix_coefficients=0")
    folder.heif_enc("alpha.heic", temporary("clear.png", base(alpha=True)), base(alpha=True), *lossless,
                    "--matrix_coefficients=0")
    folder.heif_enc("profile.heic", temporary("p3.png", smooth(12, 8), icc_profile=P3), to_srgb(smooth(12, 8)), *lossless,
                    "--matrix_coefficients=0")
    deep, as_8_bits = deep_png("deep.png")
    folder.heif_enc("10-bits.heic", deep, as_8_bits, *lossless, "-b", 10, "--matrix_coefficients=0")

    coded = Coded(smooth(64, 96), "-q", 80)
    picture = coded.decoded()

    def one(name, expected, *properties, told=None, **options):
        items = [(b"hvc1", coded.data, (coded.config, ispe(64, 96), *properties))]
        if told:
            items.append((b"Exif", exif(told), ()))
        folder.put(name, heif(items, [(b"cdsc", 2, [1])] if told else (), **options), expected)

    one("halved-colours.heic", picture)
    one("brand-mif1.heic", picture, brands=(b"mif1", b"mif1", b"miaf"))
    one("exif-says-turned.heic", picture, told=6)
    for quarters in (1, 2, 3):
        one(f"turned-{quarters}.heic", upright(picture, quarters), irot(quarters), told={1: 8, 2: 3, 3: 6}[quarters])
    one("exif-contradicts.heic", upright(picture, 3), irot(3), told=3)
    for axis in (0, 1):
        one(f"mirrored-{axis}.heic", upright(picture, 0, axis), imir(axis), told=1)
    one("turned-and-mirrored.heic", upright(picture, 1, 1), irot(1), imir(1), told=7)
    one("p3-by-number.heic", from_nclx_p3(picture), nclx(12, 13, 6))

    # As phones lay them out: tiles, of which the last ones reach beyond the picture, a thumbnail, a profile, Exif.
    width, height, tile = 200, 150, 128
    whole = smooth(2 * tile, 2 * tile)
    tiles = [Coded(whole.crop((x, y, x + tile, y + tile)), "-q", 80) for y in (0, tile) for x in (0, tile)]
    canvas = Image.new("RGB", whole.size)
    for i, each in enumerate(tiles):
        canvas.paste(each.decoded(), (i % 2 * tile, i // 2 * tile))
    assert all(each.config == tiles[0].config for each in tiles)
    items = [(b"hvc1", each.data, (each.config, ispe(tile, tile), icc(P3))) for each in tiles]
    items.append((b"grid", struct.pack(">BBBBHH", 0, 0, 1, 1, width, height), (ispe(width, height), icc(P3), irot(3))))
    items.append((b"hvc1", coded.data, (coded.config, ispe(64, 96), irot(3))))
    items.append((b"Exif", exif(6), ()))
    references = [(b"dimg", 5, [1, 2, 3, 4]), (b"thmb", 6, [5]), (b"cdsc", 7, [5])]
    folder.put("phone.heic", heif(items, references, primary=5, brands=(b"heic", b"mif1", b"MiHB", b"miaf", b"heic")),
               upright(to_srgb(canvas.crop((0, 0, width, height))), 3))


def make_avif(folder):
    plain = [temporary("plain.png", base())]
    soft = [temporary("soft.png", smooth(64, 48))]
    clear = [temporary("clear.png", base(alpha=True))]
    folder.avifenc("lossless.avif", plain, "-l")
    folder.avifenc("halved-colours.avif", soft, "-y", "420")
    folder.avifenc("limited-range.avif", plain, "-y", "444", "-r", "limited", "--min", 0, "--max", 5)
    folder.avifenc("bt709.avif", plain, "-y", "444", "--cicp", "1/13/1", "--min", 0, "--max", 5)
    folder.avifenc("10-bits.avif", plain, "-d", 10, "-y", "444", "--min", 0, "--max", 5)
    folder.avifenc("12-bits.avif", plain, "-d", 12, "-y", "444", "--min", 0, "--max", 5)
    folder.avifenc("grey.avif", [temporary("grey.png", base().convert("L"))], "-y", "400", "--min", 0, "--max", 5)
    folder.avifenc("alpha.avif", clear, "-y", "444", "--min", 0, "--max", 0)
    folder.avifenc("p3-by-number.avif", soft, "-y", "444", "--cicp", "12/13/6", "--min", 0, "--max", 0, turn=from_nclx_p3)
    exif_file = temporary("exif")
    exif_file.write_bytes(exif(6)[4:])
    folder.avifenc("turned.avif", plain, "-l", "--irot", 1, "--imir", 0, "--exif", exif_file,
                   turn=lambda picture: upright(picture, 1, 0))
    folder.avifenc("grid.avif", [temporary("large.png", smooth(128, 192))], "-g", "2x3", "-y", "444")
    folder.avifenc("sequence.avif", soft + [temporary("soft2.png", smooth(64, 48).transpose(Image.Transpose.ROTATE_180))],
                   "-y", "420")


def make_hostile(path):
    """For tests/faults/hostile_corpus.cpp."""
    path.mkdir(exist_ok=True)
    coded = Coded(smooth(64, 64), "-q", 30)
    tile = (b"hvc1", coded.data, (coded.config, ispe(64, 64)))

    def grid(columns, rows, width, height, tiles):
        item = (b"grid", struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height), (ispe(width, height),))
        return heif([tile, item], [(b"dimg", 2, tiles)], primary=2)

    (path / "many-tiles.heic").write_bytes(grid(64, 64, 4096, 4096, [1] * 4096))
    (path / "tile-of-itself.heic").write_bytes(grid(2, 1, 128, 64, [2, 2]))
    (path / "missing-tiles.heic").write_bytes(grid(64, 64, 4096, 4096, [1]))
    (path / "own-thumbnail.heic").write_bytes(heif([tile], [(b"thmb", 1, [1]), (b"auxl", 1, [1]), (b"dimg", 1, [1])]))
    for name, size in (("large.heic", (8064, 6048)), ("too-large.heic", (8192, 8192)), ("large.avif", (8064, 6048))):
        picture = temporary("solid.png", Image.new("RGB", size, (90, 120, 60)))
        run("heif-enc", "-q", 50, *(("-A", "-p", "speed=9") if "avif" in name else ("-p", "preset=ultrafast")), picture,
            "-o", path / name)


def main():
    folder = Folder(Path(sys.argv[1]))
    folder.path.mkdir(exist_ok=True)
    make_heic(folder)
    make_avif(folder)
    make_hostile(folder.path / "hostile")


if __name__ == "__main__":
    main()
