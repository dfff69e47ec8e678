// SPDX-License-Identifier: Apache-2.0
// Jobs of random networks at random addresses, run as a process of Linux or firmware would: by the
// driver in C with what the job's C header says, behind a port that reaches the model.
#include "platform/compiler/job.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <regex>
#include <sstream>
#include <utility>

#include "models/base/json/document.h"
#include "platform/compiler/job_files.h"
#include "platform/compiler/program.h"
#include "platform/driver/dcn_job.h"
#include "platform/driver/driver.h"
#include "platform/driver/linux/uio.h"
#include "tests/platform/random_system.h"
#include "tests/support/accelerator_bench.h"
#include "tests/support/classes.h"
#include "tests/support/error_of.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/naive_map.h"
#include "tests/support/temporary_folder.h"
#include "workloads/executor.h"

namespace dcnsim {
namespace {

struct Compiled {
  FixedNetwork network;
  AcceleratorConfig config;
  NetworkJob job;

  Compiled(unsigned seed, std::uint64_t base) {
    RandomNetwork random(seed);
    network = random_network(random, seed);
    if (random.chance(2)) network.convention.pixels = PixelConvention{1, 16, {}, {}, true};
    config = random_machine(random);
    const std::vector<LayerMapping> mappings =
        map_network(network, in_planes(random, network, config), config, lpddr4_3200(), {});
    job = make_job(network, config, assemble(network, config, mappings), base);
  }
};

/// Somewhere below 2^40, with a distance that the job's maps do not divide.
std::uint64_t random_base(RandomNetwork& random) {
  return kJobAlignment *
         (static_cast<std::uint64_t>(random.pick(0, 1 << 16)) << random.pick(0, 18));
}

/// The macros of a job's C header, whose values a C compiler would have.
class HeaderMacros {
 public:
  explicit HeaderMacros(const std::string& header) {
    static const std::regex define(
        R"(#define JOB_(\w+) +(?:UINT64_C)?\(?(-?[\w.-]+?)u?\)? +/\*.*)");
    std::istringstream lines(header);
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
      if (!std::regex_match(line, match, define)) continue;
      values_[match[1]] = std::stoll(match[2], nullptr, 0);
      scales_[match[1]] = std::stod(match[2]);
    }
    const std::size_t at = header.find("{", header.find("job_pixel_codes["));
    std::istringstream codes(header.substr(at + 1, header.find("}", at) - at - 1));
    for (std::string code;
         std::getline(codes, code, ',') && code.find_first_of("0123456789") != std::string::npos;) {
      pixel_codes_.push_back(static_cast<std::uint16_t>(std::stoul(code)));
    }
  }

  DcnJob job() const {
    DcnJob job{};
    job.base = at<std::uint64_t>("BASE");
    job.bytes = at<std::uint64_t>("BYTES");
    job.image_bytes = at<std::uint32_t>("IMAGE_BYTES");
    job.descriptor_address = at<std::uint64_t>("DESCRIPTOR_ADDRESS");
    job.descriptor_count = at<std::uint32_t>("DESCRIPTOR_COUNT");
    job.input = map("INPUT_");
    job.output = map("OUTPUT_");
    job.pixel_codes = pixel_codes_.data();
    job.bgr = at<int>("PIXELS_BGR") != 0;
    return job;
  }

 private:
  template <class T>
  T at(const std::string& name) const {
    return static_cast<T>(values_.at(name));
  }
  DcnMap map(const std::string& name) const {
    const auto u32 = [&](const char* field) { return at<std::uint32_t>(name + field); };
    DcnMap map{};
    map.address = at<std::uint64_t>(name + "ADDRESS");
    map.bytes = u32("MAP_BYTES");
    map.height = u32("HEIGHT");
    map.width = u32("WIDTH");
    map.channels = u32("CHANNELS");
    map.bits = u32("BITS");
    map.is_signed = u32("SIGNED") != 0;
    map.fraction_bits = at<std::int32_t>(name + "FRACTION_BITS");
    map.segment = u32("SEGMENT");
    map.strip = u32("STRIP");
    map.plane_bytes = u32("PLANE_BYTES");
    map.row_bytes[0] = u32("ROW_BYTES");
    map.row_bytes[1] = u32("LAST_ROW_BYTES");
    map.strip_bytes[0] = u32("STRIP_BYTES");
    map.strip_bytes[1] = u32("LAST_STRIP_BYTES");
    map.zero_point = at<std::int32_t>(name + "ZERO_POINT");
    map.scale = scales_.at(name + "SCALE");
    return map;
  }

