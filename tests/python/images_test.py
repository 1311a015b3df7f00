"""Images in every form: Encoder, and Database.add and query of images."""

import json
import os
import unittest

import numpy as np

import simdb
from case import Case, picture, png, run_simdb

try:
    from PIL import Image
except ImportError:
    Image = None


class ImagesTest(Case):
    def files(self, count=4):
        paths = []
        for i in range(count):
            paths.append(self.folder / f"{i}.png")
            paths[-1].write_bytes(png(picture(i)))
        return paths

    def test_every_form_of_an_image_has_one_vector(self):
        encoder = simdb.Encoder("omniglot")
        (path,) = self.files(1)
        pixels = picture(0)
        forms = [path, str(path), np.array([str(path)])[0], path.read_bytes(), bytearray(path.read_bytes()), memoryview(path.read_bytes()), pixels,
                 np.asfortranarray(pixels), np.dstack([pixels, np.full((32, 32), 255, np.uint8)])]
        if Image:
            forms += [Image.open(path), Image.fromarray(pixels), Image.fromarray(pixels).convert("RGBA")]
        vectors = encoder.encode(forms)
        self.assertEqual((vectors.shape, vectors.dtype), ((len(forms), encoder.dimension), np.float32))
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
        np.testing.assert_allclose(vectors, np.tile(vectors[:1], (len(forms), 1)), atol=1e-5)
        for form in forms:
            np.testing.assert_allclose(encoder.encode(form), vectors[:1], atol=1e-5)
        grey = picture(1)[:, :, 0]
        np.testing.assert_array_equal(encoder.encode(grey), encoder.encode(grey[:, :, None]))
        stack = np.stack([picture(i) for i in range(3)])
        np.testing.assert_allclose(encoder.encode(stack), encoder.encode(list(stack)), atol=1e-6)
        self.assertEqual(encoder.encode([]).shape, (0, encoder.dimension))

    def test_encodes_as_the_command_line_does(self):
        paths = self.files(20)
        run_simdb("embed", "--encoder", "omniglot", "-o", self.folder / "vectors.npy", *paths)
        expected = np.load(self.folder / "vectors.npy")
        np.testing.assert_allclose(simdb.Encoder("omniglot").encode(paths), expected, atol=1e-6)

    def test_adds_and_answers_as_the_command_line_does(self):
        paths = self.files(8)
        with self.image_database() as database:
            added = database.add("even", paths[0:6:2], keys=["k0", "k2", "k4"], metadata={"side": 32})
            database.add("odd", paths[1:6:2])
            self.assertEqual([one.added for one in added], [True] * 3)
            again = database.add("even", paths[0:6:2], keys=["k0", "k2", "k4"])
            self.assertEqual([(one.id, one.added) for one in again], [(one.id, False) for one in added])
            answers = database.query_batch(paths[6:])
            self.assertEqual(next(database.items()).source, str(paths[0]))
            self.assertEqual(next(database.items()).width, 32)
        for path, answer in zip(paths[6:], answers):
            line = json.loads(run_simdb("query", "--db", self.folder / "images", "--json", path))
            self.assertEqual((answer.class_, answer.verdict), (line["class"], line["decision"]))
            self.assertAlmostEqual(answer.confidence, line["confidence"], places=5)
            self.assertEqual([one.id for one in answer.neighbors], [one["id"] for one in line["neighbors"]])
            self.assertEqual([one.key for one in answer.neighbors], [one.get("key") for one in line["neighbors"]])

    def test_duplicates_are_told(self):
        pixels = picture(0)
        with self.image_database() as database:
            (first,) = database.add("a", pixels)
            (same,) = database.add("b", [pixels])
            self.assertEqual((same.added, same.duplicate_of), (True, first.id))
            (other_file,) = database.add("a", png(pixels))
            self.assertEqual(other_file, (None, False, False, first.id))

    def test_bad_images_do_not_hold_up_the_others(self):
        paths = self.files(3)
        with self.image_database() as database:
            with self.assertRaises(simdb.AddFailed) as raised:
                database.add("a", [paths[0], self.folder / "none.png", b"nonsense", paths[1]])
            error = raised.exception
            self.assertEqual([index for index, _ in error.failures], [1, 2])
            self.assertIn("none.png", error.failures[0][1])
            self.assertIn("image 2", error.failures[1][1])
            self.assertIn("1 more", str(error))
            self.assertEqual([one.id for one in error.added], [1, None, None, 2])
            self.assertEqual(database.stats()["items"], 2)

    def test_wrong_images_are_told(self):
        encoder = simdb.Encoder("omniglot")
        cases = [
            (simdb.BadInput, "image 1", [picture(0), b""]),
            (simdb.NotFound, "none.png", self.folder / "none.png"),
            (simdb.BadInput, "uint8", picture(0).astype(float)),
            (simdb.BadInput, r"\(4,\)", [np.zeros(4, np.uint8)]),
            (simdb.BadInput, r"\(4, 4, 2\)", np.zeros((4, 4, 2), np.uint8)),
            (simdb.Error, "", np.zeros((0, 4, 3), np.uint8)),
            (simdb.BadInput, "", str(self.folder)),
            (TypeError, "not int", [3]),
            (TypeError, "", 3),
            (TypeError, "", None),
        ]
        for i, (kind, text, images) in enumerate(cases):
            with self.subTest(i=i), self.assertRaisesRegex(kind, text):
                encoder.encode(images)
        with self.assertRaisesRegex(simdb.NotFound, "no encoder 'x'"):
            simdb.Encoder("x")
        (self.folder / "bad.onnx").write_bytes(b"no model")
        with self.assertRaises(simdb.BadInput):
            simdb.Encoder(self.folder / "bad.onnx")
        with self.assertRaises(simdb.BadInput):
            simdb.create(self.folder / "new", encoder=self.folder / "bad.onnx")
        self.assertFalse((self.folder / "new").exists())

    @unittest.skipUnless(Image, "Pillow (python3-pil) is not installed")
    def test_modes_of_pil(self):
        encoder = simdb.Encoder("omniglot")
        rgb = Image.fromarray(picture(0))
        for mode in ("1", "L", "LA", "P", "CMYK", "YCbCr", "I", "F", "HSV"):
            with self.subTest(mode=mode):
                self.assertEqual(encoder.encode(rgb.convert("L" if mode == "LA" else "RGB").convert(mode)).shape[0], 1)

    def test_an_own_model_is_tried_and_kept(self):
        model = self.folder / "own.onnx"
        source = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(simdb.__file__))), "share/simdb/models/omniglot.onnx")
        with open(source, "rb") as file:
            model.write_bytes(file.read())
        with simdb.create(self.folder / "own", encoder=model) as database:
            self.assertEqual(database.stats()["encoder"], simdb.Encoder("omniglot").fingerprint)
