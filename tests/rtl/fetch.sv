// SPDX-License-Identifier: Apache-2.0
// Reads the operands of one step from a buffer, a line a cycle, while the array works on those of
// the step before. Each fetch of a step begins on a new line and is packed without gaps.
module fetch #(
    parameter int VECTOR = 64,  // bits of the longest fetch
    parameter int FETCHES = 4,  // of a step
    parameter int LINE = 512
) (
    input logic clk, reset,
    input logic more,              // there is a step to be fetched after the one taken
    input logic [8:0] fetches,     // of the step being fetched
    input logic [15:0] fetch_bits, // of each
    input logic [9:0] line_bits,   // width of the buffer
    input logic [LINE-1:0] line,
    output logic next,             // the line is used up at the end of this cycle
    output logic ready,            // the whole step has been read by the end of this cycle
    input logic take,              // the array begins with it in the next cycle
    input logic [8:0] select,      // a fetch of the step the array works on
    output logic [VECTOR-1:0] data
);
  logic [VECTOR-1:0] store[0:2*FETCHES-1];
  logic [VECTOR-1:0] partial, whole, mask;
  logic [15:0] have;
  logic [8:0] index;
  logic busy, done, bank, complete;

  assign next = busy;
  assign whole = partial | (VECTOR'(line) << have);
  assign mask = ~({VECTOR{1'b1}} << fetch_bits);
  assign complete = have + 16'(line_bits) >= fetch_bits;
  assign ready = done | (busy & complete & index + 1 == fetches);
  assign data = store[32'(bank) * FETCHES + 32'(select)];

  always_ff @(posedge clk) begin
    if (reset) begin
      busy <= more;
      done <= 0;
      bank <= 1;
      index <= 0;
      have <= 0;
      partial <= 0;
    end else begin
      if (busy) begin
        partial <= complete ? 0 : whole;
        have <= complete ? 0 : have + 16'(line_bits);
        if (complete) begin
          store[32'(!bank) * FETCHES + 32'(index)] <= whole & mask;
          index <= index + 1;
          if (index + 1 == fetches) begin
            busy <= 0;
            done <= 1;
          end
        end
      end
      if (take) begin
        bank <= !bank;
        index <= 0;
        done <= 0;
        busy <= more;
      end
    end
  end
endmodule