  std::map<std::string, long long> values_;
  std::map<std::string, double> scales_;
  std::vector<std::uint16_t> pixel_codes_;
};

/// Accelerator, and memory that begins at `base` and is no larger than what is loaded.
class JobBench : public AcceleratorBench {
 public:
  tlm_utils::simple_target_socket<JobBench, 32> target{"target"};
  std::uint64_t base = 0;
  std::vector<std::uint8_t> bytes;

  JobBench(const sc_core::sc_module_name& name, const AcceleratorConfig& config)
      : AcceleratorBench(name, config, AcceleratorOptions()) {
    target.register_b_transport(this, &JobBench::b_transport);
    wiring.join(accelerator.memory, target);
  }

  DcnPort port() {
    DcnPort port;
    port.read32 = [](void* context, std::uint32_t offset, std::uint32_t* value) {
      *value = static_cast<JobBench*>(context)->read(offset);
      return true;
    };
    port.write32 = [](void* context, std::uint32_t offset, std::uint32_t value) {
      static_cast<JobBench*>(context)->write(offset, value);
      return true;
    };
    port.wait_for_interrupt = [](void* context) { static_cast<JobBench*>(context)->wait_irq(); };
    port.context = this;
    return port;
  }

  void memory(tlm::tlm_command, std::uint64_t, std::uint8_t*, std::size_t) override {}

 private:
  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    delay += sc_core::sc_time(100, sc_core::SC_NS);
    const std::uint64_t at = p.get_address() - base;
    p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (at >= bytes.size() || p.get_data_length() > bytes.size() - at) return;
    std::uint8_t* const place = bytes.data() + at;
    if (p.is_read()) std::copy_n(place, p.get_data_length(), p.get_data_ptr());
    if (p.is_write()) std::copy_n(p.get_data_ptr(), p.get_data_length(), place);
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

std::vector<std::uint8_t> random_pixels(RandomNetwork& random, const Shape& shape) {
  std::vector<std::uint8_t> pixels(shape.elements());
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random.pick(0, 255));
  return pixels;
}

/// The codes of an image, from the meaning of the convention alone.
CodeTensor codes_of(const FixedNetwork& network, const std::vector<std::uint8_t>& pixels) {
  CodeTensor codes(network.input, network.input_format);
  const Shape& s = network.input;
  for (int y = 0; y < s.height; ++y) {
    for (int x = 0; x < s.width; ++x) {
      for (int c = 0; c < s.channels; ++c) {
        const int plane = network.convention.bgr() ? s.channels - 1 - c : c;
        const int pixel = pixels[static_cast<std::size_t>((plane * s.height + y) * s.width + x)];
        const double value = network.convention.pixels ? pixel / 16.0 : pixel;
        codes.set(codes.index(y, x, c),
                  quantize(value, network.input_format, network.input_rounding));
      }
    }
  }
  return codes;
}

class JobTest : public FreshKernel, public testing::WithParamInterface<unsigned> {};

TEST_P(JobTest, runs_at_any_base_by_the_driver_and_its_header) {
  RandomNetwork random(GetParam());
  const std::uint64_t compiled_at = random_base(random), run_at = random_base(random);
  const Compiled compiled(GetParam(), compiled_at);
  const NetworkJob& job = compiled.job;
  const HeaderMacros header(job_c_header(job, "job"));
  DcnJob c_job = header.job();
  EXPECT_EQ(c_job.base, compiled_at);
  EXPECT_EQ(c_job.image_bytes, job.image.size());

  JobBench bench("bench", compiled.config);
  bench.base = run_at;
  bench.bytes = job.image;
  bench.bytes.resize(job.bytes, 0xA5);
  dcn_move(&c_job, bench.bytes.data(), run_at);
  EXPECT_TRUE(std::equal(bench.bytes.begin(),
                         bench.bytes.begin() + static_cast<std::ptrdiff_t>(job.image.size()),
                         moved(job, run_at).image.begin()));

  const std::vector<std::uint8_t> pixels = random_pixels(random, compiled.network.input);
  std::uint8_t* const input = bench.bytes.data() + (c_job.input.address - run_at);
  dcn_put_pixels(&c_job, input, pixels.data());
  const std::vector<std::uint8_t> packed = pack_pixels(job, pixels);
  EXPECT_EQ(packed, std::vector<std::uint8_t>(input, input + c_job.input.bytes));

  DcnResult result{};
  bench.script = [&] {
    const DcnPort port = bench.port();
    ASSERT_EQ(dcn_initialise(&port), DCN_OK);
    result = dcn_run(&port, c_job.descriptor_address, c_job.descriptor_count);
  };
  sc_core::sc_start();
  ASSERT_TRUE(bench.finished);
  ASSERT_EQ(result.status, DCN_OK) << "error " << result.error_code << " at " << result.error_layer;

  Executor executor(compiled.network, compiled.config.accumulator);
  const CodeTensor expected = executor.run(codes_of(compiled.network, pixels)).layers.back();
  const std::uint8_t* const output = bench.bytes.data() + (c_job.output.address - run_at);
  const Shape shape = expected.shape();
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      for (int c = 0; c < shape.channels; ++c) {
        ASSERT_EQ(dcn_get_code(&c_job.output, output, static_cast<std::uint32_t>(y),
                               static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(c)),
                  expected.get(expected.index(y, x, c)));
      }
    }
  }
  EXPECT_EQ(dcn_largest(&c_job.output, output), static_cast<std::uint32_t>(argmax(expected)));
  EXPECT_EQ(unpack(moved(job, run_at).output, output), expected);
}

