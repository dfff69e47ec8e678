// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/dram_trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/perf/dram/timing.h"

namespace dcnsim {
namespace {

constexpr int kGroup = 5;

std::uint64_t burst_time_ps(const DramSpec& spec) {
  const DramTiming timing(spec);
  return timing.burst * timing.period_ps;
}

}  // namespace

DramTrace::DramTrace(TraceFile& file, const DramSpec& spec, const DramConfig& config)
    : file_(file),
      banks_(spec.banks),
      bank_groups_(spec.bank_groups),
      burst_bytes_(static_cast<std::uint64_t>(spec.burst_bytes())),
      burst_ps_(burst_time_ps(spec)),
      rows_(static_cast<std::size_t>(config.channels * spec.banks)),
      data_(static_cast<std::size_t>(config.channels)) {
  for (int channel = 0; channel < config.channels; ++channel) {
    const int first = channel * tracks_per_channel() + 1;
    file_.name({kGroup, first + kDataRow}, "DRAM", fmt::format("channel {}, data", channel));
    const Track reads{kGroup, first + kReadsRow}, writes{kGroup, first + kWritesRow};
    file_.name_counter(reads, "DRAM", fmt::format("channel {}, reads", channel),
                       TraceUnit::kMegabytesPerSecond);
    file_.name_counter(writes, "DRAM", fmt::format("channel {}, writes", channel),
                       TraceUnit::kMegabytesPerSecond);
    bandwidths_.push_back({{file, reads}, {file, writes}});
    file_.name({kGroup, first + kRefreshRow}, "DRAM", fmt::format("channel {}, refresh", channel));
    for (int bank = 0; bank < banks_; ++bank) {
      file_.name({kGroup, first + kBanksFrom + bank}, "DRAM",
                 fmt::format("channel {}, bank {}", channel, bank));
    }
  }
}

void DramTrace::observe(const DramCommand& command) {
  const std::size_t bank = bank_index(command);
  switch (command.kind) {
    case DramCommand::Kind::kActivate:
      rows_[bank] = OpenRow{command.row, command.acts_ps};
      break;
    case DramCommand::Kind::kPrecharge:
    case DramCommand::Kind::kAutoPrecharge:
      close_row(bank, command.end_ps);
      break;
    case DramCommand::Kind::kPrechargeAll: {
      const std::size_t first = command.channel * static_cast<std::size_t>(banks_);
      for (std::size_t i = 0; i < static_cast<std::size_t>(banks_); ++i) {
        close_row(first + i, command.end_ps);
      }
      break;
    }
    case DramCommand::Kind::kRead:
    case DramCommand::Kind::kWrite:
      add_data(command);
      break;
    case DramCommand::Kind::kRefresh:
      file_.slice(
          {{kGroup, static_cast<int>(command.channel) * tracks_per_channel() + 1 + kRefreshRow},
           "refresh",
           command.start_ps,
           command.end_ps,
           TraceColour::kRefresh});
      break;
  }
}

void DramTrace::finish(std::uint64_t end_ps) {
  for (std::size_t channel = 0; channel < data_.size(); ++channel) end_data(channel);
  for (std::size_t bank = 0; bank < rows_.size(); ++bank) close_row(bank, end_ps);
  for (Bandwidth& bandwidth : bandwidths_) {
    bandwidth.reads.finish();
    bandwidth.writes.finish();
  }
}

std::size_t DramTrace::bank_index(const DramCommand& command) const {
  const auto in_group = static_cast<std::size_t>(banks_ / bank_groups_);
  return command.channel * static_cast<std::size_t>(banks_) + command.group * in_group +
         command.bank;
}

void DramTrace::close_row(std::size_t bank, std::uint64_t at_ps) {
  if (!rows_[bank]) return;
  const auto banks = static_cast<std::size_t>(banks_);
  const int row = static_cast<int>(bank / banks) * tracks_per_channel() + 1 + kBanksFrom +
                  static_cast<int>(bank % banks);
  const std::uint64_t since = rows_[bank]->since_ps;
  file_.slice(
      {{kGroup, row}, fmt::format("row {}", rows_[bank]->row), since, std::max(at_ps, since)});
  rows_[bank].reset();
}

void DramTrace::add_data(const DramCommand& command) {
  std::optional<Data>& data = data_[command.channel];
  const std::uint64_t from = command.end_ps - burst_ps_;
  const bool goes_on = data && data->to_ps == from && data->first.kind == command.kind &&
                       data->first.row == command.row &&
                       bank_index(data->first) == bank_index(command);
  if (!goes_on) {
    end_data(command.channel);
    data = Data{command, from, from};
  }
  data->to_ps = command.end_ps;
}

void DramTrace::end_data(std::size_t channel) {
  std::optional<Data>& data = data_[channel];
  if (!data) return;
  const bool read = data->first.kind == DramCommand::Kind::kRead;
  const std::uint64_t bytes = (data->to_ps - data->from_ps) / burst_ps_ * burst_bytes_;
  file_.slice({{kGroup, static_cast<int>(channel) * tracks_per_channel() + 1 + kDataRow},
               fmt::format("{} row {}", read ? "read" : "write", data->first.row),
               data->from_ps,
               data->to_ps,
               TraceColour::kDramData,
               {{"bytes", static_cast<std::int64_t>(bytes)}}});
  Bandwidth& bandwidth = bandwidths_[channel];
  (read ? bandwidth.reads : bandwidth.writes).add(bytes, data->from_ps, data->to_ps);
  data.reset();
}

}  // namespace dcnsim
