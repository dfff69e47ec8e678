// SPDX-License-Identifier: Apache-2.0
// What workloads/networks/README.md says of every network in that folder, measured again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "analysis/evaluation/accuracy.h"
#include "analysis/evaluation/input_file.h"
#include "models/base/file/compression.h"
#include "models/base/file/sha256.h"
#include "models/base/file/text_file.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

const std::string kFolder = DCNSIM_SOURCE_DIR "/workloads/networks/";
constexpr std::size_t kPlentyBytes = 100'000'000;

struct Card {
  std::string file, bytes, right, sha256;

  friend void PrintTo(const Card& card, std::ostream* out) { *out << card.file; }
};

/// Cells of a line of a Markdown table, without blanks and backquotes.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, '|');) {
    std::string text;
    for (const char c : cell) {
      if (c != ' ' && c != '`' && c != ',') text += c;
    }
    cells.push_back(text);
  }
  return cells;
}

/// The cells of all rows of so many that are about a file.
std::vector<std::vector<std::string>> rows_of(std::size_t columns) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream readme(kFolder + "README.md");
  for (std::string line; std::getline(readme, line);) {
    std::vector<std::string> cells = cells_of(line);
    if (cells.size() != columns + 1 || cells[1].find(".onnx") == std::string::npos) continue;
    rows.push_back(std::move(cells));
  }
  return rows;
}

/// The first table: file, bytes, right of the first 1,000 and of all test images, SHA.
std::vector<Card> cards() {
  std::vector<Card> found;
  for (const auto& cells : rows_of(5)) found.push_back({cells[1], cells[2], cells[3], cells[5]});
  return found;
}

TEST(NetworkCards, ListEveryNetworkOnce) {
  std::multiset<std::string> listed, there;
  for (const Card& card : cards()) listed.insert(card.file);
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string file = entry.path().filename().string();
    if (file != "README.md") there.insert(file);
  }
  EXPECT_EQ(listed, there);
}

TEST(NetworkCards, SayWhatTheFloatNetworksUnpackTo) {
  std::set<std::string> unpacked;
  for (const auto& cells : rows_of(3)) {
    SCOPED_TRACE(cells[1]);
    const std::string content =
        inflated(read_text_file(kFolder + cells[1] + ".gz", kPlentyBytes), kPlentyBytes);
    EXPECT_EQ(std::to_string(content.size()), cells[2]);
    EXPECT_EQ(sha256_hex(content), cells[3]);
    unpacked.insert(cells[1] + ".gz");
  }
  std::set<std::string> floats;
  for (const Card& card : cards()) {
    if (card.file.find("_float.") != std::string::npos) floats.insert(card.file);
  }
  EXPECT_EQ(unpacked, floats);
}

class NetworkCardsTest : public testing::TestWithParam<Card> {};

TEST_P(NetworkCardsTest, SizeAndDigestAreTheFiles) {
  const std::string path = kFolder + GetParam().file;
  EXPECT_EQ(std::to_string(std::filesystem::file_size(path)), GetParam().bytes);
  EXPECT_EQ(describe_input("network", user_file(path)).sha256, GetParam().sha256);
}

TEST_P(NetworkCardsTest, ClassifiesAsManyOfTheFirst1000TestImages) {
  const Dataset images = load_cifar10(DCNSIM_SOURCE_DIR "/workloads/cifar10/test_1000.bin");
  const auto correct =
      std::visit([&](const auto& network) { return count_correct(network, images, 1); },
                 load_network(kFolder + GetParam().file));
  EXPECT_EQ(std::to_string(correct), GetParam().right);
}

INSTANTIATE_TEST_SUITE_P(All, NetworkCardsTest, testing::ValuesIn(cards()), [](const auto& card) {
  return card.param.file.substr(0, card.param.file.find('.'));
});

}  // namespace
}  // namespace dcnsim
