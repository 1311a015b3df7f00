// Every message of every call is lost once, and what is acknowledged happened once.
#include <chrono>
#include <thread>

#include "tests/postgres/dropping_proxy.h"
#include "tests/postgres/server.h"
#include "tests/support/embeddings.h"
#include "tests/support/errors.h"

namespace simdb::test {
namespace {

// The server behind a proxy that cuts connections.
class BrokenConnectionTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (IsSkipped()) return;
    const std::string& tcp = PostgresServer::shared()->tcp();
    const std::string word = "port=";
    const std::size_t at = tcp.find(word) + word.size();
    const std::size_t end = tcp.find(' ', at);
    proxy = std::make_unique<DroppingProxy>(std::stoi(tcp.substr(at, end - at)));
    through = {tcp.substr(0, at) + std::to_string(proxy->port()) + tcp.substr(end) +
                   " sslmode=disable gssencmode=disable",
               address.schema};
    direct = PostgresGallery::create(address, small_identity());
    gallery = PostgresGallery::open(through);
  }

  // Calls until a call loses nothing any more; returns how many have.
  int lose_each_message(const std::function<void(int round)>& call) {
    int round = 0;
    for (const auto how : {DroppingProxy::Drop::kBefore, DroppingProxy::Drop::kAfter}) {
      for (std::size_t message = 0;; ++message) {
        proxy->drop_at(message, how);
        call(round);
        if (!proxy->has_dropped()) break;
        ++round;
      }
      proxy->drop_at(0, DroppingProxy::Drop::kNever);
      ++round;
    }
    return round;
  }

  std::unique_ptr<DroppingProxy> proxy;
  PostgresAddress through;
  std::unique_ptr<PostgresGallery> direct;
  std::unique_ptr<PostgresGallery> gallery;
};

TEST_F(BrokenConnectionTest, EachChangeHappensOnce) {
  // Some of everything that an add does.
  NewItem keyed = numbered_item(9999, "k");
  keyed.info.key = "key";
  std::uint64_t changes = 0;
  const int rounds = lose_each_message([&](int round) {
    const auto number = static_cast<std::uint64_t>(round);
    keyed.info.digest[0] = static_cast<std::uint8_t>(round);  // the one before goes
    NewItem unknown = numbered_item(number, "u");
    unknown.info.digest = {};
    const std::vector<NewItem> items{keyed, item_with_image(number, "a"), unknown};
    const auto added = gallery->add(items, corner_embeddings(3, number));
    EXPECT_TRUE(added[0].is_new && added[1].is_new && added[2].is_new) << round;
    EXPECT_EQ(direct->changes(), ++changes) << round;
    EXPECT_EQ(direct->stats().items, 2 * (number + 1) + 1) << round;
    EXPECT_EQ(direct->find_key("key"), added[0].id) << round;
    EXPECT_EQ(direct->get(added[2].id)->info, unknown.info) << round;
  });
  EXPECT_GT(rounds, 20);
  EXPECT_EQ(direct->verify(), std::vector<std::string>());

  const std::vector<ItemId> ids = direct->items_of("a");
  lose_each_message([&](int round) {
    const std::string name = "moved " + std::to_string(round);
    EXPECT_EQ(gallery->update(std::span(ids).first(3), {.class_name = name}), 3U);
    EXPECT_EQ(direct->class_size(name), 3U);
    EXPECT_EQ(direct->changes(), ++changes);
  });
  lose_each_message([&](int round) {
    gallery->set_setting("s", std::to_string(round) + "!");
    EXPECT_EQ(direct->setting("s"), std::to_string(round) + "!");
    EXPECT_EQ(direct->changes(), ++changes);
  });
  std::size_t left = direct->items_of("u").size();
  lose_each_message([&](int) {
    const ItemId last = direct->items_of("u").back();
    EXPECT_EQ(gallery->remove(std::span(&last, 1)), 1U);
    EXPECT_EQ(direct->items_of("u").size(), --left);
    EXPECT_EQ(direct->changes(), ++changes);
  });
  EXPECT_EQ(direct->verify(), std::vector<std::string>());
}

TEST_F(BrokenConnectionTest, EachReadIsAnswered) {
  std::vector<NewItem> items;
  for (std::uint64_t n = 1; n <= 40; ++n) items.push_back(numbered_item(n, n % 2 == 0 ? "a" : "b"));
  direct->add(items, corner_embeddings(items.size(), 1));
  const EmbeddingBatch queries = corner_embeddings(2, 2);
  const auto expected = direct->look_up_batch(queries, {.k = 5});
  const int rounds = lose_each_message([&](int) {
    const auto hits = gallery->look_up_batch(queries, {.k = 5});
    ASSERT_EQ(hits.size(), 2U);
    for (std::size_t q = 0; q < 2; ++q) {
      ASSERT_EQ(hits[q].size(), 5U);
      for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(hits[q][i].id, expected[q][i].id);
    }
    EXPECT_EQ(gallery->changes_since(0)->events.size(), 40U);
    EXPECT_EQ(gallery->items_after(ItemId{3}, 5).size(), 5U);
    EXPECT_EQ(gallery->stats().items, 40U);
  });
  EXPECT_GT(rounds, 10);
}

TEST_F(BrokenConnectionTest, AnOutcomeThatCannotBeToldIsSaid) {
  // The answer to COMMIT is lost, and then the server can't be reached.
  // How many pieces the messages come in differs, so another item each time until it is met.
  std::uint64_t number = 0;
  bool is_met = false;
  while (!is_met && number < 200) {
    proxy->drop_at(0, DroppingProxy::Drop::kNever);
    gallery = PostgresGallery::open(through, {.retry_for = std::chrono::milliseconds(0)});
    proxy->drop_at(number++ % 30, DroppingProxy::Drop::kAfter);
    const std::vector<NewItem> items{numbered_item(number, "a")};
    try {
      gallery->add(items, corner_embeddings(1, number));
    } catch (const Error& error) {
      is_met = std::string(error.what()).find("could not be told") != std::string::npos;
    }
  }
  EXPECT_TRUE(is_met);
  const Sha256 digest = numbered_item(number, "a").info.digest;
  for (int i = 0; i < 500 && direct->find_digest(digest).empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // the server may be at it yet
  }
  EXPECT_EQ(direct->find_digest(digest).size(), 1U);
}

}  // namespace
}  // namespace simdb::test
