// SPDX-License-Identifier: Apache-2.0
// What a function is looked up in: 256 codes that are written one by one, and a lane's port that reads
// them. The entry of a code is that of its distance from the least one: of a signed code the sign bit
// turned; `mask` has ones where a code has bits.
module table_store #(parameter OUT = 8) (
  input clk, input write, input [7:0] at, input [OUT-1:0] d, output reg [256*OUT-1:0] q);
  always @(posedge clk) if (write) q[at*OUT +: OUT] <= d;
endmodule
module lookup #(parameter OUT = 8) (
  input clk, input [7:0] x, input [7:0] mask, input [7:0] sign, input [256*OUT-1:0] codes,
  output reg [OUT-1:0] y);
  reg [7:0] at;
  always @(posedge clk) begin
    at <= (x & mask) ^ sign;
    y <= codes[at*OUT +: OUT];
  end
endmodule
