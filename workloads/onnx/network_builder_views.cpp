// SPDX-License-Identifier: Apache-2.0
// The operators of NetworkBuilder that make no layer: they change how a map is seen, wait for the
// next window, or follow the scores.
#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "workloads/onnx/dims.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {
namespace {

std::int64_t product(Dims::const_iterator begin, Dims::const_iterator end) {
  return std::accumulate(begin, end, std::int64_t{1}, std::multiplies<>());
}

int amount(std::int64_t value) { return extent_of(value, "pads", 0); }

}  // namespace

void NetworkBuilder::same_elements() {
  Activation from = seen(input(0));
  const std::optional<Dims> argument = takes_dims(*node_) ? given_dims(1) : std::nullopt;
  if (from.groups != 0) return join_groups(std::move(from), argument ? &*argument : nullptr);
  const Shape padded = from.pads.around(shape_of(from.producer));
  const Dims dims = extents(from.view, padded);
  const bool is_cut_off = from.tail != nullptr;  // ArgMax has other dimensions
  if (!is_cut_off) {
    const Dims target = dims_after(*node_, *attributes_, dims, argument ? &*argument : nullptr);
    if (cut_into_groups(from, target)) return;
    from.view = reshaped(from.view, padded, target);
  } else {
    for (const char* name : {"axis", "axes", "allowzero", "ratio", "seed"}) {
      attributes_->ignore(name);
    }
  }
  deliver(std::move(from));
}

/// Whether the node cuts the channels of a map, and nothing else: 1 x G x C/G x H x W.
bool NetworkBuilder::cut_into_groups(const Activation& from, const Dims& dims) {
  const Shape map = shape_of(from.producer);
  if (from.pads.any() || from.view != map_view(map) || dims.size() != 5 || dims[0] != 1 ||
      dims[1] < 2 || dims[2] < 2 || dims[1] * dims[2] != map.channels || dims[3] != map.height ||
      dims[4] != map.width) {
    return false;
  }
  Activation cut = from;
  cut.groups = static_cast<int>(dims[1]);
  deliver(std::move(cut));
  return true;
}

/// The Reshape back. Channels that were turned in between are shuffled.
void NetworkBuilder::join_groups(Activation from, const Dims* target) {
  const Shape map = shape_of(from.producer);
  const int groups = from.groups, in_group = map.channels / groups;
  const Dims dims{1, from.turned ? in_group : groups, from.turned ? groups : in_group, map.height,
                  map.width};
  if (dims_after(*node_, *attributes_, dims, target) !=
      extents({{}, {MapAxis::kChannel}, {MapAxis::kRow}, {MapAxis::kColumn}}, map)) {
    throw std::runtime_error("joins channels in groups to something else than their map");
  }
  from.groups = 0;
  if (!std::exchange(from.turned, false)) return deliver(std::move(from));
  std::vector<int> order;
  for (int c = 0; c < map.channels; ++c) order.push_back(c % groups * in_group + c / groups);
  reorder_channels(from, order);
}

void NetworkBuilder::transpose() {
  Activation from = seen(input(0));
  if (from.groups != 0) {
    if (permutation(*attributes_, 5) != std::vector<std::size_t>{0, 2, 1, 3, 4}) {
      throw std::runtime_error("turns channels in groups otherwise than a channel shuffle does");
    }
    from.turned = !from.turned;
    return deliver(std::move(from));
  }
  from = activation(input(0));
  View view;
  for (const std::size_t axis : permutation(*attributes_, from.view.size())) {
    view.push_back(from.view[axis]);
  }
  from.view = std::move(view);
  deliver(std::move(from));
}

void NetworkBuilder::shape() {
  const Activation from = activation(input(0));
  const Dims dims =
      shape_values(*attributes_, extents(from.view, from.pads.around(shape_of(from.producer))));
  constants_.put(node_->output(0), {{static_cast<std::int64_t>(dims.size())},
                                    std::vector<double>(dims.begin(), dims.end()),
                                    true,
                                    {}});
}

void NetworkBuilder::cast() {
  attributes_->ignore("saturate");
  const Activation from = seen(input(0));
  if (is_integer_type(attributes_->integer("to", 0)) && from.tail == nullptr) {
    throw std::runtime_error("rounds a feature map to integers, which no layer here does");
  }
  deliver(from);
}

