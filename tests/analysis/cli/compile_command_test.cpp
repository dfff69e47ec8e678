// SPDX-License-Identifier: Apache-2.0
// dcnsim compile: what its files say, and its answers to mistakes. That jobs run is for
// platform/job_test and the package's guide.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

class CompileCommandTest : public CommandTest {
 protected:
  std::string options() const {
    return " --calibration " + calibration_ + " --cache " + path("cache") + " ";
  }
  /// The description and, in job.bin, the image.
  Json compiled(const std::string& arguments) const {
    const Outcome o = dcnsim("compile" + options() + arguments + " -o " + path("job.bin") +
                             " --json " + path("job.json"));
    EXPECT_EQ(o.code, 0) << o.err;
    return Json::parse(slurp(path("job.json")));
  }
};

TEST_F(CompileCommandTest, a_base_changes_addresses_alone) {
  Json low = compiled("");
  const std::string image = slurp(path("job.bin"));
  EXPECT_EQ(low.at("schema"), "dcnsim.job/1");
  EXPECT_EQ(low.at("image_bytes"), image.size());
  Json high = compiled("--base 0x4000000000");
  const std::uint64_t base = high.at("base");
  EXPECT_EQ(base, 0x4000000000u);
  std::size_t differences = 0;
  const std::string moved = slurp(path("job.bin"));
  ASSERT_EQ(moved.size(), image.size());
  for (std::size_t i = 0; i < image.size(); ++i) differences += image[i] != moved[i] ? 1 : 0;
  // Each address has the one byte that is not 0 in the base; a layer has at most three.
  EXPECT_GE(differences, 2u);
  EXPECT_LE(differences, 3 * low.at("layers").size());
  for (Json* const place : {&high, &high["input"], &high["output"]}) {
    for (const char* field : {"base", "address", "descriptor_address"}) {
      if (place->contains(field)) (*place)[field] = place->at(field).get<std::uint64_t>() - base;
    }
  }
  EXPECT_EQ(low, high);
}

TEST_F(CompileCommandTest, pixels_are_codes_of_what_the_convention_makes_of_them) {
  const Json raw = compiled("").at("input");
  EXPECT_EQ(raw.at("pixels").at("order"), "rgb");
  EXPECT_EQ(raw.at("pixels").at("codes").size(), 3u);
  EXPECT_EQ(raw.at("pixels").at("codes")[2][255], 255);
  const Json scaled = compiled("--pixels unit,std=0.6,bgr").at("input");
  EXPECT_EQ(scaled.at("pixels").at("convention"), "unit,std=0.6,bgr");
  EXPECT_EQ(scaled.at("pixels").at("assumed"), false);
  EXPECT_EQ(scaled.at("pixels").at("order"), "bgr");
  const double step = std::ldexp(1, -scaled.at("fraction_bits").get<int>());
  for (std::size_t pixel = 0; pixel < 256; ++pixel) {
    const double code = scaled.at("pixels").at("codes")[1][pixel];
    EXPECT_NEAR(code * step, static_cast<double>(pixel) / 255 / 0.6, 0.5 * step) << pixel;
  }
}

TEST_F(CompileCommandTest, the_header_begins_with_the_name_that_is_asked_for) {
  const Outcome o = dcnsim("compile" + options() + "--name night --header -");
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("#define NIGHT_INIT"), std::string::npos);
  EXPECT_EQ(o.out.find("JOB_"), std::string::npos) << o.out;
}

TEST_F(CompileCommandTest, mistakes_are_answered_in_a_line) {
  const std::string compile = "compile" + options();
  const std::string bin = " -o " + path("job.bin");
  expect_one_line_error(compile, {"nothing to write", "--header"}, 2);
  expect_one_line_error(compile + "-o " + path("job.img"), {"--output", ".bin, .elf or .hex"}, 2);
  expect_one_line_error(compile + "--base 0x80000020" + bin, {"--base 0x80000020", "of 64"}, 2);
  expect_one_line_error(compile + "--base 80000000h" + bin, {"--base", "\"80000000h\""}, 2);
  expect_one_line_error(compile + "--base 0x" + bin, {"--base", "\"0x\""}, 2);
  expect_one_line_error(compile + "--base 0xffffffffffffffc0" + bin, {"--base", "64 bits"}, 2);
  expect_one_line_error(compile + "--base 0x7fff0000 --address-bits 31" + bin,
                        {"--base 0x7fff0000", "31 bits"}, 2);
  expect_one_line_error(compile + "--base 0xfff00000 -o " + path("job.hex"),
                        {"--output", "Intel HEX", ".elf"}, 2);
  EXPECT_FALSE(std::filesystem::exists(path("job.bin")));
}

}  // namespace
}  // namespace dcnsim