TEST_P(JobTest, an_accelerator_more_shares_the_weights) {
  RandomNetwork random(GetParam());
  const Compiled compiled(GetParam(), random_base(random));
  const NetworkJob& first = compiled.job;
  const NetworkJob second = sharing_weights(
      first, static_cast<std::uint64_t>(align_up(static_cast<std::int64_t>(first.end()), 64)));
  JobBench bench("bench", compiled.config);
  bench.base = first.base;
  bench.bytes = first.image;
  bench.bytes.resize(first.bytes, 0xA5);
  bench.bytes.resize(second.end() - first.base, 0xA5);
  const auto place = [&](std::uint64_t address) {
    return bench.bytes.begin() + static_cast<std::ptrdiff_t>(address - first.base);
  };
  std::copy(second.image.begin(), second.image.end(), place(second.base));
  const std::vector<std::uint8_t> pixels = random_pixels(random, compiled.network.input);
  const std::vector<std::uint8_t> packed = pack_input(second, codes_of(compiled.network, pixels));
  std::copy(packed.begin(), packed.end(), place(second.input.address));
  const std::vector<std::uint8_t> before(bench.bytes.begin(), place(second.base));
  DcnStatus status = DCN_RUNNING;
  bench.script = [&] {
    const DcnPort port = bench.port();
    ASSERT_EQ(dcn_initialise(&port), DCN_OK);
    status = dcn_run(&port, second.descriptor_address, second.descriptor_count).status;
  };
  sc_core::sc_start();
  ASSERT_EQ(status, DCN_OK);
  Executor executor(compiled.network, compiled.config.accumulator);
  EXPECT_EQ(unpack(second.output, &*place(second.output.address)),
            executor.run(codes_of(compiled.network, pixels)).layers.back());
  EXPECT_EQ(before, std::vector<std::uint8_t>(bench.bytes.begin(), place(second.base)))
      << "the first job's memory was written to";
}

INSTANTIATE_TEST_SUITE_P(Systems, JobTest, testing::Range(0u, 16u));

