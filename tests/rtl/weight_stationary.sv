// SPDX-License-Identifier: Apache-2.0
// Weights stay in the PEs, activations move right, partial sums down into accumulators below the
// columns. A PE has weights of two row tiles: one is loaded, row by row, while the other is in use. Of
// exposed weights it has one, which is loaded once the last pixel of the tile before has passed.
module weight_stationary import token_pkg::*; #(
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
  localparam int PE_WEIGHT_BITS = FAMILY == 3 ? 64 : 16 * LANE_COUNT;  // of all codes of a PE
  localparam int ROW_BITS = FAMILY == 3 ? 32 : FAMILY == 0 ? 16 : LANES * BITS;
  localparam int ACTIVATION_VECTOR = R * ROW_BITS;
  localparam int WEIGHT_VECTOR = C * PE_WEIGHT_BITS;
  localparam int TOKEN = $bits(token_t);

  logic [4:0] weight_digits, activation_digits, weight_fetch_bits, activation_fetch_bits;
  logic [8:0] pass_count, weight_fetches, activation_fetches;
  logic [6:0] group;
  mode #(.FAMILY(FAMILY), .W(W), .A(A), .LANES(LANES), .BITS(BITS)) u_mode (
      .weight_bits, .activation_bits, .weight_digits, .activation_digits, .passes(pass_count), .group,
      .weight_fetches, .activation_fetches, .weight_fetch_bits, .activation_fetch_bits);

  // Row tiles of a block of channels, then the next block.
  function automatic logic [9:0] least(input logic [9:0] a, input logic [9:0] b);
    least = a < b ? a : b;
  endfunction
  logic [9:0] tile_steps;

  // The pixel being fetched.
  logic [9:0] block, channel, left, columns_used;  // left: channels of the group
  logic [9:0] tile_at, pixel, position_left, next_position_left;  // left of the kernel position
  logic last_pixel, last_tile, last_block, ready, take, weights_loaded;
  assign tile_steps = least(10'(R * 32'(group)), position_left);
  assign next_position_left = position_left == tile_steps ? position_channels : position_left - tile_steps;
  assign last_pixel = pixel + 1 == pixels;
  assign last_tile = tile_at + tile_steps >= reduction;
  assign columns_used = least(10'(C), left);
  assign last_block = channel + columns_used >= channels;
  logic all_fetched, load_bank, free;
  logic [8:0] weight_select, activation_select;
  logic [ACTIVATION_VECTOR-1:0] activation_data;
  fetch #(.VECTOR(ACTIVATION_VECTOR), .FETCHES(256)) u_activations (
      .clk, .reset, .more(reset || !(last_pixel && last_tile && last_block)),
      .fetches(activation_fetches),
      .fetch_bits(16'(tile_steps) * 16'(activation_fetch_bits)),
      .line_bits(activation_line_bits), .line(activation_line), .next(activation_next), .ready, .take,
      .select(activation_select), .data(activation_data));
  assign take = ready && free && !all_fetched && (pixel != 0 ? 1'b1 : weights_loaded);

  token_t step, token;
  always_comb begin
    step = '0;
    step.bank = load_bank;
    if (pixel != 0) step.bank = !exposed && !load_bank;
    step.sum_first = tile_at == 0;
    step.work_last = last_pixel && last_tile && last_block;
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
      tile_at <= 0;
      position_left <= position_channels;
      pixel <= 0;
      all_fetched <= 0;
    end else if (take) begin
      pixel <= last_pixel ? 0 : pixel + 1;
      if (last_pixel) begin
        tile_at <= last_tile ? 0 : tile_at + tile_steps;
        position_left <= last_tile ? position_channels : next_position_left;
        if (last_tile) begin
          block <= block + 1;
          channel <= channel + columns_used;
          left <= left == columns_used ? group_channels : left - columns_used;
        end
        if (last_tile && last_block) all_fetched <= 1;
      end
    end
  end

  // The row tile whose weights are being loaded.
  logic [9:0] load_left, load_row, load_position_left, load_steps;
  logic loading, loaded, row_complete, row_is_last;
  logic [15:0] have, row_bits;
  logic [6:0] row_group;
  logic [9:0] load_columns;
  logic [WEIGHT_VECTOR-1:0] partial, whole;
  assign load_columns = least(10'(C), load_left);
  assign load_steps = least(10'(R * 32'(group)), load_position_left);
  assign row_group = 7'(least(10'(group), load_steps - load_row * 10'(group)));
  assign row_is_last = load_row + 1 == R || (load_row + 1) * 10'(group) >= load_steps;
  assign row_bits = 16'(load_columns) * 16'(row_group) * 16'(weight_bits);
  assign whole = partial | (WEIGHT_VECTOR'(weight_line) << have);
  assign row_complete = loading && have + 16'(weight_line_bits) >= row_bits;
  assign weight_next = loading;
  assign weights_loaded = loaded || (row_complete && row_is_last);
  always_ff @(posedge clk) begin
    if (reset) begin
      load_left <= group_channels;
      load_position_left <= position_channels;
      load_row <= 0;
      loading <= 0;
      loaded <= 0;
      load_bank <= 0;
      have <= 0;
      partial <= 0;
    end else begin
      // The work begins when its first activations have been read.
      if (!occupied && !done && ready) loading <= 1;
      if (loading) begin
        partial <= row_complete ? 0 : whole;
        have <= row_complete ? 0 : have + 16'(weight_line_bits);
        if (row_complete) load_row <= load_row + 1;
        if (row_complete && row_is_last) begin
          loading <= 0;
          loaded <= 1;
        end
      end
      if (take && pixel == 0) begin
        loaded <= 0;
        load_bank <= !exposed && !load_bank;
        load_row <= 0;
        load_position_left <= last_tile ? position_channels : next_position_left;
        if (last_tile) load_left <= load_left == load_columns ? group_channels : load_left - load_columns;
        loading <= !exposed && !(last_tile && last_block);
      end
      if (exposed && token.last && token.pixel + 1 == pixels && !token.work_last) loading <= 1;
    end
  end

  // Row edges: this pass's digits of the activations, a cycle later for every row.
  logic [TOKEN+ACTIVATIONS-1:0] across[0:R-1][0:C];
  logic signed [31:0] down[0:R][0:C-1];
  token_t bottom[0:C-1];
  genvar r, c;
  generate
    for (r = 0; r < R; r++) begin : row
      logic [ACTIVATIONS-1:0] edge_lanes;
      digits #(.VECTOR(ACTIVATION_VECTOR), .LANES(LANE_COUNT), .DIGIT(ACTIVATION_DIGIT),
               .WHOLE(FAMILY == 0), .FIELDS(ROW_BITS)) u_digits (
          .packed_fields(activation_data), .first(16'(r) * 16'(group)), .count(group),
          .field_bits(activation_fetch_bits), .index(token.activation_digit),
          .top(token.activation_top), .is_signed(activation_signed), .is_sign(1'b0), .lanes(edge_lanes));
      delay #(.N(r), .BITS(TOKEN + ACTIVATIONS)) u_skew (
          .clk, .d({token, edge_lanes}), .q(across[r][0]));
    end
    for (c = 0; c < C; c++) begin : col
      // Loaded weights reach a column as late as the activations do.
      localparam int LOAD = 1 + 1 + 10 + 7 + WEIGHT_VECTOR;
      logic [LOAD-1:0] load_now, load_here;
      logic write_here, bank_here;
      logic [9:0] row_here;
      logic [6:0] group_here;
      logic [WEIGHT_VECTOR-1:0] weights_here;
      assign load_now = {row_complete, load_bank, load_row, row_group, whole};
      delay #(.N(c), .BITS(LOAD)) u_load (.clk, .d(load_now), .q(load_here));
      assign {write_here, bank_here, row_here, group_here, weights_here} = load_here;
      assign down[0][c] = 0;
      for (r = 0; r < R; r++) begin : pe
        token_t token_here, token_out;
        logic [ACTIVATIONS-1:0] activations_here;
        logic [PE_WEIGHT_BITS-1:0] weights_of_bank[0:1];
        logic [6:0] count_of_bank[0:1];
        logic [WEIGHTS-1:0] weights_now;
        logic signed [47:0] value;
        assign {token_here, activations_here} = across[r][c];
        digits #(.VECTOR(PE_WEIGHT_BITS), .LANES(LANE_COUNT), .DIGIT(WEIGHT_DIGIT), .WHOLE(1),
                 .FIELDS(PE_WEIGHT_BITS)) u_digits (
            .packed_fields(weights_of_bank[token_here.bank]), .first(0), .count(count_of_bank[token_here.bank]),
            .field_bits(weight_bits), .index(token_here.weight_digit), .top(token_here.weight_top),
            .is_signed(weight_signed), .is_sign(weight_sign), .lanes(weights_now));
        multiplier #(.FAMILY(FAMILY), .W(W), .A(A), .LANES(LANES), .BITS(BITS), .WEIGHTS(WEIGHTS),
                     .ACTIVATIONS(ACTIVATIONS)) u_multiplier (
            .clk, .weight_bits, .activation_bits, .token_in(token_here), .weights(weights_now),
            .activations(activations_here), .token_out, .value);
        always_ff @(posedge clk) begin
          across[r][c+1] <= across[r][c];
          if (write_here && row_here == r) begin
            weights_of_bank[bank_here] <= PE_WEIGHT_BITS'(
                weights_here >> (32'(c) * 32'(group_here) * 32'(weight_bits)));
            count_of_bank[bank_here] <= group_here;
          end
          if (token_out.valid && token_out.last) down[r+1][c] <= down[r][c] + 32'(value);
        end
        if (r == R - 1) begin : last_row
          always_ff @(posedge clk) bottom[c] <= token_out;
        end
      end

      logic [31:0] sums[0:1023];
      logic [31:0] biases[0:15];
      logic [9:0] at;
      assign at = {bottom[c].block, 6'(bottom[c].pixel)};
      always_ff @(posedge clk) begin
        if (bias_write && 32'(column) == c) biases[4'(address)] <= bias;
        if (bottom[c].valid && bottom[c].last) begin
          sums[at] <= down[R][c] + (!bottom[c].sum_first || !first_chunk ? sums[at] : biases[bottom[c].block]);
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
    end else if (!occupied && !done && ready) begin
      occupied <= 1;
    end else if (bottom[C-1].valid && bottom[C-1].last && bottom[C-1].work_last) begin
      occupied <= 0;
      done <= 1;
    end
  end
endmodule
