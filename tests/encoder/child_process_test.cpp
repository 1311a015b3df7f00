#include "encoder/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "simdb/error.h"
#include "tests/support/errors.h"
#include "tests/support/images.h"
#include "tests/support/script_test.h"

namespace simdb {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using test::Bytes;
using test::to_bytes;
using Clock = std::chrono::steady_clock;

class ChildProcessTest : public test::ScriptTest {};

std::string all_of(ChildProcess& child) {
  std::string text;
  std::array<std::byte, 1000> block{};
  std::optional<std::size_t> got;
  do {
    got = child.read(block);
    text.append(reinterpret_cast<const char*>(block.data()), got.value_or(0));
  } while (got != 0U);
  return text;
}

TEST_F(ChildProcessTest, HandsOverBytesAndWordsAndTellsWhatTheProgramSays) {
  const Bytes input(300'000, std::byte{'x'});
  ChildProcess child(program("echo \"$1, $2\"; cat; echo unheard >&2; exit 7"),
                     {"one", "two words"}, input);
  EXPECT_EQ(all_of(child), "one, two words\n" + std::string(300'000, 'x'));
  const ChildProcess::End end = child.wait();
  EXPECT_EQ(end.code, 7);
  EXPECT_EQ(end.signal, 0);
}

TEST_F(ChildProcessTest, TellsTheSignalThatEndedIt) {
  ChildProcess child(program("kill -SEGV $$"), {}, {});
  EXPECT_EQ(all_of(child), "");
  EXPECT_EQ(child.wait().signal, SIGSEGV);
}

TEST_F(ChildProcessTest, AnInterruptIsNotMeantForIt) {
  ChildProcess child(program("kill -INT $$; kill -TERM $$; kill -HUP $$; echo here"), {}, {});
  EXPECT_EQ(all_of(child), "here\n");
  EXPECT_EQ(child.wait().signal, 0);
}

TEST_F(ChildProcessTest, SilenceIsToldAndItsEndEndsTheProgram) {
  const std::string file = folder_ / "pid";
  {
    ChildProcess child(program("echo $$ > " + file + "; exec sleep 100"), {}, {});
    std::array<std::byte, 8> block{};
    while (!fs::exists(file) || fs::file_size(file) == 0) EXPECT_FALSE(child.read(block));
  }
  pid_t pid = 0;
  std::ifstream(file) >> pid;
  ASSERT_GT(pid, 0);
  EXPECT_EQ(::kill(pid, 0), -1) << "it goes on";
}

TEST_F(ChildProcessTest, WhatClosesItsOutputAndGoesOnIsKilled) {
  const Clock::time_point start = Clock::now();
  ChildProcess child(program("exec sleep 100 >/dev/null"), {}, {});
  EXPECT_EQ(all_of(child), "");
  EXPECT_EQ(child.wait().signal, SIGKILL);
  EXPECT_LT(Clock::now() - start, seconds(50));
}

TEST_F(ChildProcessTest, TellsHowLongItHasComputed) {
  ChildProcess busy(program("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo; exec cat"),
                    {}, {});
  std::array<std::byte, 8> block{};
  while (!busy.read(block)) {
  }
  EXPECT_GT(busy.cpu_seconds(), 0.005);
  EXPECT_LT(busy.cpu_seconds(), 20);
}

TEST_F(ChildProcessTest, TellsThatThereIsNoProgram) {
  for (const fs::path& path : {folder_ / "nothing", fs::path("simdb-no-such-program")}) {
    const Error error = test::error_of([&] { ChildProcess(path, {}, {}); });
    EXPECT_EQ(error.code(), ErrorCode::kNotFound);
    EXPECT_THAT(error.what(), testing::HasSubstr(path.filename()));
  }
  std::ofstream(folder_ / "plain") << "no program";
  EXPECT_EQ(test::code_of([&] { ChildProcess(folder_ / "plain", {}, {}); }), ErrorCode::kIo);
}

}  // namespace
}  // namespace simdb
