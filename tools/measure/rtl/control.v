// SPDX-License-Identifier: Apache-2.0
// What a DMA engine and a sequencer are made of. fifo: two words, of which one fills while the other
// goes out. address_generator: an address that walks through nested loops. Each loop has a counter, the
// last value of it, and the step that the address takes where this loop goes on and those within it
// begin anew; `last` and `step` come from registers that are loaded once a layer and are no part of it.
module fifo_c #(parameter N = 8) (
  input [N-1:0] d, input at, input [N-1:0] a, input [N-1:0] b, output [N-1:0] next_a,
  output [N-1:0] next_b, output [N-1:0] y);
  assign next_a = at ? a : d;
  assign next_b = at ? d : b;
  assign y = at ? a : b;
endmodule
module fifo #(parameter N = 8) (input clk, input [N-1:0] d, input at, output [N-1:0] y);
  wire [N-1:0] a, b, next_a, next_b;
  fifo_c #(.N(N)) u_mul (.d(d), .at(at), .a(a), .b(b), .next_a(next_a), .next_b(next_b), .y(y));
  dreg #(.N(N)) u_areg (.clk(clk), .d(next_a), .q(a));
  dreg #(.N(N)) u_breg (.clk(clk), .d(next_b), .q(b));
endmodule

module walk_c #(parameter LOOPS = 3, parameter COUNT = 16, parameter N = 32) (
  input start, input [N-1:0] base, input [LOOPS*COUNT-1:0] last, input [LOOPS*N-1:0] step,
  input [LOOPS*COUNT-1:0] count, input [N-1:0] address, output [LOOPS*COUNT-1:0] next_count,
  output [N-1:0] next_address);
  wire [LOOPS:0] inner_ended;
  wire [N-1:0] chosen [0:LOOPS];
  assign inner_ended[0] = 1'b1;
  assign chosen[0] = {N{1'b0}};
  genvar i;
  generate for (i = 0; i < LOOPS; i = i + 1) begin : loop
    wire [COUNT-1:0] now = count[i*COUNT +: COUNT];
    wire ends = now == last[i*COUNT +: COUNT];
    assign next_count[i*COUNT +: COUNT] =
        start | (inner_ended[i] & ends) ? {COUNT{1'b0}} : now + inner_ended[i];
    assign chosen[i + 1] = chosen[i] | ({N{inner_ended[i] & ~ends}} & step[i*N +: N]);
    assign inner_ended[i + 1] = inner_ended[i] & ends;
  end endgenerate
  assign next_address = start ? base : address + chosen[LOOPS];
endmodule
module address_generator #(parameter LOOPS = 3, parameter COUNT = 16, parameter N = 32) (
  input clk, input start, input [N-1:0] base, input [LOOPS*COUNT-1:0] last, input [LOOPS*N-1:0] step,
  output [N-1:0] q);
  wire [LOOPS*COUNT-1:0] count, next_count;
  wire [N-1:0] next_address;
  walk_c #(.LOOPS(LOOPS), .COUNT(COUNT), .N(N)) u_mul (
      .start(start), .base(base), .last(last), .step(step), .count(count), .address(q),
      .next_count(next_count), .next_address(next_address));
  dreg #(.N(LOOPS*COUNT)) u_creg (.clk(clk), .d(next_count), .q(count));
  dreg #(.N(N)) u_accreg (.clk(clk), .d(next_address), .q(q));
endmodule
