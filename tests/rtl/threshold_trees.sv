// SPDX-License-Identifier: Apache-2.0
// Comparison trees (tools/measure/rtl/threshold_tree.v, those that are priced) of 1 to 4 levels, each
// for sums of 24, 32 and 48 bits, with codes of up to 16 bits. Thresholds come in 48 bits each.
module threshold_trees (
  input clk, input [47:0] x, input [15*48-1:0] t, input [3:0] used, input [15:0] z,
  output [16*12-1:0] y);
  genvar i, k;
  generate for (i = 0; i < 12; i = i + 1) begin : built
    localparam LEVELS = 1 + i / 3, COUNT = (1 << LEVELS) - 1;
    localparam ACC = i % 3 == 0 ? 24 : i % 3 == 1 ? 32 : 48;
    localparam OUT = i % 2 == 0 ? LEVELS : 4 + i;
    wire [COUNT*ACC-1:0] own;
    for (k = 0; k < COUNT; k = k + 1) begin : low
      assign own[k*ACC +: ACC] = t[k*48 +: ACC];
    end
    wire signed [OUT-1:0] out;
    threshold_tree #(.ACC(ACC), .LEVELS(LEVELS), .OUT(OUT)) unit (
      .clk(clk), .x(x[ACC-1:0]), .t(own), .used(used[LEVELS-1:0]), .z(z[OUT-1:0]), .y(out));
    assign y[16*i +: 16] = 16'(out);
  end endgenerate
endmodule
