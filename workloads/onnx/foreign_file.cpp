// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/foreign_file.h"

#include <algorithm>
#include <cctype>

namespace dcnsim {
namespace {

bool begins(std::string_view bytes, std::string_view start, std::size_t at = 0) {
  return bytes.size() >= at + start.size() && bytes.compare(at, start.size(), start) == 0;
}

/// Lines of text, the first word of one ending in a colon or the first an opening brace.
bool is_text_of_keys(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 4096);
  const auto is_text = [](char c) {
    return std::isprint(static_cast<unsigned char>(c)) != 0 || c == '\n' || c == '\r' || c == '\t';
  };
  return !head.empty() && std::all_of(head.begin(), head.end(), is_text) &&
         head.find(':') != std::string_view::npos;
}

}  // namespace

std::string foreign_file(std::string_view bytes) {
  if (begins(bytes, "\x89HDF\r\n\x1a\n")) {
    return "is an HDF5 file (Keras), expected ONNX; tf2onnx converts the model: "
           "tf2onnx.convert.from_keras(model, output_path=\"NET.onnx\")";
  }
  if (begins(bytes, "PK\x03\x04")) {
    const bool is_keras = bytes.substr(0, 4096).find("metadata.json") != std::string_view::npos;
    return is_keras ? "is a Keras file, expected ONNX; tf2onnx converts the model: "
                      "tf2onnx.convert.from_keras(model, output_path=\"NET.onnx\")"
                    : "is a ZIP file (PyTorch's .pt, perhaps), expected ONNX; PyTorch writes it: "
                      "torch.onnx.export(model, example, \"NET.onnx\")";
  }
  if (begins(bytes, "\x80") && bytes.size() > 1 && bytes[1] >= 2 && bytes[1] <= 5) {
    return "is a Python pickle (PyTorch's .pt, perhaps), expected ONNX; PyTorch writes it: "
           "torch.onnx.export(model, example, \"NET.onnx\")";
  }
  if (begins(bytes, "{\"", 8)) {
    return "is a safetensors file, which holds weights without a network, expected ONNX; load them "
           "into their model and write that: torch.onnx.export(model, example, \"NET.onnx\")";
  }
  if (is_text_of_keys(bytes)) {
    return "is text (a description of a machine, perhaps), expected an ONNX model";
  }
  return "";
}

}  // namespace dcnsim
