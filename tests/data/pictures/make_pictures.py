#!/usr/bin/env python3
"""Makes the odd pictures in this folder by other programs, and reference.png: what those programs read in them.

usage: make_pictures.py FOLDER

Needs Debian's imagemagick, libimage-exiftool-perl, python3-pil, libtiff-tools and libjpeg-turbo-progs. reference.png
has the pictures as RGBA, one below the other, in the order of their names. Profiles are made here: those of printing
houses are too large.
"""

import io
import struct
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageCms, ImageFile, ImageOps

WIDTH, HEIGHT = 12, 8
ImageFile.LOAD_TRUNCATED_IMAGES = True  # progressive-no-end.jpg


def base(alpha=False):
    picture = Image.new("RGBA", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            colour = (255 * x // (WIDTH - 1), 255 * y // (HEIGHT - 1), (37 * x * y + 90) % 256)
            opacity = (255, 0, 128)[(x + y) % 3] if alpha else 255
            picture.putpixel((x, y), (*colour, opacity))
    return picture if alpha else picture.convert("RGB")


def run(*words, stdin=None):
    subprocess.run([str(word) for word in words], check=True, input=stdin, stdout=subprocess.PIPE)


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def profile(space, tags, kind=b"mntr", pcs=b"XYZ "):
    """An ICC profile of version 2 with these tags; equal data are shared."""
    table, data, places = b"", b"", {}
    for name, content in tags:
        content += b"\0" * (-len(content) % 4)
        if content not in places:
            places[content] = 132 + 12 * len(tags) + len(data)
            data += content
        table += name + struct.pack(">II", places[content], len(content))
    body = struct.pack(">I", len(tags)) + table + data
    header = struct.pack(">I", 128 + len(body)) + b"\0" * 4 + b"\x02\x20\0\0" + kind + space + pcs
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    return header + fixed(0.9642) + fixed(1) + fixed(0.8249) + b"\0" * 48 + body


def text(name):
    words = name.encode() + b"\0"
    return b"desc" + b"\0" * 4 + struct.pack(">I", len(words)) + words + b"\0" * 78


def xyz(*values):
    return b"XYZ " + b"\0" * 4 + b"".join(fixed(v) for v in values)


def gamma(value):
    return b"curv" + b"\0" * 4 + struct.pack(">IH", 1, round(value * 256))


def rgb_profile(name, red, green, blue, exponent):
    tags = [(b"desc", text(name)), (b"cprt", b"text" + b"\0" * 4 + b"CC0\0"), (b"wtpt", xyz(0.9642, 1, 0.8249))]
    tags += [(b"rXYZ", xyz(*red)), (b"gXYZ", xyz(*green)), (b"bXYZ", xyz(*blue))]
    return profile(b"RGB ", tags + [(c + b"TRC", gamma(exponent)) for c in (b"r", b"g", b"b")])


def cmyk_profile():
    """A table of 2 x 2 x 2 x 2 colours (Lab of 8 bits) as a press might have them."""
    grid = b""
    for node in range(16):
        cyan, magenta, yellow, black = (node >> 3 & 1, node >> 2 & 1, node >> 1 & 1, node & 1)
        light = 255 * (1 - 0.38 * cyan) * (1 - 0.5 * magenta) * (1 - 0.08 * yellow) * (1 - 0.82 * black)
        a = 128 + (70 * magenta - 35 * cyan) * (1 - 0.9 * black)
        b = 128 + (85 * yellow - 45 * cyan - 5 * magenta) * (1 - 0.9 * black)
        grid += bytes((round(light), round(a), round(b)))
    identity = b"".join(fixed(v) for v in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    table = b"mft1" + b"\0" * 4 + bytes((4, 3, 2, 0)) + identity + bytes(range(256)) * 4 + grid + bytes(range(256)) * 3
    tags = [(b"desc", text("a press")), (b"cprt", b"text" + b"\0" * 4 + b"CC0\0"), (b"A2B0", table)]
    return profile(b"CMYK", tags, kind=b"prtr", pcs=b"Lab ")


P3 = rgb_profile("P3", (0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841), 2.2)
ADOBE = rgb_profile("Adobe", (0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446), 2.2)
GREY = profile(b"GRAY", [(b"desc", text("grey")), (b"cprt", b"text" + b"\0" * 4 + b"CC0\0"),
                         (b"wtpt", xyz(0.9642, 1, 0.8249)), (b"kTRC", gamma(1.8))])
PRESS = cmyk_profile()


def read(path):
    """As RGBA in sRGB, upright."""
    picture = Image.open(path)
    icc = picture.info.get("icc_profile")
    if path.name.endswith(("-16be.tif", "-16.tif", "-16.png", "-planes.tif", "-g4.tif", "-4bit.tif", "-white.tif",
                           "turned.tif", "offset.gif")):
        # Pillow does not read these, or cuts off bits.
        png = subprocess.run(["convert", f"{path}[0]", "-coalesce", "-auto-orient", "-depth", "8", "png32:-"], check=True,
                             stdout=subprocess.PIPE).stdout
        return Image.open(io.BytesIO(png)).convert("RGBA")
    picture.seek(0)
    picture = ImageOps.exif_transpose(picture) or picture
    if icc and "bad" not in path.name:
        space = "L" if picture.mode == "L" else "RGB"
        if picture.mode == "L":  # to colours: sRGB has none for grey
            space = "RGB"
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        picture = ImageCms.profileToProfile(picture.convert("RGB") if picture.mode == "RGBA" else picture, source,
                                            ImageCms.createProfile("sRGB"), outputMode=space)
    return picture.convert("RGBA")


def make(folder):
    rgb, rgba, grey = base(), base(alpha=True), base().convert("L")
    palette = rgb.quantize(16)
    plain = folder / "plain.tmp.png"
    rgb.save(plain)
    clear = folder / "clear.tmp.png"
    rgba.save(clear)

    # PNG
    run("convert", plain, "-depth", 16, "-fill", "#123456789abc", "-colorize", 10, "png48:" + str(folder / "rgb-16.png"))
    run("convert", plain, "-interlace", "PNG", folder / "interlaced.png")
    grey.save(folder / "grey-transparent.png", transparency=grey.getpixel((5, 3)))
    rgb.save(folder / "rgb-transparent.png", transparency=rgb.getpixel((5, 3)))
    palette.save(folder / "palette-transparent.png", transparency=bytes(range(0, 256, 17)))
    grey.convert("1").save(folder / "bits.png")
    rgba.convert("LA").save(folder / "grey-alpha.png")
    rgb.save(folder / "p3.png", icc_profile=P3)
    rgb.save(folder / "bad-profile.png", icc_profile=P3[:200])
    turned = rgb.transpose(Image.Transpose.ROTATE_90)
    turned.save(folder / "turned.png")
    run("exiftool", "-q", "-overwrite_original", "-n", "-Orientation=6", folder / "turned.png")

    # JPEG
    for orientation in range(2, 9):
        path = folder / f"exif-{orientation}.jpg"
        stored = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
                  4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90,
                  7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}[orientation]
        rgb.transpose(stored).save(path, quality=90, subsampling=0)
        run("exiftool", "-q", "-overwrite_original", "-n", f"-Orientation={orientation}", path)
    rgb.save(folder / "subsampled.jpg", quality=80, subsampling=2)
    grey.save(folder / "grey.jpg", quality=90)
    grey.save(folder / "grey-profile.jpg", quality=90, icc_profile=GREY)
    rgb.save(folder / "p3.jpg", quality=90, subsampling=0, icc_profile=P3)
    rgb.save(folder / "adobe-rgb.jpg", quality=90, subsampling=0, icc_profile=ADOBE)
    rgb.save(folder / "bad-profile.jpg", quality=90, icc_profile=P3[:150])
    rgb.convert("CMYK").save(folder / "cmyk.jpg", quality=90)
    rgb.convert("CMYK").save(folder / "cmyk-profile.jpg", quality=90, icc_profile=PRESS)
    run("cjpeg", "-rgb", "-outfile", folder / "no-ycc.jpg", stdin=ppm(rgb))
    run("cjpeg", "-restart", "1", "-arithmetic", "-outfile", folder / "arithmetic.jpg", stdin=ppm(rgb))
    rgb.save(folder / "progressive-no-end.jpg", quality=80, progressive=True)
    whole = (folder / "progressive-no-end.jpg").read_bytes()
    (folder / "progressive-no-end.jpg").write_bytes(whole[:-2])

    # WebP
    rgb.save(folder / "lossy.webp", quality=80)
    rgba.save(folder / "lossless.webp", lossless=True, exact=True)
    rgb.save(folder / "p3.webp", lossless=True, icc_profile=P3)
    turned.save(folder / "turned.webp", lossless=True)
    run("exiftool", "-q", "-overwrite_original", "-n", "-Orientation=6", folder / "turned.webp")

    # GIF
    run("convert", plain, "-interlace", "none", folder / "plain.gif")
    run("convert", plain, "-interlace", "GIF", folder / "interlaced.gif")
    run("convert", clear, "-channel", "A", "-threshold", "60%", folder / "transparent.gif")
    run("convert", "-delay", 10, plain, "(", plain, "-negate", ")", folder / "animated.gif")
    run("convert", "-size", f"{WIDTH}x{HEIGHT}", plain, "-crop", "5x4+3+2", folder / "offset.gif")

    # TIFF
    rgb.save(folder / "plain.tif")
    for name in ("lzw", "zip", "packbits"):
        run("tiffcp", "-c", name, "-r", 3, folder / "plain.tif", folder / f"{name}.tif")
    run("tiffcp", "-c", "zip:2", "-t", "-w", 16, "-l", 16, folder / "plain.tif", folder / "tiles-predictor.tif")
    run("tiffcp", "-p", "separate", folder / "plain.tif", folder / "rgb-planes.tif")
    run("tiffcp", "-8", folder / "plain.tif", folder / "bigtiff.tif")
    run("tiffcp", "-f", "lsb2msb", "-c", "lzw", folder / "plain.tif", folder / "fill-order.tif")
    run("convert", plain, "-depth", 16, "-fill", "#123456789abc", "-colorize", 10, "-endian", "MSB",
        folder / "rgb-16be.tif")
    run("convert", plain, "-colorspace", "Gray", "-depth", 16, folder / "grey-16.tif")
    run("convert", plain, "-colorspace", "Gray", "-depth", 4, folder / "grey-4bit.tif")
    run("convert", plain, "-colorspace", "Gray", "-define", "quantum:polarity=min-is-white", folder / "grey-white.tif")
    run("convert", plain, "-monochrome", "-compress", "Group4", folder / "fax-g4.tif")
    palette.save(folder / "palette.tif")
    rgba.save(folder / "alpha.tif")
    rgb.convert("CMYK").save(folder / "cmyk.tif")
    rgb.convert("CMYK").save(folder / "cmyk-profile.tif", icc_profile=PRESS)
    rgb.save(folder / "adobe-rgb.tif", icc_profile=ADOBE)
    rgb.save(folder / "jpeg.tif", compression="jpeg", quality=90)
    turned.save(folder / "turned.tif")
    run("tiffset", "-s", 274, 6, folder / "turned.tif")

    # BMP
    rgb.save(folder / "plain.bmp")
    run("convert", plain, "-colors", 16, "-type", "Palette", "-compress", "RLE", "bmp3:" + str(folder / "runs.bmp"))
    plain.unlink()
    clear.unlink()


def ppm(picture):
    to = io.BytesIO()
    picture.save(to, "PPM")
    return to.getvalue()


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    make(folder)
    paths = sorted(path for path in folder.iterdir()
                   if path.suffix in (".png", ".jpg", ".webp", ".gif", ".tif", ".bmp") and path.name != "reference.png")
    reference = Image.new("RGBA", (WIDTH, HEIGHT * len(paths)))
    for i, path in enumerate(paths):
        picture = read(path)
        if picture.size != (WIDTH, HEIGHT):
            sys.exit(f"{path}: {picture.size}")
        reference.paste(picture, (0, HEIGHT * i))
    reference.save(folder / "reference.png", optimize=True)
    print(len(paths), "pictures")


if __name__ == "__main__":
    main()
