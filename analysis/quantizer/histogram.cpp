// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>

namespace dcnsim {
namespace {

constexpr std::size_t kBins = 1 << 16;
constexpr std::size_t kNegative = kBins / 2;  // first bin of values with the sign bit set

/// Where a bin starts: the magnitude nearest to zero.
double start_of(std::size_t bin) {
  const auto bits = static_cast<std::uint32_t>(bin << 16);
  float value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  if (std::isfinite(value)) return static_cast<double>(value);
  return std::copysign(std::ldexp(1.0, 128), static_cast<double>(value));  // end of the last bin
}

/// Integral of (t - q(t))^2 from 0 to x, x in units of the step. Each full step adds 1/12.
double integral(double x, double min_code, double max_code) {
  const double code = std::clamp(std::nearbyint(x), min_code, max_code);
  const double rest = x - code;
  return code / 12 + rest * rest * rest / 3;
}

/// The same of the squared distance to the range only.
double clipped_integral(double x, double min_code, double max_code) {
  const double beyond = x - std::clamp(x, min_code, max_code);
  return beyond * beyond * beyond / 3;
}

/// Sum over all bins of count times the mean that `integral` gives over the bin.
template <class Integral>
double sum_over_bins(const std::vector<std::uint64_t>& counts, const Format& format, double step,
                     const Integral& integrate) {
  const auto low = static_cast<double>(format.min_code());
  const auto high = static_cast<double>(format.max_code());
  double sum = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    if (counts[bin] == 0) continue;
    const double from = std::ldexp(start_of(bin) / step, format.frac);
    const double to = std::ldexp(start_of(bin + 1) / step, format.frac);
    const double mean = (integrate(to, low, high) - integrate(from, low, high)) / (to - from);
    sum += static_cast<double>(counts[bin]) * mean;
  }
  return std::ldexp(sum * step * step, -2 * format.frac);
}

}  // namespace

Histogram::Histogram() : counts_(kBins) {}

Histogram::Histogram(const Contents& contents)
    : counts_(kBins),
      zeros_(contents.zeros),
      signal_(contents.signal),
      fourth_(contents.fourth),
      largest_(contents.largest) {
  for (const auto& [bin, count] : contents.counts) {
    if (bin >= kBins) throw std::invalid_argument("bin " + std::to_string(bin));
    counts_[bin] = count;
    count_ += count;
  }
}

Histogram::Contents Histogram::contents() const {
  Contents contents{{}, zeros_, signal_, fourth_, largest_};
  for (std::uint32_t bin = 0; bin < kBins; ++bin) {
    if (counts_[bin] != 0) contents.counts.emplace_back(bin, counts_[bin]);
  }
  return contents;
}

void Histogram::add(const std::vector<float>& values) {
  for (const float value : values) {
    if (value == 0.0F) {
      ++zeros_;
      continue;
    }
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof(bits));
    ++counts_[bits >> 16];
    const auto exact = static_cast<double>(value);
    const double square = exact * exact;
    ++count_;
    signal_ += square;
    fourth_ += square * square;
    largest_ = std::max(largest_, std::abs(exact));
  }
}

void Histogram::add(const Histogram& other) {
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) counts_[bin] += other.counts_[bin];
  count_ += other.count_;
  zeros_ += other.zeros_;
  signal_ += other.signal_;
  fourth_ += other.fourth_;
  largest_ = std::max(largest_, other.largest_);
}

bool Histogram::has_negative() const {
  return std::any_of(counts_.begin() + kNegative, counts_.end(),
                     [](std::uint64_t count) { return count > 0; });
}

double Histogram::kurtosis() const {
  return signal_ == 0 ? 0 : fourth_ / signal_ * (static_cast<double>(count_) / signal_);
}

double Histogram::zero_fraction(const Format& format, double step) const {
  const double half_step = std::ldexp(0.5 * step, -format.frac);
  auto zeros = static_cast<double>(zeros_);
  for (const Bin& bin : bins()) {
    const double share = bin.is_negative && !format.is_signed
                             ? 1
                             : std::clamp((half_step - bin.from) / (bin.to - bin.from), 0.0, 1.0);
    zeros += share * static_cast<double>(bin.count);
  }
  const auto all = static_cast<double>(zeros_ + count_);
  return all == 0 ? 0 : zeros / all;
}

std::vector<Histogram::Bin> Histogram::bins() const {
  std::vector<Bin> bins;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    if (counts_[bin] == 0) continue;
    bins.push_back(
        {bin >= kNegative, std::abs(start_of(bin)), std::abs(start_of(bin + 1)), counts_[bin]});
  }
  return bins;
}

double Histogram::noise(const Format& format, double step) const {
  return sum_over_bins(counts_, format, step, integral);
}

double Histogram::clipping(const Format& format, double step) const {
  return sum_over_bins(counts_, format, step, clipped_integral);
}

}  // namespace dcnsim
