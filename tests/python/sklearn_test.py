"""simdb.sklearn: scikit-learn's own checks of estimators, and its own neighbours beside ours."""

import pickle
import subprocess
import sys
import unittest
import warnings

import numpy as np

import simdb
from case import DIMENSION, Case, clusters, picture, png

try:
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.utils import estimator_checks
except ImportError as error:
    print(f"skipped: {error} (Debian: python3-sklearn)")
    sys.exit(77)
from simdb.sklearn import ClassPrototypes, ExactKNeighborsClassifier, ImageEncoder  # noqa: E402


def labelled(each=100, **options):
    vectors = clusters(classes=4, each=each, spread=1.0, **options)
    vectors *= np.random.default_rng(3).uniform(0.1, 10, size=(len(vectors), 1)).astype(np.float32)  # only directions count
    return vectors, np.repeat(np.array(["nut", "bolt", "washer", "clip"]), each)


def checks_of(estimator):
    if hasattr(estimator_checks, "estimator_checks_generator"):  # since 1.6
        return estimator_checks.estimator_checks_generator(estimator)
    return estimator_checks.check_estimator(estimator, generate_only=True)


class SklearnTest(Case):
    def test_is_what_scikit_learn_calls_an_estimator(self):
        for estimator in (ExactKNeighborsClassifier(3), ExactKNeighborsClassifier(3, weights="distance", n_jobs=-1),
                          ClassPrototypes(), ImageEncoder("omniglot")):
            checks = 0
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for one, check in checks_of(estimator):
                    with self.subTest(check=str(check)):
                        check(one)
                    checks += 1
            if not isinstance(estimator, ImageEncoder):  # most are for numbers, not for pictures
                self.assertGreater(checks, 35)

    def test_import_simdb_does_not_want_it(self):
        code = "import sys, simdb; sys.exit('sklearn' in sys.modules or 'numpy' in sys.modules)"
        self.assertEqual(subprocess.run([sys.executable, "-c", code], check=False).returncode, 0)


class NeighborsTest(Case):
    def setUp(self):
        super().setUp()
        self.vectors, self.labels = labelled()
        self.queries, _ = labelled(seed=2)

    def pair(self, k, weights="uniform"):
        ours = ExactKNeighborsClassifier(k, weights=weights)
        theirs = KNeighborsClassifier(k, weights=weights, algorithm="brute", metric="cosine")
        return ours.fit(self.vectors, self.labels), theirs.fit(self.vectors, self.labels)

    def test_has_the_neighbours_of_brute_force(self):
        ours, theirs = self.pair(7)
        for given in (self.queries, self.queries.astype(np.float64), self.queries[:1], None):
            for k in (1, 7, 300):
                distances, found = ours.kneighbors(given, k)
                expected_distances, expected = theirs.kneighbors(given, k)
                np.testing.assert_allclose(distances, expected_distances, atol=2e-6)
                self.assertGreater(np.mean(found == expected), 0.999)  # but for rounding
                np.testing.assert_array_equal(ours.kneighbors(given, k, return_distance=False), found)

    def test_votes_as_brute_force_does(self):
        for k, weights in ((1, "uniform"), (7, "uniform"), (7, "distance")):
            ours, theirs = self.pair(k, weights)
            shares = ours.predict_proba(self.queries)
            np.testing.assert_allclose(shares, theirs.predict_proba(self.queries), atol=1e-4)
            clear = np.diff(np.sort(shares, axis=1)[:, -2:], axis=1)[:, 0] > 1e-3
            self.assertGreater(clear.sum(), 350)
            np.testing.assert_array_equal(ours.predict(self.queries)[clear], theirs.predict(self.queries)[clear])
            self.assertEqual(ours.classes_.tolist(), theirs.classes_.tolist())
            self.assertGreater(ours.score(self.queries, self.labels), 0.8)

    def test_only_directions_count(self):
        ours, _ = self.pair(5)
        for factor in (100, 1e-30, 1e30):
            np.testing.assert_allclose(ours.kneighbors(self.queries)[0], ours.kneighbors(self.queries * np.float32(factor))[0], atol=1e-6)

    def test_rows_of_zeros_are_at_right_angles_to_everything(self):
        self.vectors[[17, 40]] = 0
        self.queries[3] = 0
        ours, theirs = self.pair(400)
        for given in (self.queries, None):
            k = 400 if given is not None else 399
            (distances, found), (expected, _) = ours.kneighbors(given, k), theirs.kneighbors(given, k)
            np.testing.assert_allclose(distances, expected, atol=2e-6)
            np.testing.assert_array_equal(np.sort(found, axis=1)[0, -2:], [398, 399])
        self.assertEqual(ours.kneighbors(self.queries, 3)[1][3].tolist(), [0, 1, 2])

    def test_equal_rows(self):
        rows = np.repeat(np.eye(2, 3), [5, 3], axis=0)
        ours = ExactKNeighborsClassifier(2, weights="distance").fit(rows, list("aaabbccc"))
        distances, found = ours.kneighbors()
        np.testing.assert_allclose(distances, 0, atol=1e-6)
        for i, row in enumerate(found):
            self.assertEqual((len(set(row)), i in row), (2, False))
        np.testing.assert_array_equal(ours.predict_proba(rows[:1]), [[1, 0, 0]])  # the first two, both at distance 0

    def test_wrong_parameters_are_told(self):
        cases = [({"n_neighbors": 0}, "at least 1"), ({"n_neighbors": 2.5}, "whole number"), ({"metric": "euclidean"}, "only 'cosine'"),
                 ({"weights": "none"}, "'uniform'")]
        for options, text in cases:
            with self.subTest(text=text), self.assertRaisesRegex(ValueError, text):
                ExactKNeighborsClassifier(**options).fit(self.vectors, self.labels)
        ours, _ = self.pair(5)
        with self.assertRaisesRegex(ValueError, "n_samples_fit = 400"):
            ours.kneighbors(n_neighbors=400)
        with self.assertRaises(NotFittedError):
            clone(ours).predict(self.queries)

    def test_pickles_and_searches_parameters(self):
        ours, _ = self.pair(5)
        again = pickle.loads(pickle.dumps(ours))
        np.testing.assert_array_equal(again.kneighbors(self.queries)[1], ours.kneighbors(self.queries)[1])
        search = GridSearchCV(ExactKNeighborsClassifier(), {"n_neighbors": [1, 9]}, cv=3, n_jobs=2).fit(self.vectors, self.labels)
        self.assertEqual(search.best_params_, {"n_neighbors": 9})


