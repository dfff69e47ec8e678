// SPDX-License-Identifier: Apache-2.0
#include "models/base/table/csv.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "models/base/file/sha256.h"
#include "models/base/file/text_file.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

std::string parse_error(const std::string& text) {
  return error_of([&] { CsvTable::parse(text, "t.csv"); });
}

TEST(csv, reads_plain_and_quoted_fields) {
  const CsvTable table =
      CsvTable::parse("a,b,c\r\n1,\"x, \"\"y\"\"\nz\",\n\"\",2.5,3", "dir/t.csv");
  ASSERT_EQ(table.rows(), 2u);
  EXPECT_EQ(table.file_name(), "t.csv");
  EXPECT_EQ(table.text(0, table.column("b")), "x, \"y\" z");
  EXPECT_EQ(table.integer(0, 0), 1);
  EXPECT_EQ(table.optional_number(0, 2), std::nullopt);
  EXPECT_EQ(table.text(1, 0), "");
  EXPECT_EQ(table.number(1, 1), 2.5);
  EXPECT_EQ(table.optional_number(1, 2), 3.0);
  EXPECT_EQ(table.optional_text(1, "b"), "2.5");
  EXPECT_EQ(table.optional_text(1, "d"), "");
}

TEST(csv, a_byte_order_mark_is_skipped) {
  EXPECT_EQ(CsvTable::parse("\xEF\xBB\xBF"
                            "a\n1\n",
                            "t.csv")
                .column("a"),
            0u);
}

TEST(csv, hash_is_that_of_the_bytes) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(CsvTable::parse("a\n1\n", "t.csv").sha256(), sha256_hex("a\n1\n"));
  for (const std::size_t size : {0U, 1U, 65536U, 200001U}) {
    const std::string text(size, 'a');
    std::istringstream stream(text);
    EXPECT_EQ(sha256_hex(stream), sha256_hex(text)) << size;
  }
  std::ifstream nowhere("/nowhere");
  EXPECT_EQ(error_of([&] { sha256_hex(nowhere); }), "cannot be read");
}

TEST(csv, broken_structure_names_file_and_line) {
  EXPECT_EQ(parse_error(""), "t.csv: empty");
  EXPECT_EQ(parse_error("a,b\n1,2\n3\n"), "t.csv:3: 1 fields, expected 2");
  EXPECT_EQ(parse_error("a,b\n1,2\n\n"), "t.csv:3: 1 fields, expected 2");
  EXPECT_EQ(parse_error("a,b\n\"1\n\n2\",2\n3,4,5\n"), "t.csv:5: 3 fields, expected 2");
  EXPECT_EQ(parse_error("a,a\n1,2\n"), "t.csv:1: column a given twice");
  EXPECT_EQ(parse_error("a\n\"1\n"), "t.csv:2: a quote is not closed");
  EXPECT_EQ(parse_error("a\n1\"2\"\n"), "t.csv:2: a quote inside an unquoted field");
  EXPECT_EQ(parse_error("a\n\"1\"2\n"), "t.csv:2: text after a closing quote");
  EXPECT_EQ(parse_error("a" + std::string(300, ',')), "t.csv:1: more than 256 fields");
}

TEST(csv, bad_numbers_name_file_line_column_and_value) {
  const std::string header = "a,b\n1,";
  for (const char* bad : {"nan", "inf", "-inf", "-1", "1e31", "1e999", "x", "1x", "0x10", "+1",
                          " 1", "1 ", "1.2.3"}) {
    const CsvTable table = CsvTable::parse(header + bad + "\n", "t.csv");
    EXPECT_EQ(
        error_of([&] { table.number(0, 1); }),
        std::string("t.csv:2: column b: ") + bad + ", expected a number that is not negative");
  }
  for (const char* bad : {"1.5", "-1", "2147483648", "1e3"}) {
    const CsvTable table = CsvTable::parse(header + bad + "\n", "t.csv");
    EXPECT_EQ(error_of([&] { table.integer(0, 1); }),
              std::string("t.csv:2: column b: ") + bad + ", expected a whole number");
  }
  const CsvTable table = CsvTable::parse(header + "\n", "t.csv");
  EXPECT_EQ(error_of([&] { table.number(0, 1); }),
            "t.csv:2: column b: empty, expected a number that is not negative");
  EXPECT_EQ(error_of([&] { table.column("c"); }), "t.csv:1: column c is missing");
}

TEST(csv, files_that_cannot_be_read_are_one_line) {
  const TemporaryFolder folder;
  const std::string missing = folder.path("missing.csv");
  EXPECT_EQ(error_of([&] { CsvTable::load(missing); }, missing),
            ": cannot open: No such file or directory");
  EXPECT_EQ(error_of([] { CsvTable::load("/dev/zero"); }), "/dev/zero: larger than 4194304 bytes");
}

TEST(csv, random_damage_is_survived) {
  const std::string original = read_text_file(DCNSIM_TABLES_DIR "/dram.csv", 1 << 20);
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (int trial = 0; trial < 5000; ++trial) {
    std::string text = original;
    if (trial % 4 == 0) text.resize(below(text.size()));
    for (std::size_t edits = below(5); edits > 0 && !text.empty(); --edits) {
      text[below(text.size())] = "\",\n\r0\xff"[below(6)];
    }
    const std::string error = error_of([&] {
      const CsvTable table = CsvTable::parse(text, "t.csv");
      for (std::size_t row = 0; row < table.rows(); ++row) table.text(row, 0);
    });
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace dcnsim