void NetworkBuilder::pad() {
  Activation from = activation(input(0));
  const std::optional<Dims> input_amounts = given_dims(1), axes = given_dims(3);
  std::vector<std::int64_t> amounts = attributes_->integers("pads");
  if (input_amounts) amounts = *input_amounts;
  const std::string mode = attributes_->text("mode", "constant");
  double value = attributes_->real("value", 0.0);
  if (has_input(2)) value = scalar(constants_.get(input(2)));
  const std::size_t count = axes ? axes->size() : from.view.size();
  if (amounts.size() != 2 * count) {
    throw std::runtime_error("has " + std::to_string(amounts.size()) + " amounts for " +
                             std::to_string(count) + " dimensions");
  }
  if (std::count(amounts.begin(), amounts.end(), 0) == static_cast<std::ptrdiff_t>(2 * count)) {
    return deliver(from);
  }
  if (mode != "constant" || value != 0.0) {
    throw std::runtime_error("pads with other values than 0, which the machine does not");
  }
  const bool is_map = from.view == map_view(from.pads.around(shape_of(from.producer)));
  for (std::size_t i = 0; i < count; ++i) {
    if (amounts[i] == 0 && amounts[i + count] == 0) continue;
    const std::size_t dimension = axes ? axis_of((*axes)[i], from.view.size()) : i;
    std::vector<MapAxis>& seen_as = from.view[dimension];
    if (is_map && dimension == 1) {
      pad_channels(from, amount(amounts[i]), amount(amounts[i + count]));
      continue;
    }
    if (seen_as.empty() && is_map && dimension >= 2) {
      seen_as = {dimension == 2 ? MapAxis::kRow : MapAxis::kColumn};
    }
    if (seen_as != std::vector<MapAxis>{MapAxis::kRow} &&
        seen_as != std::vector<MapAxis>{MapAxis::kColumn}) {
      throw std::runtime_error("pads something else than rows, columns and channels");
    }
    const bool is_rows = seen_as.front() == MapAxis::kRow;
    (is_rows ? from.pads.top : from.pads.left) += amount(amounts[i]);
    (is_rows ? from.pads.bottom : from.pads.right) += amount(amounts[i + count]);
    from.padded_by = node_;
  }
  const Shape padded = from.pads.around(shape_of(from.producer));
  extent_of(padded.height, "padded height", 1);
  extent_of(padded.width, "padded width", 1);
  deliver(std::move(from));
}

/// Softmax, LogSoftmax, ArgMax and TopK over all scores: the largest score stays the largest.
void NetworkBuilder::tail() {
  Activation from = seen(input(0));
  const bool is_arg_max = node_->op_type() == "ArgMax", is_top_k = node_->op_type() == "TopK";
  if (is_top_k) {
    attributes_->ignore("sorted");
    if (attributes_->integer("largest", 1) == 0) {
      throw std::runtime_error("takes the least scores, only the largest are supported");
    }
    if (scalar(constants_.get(input(1))) < 1) throw std::runtime_error("takes no score");
  }
  if (is_arg_max) {
    attributes_->ignore("keepdims");
    if (attributes_->integer("select_last_index", 0) != 0) {
      throw std::runtime_error("select_last_index is not supported: of equals the first is taken");
    }
  }
  if (from.tail == nullptr) {
    require_no_padding(from);
    const bool joins_dimensions = !is_arg_max && !is_top_k && graph_.opset() < 13;
    const std::int64_t fallback = is_arg_max ? 0 : (joins_dimensions ? 1 : -1);
    const Dims dims = extents(from.view, shape_of(from.producer));
    const std::size_t axis = axis_of(attributes_->integer("axis", fallback), dims.size());
    const auto begin = dims.begin() + static_cast<std::ptrdiff_t>(axis);
    if (product(begin, joins_dimensions ? dims.end() : begin + 1) !=
        product(dims.begin(), dims.end())) {
      throw std::runtime_error("is over one axis of " + text(dims) +
                               ", only that over all scores at the end is supported");
    }
  }
  attributes_->ignore("axis");
  from.tail = node_;
  if (is_top_k && node_->output_size() > 1) activations_[node_->output(1)] = from;
  deliver(std::move(from));
}

}  // namespace dcnsim