class PrototypesTest(Case):
    def test_are_the_directions_of_the_class_means(self):
        vectors, labels = labelled()
        model = ClassPrototypes().fit(vectors, labels)
        unit = lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True)
        expected = unit(np.array([unit(vectors)[labels == name].mean(axis=0) for name in sorted(set(labels))]))
        np.testing.assert_allclose(model.prototypes_, expected, atol=1e-5)
        np.testing.assert_allclose(model.transform(vectors), unit(vectors) @ expected.T, atol=1e-5)
        self.assertGreater(model.score(labelled(seed=2)[0], labels), 0.9)
        self.assertEqual(model.get_feature_names_out().tolist(), ["cosine_bolt", "cosine_clip", "cosine_nut", "cosine_washer"])

    def test_rows_that_cancel_each_other(self):
        model = ClassPrototypes().fit([[1, 0], [-1, 0], [0, 1]], ["a", "a", "b"])
        np.testing.assert_array_equal(model.transform([[1, 1]])[:, 0], [0])


class ImagesTest(Case):
    def test_images_in_every_form_in_a_pipeline(self):
        pictures = [picture(i) for i in range(12)]
        paths = []
        for i, pixels in enumerate(pictures):
            paths.append(str(self.folder / f"{i}.png"))
            (self.folder / f"{i}.png").write_bytes(png(pixels))
        expected = simdb.Encoder("omniglot").encode(pictures)
        encoder = ImageEncoder("omniglot").fit()
        for given in (pictures, np.array(pictures), paths, np.array(paths), np.array(paths, dtype=object), tuple(paths)):
            np.testing.assert_allclose(encoder.transform(given), expected, atol=1e-5)
        self.assertEqual(encoder.get_feature_names_out().shape, expected.shape[1:])
        labels = ["even", "odd"] * 6
        model = make_pipeline(ImageEncoder("omniglot"), ExactKNeighborsClassifier(1)).fit(paths, labels)
        self.assertEqual(model.predict(paths).tolist(), labels)
        self.assertEqual(len(cross_val_score(model, np.array(paths), labels, cv=3)), 3)

    def test_a_pickle_notices_another_encoder(self):
        encoder = ImageEncoder("omniglot").fit()
        again = pickle.loads(pickle.dumps(encoder))
        np.testing.assert_array_equal(again.transform([picture(1)]), encoder.transform([picture(1)]))
        kept = encoder.__getstate__()
        kept["fingerprint_"] = "0" * 64
        other = ImageEncoder.__new__(ImageEncoder)
        other.__setstate__(kept)
        with self.assertRaisesRegex(simdb.BadInput, "not the one of fit"):
            other.transform([picture(1)])

    def test_errors_are_those_of_the_encoder(self):
        with self.assertRaises(simdb.NotFound):
            ImageEncoder("none").fit()
        with self.assertRaises(NotFittedError):
            ImageEncoder("omniglot").transform([picture(1)])
        with self.assertRaisesRegex(simdb.BadInput, "uint8"):
            ImageEncoder("omniglot").fit().transform(np.zeros((2, 8, 8)))


if __name__ == "__main__":
    unittest.main()
