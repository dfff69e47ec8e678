// SPDX-License-Identifier: Apache-2.0
// Counts the thresholds of a channel that a sum reaches: y = z + how many of the first `used` of t,
// none less than the one before, are at most x. A search tree of LEVELS comparators, a stage each; t, used
// and z belong to the channel and stay while its sums pass.
module threshold_compare #(parameter ACC = 32, parameter LEVELS = 2, parameter LEVEL = 0) (
  input signed [ACC-1:0] x, input [((1<<LEVELS)-1)*ACC-1:0] t, input [LEVELS-1:0] used,
  input [LEVELS-1:0] reached, output [LEVELS-1:0] next);
  localparam HALF = 1 << (LEVELS - 1 - LEVEL), CHOICE = 1 << LEVEL;
  // Of those that a sum may be compared with here.
  wire [CHOICE*ACC-1:0] choice;
  genvar i;
  generate for (i = 0; i < CHOICE; i = i + 1) begin : g
    assign choice[i*ACC +: ACC] = t[(2*i*HALF+HALF-1)*ACC +: ACC];
  end endgenerate
  wire [LEVELS:0] which = {1'b0, reached} >> (LEVELS - LEVEL);
  wire signed [ACC-1:0] threshold = choice[which*ACC +: ACC];
  wire [LEVELS-1:0] more = reached | HALF[LEVELS-1:0];
  assign next = more <= used && x >= threshold ? more : reached;
endmodule

module threshold_tree #(parameter ACC = 32, parameter LEVELS = 2, parameter OUT = LEVELS) (
  input clk, input [ACC-1:0] x, input [((1<<LEVELS)-1)*ACC-1:0] t, input [LEVELS-1:0] used,
  input [OUT-1:0] z, output [OUT-1:0] y);
  wire [ACC*(LEVELS+1)-1:0] xs;
  wire [LEVELS*(LEVELS+1)-1:0] counts;
  dreg #(.N(ACC)) u_ireg (.clk(clk), .d(x), .q(xs[ACC-1:0]));
  assign counts[LEVELS-1:0] = 0;
  genvar i;
  generate for (i = 0; i < LEVELS; i = i + 1) begin : stage
    wire [LEVELS-1:0] next;
    threshold_compare #(.ACC(ACC), .LEVELS(LEVELS), .LEVEL(i)) u_mul (
      .x(xs[i*ACC +: ACC]), .t(t), .used(used), .reached(counts[i*LEVELS +: LEVELS]), .next(next));
    if (i < LEVELS - 1) begin : between
      dreg #(.N(ACC)) u_xreg (.clk(clk), .d(xs[i*ACC +: ACC]), .q(xs[(i+1)*ACC +: ACC]));
      dreg #(.N(LEVELS)) u_creg (.clk(clk), .d(next), .q(counts[(i+1)*LEVELS +: LEVELS]));
    end else begin : last
      dreg #(.N(OUT)) u_oreg (.clk(clk), .d(z + {{(OUT > LEVELS ? OUT - LEVELS : 1){1'b0}}, next}), .q(y));
    end
  end endgenerate
endmodule
