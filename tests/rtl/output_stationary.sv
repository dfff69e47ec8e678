// SPDX-License-Identifier: Apache-2.0
// Every PE holds one output: activations of a pixel move right, weights of a channel down. Finished
// sums go to shadow registers, which shift down and out while the next block streams.
module output_stationary import token_pkg::*; #(
    parameter int FAMILY = 0, parameter int R = 4, parameter int C = 4, parameter int W = 8,
    parameter int A = 8, parameter int LANES = 4, parameter int BITS = 1
) (
`include "work.svh"
);
  localparam int LANE_COUNT = FAMILY == 0 ? 1 : FAMILY == 3 ? 16 : LANES;
  localparam int WEIGHT_DIGIT = FAMILY == 3 ? 8 : FAMILY == 2 ? 1 : W;
  localparam int ACTIVATION_DIGIT = FAMILY == 3 ? 8 : FAMILY == 0 ? A : BITS;
  localparam int WEIGHTS = LANE_COUNT * (WEIGHT_DIGIT + 1);
  localparam int ACTIVATIONS = LANE_COUNT * (ACTIVATION_DIGIT + 1);
  localparam int ROW_BITS = FAMILY == 3 ? 32 : FAMILY == 0 ? 16 : LANES * BITS;
  localparam int COLUMN_BITS = FAMILY == 3 ? 32 : FAMILY == 0 ? 16 : LANES * WEIGHT_DIGIT;
  localparam int ACTIVATION_VECTOR = R * ROW_BITS;
  localparam int WEIGHT_VECTOR = C * COLUMN_BITS;
  localparam int TOKEN = $bits(token_t);

  logic [4:0] weight_digits, activation_digits, weight_fetch_bits, activation_fetch_bits;
  logic [8:0] pass_count, weight_fetches, activation_fetches;
  logic [6:0] group;
  mode #(.FAMILY(FAMILY), .W(W), .A(A), .LANES(LANES), .BITS(BITS)) u_mode (
      .weight_bits, .activation_bits, .weight_digits, .activation_digits, .passes(pass_count), .group,
      .weight_fetches, .activation_fetches, .weight_fetch_bits, .activation_fetch_bits);

  function automatic logic [9:0] least(input logic [9:0] a, input logic [9:0] b);
    least = a < b ? a : b;
  endfunction

  // The step being fetched: blocks of channels, in each blocks of pixels, in each the reduction.
  logic [9:0] block, channel, left, columns_used;  // left: channels of the group
  logic [9:0] pixel, at, position_left, step_group, step_group_q;  // left of the kernel position
  logic last_step, last_pixels, last_block, more, all_fetched, take, free;
  logic weights_ready, activations_ready;
  logic [8:0] weight_select, activation_select;
  logic [WEIGHT_VECTOR-1:0] weight_data;
  logic [ACTIVATION_VECTOR-1:0] activation_data;
  assign step_group = least(10'(group), position_left);
  assign last_step = at + step_group >= reduction;
  assign last_pixels = pixel + R >= pixels;
  assign columns_used = least(10'(C), left);
  assign last_block = channel + columns_used >= channels;
  assign more = reset || !(last_step && last_pixels && last_block);
  fetch #(.VECTOR(WEIGHT_VECTOR), .FETCHES(256)) u_weights (
      .clk, .reset, .more, .fetches(weight_fetches),
      .fetch_bits(16'(step_group) * 16'(columns_used) * 16'(weight_fetch_bits)),
      .line_bits(weight_line_bits), .line(weight_line), .next(weight_next), .ready(weights_ready), .take,
      .select(weight_select), .data(weight_data));
  fetch #(.VECTOR(ACTIVATION_VECTOR), .FETCHES(256)) u_activations (
      .clk, .reset, .more, .fetches(activation_fetches),
      .fetch_bits(16'(step_group) * 16'(least(10'(R), pixels - pixel)) * 16'(activation_fetch_bits)),
      .line_bits(activation_line_bits), .line(activation_line), .next(activation_next),
      .ready(activations_ready), .take, .select(activation_select), .data(activation_data));

  // Sums of a block may follow those of the block before by as many cycles as these take to leave.
  logic [8:0] leaving;
  assign take = weights_ready && activations_ready && free && !all_fetched && !(last_step && leaving != 0);

  token_t step, token;
  always_comb begin
    step = '0;
    step.sum_first = at == 0;
    step.sum_last = last_step;
    step.work_last = last_step && last_pixels && last_block;
    step.block = 4'(block);
    step.pixel = pixel;
  end
  passes #(.FAMILY(FAMILY)) u_passes (
      .clk, .reset, .take, .step, .weight_digits, .activation_digits, .free, .token, .weight_select,
      .activation_select);

  always_ff @(posedge clk) begin
    if (reset) begin
      block <= 0;
      channel <= 0;
      left <= group_channels;
      pixel <= 0;
      at <= 0;
      position_left <= position_channels;
      all_fetched <= 0;
      leaving <= 0;
    end else begin
      if (leaving != 0) leaving <= leaving - 1;
      if (take) begin
        step_group_q <= step_group;
        at <= last_step ? 0 : at + step_group;
        position_left <= last_step || position_left == step_group ? position_channels : position_left - step_group;
        if (last_step) begin
          leaving <= 9'(R - 1);
          pixel <= last_pixels ? 0 : pixel + R;
          if (last_pixels) begin
            block <= block + 1;
            channel <= channel + columns_used;
            left <= left == columns_used ? group_channels : left - columns_used;
          end
          if (last_pixels && last_block) all_fetched <= 1;
        end
      end
    end
  end

  logic leave;
  assign leave = last_chunk || !sums_stay;

  logic [TOKEN+ACTIVATIONS-1:0] across[0:R-1][0:C];
  logic [WEIGHTS-1:0] down[0:R][0:C-1];
  logic [31:0] shadow[0:R][0:C-1];  // row r in shadow[r + 1]
  logic [8:0] shifts[0:C-1];        // that have been made; R when the column is empty
  token_t corner;
  token_t captured[0:C-1];
  genvar r, c;
  generate
    for (r = 0; r < R; r++) begin : row
      logic [ACTIVATIONS-1:0] edge_lanes;
      digits #(.VECTOR(ACTIVATION_VECTOR), .LANES(LANE_COUNT), .DIGIT(ACTIVATION_DIGIT),
               .WHOLE(FAMILY == 0), .FIELDS(ROW_BITS)) u_digits (
          .packed_fields(activation_data), .first(16'(r) * 16'(step_group_q)), .count(7'(step_group_q)),
          .field_bits(activation_fetch_bits), .index(token.activation_digit),
          .top(token.activation_top), .is_signed(activation_signed), .is_sign(1'b0), .lanes(edge_lanes));
      delay #(.N(r), .BITS(TOKEN + ACTIVATIONS)) u_skew (
          .clk, .d({token, edge_lanes}), .q(across[r][0]));
    end
    for (c = 0; c < C; c++) begin : col
      logic [WEIGHTS-1:0] edge_lanes;
      digits #(.VECTOR(WEIGHT_VECTOR), .LANES(LANE_COUNT), .DIGIT(WEIGHT_DIGIT), .WHOLE(FAMILY == 0),
               .FIELDS(COLUMN_BITS)) u_digits (
          .packed_fields(weight_data), .first(16'(c) * 16'(step_group_q)), .count(7'(step_group_q)),
          .field_bits(weight_fetch_bits), .index(token.weight_digit), .top(token.weight_top),
          .is_signed(weight_signed), .is_sign(weight_sign), .lanes(edge_lanes));
      delay #(.N(c), .BITS(WEIGHTS)) u_skew (.clk, .d(edge_lanes), .q(down[0][c]));
      assign shadow[0][c] = 0;
      for (r = 0; r < R; r++) begin : pe
        token_t token_here, token_out;
        logic [ACTIVATIONS-1:0] activations_here;
        logic signed [47:0] value;
        logic [31:0] accumulator, next;
        logic finish, capture;
        assign {token_here, activations_here} = across[r][c];
        multiplier #(.FAMILY(FAMILY), .W(W), .A(A), .LANES(LANES), .BITS(BITS), .WEIGHTS(WEIGHTS),
                     .ACTIVATIONS(ACTIVATIONS)) u_multiplier (
            .clk, .weight_bits, .activation_bits, .token_in(token_here), .weights(down[r][c]),
            .activations(activations_here), .token_out, .value);
        assign finish = token_out.valid && token_out.last;
        assign capture = finish && token_out.sum_last && leave;
        assign next = (token_out.sum_first && !(sums_stay && !first_chunk) ? 32'd0 : accumulator) + 32'(value);
        always_ff @(posedge clk) begin
          across[r][c+1] <= across[r][c];
          down[r+1][c] <= down[r][c];
          if (finish) accumulator <= next;
          if (capture) shadow[r+1][c] <= next;
          else if (32'(shifts[c]) + 1 <= r) shadow[r+1][c] <= shadow[r][c];
        end
        if (r == R - 1) begin : last_row
          always_ff @(posedge clk) begin
            if (reset) shifts[c] <= 9'(R);
            else if (capture) begin
              shifts[c] <= 0;
              captured[c] <= token_out;
            end else if (shifts[c] != R) shifts[c] <= shifts[c] + 1;
          end
          if (c == C - 1) begin : last_column
            assign corner = token_out;
          end
        end
      end

      logic [31:0] sums[0:1023];
      logic [31:0] biases[0:15];
      logic [9:0] to, row_out;
      assign row_out = captured[c].pixel + R - 1 - 10'(shifts[c]);
      assign to = {captured[c].block, 6'(row_out)};
      always_ff @(posedge clk) begin
        if (bias_write && 32'(column) == c) biases[4'(address)] <= bias;
        if (shifts[c] != R && row_out < pixels) begin
          sums[to] <= shadow[R][c] + (sums_stay || first_chunk ? biases[captured[c].block] : sums[to]);
        end
      end
    end
  endgenerate

  logic [31:0] column_sum[0:C-1];
  generate
    for (c = 0; c < C; c++) begin : read
      assign column_sum[c] = col[c].sums[address];
    end
  endgenerate
  assign sum = column_sum[32'(column) % C];

  always_ff @(posedge clk) begin
    if (reset) begin
      occupied <= 0;
      done <= 0;
    end else if (take && !done) begin
      occupied <= 1;
    end else if (leave ? shifts[C-1] == R - 1 && captured[C-1].work_last
                       : corner.valid && corner.last && corner.work_last) begin
      occupied <= 0;
      done <= 1;
    end
  end
endmodule