TEST(Job, the_systems_meet_every_class) {
  const auto any = [](const Compiled& c, const auto& holds) {
    std::vector<Descriptor> list;
    for (std::size_t i = 0; i < c.job.descriptor_count; ++i) {
      DescriptorBytes bytes;
      std::copy_n(c.job.image.begin() + static_cast<std::ptrdiff_t>(i * kDescriptorBytes),
                  kDescriptorBytes, bytes.begin());
      list.push_back(decode(bytes));
    }
    return std::any_of(list.begin(), list.end(), holds);
  };
  const auto cut = [](const JobMap& map) {
    return map.segment < map.shape.channels || map.strip < map.shape.width;
  };
  Census<Compiled> census({
      {"input in planes or strips", [&](const Compiled& c) { return cut(c.job.input); }},
      {"output in planes or strips", [&](const Compiled& c) { return cut(c.job.output); }},
      {"a plane of what is left",
       [](const Compiled& c) { return c.job.input.shape.channels % c.job.input.segment != 0; }},
      {"signed output", [](const Compiled& c) { return c.job.output.format.is_signed; }},
      {"input of more than 8 bits", [](const Compiled& c) { return c.job.input.format.bits > 8; }},
      {"blue first", [](const Compiled& c) { return c.job.bgr; }},
      {"a map on chip",
       [&](const Compiled& c) {
         return any(c, [](const Descriptor& d) { return d.output_on_chip; });
       }},
      {"a second operand",
       [&](const Compiled& c) {
         return any(c, [](const Descriptor& d) { return d.kind == LayerKind::kAdd; });
       }},
  });
  for (unsigned seed = 0; seed < 16; ++seed) census.count(Compiled(seed, 0));
  census.expect_each(1);
}

TEST(Job, codes_lie_where_the_map_has_them) {
  RandomNetwork random(7);
  for (int i = 0; i < 300; ++i) {
    const Shape shape{random.pick(1, 5), random.pick(1, 9), random.pick(1, 9)};
    JobMap map{0,
               shape,
               {random.pick(1, 16), 0, false, false},
               random.pick(1, shape.channels),
               random.pick(1, shape.width),
               1 << random.pick(0, 5)};
    NetworkJob job;
    job.input = job.output = map;
    const DcnMap c_map = HeaderMacros(job_c_header(job, "job")).job().input;
    const std::vector<std::int64_t> first =
        first_bits(shape, map.format.bits, map.segment, map.strip, map.bus_bytes);
    std::vector<std::uint8_t> bytes(map.bytes());
    for (std::size_t k = 0; k < first.size(); ++k) {
      const auto at = static_cast<std::uint32_t>(k);
      const auto channels = static_cast<std::uint32_t>(shape.channels);
      const auto width = static_cast<std::uint32_t>(shape.width);
      const std::uint32_t c = at % channels, x = at / channels % width, y = at / channels / width;
      std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
      dcn_put_code(&c_map, bytes.data(), y, x, c, 1);
      ASSERT_EQ(bytes[static_cast<std::size_t>(first[k] / 8)], 1 << first[k] % 8) << k;
      ASSERT_EQ(dcn_get_code(&c_map, bytes.data(), y, x, c), 1);
    }
  }
}

NetworkJob small_job(std::uint64_t base) { return Compiled(3, base).job; }

