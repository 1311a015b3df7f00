#include "postgres/postgres_gallery.h"

#include <unistd.h>

#include <atomic>
#include <thread>

#include "postgres/change_signal.h"
#include "tests/database/gallery_conformance.h"
#include "tests/postgres/server.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb::test {
namespace {

class PostgresGalleryTest : public PostgresTest {
 protected:
  static std::string with_user(const std::string& server, const std::string& user) {
    return server + " user=" + user;  // the last one counts
  }
  void execute_here(const std::string& sql) const {
    execute(address.server,
            "SET search_path = \"" + doubled(address.schema) + "\", public; " + sql);
  }
  static std::string doubled(std::string name) {
    for (std::size_t at = 0; (at = name.find('"', at)) != std::string::npos; at += 2) {
      name.insert(at, 1, '"');
    }
    return name;
  }
};

TEST_F(PostgresGalleryTest, IsMadeOnceAndOpened) {
  EXPECT_EQ(code_of([&] { PostgresGallery::open(address); }), ErrorCode::kNotFound);
  const GalleryIdentity identity = small_identity();
  EXPECT_EQ(PostgresGallery::create(address, identity)->encoder_model(), identity.encoder_model);
  EXPECT_EQ(code_of([&] { PostgresGallery::create(address, identity); }), ErrorCode::kUsage);
  EXPECT_EQ(PostgresGallery::open(address)->encoder_fingerprint(), identity.encoder_fingerprint);
  GalleryIdentity wrong = identity;
  wrong.encoder_fingerprint[0] ^= 1;
  const auto other = PostgresServer::new_address();
  EXPECT_EQ(code_of([&] { PostgresGallery::create(other, wrong); }), ErrorCode::kUsage);
  EXPECT_EQ(code_of([&] { PostgresGallery::open(other); }), ErrorCode::kNotFound);
}

TEST_F(PostgresGalleryTest, TwoWhoMakeItAtOnceMakeOne) {
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        try {
          PostgresGallery::create(address, small_identity());
          ++made;
        } catch (const Error& error) {
          refused += error.code() == ErrorCode::kUsage ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 3);
}

TEST_F(PostgresGalleryTest, RefusesWhatANewerSimdbMade) {
  PostgresGallery::create(address, small_identity());
  execute_here("UPDATE gallery SET format = format + 1");
  EXPECT_EQ(code_of([&] { PostgresGallery::open(address); }), ErrorCode::kBadInput);
}

TEST_F(PostgresGalleryTest, ErrorsNameThePlaceAndHideThePassword) {
  const auto message_of = [&](const std::string& server) {
    const Error error = error_of([&] { PostgresGallery::open({server, "simdb"}); });
    EXPECT_EQ(std::string(error.what()).find("sesame"), std::string::npos) << error.what();
    return std::pair(error.code(), std::string(error.what()));
  };
  const std::string& tcp = PostgresServer::shared()->tcp();
  EXPECT_EQ(message_of(tcp + " password=sesame").first, ErrorCode::kIo);
  EXPECT_EQ(message_of(address.server + " dbname=nowhere").first, ErrorCode::kNotFound);
  EXPECT_EQ(message_of("host=h sesame").first, ErrorCode::kUsage);
  EXPECT_EQ(message_of("postgresql://u:sesame@h/x?unknown=sesame").first, ErrorCode::kUsage);
  const auto [code, text] = message_of("postgresql://u:sesame@127.0.0.1:1/birds");
  EXPECT_EQ(code, ErrorCode::kIo);
  EXPECT_NE(text.find("127.0.0.1:1/birds"), std::string::npos) << text;
}

TEST_F(PostgresGalleryTest, RolesReadOrWriteAsTheyWereGranted) {
  const auto gallery = PostgresGallery::create(address, small_identity());
  const std::vector<NewItem> items{item_with_image(1, "a")};
  gallery->add(items, corner_embeddings(1, 1));
  const std::string name = "r" + std::to_string(::getpid());
  for (const char* const what : {"reader", "writer"}) {
    execute(address.server, "CREATE ROLE " + name + what + " LOGIN");
  }
  const PostgresAddress as_reader{with_user(address.server, name + "reader"), address.schema};
  const PostgresAddress as_writer{with_user(address.server, name + "writer"), address.schema};
  EXPECT_EQ(code_of([&] { PostgresGallery::open(as_reader); }), ErrorCode::kIo);
  PostgresGallery::grant(address, name + "reader", false);
  PostgresGallery::grant(address, name + "writer", true);
  const auto reader = PostgresGallery::open(as_reader, {.is_read_only = true});
  EXPECT_EQ(difference(*reader, *gallery, 1), "");
  EXPECT_EQ(reader->verify(), std::vector<std::string>());
  EXPECT_EQ(code_of([&] { reader->remove_class("a"); }), ErrorCode::kUsage);
  const auto bold = PostgresGallery::open(as_reader);
  EXPECT_EQ(code_of([&] { bold->remove_class("a"); }), ErrorCode::kIo);
  EXPECT_EQ(PostgresGallery::open(as_writer)->remove_class("a"), 1U);
  EXPECT_EQ(gallery->stats().items, 0U);
}

TEST_F(PostgresGalleryTest, AWriterWaitsForAnotherOneAndThenSaysSo) {
  PostgresGallery::create(address, small_identity());
  const auto gallery =
      PostgresGallery::open(address, {.busy_after = std::chrono::milliseconds(100)});
  std::jthread holder(
      [&] { execute_here("BEGIN; SELECT FROM gallery FOR UPDATE; SELECT pg_sleep(1); COMMIT"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(code_of([&] { gallery->set_setting("a", "b"); }), ErrorCode::kBusy);
  EXPECT_EQ(gallery->setting("a"), "") << "reads go on";
}

TEST_F(PostgresGalleryTest, AStandbyIsRead) {
  const auto gallery = PostgresGallery::create(address, small_identity());
  const std::vector<NewItem> items{numbered_item(1, "a"), numbered_item(2, "b")};
  gallery->add(items, corner_embeddings(2, 1));
  const std::string standby = PostgresServer::shared()->command("standby");
  const auto reader = PostgresGallery::open({standby, address.schema}, {.is_read_only = true});
  EXPECT_EQ(difference(*reader, *gallery, 1), "");
  gallery->rename_class("a", "c");
  for (int i = 0; i < 200 && !reader->refresh(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(difference(*reader, *gallery, 2), "");
  const auto began = std::chrono::steady_clock::now();
  ChangeSignal({standby, address.schema}).wait(std::chrono::milliseconds(20));  // it can't tell
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(20));
  const auto writer = PostgresGallery::open({standby, address.schema});
  EXPECT_EQ(code_of([&] { writer->remove_class("b"); }), ErrorCode::kIo);
}

TEST_F(PostgresGalleryTest, AFullDiskLosesNothing) {
  const std::string disk = PostgresServer::shared()->command("disk 16");
  if (disk.empty()) GTEST_SKIP() << "no disk can be mounted here";
  execute(address.server, "CREATE TABLESPACE small LOCATION '" + disk + "'");
  PostgresGallery::create(
      {address.server + " options='-c default_tablespace=small'", address.schema},
      small_identity());
  const auto gallery = PostgresGallery::open(address);
  std::uint64_t added = 0;
  const auto add = [&] {
    std::vector<NewItem> items;
    for (std::uint64_t i = 1; i <= 100; ++i) items.push_back(numbered_item(added + i, "a"));
    for (NewItem& item : items) item.thumbnail.resize(2000);
    gallery->add(items, corner_embeddings(items.size(), added + 1));
    added += items.size();
  };
  const Error full = error_of([&] {
    while (added < 20'000) add();
  });
  EXPECT_EQ(full.code(), ErrorCode::kIo) << full.what();
  EXPECT_NE(std::string(full.what()).find("give the server more"), std::string::npos)
      << full.what();
  EXPECT_GE(added, 100U);
  EXPECT_EQ(gallery->stats().items, added);
  EXPECT_EQ(gallery->search(corner_embeddings(1, 1).row(0), 3).size(), 3U) << "it is still asked";
  PostgresServer::shared()->command("disk 64");
  add();
  EXPECT_EQ(gallery->stats().items, added);
  EXPECT_EQ(gallery->verify(), std::vector<std::string>());
}

TEST_F(PostgresGalleryTest, VerifyFindsEveryContradiction) {
  const auto gallery = PostgresGallery::create(address, small_identity());
  const std::vector<NewItem> items{item_with_image(1, "a"), numbered_item(2, "a"),
                                   numbered_item(3, "b")};
  gallery->add(items, corner_embeddings(3, 1));
  EXPECT_EQ(gallery->verify(), std::vector<std::string>());
  const std::pair<const char*, const char*> damages[] = {
      {"UPDATE gallery SET items = items + 1", "UPDATE gallery SET items = items - 1"},
      {"UPDATE gallery SET next_id = 3", "UPDATE gallery SET next_id = 4"},
      {"UPDATE gallery SET history = 5", "UPDATE gallery SET history = 1"},
      {"UPDATE vectors SET id = 9 WHERE id = 2", "UPDATE vectors SET id = 2 WHERE id = 9"},
      {"UPDATE vectors SET embedding = embedding + embedding WHERE id = 1",
       "UPDATE vectors SET embedding = l2_normalize(embedding) WHERE id = 1"},
      {"UPDATE thumbnails SET id = 9 WHERE id = 2", "UPDATE thumbnails SET id = 2 WHERE id = 9"},
      {"UPDATE classes SET items = 3 WHERE name = 'b'",
       "UPDATE classes SET items = 1 WHERE name = 'b'"},
      {"INSERT INTO images VALUES (sha256('x'), 'x')", "DELETE FROM images WHERE bytes = 'x'"},
      {"UPDATE images SET bytes = bytes || 'x'",
       "UPDATE images SET bytes = substr(bytes, 1, length(bytes) - 1)"},
      {"UPDATE changes SET number = 2", "UPDATE changes SET number = 1"},
      {"UPDATE history SET change = 2", "UPDATE history SET change = 1"},
      {"UPDATE encoder SET model = 'x'", "UPDATE encoder SET model = 'a model'"},
  };
  for (const auto& [damage, repair] : damages) {
    execute_here(damage);
    EXPECT_FALSE(gallery->verify().empty()) << damage;
    execute_here(repair);
    EXPECT_EQ(gallery->verify(), std::vector<std::string>()) << damage;
  }
}

}  // namespace
}  // namespace simdb::test
