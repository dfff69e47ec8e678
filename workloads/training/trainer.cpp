// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>

#include "models/base/file/atomic_file.h"
#include "models/base/file/sealed_file.h"
#include "models/base/file/sha256.h"
#include "workloads/training/tensors.h"

namespace dcnsim {
namespace {

/// Throws std::invalid_argument unless `holds`.
template <class Value>
void check(bool holds, const char* field, Value value, const std::string& expected) {
  if (!holds)
    throw std::invalid_argument(fmt::format("{}: {}, expected {}", field, value, expected));
}

/// Steps an epoch; images that do not fill a batch wait for the next epoch's order.
std::int64_t checked_steps(const Recipe& recipe, std::size_t images) {
  check(images >= 2, "images", images, "at least 2 to train on");
  check(recipe.epochs >= 1, "epochs", recipe.epochs, "at least 1");
  check(recipe.batch >= 2 && static_cast<std::size_t>(recipe.batch) <= images, "batch",
        recipe.batch, fmt::format("2 to {} images", images));
  check(recipe.label_smoothing >= 0 && recipe.label_smoothing < 1, "label smoothing",
        recipe.label_smoothing, "0 to below 1");
  check(recipe.small_share >= 0 && recipe.small_share <= 1, "small share", recipe.small_share,
        "0 to 1");
  check(recipe.augmentation.mixed_share >= 0 && recipe.augmentation.mixed_share <= 1, "mixed share",
        recipe.augmentation.mixed_share, "0 to 1");
  return static_cast<std::int64_t>(images) / recipe.batch;
}

/// Sealed, so that libtorch is given only what was written.
constexpr const char* kCheckpoint = "dcnsim checkpoint 1";
constexpr std::size_t kMaxCheckpointBytes = std::size_t{4} << 30;

/// Of pixels or values.
std::string hash_of(const Dataset& images) {
  const auto hash = [](const auto& numbers) {
    return sha256_hex(
        {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(numbers[0])});
  };
  return images.has_pixels() ? hash(images.pixels) : hash(images.values);
}

torch::Tensor text_tensor(const std::string& text) {
  std::string copy = text;
  return torch::from_blob(copy.data(), {static_cast<std::int64_t>(copy.size())}, torch::kUInt8)
      .clone();
}

std::string tensor_text(const torch::Tensor& tensor) {
  const torch::Tensor bytes = tensor.to(torch::kUInt8).contiguous();
  return {static_cast<const char*>(bytes.data_ptr()), static_cast<std::size_t>(bytes.numel())};
}

/// Mean over the images; the labels of an image that shows another one in part count by area.
torch::Tensor loss_of(const torch::Tensor& logits, const Batch& batch, double label_smoothing) {
  auto options = torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(label_smoothing);
  if (!batch.other_labels.defined()) {
    return torch::nn::functional::cross_entropy(logits, batch.labels, options);
  }
  options.reduction(torch::kNone);
  const auto loss = [&](const torch::Tensor& labels, const torch::Tensor& shares) {
    return (torch::nn::functional::cross_entropy(logits, labels, options) * shares).mean();
  };
  return loss(batch.labels, batch.own_shares) + loss(batch.other_labels, 1 - batch.own_shares);
}

/// Where two descriptions, lists of parts, begin to differ.
std::string difference(const std::string& found, const std::string& expected) {
  const auto same = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
  const auto at = static_cast<std::size_t>(same.first - found.begin());
  const std::size_t comma = found.rfind(", ", at);
  const std::size_t begin = comma == std::string::npos ? 0 : comma + 2;
  const auto part = [&](const std::string& text) {
    return text.substr(begin, text.find(", ", begin) - begin);
  };
  return part(found) + ", expected " + part(expected);
}

}  // namespace

Trainer::Trainer(Learner& learner, const TrainingData& data, const Recipe& recipe,
                 torch::Device device)
    : learner_(learner),
      data_(data),
      pixels_sha256_(hash_of(data.training)),
      recipe_(recipe),
      device_(device),
      steps_an_epoch_(checked_steps(recipe, data.training.size())),
      augmenter_(data.training, pixel_statistics(data.training), recipe.augmentation, recipe.seed) {
}

void Trainer::step() {
  const auto start = std::chrono::steady_clock::now();
  if (done_ == 0) learner_.epoch_ended(learner_.accuracy(data_.validation));
  const std::int64_t index = done_ % steps_an_epoch_;
  if (index == 0) {
    loss_ = correct_ = 0;
    augmenter_.begin_epoch(done_ / steps_an_epoch_);
  }
  Batch batch = augmenter_.batch(static_cast<std::size_t>(index * recipe_.batch),
                                 static_cast<std::size_t>(recipe_.batch));
  for (torch::Tensor* tensor :
       {&batch.images, &batch.labels, &batch.other_labels, &batch.own_shares}) {
    if (tensor->defined()) *tensor = tensor->to(device_);
  }
  const double share = static_cast<double>(done_) / static_cast<double>(steps());
  if (share < recipe_.small_share) {
    batch.images =
        torch::adaptive_avg_pool2d(batch.images, {recipe_.small_side, recipe_.small_side});
  }
  const torch::Tensor logits = learner_.forward(batch.images);
  const torch::Tensor loss = loss_of(logits, batch, recipe_.label_smoothing);
  loss.backward();
  learner_.step(1 - share);

  loss_ += loss.item<double>();
  correct_ += static_cast<double>((logits.argmax(1) == batch.labels).sum().item<std::int64_t>());
  ++done_;
  if (index + 1 < steps_an_epoch_) {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return;
  }
  const double validation = learner_.accuracy(data_.validation);
  learner_.epoch_ended(validation);
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto batches = static_cast<double>(steps_an_epoch_);
  records_.push_back({loss_ / batches, correct_ / (batches * static_cast<double>(recipe_.batch)),
                      validation, seconds_});
}

std::string Trainer::description() const {
  const Augmentation& augmentation = recipe_.augmentation;
  return fmt::format(
      "{}, epochs {}, batch {}, label smoothing {}, flip {}, shift {}, cutout {}, mixed share "
      "{}, small share {} of {} pixels, seed {}, {} images {}, {} held out",
      learner_.description(), recipe_.epochs, recipe_.batch, recipe_.label_smoothing,
      augmentation.flip, augmentation.shift, augmentation.cutout, augmentation.mixed_share,
      recipe_.small_share, recipe_.small_side, recipe_.seed, data_.training.size(), pixels_sha256_,
      data_.validation.size());
}

void Trainer::save(const std::string& path) const {
  torch::serialize::OutputArchive archive;
  archive.write("description", text_tensor(description()));
  learner_.save(archive);
  std::vector<double> progress{static_cast<double>(done_), loss_, correct_, seconds_};
  for (const EpochRecord& record : records_) {
    progress.insert(progress.end(), {record.loss, record.training_accuracy,
                                     record.validation_accuracy, record.seconds});
  }
  archive.write("progress", torch::tensor(progress, torch::kDouble));
  std::ostringstream bytes;
  archive.save_to(bytes);
  write_file_atomically(path, sealed(kCheckpoint, bytes.str()));
}

Checkpoint read_checkpoint(const std::string& path, torch::Device device) {
  constexpr const char* kExpected = "a checkpoint of dcnsim-train";
  const std::string contents = read_sealed_file(path, kCheckpoint, kExpected, kMaxCheckpointBytes);
  std::istringstream bytes(contents);
  Checkpoint read;
  read.sha256 = sha256_hex(contents);
  try {
    read.archive.load_from(bytes, device);
    read.description = tensor_text(read_tensor(read.archive, "description"));
    const torch::Tensor numbers =
        read_tensor(read.archive, "progress").to(torch::kDouble).contiguous();
    read.progress.assign(numbers.data_ptr<double>(), numbers.data_ptr<double>() + numbers.numel());
  } catch (const c10::Error& error) {
    throw std::runtime_error(path + ": is not " + kExpected);
  }
  return read;
}

void Trainer::resume(const std::string& path) {
  Checkpoint saved = read_checkpoint(path, device_);
  if (const std::string expected = description(); saved.description != expected) {
    throw std::runtime_error(path + ": is of another training (" +
                             difference(saved.description, expected) +
                             "); delete it or write to another file");
  }
  try {
    learner_.load(saved.archive);
  } catch (const c10::Error& error) {
    throw std::runtime_error(path + ": is damaged: " + error.what_without_backtrace());
  }
  const std::vector<double>& progress = saved.progress;
  constexpr std::size_t kFields = 4;
  if (progress.size() < kFields || progress.size() % kFields != 0 || !(progress[0] >= 0) ||
      progress[0] > static_cast<double>(steps())) {
    throw std::runtime_error(path + ": is damaged: progress");
  }
  done_ = static_cast<std::int64_t>(progress[0]);
  loss_ = progress[1];
  correct_ = progress[2];
  seconds_ = progress[3];
  records_.clear();
  for (std::size_t i = kFields; i < progress.size(); i += kFields) {
    records_.push_back({progress[i], progress[i + 1], progress[i + 2], progress[i + 3]});
  }
  augmenter_.begin_epoch(done_ / steps_an_epoch_);
}

}  // namespace dcnsim
