// SPDX-License-Identifier: Apache-2.0
// Runs the dcnsim command as its users do, in a folder of the test's own.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "models/base/file/compression.h"

namespace dcnsim {

inline const std::string kSource = DCNSIM_SOURCE_DIR;

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A compressed network file, unpacked.
inline std::string unpacked(const std::filesystem::path& path) {
  return inflated(slurp(path), 100'000'000);
}

inline void spill(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Without what the address sanitizer remarks, three lines each, when an exception passes a
/// SystemC coroutine, whose stack it does not know. Errors it finds stay.
inline std::string without_sanitizer_remarks(const std::string& text) {
  std::istringstream lines(text);
  std::string kept, line;
  while (std::getline(lines, line)) {
    if (line.find("WARNING: ASan is ignoring requested __asan_handle_no_return") !=
        std::string::npos) {
      std::getline(lines, line);
      std::getline(lines, line);
    } else {
      kept += line + (lines.eof() ? "" : "\n");
    }
  }
  return kept;
}

/// With one blank between words: what was wrapped to the terminal's width on one line.
inline std::string unwrapped(const std::string& text) {
  std::istringstream words(text);
  std::string line, word;
  while (words >> word) line += (line.empty() ? "" : " ") + word;
  return line;
}

struct Outcome {
  int code = -1;
  std::string out, err;
};

class CommandTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("dcnsim_cli_" + std::to_string(::getpid()) + "_" + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    // A calibration set that takes a moment only.
    calibration_ = path("calibration.bin");
    spill(calibration_,
          slurp(kSource + "/workloads/cifar10/calibration_500.bin").substr(0, 10 * 3073));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  Outcome dcnsim(const std::string& arguments) const { return run(DCNSIM_COMMAND, arguments); }

  Outcome run(const std::string& program, const std::string& arguments) const {
    const std::string err = path("stderr.txt");
    const std::string command = program + " " + arguments + " 2>" + err + " </dev/null";
    Outcome outcome;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> chunk;
    std::size_t count = 0;
    while ((count = fread(chunk.data(), 1, chunk.size(), pipe)) > 0) {
      outcome.out.append(chunk.data(), count);
    }
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    outcome.err = without_sanitizer_remarks(slurp(err));
    return outcome;
  }

  /// The command fails with one line on standard error that holds every one of `parts`.
  void expect_one_line_error(const std::string& arguments, const std::vector<std::string>& parts,
                             int code) const {
    const Outcome o = dcnsim(arguments);
    EXPECT_EQ(o.code, code) << arguments << "\n" << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    EXPECT_EQ(o.err.rfind("dcnsim", 0), 0u) << o.err;
    for (const std::string& part : parts) {
      EXPECT_NE(o.err.find(part), std::string::npos) << "no \"" << part << "\" in " << o.err;
    }
    EXPECT_EQ(o.out, "");
  }

  std::filesystem::path folder_;
  std::string calibration_;
};

}  // namespace dcnsim
