// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/file_claims.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>

#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

class FileClaimsTest : public testing::Test {
 protected:
  FileClaimsTest() : input_(folder_.write("input", "precious")) {}

  /// What check() says of `path` as an output beside the input.
  std::string of_output(const std::string& path) const {
    return error_of([&] {
      FileClaims claims;
      claims.reads("network", input_);
      claims.writes("--json", path);
      claims.check();
    });
  }

  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }

  TemporaryFolder folder_;
  std::string input_;
};

TEST_F(FileClaimsTest, no_output_is_an_input_however_it_is_spelled) {
  fs::create_symlink("input", folder_.path("link"));
  fs::create_hard_link(input_, folder_.path("hard"));
  fs::create_directory(folder_.path("sub"));
  for (const std::string& same :
       {input_, folder_.path("link"), folder_.path("hard"), folder_.path("sub/../input"),
        folder_.path("./input"), folder_.path("sub/..//link")}) {
    EXPECT_EQ(of_output(same),
              "--json: " + same + " is an input too (network), expected another file");
  }
  EXPECT_EQ(of_output(folder_.path("other")), "no error");
  EXPECT_EQ(files(), 4U);
}

TEST_F(FileClaimsTest, contradictions_are_told_from_files_that_cannot_be_written) {
  FileClaims same, nowhere;
  same.reads("network", input_);
  same.writes("--json", input_);
  EXPECT_THROW(same.check(), std::invalid_argument);
  nowhere.writes("--json", folder_.path("no/file"));
  EXPECT_THROW(nowhere.check(), std::runtime_error);
}

TEST_F(FileClaimsTest, no_two_outputs_are_one_file_that_is_there_or_not) {
  const auto both = [](const std::string& a, const std::string& b) {
    return error_of([&] {
      FileClaims claims;
      claims.writes("--trace", a);
      claims.writes("--vcd", b);
      claims.check();
    });
  };
  folder_.write("old", "");
  ASSERT_EQ(::mkfifo(folder_.path("pipe").c_str(), 0600), 0);
  for (const char* name : {"old", "new", "pipe"}) {
    const std::string dotted = folder_.path("./") + name;
    EXPECT_EQ(both(folder_.path(name), dotted),
              "--trace and --vcd: both " + dotted + ", expected different files");
  }
  EXPECT_NE(both("-", "/dev/stdout"), "no error");
  EXPECT_NE(both("-", "-"), "no error");
  EXPECT_EQ(both(folder_.path("one"), folder_.path("two")), "no error");
  EXPECT_EQ(both("/dev/null", "/dev/null"), "no error");
}

TEST_F(FileClaimsTest, files_of_an_input_folder_are_inputs) {
  fs::create_directory(folder_.path("images"));
  folder_.write("images/batch.bin", "");
  folder_.write("images/notes.txt", "");
  FileClaims claims;
  claims.reads_folder("images", folder_.path("images"), ".bin");
  claims.writes("--json", folder_.path("images/notes.txt"));
  EXPECT_EQ(error_of([&] { claims.check(); }), "no error");
  claims.writes("--trace", folder_.path("images/batch.bin"));
  EXPECT_NE(error_of([&] { claims.check(); }).find("is an input too (images)"), std::string::npos);
}

TEST_F(FileClaimsTest, what_may_be_written_into_a_folder_is_no_other_file_there) {
  folder_.write("result.svg", "");
  const auto into = [&](const std::function<void(FileClaims&)>& also) {
    return error_of([&] {
      FileClaims claims;
      also(claims);
      claims.writes_into("--svg", folder_.path("."), {".svg"});
      claims.check();
    });
  };
  EXPECT_NE(into([&](FileClaims& c) { c.reads("result", folder_.path("result.svg")); }),
            "no error");
  EXPECT_NE(into([&](FileClaims& c) { c.writes("--output", folder_.path("page.svg")); }),
            "no error");
  EXPECT_EQ(into([&](FileClaims& c) { c.reads("result", input_); }), "no error");
  EXPECT_EQ(into([&](FileClaims& c) { c.writes("--output", folder_.path("page.html")); }),
            "no error");
}

TEST_F(FileClaimsTest, what_links_out_of_such_a_folder_is_seen_through) {
  fs::create_directory(folder_.path("pictures"));
  fs::create_symlink("../input", folder_.path("pictures/area.svg"));
  FileClaims claims;
  claims.reads("result", input_);
  claims.writes_into("--svg", folder_.path("pictures"), {".svg"});
  EXPECT_NE(error_of([&] { claims.check(); }).find("is an input too (result)"), std::string::npos);
  FileClaims twice;
  twice.writes("--output", input_);
  twice.writes_into("--svg", folder_.path("pictures"), {".svg"});
  EXPECT_NE(error_of([&] { twice.check(); }).find("expected different files"), std::string::npos);
  fs::remove(folder_.path("pictures/area.svg"));
  fs::create_directory(folder_.path("pictures/area.svg"));
  EXPECT_NE(error_of([&] { claims.check(); }).find("a folder"), std::string::npos);
}

TEST_F(FileClaimsTest, folders_are_made_where_that_is_possible) {
  const auto into = [](const std::string& path) {
    return error_of([&] {
      FileClaims claims;
      claims.writes_into("--svg", path, {".svg"});
      claims.check();
    });
  };
  EXPECT_EQ(into(folder_.path("new/and/newer")), "no error");
  EXPECT_FALSE(fs::exists(folder_.path("new")));
  EXPECT_NE(into(input_ + "/below").find("is not a folder"), std::string::npos);
  EXPECT_NE(into("/proc/pictures"), "no error");
  EXPECT_NE(into(""), "no error");
}

TEST_F(FileClaimsTest, what_is_updated_is_a_regular_file) {
  const auto updated = [](const std::string& path) {
    return error_of([&] {
      FileClaims claims;
      claims.updates("--store", path);
      claims.check();
    });
  };
  EXPECT_EQ(updated(input_), "no error");
  EXPECT_EQ(updated(folder_.path("new")), "no error");
  for (const char* stream : {"-", "/dev/null", "/dev/stdout"}) {
    EXPECT_NE(updated(stream), "no error") << stream;
  }
}

TEST_F(FileClaimsTest, nothing_is_changed_by_looking) {
  const auto before = fs::last_write_time(input_);
  EXPECT_NE(of_output(input_), "no error");
  EXPECT_EQ(of_output(folder_.path("other")), "no error");
  EXPECT_EQ(fs::last_write_time(input_), before);
  EXPECT_EQ(files(), 1U);
}

}  // namespace
}  // namespace dcnsim
