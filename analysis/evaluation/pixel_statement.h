// SPDX-License-Identifier: Apache-2.0
// What pixels are to a network in a result, and who says so: a result that rests on a guess says
// it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace dcnsim {

struct Dataset;
struct FixedNetwork;
struct FloatNetwork;
struct PixelConvention;

struct PixelStatement {
  enum class Source {
    kAssumed,  ///< nobody
    kFile,     ///< the network's file
    kOption,   ///< the user
    kValues    ///< no pixels: the images are network inputs as they are
  };
  std::string convention = "raw";  ///< as parse_convention reads it
  Source source = Source::kAssumed;
  std::size_t nodes = 0;  ///< of the graph, in front of the first layer, that come after it
  bool contradicts_file = false;
  std::vector<std::string> warnings;  ///< also of what else the network's file left open

  /// Whether nothing speaks against it: the file says so, or the user where neither the file nor
  /// nodes of the graph say something else.
  bool is_backed() const;
  /// "pixels raw (assumed)".
  std::string text() const;
};

/// "assumed", "file", "option", "values".
std::string to_string(PixelStatement::Source source);

/// Gives the network the user's convention, if there is one. Throws std::invalid_argument if it is
/// none for the network's channels.
PixelStatement state_pixels(FloatNetwork& network, const std::optional<PixelConvention>& asked);
PixelStatement state_pixels(FixedNetwork& network, const std::optional<PixelConvention>& asked);

/// Adds what reading the images had to assume to the warnings, unless it is there. For every file
/// of images that a command reads beside those that it tells its statement about().
void add_note(const Dataset& images, PixelStatement& statement);

/// `statement` for these images, with their note; warns of an option that does nothing to them.
PixelStatement about(PixelStatement statement, const Dataset& images);

}  // namespace dcnsim