TEST(Job, places_that_do_not_do_are_refused) {
  const NetworkJob job = small_job(0x80000000);
  const std::string bytes = std::to_string(job.bytes);
  EXPECT_EQ(error_of([&] { moved(job, 0x80000020); }),
            "base 0x80000020: expected a multiple of 64");
  EXPECT_EQ(error_of([&] { moved(job, ~std::uint64_t{63}); }),
            "base 0xffffffffffffffc0: " + bytes + " bytes go beyond addresses of 64 bits");
  EXPECT_EQ(error_of([&] { sharing_weights(job, 32); }), "base 0x20: expected a multiple of 64");
  EXPECT_EQ(error_of([&] { require_address_bits(job, 31); }),
            "base 0x80000000: " + bytes + " bytes go beyond addresses of 31 bits");
  const std::uint64_t high = (std::uint64_t{1} << 32) - job.bytes / 64 * 64;
  require_address_bits(moved(job, high - 64), 32);
  NetworkJob to_the_end = moved(job, high - 64);
  to_the_end.bytes = (std::uint64_t{1} << 32) - to_the_end.base;
  require_address_bits(to_the_end, 32);
  EXPECT_NE(error_of([&] { require_address_bits(moved(job, high + 64), 32); }), "no error");
  EXPECT_EQ(error_of([&] { job_format("job.img"); }),
            "\"job.img\", expected a name that ends in .bin, .elf or .hex");
  EXPECT_NE(error_of([&] {
              job_file(moved(job, std::uint64_t{1} << 32), JobFormat::kHex);
            }).find("write .bin or .elf"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              pack_pixels(job, {1, 2, 3});
            }).find("3 pixels, expected"),
            std::string::npos);
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// readelf's line of a map's symbol, in the section of what is not loaded.
void expect_map_symbol(const std::string& elf, const JobMap& map, const std::string& name) {
  std::ostringstream line;
  line << std::hex << map.address << std::dec << " +" << map.bytes()
       << " OBJECT +GLOBAL DEFAULT +2 " << name;
  EXPECT_TRUE(std::regex_search(elf, std::regex(line.str()))) << line.str() << '\n' << elf;
}

/// binutils read what is written, at both widths and across 64 KiB.
TEST(Job, files_are_what_binutils_take_them_for) {
  const TemporaryFolder folder;
  const auto run = [&](const std::string& command) {
    return std::system(("cd " + folder.path() + " && " + command).c_str());
  };
  if (run("readelf --version >/dev/null && riscv64-unknown-elf-objcopy --version >/dev/null") !=
      0) {
    GTEST_SKIP() << "no binutils of RISC-V";
  }
  for (const std::uint64_t base :
       {std::uint64_t{0}, std::uint64_t{0x8000FFC0}, std::uint64_t{1} << 33}) {
    const NetworkJob job = small_job(base);
    const std::string image = job_file(job, JobFormat::kBinary);
    EXPECT_EQ(image, std::string(job.image.begin(), job.image.end()));
    folder.write("job.elf", job_file(job, JobFormat::kElf));
    ASSERT_EQ(run("readelf -aW job.elf >elf.txt 2>&1 && riscv64-unknown-elf-objcopy "
                  "-O binary job.elf back.bin"),
              0);
    const std::string elf = read_file(folder.path("elf.txt"));
    EXPECT_EQ(elf.find("arning"), std::string::npos) << elf;
    EXPECT_NE(elf.find(base >> 32 == 0 ? "ELF32" : "ELF64"), std::string::npos) << elf;
    expect_map_symbol(elf, job.input, "job_input");
    expect_map_symbol(elf, job.output, "job_output");
    // Its first map begins where its image ends.
    const NetworkJob sharing = sharing_weights(job, base);
    ASSERT_EQ(sharing.input.address, base + sharing.image.size());
    folder.write("sharing.elf", job_file(sharing, JobFormat::kElf));
    ASSERT_EQ(run("readelf -sW sharing.elf >elf.txt"), 0);
    expect_map_symbol(read_file(folder.path("elf.txt")), sharing.input, "job_input");
    EXPECT_EQ(read_file(folder.path("back.bin")), image);
    if (base >> 32 != 0) continue;
    folder.write("job.hex", job_file(job, JobFormat::kHex));
    ASSERT_EQ(run("objcopy -I ihex -O binary job.hex back.bin && objdump -h job.hex >hex.txt"), 0);
    EXPECT_EQ(read_file(folder.path("back.bin")), image);
    std::ostringstream address;
    address << ' ' << std::hex << std::setw(8) << std::setfill('0') << base << ' ';
    EXPECT_NE(read_file(folder.path("hex.txt")).find(address.str()), std::string::npos);
  }
}

