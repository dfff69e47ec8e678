// SPDX-License-Identifier: Apache-2.0
// One bit of every lane of a window feeder: a rotator that turns a line of the input buffer to where
// the channels of a kernel position belong, and a register that packs what several lines bring.
module rotate_c #(parameter LANES = 16, parameter LEVELS = 4) (
  input [LANES-1:0] d, input [LEVELS-1:0] by, output [LANES-1:0] y);
  wire [LANES-1:0] turned [0:LEVELS];
  assign turned[0] = d;
  genvar i;
  generate for (i = 0; i < LEVELS; i = i + 1) begin : level
    assign turned[i + 1] =
        by[i] ? {turned[i][LANES-1-(1 << i):0], turned[i][LANES-1:LANES-(1 << i)]} : turned[i];
  end endgenerate
  assign y = turned[LEVELS];
endmodule
module pack_c #(parameter LANES = 16) (
  input [LANES-1:0] y, input [LANES-1:0] held, input [LANES-1:0] take, output [LANES-1:0] next);
  assign next = (take & y) | (~take & held);
endmodule
module feeder #(parameter LANES = 16, parameter LEVELS = 4) (
  input clk, input [LANES-1:0] d, input [LEVELS-1:0] by, input [LANES-1:0] take,
  output [LANES-1:0] q);
  wire [LANES-1:0] y, next;
  rotate_c #(.LANES(LANES), .LEVELS(LEVELS)) u_mul (.d(d), .by(by), .y(y));
  pack_c #(.LANES(LANES)) u_acc (.y(y), .held(q), .take(take), .next(next));
  dreg #(.N(LANES)) u_accreg (.clk(clk), .d(next), .q(q));
endmodule
