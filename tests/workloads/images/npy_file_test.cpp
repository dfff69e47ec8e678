// SPDX-License-Identifier: Apache-2.0
// Against files as NumPy writes them, spelled out here.
#include "workloads/images/npy_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

using std::string_literals::operator""s;

/// What numpy.save writes: the dictionary, blanks up to a multiple of 64, a line break, elements.
std::string file(const std::string& dictionary, const std::string& elements) {
  std::string header = dictionary;
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  return "\x93NUMPY\x01\x00"s + static_cast<char>(header.size() % 256) +
         static_cast<char>(header.size() / 256) + header + elements;
}

std::string dictionary(const std::string& descr, const std::string& shape,
                       const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

class NpyFile : public testing::Test {
 protected:
  std::string write(const std::string& bytes) const { return folder_.write("a.npy", bytes); }
  /// The message without the file's name.
  std::string refusal(const std::string& bytes) const {
    const std::string path = write(bytes);
    return error_of([&] { read_npy(path); }, path + ": ");
  }

  const TemporaryFolder folder_;
};

TEST_F(NpyFile, reads_every_type_of_number) {
  const auto one = [&](const std::string& descr, const std::string& bytes) {
    return read_npy(write(file(dictionary(descr, "(1,)"), bytes))).at(0);
  };
  EXPECT_EQ(one("|u1", "\xff"s), 255);
  EXPECT_EQ(one("|i1", "\xff"s), -1);
  EXPECT_EQ(one("<u2", "\x01\x80"s), 32769);
  EXPECT_EQ(one("<i2", "\x01\x80"s), -32767);
  EXPECT_EQ(one("<u4", "\x00\x00\x00\x80"s), 2147483648.0);
  EXPECT_EQ(one("<i4", "\x00\x00\x00\x80"s), -2147483648.0);
  EXPECT_EQ(one("<u8", "\x00\x00\x00\x00\x00\x00\x00\x80"s), 9223372036854775808.0);
  EXPECT_EQ(one("<i8", "\xfe\xff\xff\xff\xff\xff\xff\xff"s), -2);
  EXPECT_EQ(one("<f4", "\x00\x00\x40\xc0"s), -3);
  EXPECT_EQ(one("<f8", "\x00\x00\x00\x00\x00\x00\x04\xc0"s), -2.5);
}

TEST_F(NpyFile, has_dimensions_and_as_many_rows_as_are_asked_for) {
  const std::string path = write(file(dictionary("|u1", "(3, 2)"), "abcdef"));
  const NpyArray all = read_npy(path);
  EXPECT_EQ(all.dims, (std::vector<std::size_t>{3, 2}));
  EXPECT_EQ(all.at(5), 'f');
  const NpyArray two = read_npy(path, 2);
  EXPECT_EQ(two.dims, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(two.size(), 4U);
  EXPECT_EQ(read_npy(path, 9).size(), 6U);
}

TEST_F(NpyFile, is_refused_with_what_is_wrong) {
  EXPECT_EQ(refusal("not an array"), "is no .npy file");
  EXPECT_EQ(refusal("\x93NUM"), "is cut short");
  EXPECT_EQ(refusal("\x93NUMPY\x09\x00\x00\x00"s), "is of an unknown .npy version");
  EXPECT_EQ(refusal(file(dictionary("|u1", "(2, 2)"), "abc")),
            "has 3 bytes of elements, its dimensions say 4");
  EXPECT_EQ(refusal(file(dictionary("|u1", "(2, 2)"), "abcde")),
            "has 5 bytes of elements, its dimensions say 4");
  EXPECT_EQ(refusal(file(dictionary(">f4", "(1,)"), "abcd")),
            "its elements are '>f4', expected little-endian ones");
  EXPECT_EQ(refusal(file(dictionary("|b1", "(1,)"), "a")),
            "its elements are '|b1', expected integers of 1 to 8 bytes or floats of 4 or 8");
  EXPECT_EQ(refusal(file(dictionary("<f2", "(1,)"), "ab")),
            "its elements are '<f2', expected integers of 1 to 8 bytes or floats of 4 or 8");
  EXPECT_EQ(refusal(file(dictionary("|u1", "(1,)", "True"), "a")),
            "is in Fortran order, expected C order");
}

TEST_F(NpyFile, believes_no_damaged_header) {
  for (const std::string header :
       {"", "{", "{}", "{'descr': '|u1'}", "{'descr': '|u1', 'fortran_order': False, }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} + x",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1 1)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 1)}",
        "{'descr: |u1, 'fortran_order': False, 'shape': (1,)}"}) {
    EXPECT_EQ(refusal(file(header, "a")), "its header is damaged") << header;
  }
  EXPECT_EQ(refusal("\x93NUMPY\x02\x00\xff\xff\xff\x7f"s), "its header is damaged");
}

TEST_F(NpyFile, is_written_as_numpy_writes_it) {
  EXPECT_EQ(npy_bytes({NpyType::Kind::kSigned, 2}, {1, 2}, "abcd"),
            file("{'descr': '<i2', 'fortran_order': False, 'shape': (1, 2, ), }", "abcd"));
  const NpyArray back = read_npy(write(npy_bytes({NpyType::Kind::kUnsigned, 1}, {2}, "ab")));
  EXPECT_EQ(back.dims, (std::vector<std::size_t>{2}));
  EXPECT_EQ(back.at(1), 'b');
}

}  // namespace
}  // namespace dcnsim