TEST(Job, the_json_says_what_the_header_says) {
  NetworkJob job = small_job(0x40000000);
  job.output.format.zero_point = -3;
  job.output.scale = 0.3;
  job.pixel_codes[3] = -2;
  job.bgr = true;
  const Json json = parse_json(job_json(job, "1.2"), "job.json");
  const HeaderMacros header(job_c_header(job, "job"));
  const DcnJob c_job = header.job();
  EXPECT_EQ(json["schema"], "dcnsim.job/1");
  EXPECT_EQ(json["input"]["pixels"]["assumed"], job.pixels_are_assumed);
  EXPECT_EQ(json["input"]["pixels"]["order"], "bgr");
  EXPECT_EQ(json["base"], c_job.base);
  EXPECT_EQ(json["bytes"], c_job.bytes);
  EXPECT_EQ(json["descriptor_address"], c_job.descriptor_address);
  EXPECT_EQ(json["layers"].size(), c_job.descriptor_count);
  EXPECT_EQ(json["input"]["address"], c_job.input.address);
  EXPECT_EQ(json["output"]["fraction_bits"], c_job.output.fraction_bits);
  for (const auto& [map, c_map] : {std::pair{"input", c_job.input}, {"output", c_job.output}}) {
    EXPECT_EQ(json[map]["zero_point"], c_map.zero_point);
    EXPECT_EQ(json[map]["scale"], c_map.scale);
  }
  EXPECT_EQ(c_job.input.scale, std::ldexp(1, -c_job.input.fraction_bits));
  EXPECT_EQ(c_job.output.zero_point, -3);
  EXPECT_EQ(c_job.output.scale, 0.3);
  EXPECT_EQ(json["output"]["planes"].back()["row_bytes"], c_job.output.row_bytes[1]);
  const Json& codes = json["input"]["pixels"]["codes"];
  ASSERT_EQ(codes.size(), c_job.input.channels);
  const auto mask = (1u << c_job.input.bits) - 1;
  for (std::size_t i = 0; i < 256 * codes.size(); ++i) {
    ASSERT_EQ(static_cast<unsigned>(codes[i / 256][i % 256].get<int>()) & mask,
              c_job.pixel_codes[i]);
  }
}

TEST(Job, a_header_names_no_identifiers_that_c_does_not_know) {
  NetworkJob job = small_job(0);
  job.network = "a */ b\n#error \\";
  const std::string header = job_c_header(job, "2-nets.v1");
  EXPECT_NE(header.find("#define JOB_2_NETS_V1_BASE "), std::string::npos) << header;
  EXPECT_NE(header.find("job_2_nets_v1_pixel_codes["), std::string::npos);
  EXPECT_EQ(header.find("\n#error"), std::string::npos) << header;
}

/// Registers are words of the mapping, memory is another one; without interrupts waiting ends.
TEST(LinuxDriver, reaches_registers_and_memory_through_mappings) {
  const TemporaryFolder folder;
  const std::string window = folder.write("mem", std::string(3 * 4096, '\0'));
  DcnUio device;
  ASSERT_FALSE(dcn_uio_open(&device, folder.path("none").c_str(), 0));
  ASSERT_EQ(dcn_uio_memory(folder.path("none").c_str(), 0, 64), nullptr);
  // What cannot be mapped does not stay open.
  const auto open_files = [] {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  };
  const auto before = open_files();
  ASSERT_FALSE(dcn_uio_open(&device, "/dev/null", 0));
  EXPECT_EQ(errno, ENODEV);
  EXPECT_EQ(open_files(), before);
  ASSERT_TRUE(dcn_uio_open(&device, window.c_str(), 4096));
  const DcnPort port = dcn_uio_port(&device);
  EXPECT_EQ(dcn_initialise(&port), DCN_NO_DEVICE);
  EXPECT_TRUE(port.write32(port.context, 0x20, 0x12345678));
  std::uint32_t value = 0;
  EXPECT_TRUE(port.read32(port.context, 0x20, &value));
  EXPECT_EQ(value, 0x12345678u);
  port.wait_for_interrupt(port.context);
  std::uint8_t* const memory = dcn_uio_memory(window.c_str(), 2 * 4096, 4096);
  ASSERT_NE(memory, nullptr);
  memory[5] = 0x55;
  dcn_uio_close(&device);
  const std::string bytes = read_file(window);
  EXPECT_EQ(bytes.substr(4096 + 0x20, 4), "\x78\x56\x34\x12");
  EXPECT_EQ(bytes[2 * 4096 + 5], 0x55);
}

}  // namespace
}  // namespace dcnsim
