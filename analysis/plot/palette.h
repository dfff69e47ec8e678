// SPDX-License-Identifier: Apache-2.0
// The colours of all charts, after Okabe and Ito, "Color Universal Design" (2008): report pages
// have them as CSS variables, pictures for slides those for light ground.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace dcnsim {

struct Colour {
  std::string_view name, light, dark;
};

/// Of what is told apart by position alone, first. Without their yellow, which white swallows, and
/// with grey for black, which is the text.
inline constexpr std::size_t kCategoryColours = 7;
inline constexpr std::array kPalette{
    Colour{"cat-0", "#0072B2", "#4AA3DF"},        Colour{"cat-1", "#D55E00", "#F08A3C"},
    Colour{"cat-2", "#009E73", "#1FB388"},        Colour{"cat-3", "#CC79A7", "#DD96BD"},
    Colour{"cat-4", "#56B4E9", "#9FD6F7"},        Colour{"cat-5", "#E69F00", "#F0C04A"},
    Colour{"cat-6", "#595959", "#A3ABB5"},        Colour{"work", "#009E73", "#1FB388"},
    Colour{"work-light", "#66C2A5", "#8AD6BD"},   Colour{"work-dark", "#2B6655", "#43806F"},
    Colour{"work-pale", "#B8E0D2", "#CDEEE2"},    Colour{"weight", "#D55E00", "#E8772E"},
    Colour{"weight-light", "#F2A65A", "#F7BD83"}, Colour{"input", "#0072B2", "#3A96D6"},
    Colour{"output", "#CC79A7", "#DD96BD"},       Colour{"dram", "#56B4E9", "#56B4E9"},
    Colour{"sums", "#7A5195", "#A98BC9"},         Colour{"refresh", "#E69F00", "#E69F00"},
    Colour{"grey", "#8A9099", "#8F97A1"},         Colour{"other", "#4B4F56", "#C3C8CF"},
    Colour{"first", "#0072B2", "#4AA3DF"},        Colour{"second", "#D55E00", "#F08A3C"},
    Colour{"muted", "#59636E", "#9BA5B1"}};

}  // namespace dcnsim
