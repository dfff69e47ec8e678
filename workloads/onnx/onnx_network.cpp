// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/onnx_network.h"

#include <filesystem>
#include <new>
#include <stdexcept>

#include "models/base/file/atomic_file.h"
#include "models/base/file/compression.h"
#include "models/base/process/memory_need.h"
#include "workloads/onnx/graph.h"
#include "workloads/onnx/model_bytes.h"
#include "workloads/onnx/model_file.h"
#include "workloads/onnx/network_builder.h"
#include "workloads/onnx/network_writer.h"
#include "workloads/onnx/qonnx_network.h"
#include "workloads/tflite/tflite_network.h"

namespace dcnsim {
namespace {

/// Of zlib: level 9 makes quantized weights a tenth smaller in twelve times the time.
constexpr int kCompressionLevel = 7;

/// What the file says of pixels, if it does.
std::optional<PixelConvention> stated_pixels(const Graph& graph) {
  const auto text = graph.metadata(kPixelsMetadata);
  if (!text) return std::nullopt;
  try {
    return parse_convention(*text);
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error(std::string("metadata ") + kPixelsMetadata + ": " + error.what());
  }
}

/// All of a TFLite file, inflated; nothing of another one.
std::optional<std::string> tflite_bytes(const std::string& path) {
  ModelBytes file(path, kMaxModelBytes);
  if (!tflite::is_tflite(file.head())) return std::nullopt;
  std::string bytes;
  const void* piece = nullptr;
  int size = 0;
  while (file.Next(&piece, &size)) {
    bytes.append(static_cast<const char*>(piece), static_cast<std::size_t>(size));
  }
  file.finish();
  return bytes;
}

std::string bytes_of(const FloatNetwork& network) { return onnx_bytes(network); }

std::string bytes_of(const FixedNetwork& network, QuantizedForm form) {
  const SaidNetwork said = said_as(network, form);
  return onnx_bytes(said.numbers, &said.quants);
}

template <class Network, class... Form>
void save(const Network& network, const std::string& path, Form... form) {
  std::string bytes;
  try {
    validate(network);
    bytes = bytes_of(network, form...);
    if (std::filesystem::path(path).extension() == ".gz") {
      bytes = deflated(bytes, Wrapper::kGzip, kCompressionLevel);
    }
  } catch (const std::exception& error) {
    throw std::runtime_error(path + ": cannot be written: " + error.what());
  }
  write_file_atomically(path, bytes);
}

}  // namespace

std::variant<FloatNetwork, FixedNetwork> load_network(
    const std::string& path, const std::optional<PixelConvention>& pixels) {
  try {
    if (const auto bytes = tflite_bytes(path)) return tflite::network_of(*bytes);
    const Graph graph(path);
    const auto stated = stated_pixels(graph);
    auto loaded =
        NetworkBuilder(graph, pixels ? *pixels : stated.value_or(PixelConvention{})).take();
    std::visit([&](auto& network) { network.convention.pixels = stated; }, loaded);
    return loaded;
  } catch (const std::bad_alloc&) {
    throw not_enough_memory_for(path);
  } catch (const std::exception& error) {
    throw std::runtime_error(path + ": " + error.what());
  }
}

FloatNetwork load_float_network(const std::string& path) {
  auto loaded = load_network(path);
  if (auto* network = std::get_if<FloatNetwork>(&loaded)) return std::move(*network);
  throw std::runtime_error(path + ": is in fixed point already, expected a float network");
}

void save_network(const FloatNetwork& network, const std::string& path) { save(network, path); }

void save_network(const FixedNetwork& network, const std::string& path, QuantizedForm form) {
  save(network, path, form);
}

}  // namespace dcnsim
