// SPDX-License-Identifier: Apache-2.0
// libFuzzer's program: the reader is named by the first argument, --reader=NAME; --list prints all
// with their dictionaries and seeds.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "tests/fuzz/reader.h"

namespace {

const dcnsim::fuzz::Reader* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::string option = "--reader=";
  const std::string given = *argc > 1 ? (*argv)[1] : "";
  if (given == "--list") {
    for (const dcnsim::fuzz::Reader& reader : dcnsim::fuzz::readers()) {
      std::printf("%s %s", reader.name, *reader.words == '\0' ? "-" : reader.words);
      for (const std::string& seed : reader.seeds) std::printf(" %s", seed.c_str());
      std::printf("\n");
    }
    std::exit(0);
  }
  try {
    chosen = &dcnsim::fuzz::reader(given.substr(given.rfind(option, 0) == 0 ? option.size() : 0));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dcnsim::fuzz::read(*chosen, std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
