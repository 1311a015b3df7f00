#!/usr/bin/env python3
"""Negative controls of check_layers: each kind of offence is planted in a small tree and must be found."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_layers

HEADER = "#pragma once\n"

# A tree without an offence: what is allowed must stay allowed.
SOUND_TREE = {
    ".gitignore": "/build/\n*.swp\n",
    "build/release/junk.cpp": '#include <torch/torch.h>\n',
    "core/CMakeLists.txt": "simdb_module(core SOURCES digest.cpp)\n",
    "include/simdb/digest.h": HEADER + "#include <cstddef>\n",
    "core/digest.cpp": '#include "simdb/digest.h"\n#include <openssl/evp.h>\n#include <sys/stat.h>\n#include <fmt/core.h>\n',
    "encoder/CMakeLists.txt": "simdb_module(encoder\n  SOURCES model/onnx_model_read.cpp) # but not gone.cpp\n",
    "encoder/opencv_internal.h": HEADER + "#include <opencv2/core.hpp>\n",
    "encoder/model/onnx_model_read.cpp": '#include "encoder/opencv_internal.h"\n#include "simdb/digest.h"\n'
                                   '#include <onnx/onnx_pb.h>\n#include <nlohmann/json.hpp>\n',
    "encoder/training/network.h": HEADER + "#include <torch/nn.h>\n",
    "index/vector_index.h": HEADER,
    "storage/store.h": HEADER,
    "storage/record.proto": 'syntax = "proto3";\n',
    "storage/record_internal.h": HEADER + '#include "record.pb.h"\n',
    "include/simdb/database.h": HEADER + '#include "simdb/digest.h"\n',
    "database/engine.h": HEADER + '#include "index/vector_index.h"\n#include "storage/store.h"\n',
    "cli/app.h": HEADER + '#include "simdb/database.h"\n',
    "cli/train/train.h": HEADER + '#include "cli/app.h"\n#include "encoder/training/network.h"\n',
    "tests/CMakeLists.txt": 'set(files "encoder/model/onnx_model_test.cpp" "fuzz/encoder/model/fuzz_onnx_model.cpp")\n',
    "tests/encoder/model/onnx_model_test.cpp": '#include "encoder/opencv_internal.h"\n#include "tests/support/draw.h"\n'
                                         "#include <gtest/gtest.h>\n",
    "tests/fuzz/encoder/model/fuzz_onnx_model.cpp": '#include "encoder/opencv_internal.h"\n#include <opencv2/core.hpp>\n',
    "tests/support/draw.h": HEADER + '#include "simdb/digest.h"\n',
    "examples/CMakeLists.txt": "add_executable(search search.cpp)\n",
    "examples/search.cpp": "#include <simdb/database.h>\n#include <vector>\n",
}


class Tree(unittest.TestCase):
    def offences(self, planted):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (SOUND_TREE | planted).items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return check_layers.Checker(Path(folder)).run()

    def assert_found(self, planted, where, reason):
        """Exactly one offence, at `where` (file:line), with `reason` in its text."""
        offences = self.offences(planted)
        self.assertEqual(len(offences), 1, offences)
        self.assertTrue(offences[0].startswith(where + ": "), offences)
        self.assertIn(reason, offences[0])

    def test_a_sound_tree_has_no_offence(self):
        self.assertEqual(self.offences({}), [])

    def test_arrows(self):
        forbidden = {
            "core/a.h": "encoder/training/network.h",
            "index/a.h": "storage/store.h",
            "storage/a.h": "index/vector_index.h",
            "database/a.h": "cli/app.h",
            "cli/a.h": "storage/store.h",
            "tests/index/a.h": "storage/store.h",
            "encoder/a.h": "encoder/training/network.h",
            "cli/b.h": "cli/train/train.h",
        }
        for path, target in forbidden.items():
            with self.subTest(path=path, target=target):
                self.assert_found({path: f'{HEADER}\n  #  include "{target}"\n'}, f"{path}:3", "must not include")

    def test_database_and_encoder_do_not_know_each_other(self):
        planted = {"encoder/open.h": HEADER, "database/a.h": HEADER + '#include "encoder/open.h"\n'}
        self.assert_found(planted, "database/a.h:2", "database must not include encoder")
        planted = {"encoder/a.h": HEADER + '#include "simdb/database.h"\n'}
        self.assert_found(planted, "encoder/a.h:2", "encoder must not include database")

    def test_third_parties_stay_in_their_folders(self):
        forbidden = {
            "encoder/a_internal.h": "torch/torch.h",
            "cli/a.h": "opencv2/core.hpp",
            "encoder/training/a.h": "onnx/onnx_pb.h",
            "core/a_internal.h": "nlohmann/json.hpp",
            "database/a_internal.h": "faiss/IndexFlat.h",
            "index/a_internal.h": "rocksdb/db.h",
            "storage/a_internal.h": "openssl/evp.h",
            "encoder/b_internal.h": "boost/program_options.hpp",
            "encoder/c_internal.h": "google/protobuf/message.h",
            "cli/c.h": "gtest/gtest.h",
            "index/c_internal.h": "benchmark/benchmark.h",
            "tests/database/a.h": "opencv2/core.hpp",
            "core/b_internal.h": "simdb/core/digest.h",
        }
        for path, name in forbidden.items():
            with self.subTest(path=path, name=name):
                self.assert_found({path: f"{HEADER}#include <{name}>\n"}, f"{path}:2", "only in")

    def test_public_headers_name_no_third_party(self):
        for path, name in {"index/a.h": "faiss/IndexFlat.h", "core/a.h": "fmt/core.h"}.items():
            self.assert_found({path: f"{HEADER}#include <{name}>\n"}, f"{path}:2", "public headers")

    def test_loaders_that_run_code(self):
        for call in ("torch::load(net, path);", "auto net = torch::jit::load(path);", "torch::serialize::InputArchive in;",
                     "torch::pickle_load(bytes);", "using torch::jit::unpickle;"):
            self.assert_found({"encoder/training/a.h": f"{HEADER}{call}\n"}, "encoder/training/a.h:2", "may run code")

    def test_unknown_third_party(self):
        for name in ("heif.h", "curl/curl.h", "boost/asio.hpp", "Eigen/Core"):
            self.assert_found({"core/a.h": f"{HEADER}#include <{name}>\n"}, "core/a.h:2", "new third party")

    def test_internal_headers(self):
        for path in ("cli/a.h", "tests/cli/a.h", "tests/integration/a.h"):
            planted = {path: HEADER + '#include "encoder/opencv_internal.h"\n'}
            self.assert_found(planted, f"{path}:2", "an internal header of encoder/")
        planted = {"encoder/model/b_internal.h": HEADER,
                   "encoder/training/a.h": HEADER + '#include "encoder/model/b_internal.h"\n'}
        self.assert_found(planted, "encoder/training/a.h:2", "an internal header of encoder/model/")

    def test_public_headers(self):
        planted = {"include/simdb/item.h": HEADER + '#include "index/vector_index.h"\n'}
        self.assert_found(planted, "include/simdb/item.h:2", "public headers only")
        planted = {"include/simdb/item.h": HEADER + '#include "simdb/database.h"\n'}
        self.assert_found(planted, "include/simdb/item.h:2", "core must not include database")
        planted = {"include/simdb/other.h": HEADER, "core/a.h": HEADER + '#include "simdb/other.h"\n'}
        self.assert_found(planted, "core/a.h:2", "no public header")
        planted = {"include/simdb/item.h": HEADER + "#include <openssl/evp.h>\n"}
        self.assert_found(planted, "include/simdb/item.h:2", "openssl/")

    def test_includes_start_at_the_root(self):
        self.assert_found({"core/a.h": HEADER + '#include "digest.h"\n'}, "core/a.h:2", "no such file")
        self.assert_found({"core/a.h": HEADER + '#include "../index/vector_index.h"\n'}, "core/a.h:2", "without")

    def test_generated_headers_stay_in_their_folder(self):
        self.assert_found({"database/a.h": HEADER + '#include "record.pb.h"\n'}, "database/a.h:2", "no such file")

    def test_pragma_once(self):
        self.assert_found({"core/a.h": "int a();\n"}, "core/a.h:1", "#pragma once")

    def test_unbuilt_files(self):
        self.assert_found({"tests/encoder/b_test.cpp": "\n"}, "tests/encoder/b_test.cpp:1", "a test that no")
        self.assert_found({"encoder/gone.cpp": "\n"}, "encoder/gone.cpp:1", "a source that no")
        self.assert_found({"storage/store.cpp": "\n"}, "storage/store.cpp:1", "a source that no")

    def test_top_folders(self):
        self.assert_found({"daemon/notes.md": "x\n"}, "daemon/notes.md:1", "no planned folder")

    def test_long_files(self):
        self.assertEqual(self.offences({"core/a.h": HEADER + "\n" * 399}), [])
        self.assert_found({"core/a.h": HEADER + "\n" * 400}, "core/a.h:401", "401 lines")

    def test_a_folder_without_arrows(self):
        planted = {"docs/a.h": HEADER + '#include "simdb/digest.h"\n'}
        self.assert_found(planted, "docs/a.h:2", "neither ARROWS nor ON_TOP")

    def test_the_program_prints_and_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "core").mkdir()
            Path(folder, "core/a.h").write_text("int a();\n")
            run = subprocess.run([sys.executable, "-B", check_layers.__file__, folder], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("core/a.h:1: a header without", run.stdout)


if __name__ == "__main__":
    unittest.main()
