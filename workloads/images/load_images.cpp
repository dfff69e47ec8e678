// SPDX-License-Identifier: Apache-2.0
#include "workloads/images/load_images.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <new>
#include <stdexcept>

#include "models/base/file/text_file.h"
#include "models/base/process/memory_need.h"
#include "models/base/text/printable.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/images/npy_file.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxLabelBytes = std::size_t{64} << 20;
constexpr double kLargestLabel = 1e9;

bool is_npy(const std::string& path) { return std::filesystem::path(path).extension() == ".npy"; }

enum class Layout { kChannelsFirst, kChannelsLast };

std::string text(const std::vector<std::size_t>& dims) {
  std::string text;
  for (const std::size_t dim : dims) text += (text.empty() ? "" : " x ") + std::to_string(dim);
  return text.empty() ? "a single number" : text;
}

/// `dims` without those of extent 1 behind the first.
std::vector<std::size_t> squeezed(const std::vector<std::size_t>& dims) {
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (i == 0 || dims[i] != 1) left.push_back(dims[i]);
  }
  return left;
}

/// Throws std::runtime_error (without the file's name) if the array holds other images.
Layout layout_of(const std::vector<std::size_t>& dims, const Shape& input, std::string& note) {
  if (dims.empty()) throw std::runtime_error("has no dimensions, expected N x C x H x W");
  const auto size = [](int extent) { return static_cast<std::size_t>(extent); };
  const std::size_t c = size(input.channels), h = size(input.height), w = size(input.width);
  const std::vector<std::size_t> found = squeezed(dims);
  const bool is_first = found == squeezed({dims[0], c, h, w});
  const bool is_last = found == squeezed({dims[0], h, w, c});
  if (!is_first && !is_last) {
    throw std::runtime_error("has the dimensions " + text(dims) + ", expected N x " +
                             text({c, h, w}) + " or N x " + text({h, w, c}) +
                             " for the network's input");
  }
  const bool is_either = is_first && is_last && c != 1 && h * w != 1;
  if (is_either) note = "could be N x C x H x W or N x H x W x C, and is taken as the first";
  return is_first ? Layout::kChannelsFirst : Layout::kChannelsLast;
}

/// `element(index)` of each element in the order of planes.
template <class Value, class Element>
std::vector<Value> planes(std::size_t images, const Shape& shape, Layout layout,
                          const Element& element) {
  const std::size_t numbers = shape.elements();
  const auto channels = static_cast<std::size_t>(shape.channels);
  const std::size_t plane = numbers / channels;
  std::vector<Value> values;
  values.reserve(images * numbers);
  for (std::size_t i = 0; i < images * numbers; ++i) {
    const std::size_t image = i / numbers, channel = i % numbers / plane, pixel = i % plane;
    values.push_back(element(
        layout == Layout::kChannelsFirst ? i : image * numbers + pixel * channels + channel));
  }
  return values;
}

float finite_value(const NpyArray& array, std::size_t index) {
  const double value = array.at(index);
  if (!(std::abs(value) <= double{std::numeric_limits<float>::max()})) {
    throw std::runtime_error("element " + std::to_string(index) + " is not a finite number");
  }
  return static_cast<float>(value);
}

Dataset images_of(const NpyArray& array, const Shape& input) {
  Dataset images;
  images.shape = input;
  const Layout layout = layout_of(array.dims_in_file, input, images.note);
  if (array.dims[0] == 0) throw std::runtime_error("has no images");
  if (array.type.kind == NpyType::Kind::kFloat) {
    images.values = planes<float>(array.dims[0], input, layout,
                                  [&](std::size_t index) { return finite_value(array, index); });
  } else if (array.type.kind == NpyType::Kind::kUnsigned && array.type.bytes == 1) {
    images.pixels = planes<std::uint8_t>(array.dims[0], input, layout,
                                         [&](std::size_t index) { return array.bytes[index]; });
  } else {
    throw std::runtime_error("has integers of another type, expected uint8 pixels or floats");
  }
  return images;
}

int label_of(double value, std::size_t index) {
  if (!(value >= 0 && value <= kLargestLabel) || value != std::floor(value)) {
    throw std::runtime_error("label " + std::to_string(index) + " is not a whole number from 0 on");
  }
  return static_cast<int>(value);
}

std::vector<int> labels_of_array(const NpyArray& array) {
  if (squeezed(array.dims).size() != 1) {
    throw std::runtime_error("has the dimensions " + text(array.dims) +
                             ", expected one label an image");
  }
  std::vector<int> labels;
  for (std::size_t i = 0; i < array.size(); ++i) labels.push_back(label_of(array.at(i), i));
  return labels;
}

/// One number a line.
std::vector<int> labels_of_text(const std::string& content) {
  std::vector<int> labels;
  const char* const end = content.data() + content.size();
  for (const char* at = content.data(); at != end;) {
    double value = -1;
    const char* const line_end = std::find(at, end, '\n');
    const char* const last = line_end != at && line_end[-1] == '\r' ? line_end - 1 : line_end;
    const auto [stop, error] = std::from_chars(at, last, value);
    if (error != std::errc() || stop != last) value = -1;
    labels.push_back(label_of(value, labels.size()));
    at = line_end == end ? end : line_end + 1;
  }
  return labels;
}

std::vector<int> read_labels(const std::string& path) {
  if (is_npy(path)) {
    const NpyArray array = read_npy(path);
    try {
      return labels_of_array(array);
    } catch (const std::runtime_error& problem) {
      throw std::runtime_error(path + ": " + problem.what());
    }
  }
  const std::string content = read_text_file(path, kMaxLabelBytes);
  try {
    return labels_of_text(content);
  } catch (const std::runtime_error& problem) {
    throw std::runtime_error(path + ": " + problem.what());
  }
}

Dataset load_array(const ImageFiles& files, const Shape& input, std::size_t limit) {
  Dataset images;
  {
    const NpyArray array = read_npy(files.path, limit);
    try {
      images = images_of(array, input);
    } catch (const std::runtime_error& problem) {
      throw std::runtime_error(files.path + ": " + problem.what());
    }
  }
  if (!images.note.empty()) images.note = files.path + ": " + images.note;
  if (files.labels.empty()) return images;
  images.labels = read_labels(files.labels);
  // A limit leaves labels over.
  const std::size_t labels = images.labels.size();
  if (labels < images.size() || (limit != images.size() && labels != images.size())) {
    throw std::runtime_error(files.labels + ": " + std::to_string(labels) + " labels, expected " +
                             std::to_string(images.size()) + ", one an image");
  }
  images.labels.resize(images.size());
  return images;
}

}  // namespace

Dataset load_images(const ImageFiles& files, const Shape& input, std::size_t limit) {
  if (is_npy(files.path)) {
    try {
      return load_array(files, input, limit);
    } catch (const std::bad_alloc&) {
      throw not_enough_memory_for(files.path);
    }
  }
  if (!files.labels.empty()) {
    throw std::runtime_error(files.labels + ": labels are for .npy images; " + files.path +
                             " has its own");
  }
  if (input != kCifarShape) {
    throw std::runtime_error(files.path + ": CIFAR-10 images are " + to_string(kCifarShape) +
                             ", the network's input is " + to_string(input) +
                             "; images of other shapes come as .npy");
  }
  return load_cifar10(files.path, limit);
}

}  // namespace dcnsim
