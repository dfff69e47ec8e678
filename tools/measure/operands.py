# SPDX-License-Identifier: Apache-2.0
"""Operand sequences that the units are measured with (README.md describes the distributions)."""
import numpy as np

HOLD = 64  # cycles that a weight of the distribution cnn_wstat stays


def weights(rng, count, bits):
    """Gaussian, sigma = a third of the largest code."""
    top = (1 << (bits - 1)) - 1
    return np.clip(np.round(rng.normal(0, _sigma(bits), count)), -top, top).astype(int)


def activations(rng, count, bits, zeros=0.5):
    """Half-Gaussian, positive, but for the fraction `zeros`."""
    top = (1 << (bits - 1)) - 1
    values = np.clip(np.ceil(np.abs(rng.normal(0, top / 3.0, count))), 1, top).astype(int)
    return np.where(rng.random(count) < zeros, 0, values)


def uniform(rng, count, bits):
    return rng.integers(-(1 << (bits - 1)), 1 << (bits - 1), count)


def stratified_weights(rng, count, bits):
    """The Gaussian at evenly spaced quantiles, shuffled: few weights, little sampling noise."""
    samples, top = 4001, (1 << (bits - 1)) - 1
    sample = np.sort(rng.normal(0, 1, samples))
    gaussian = np.interp((np.arange(count) + 0.5) / count, (np.arange(samples) + 0.5) / samples,
                         sample)
    return rng.permutation(np.clip(np.round(gaussian * _sigma(bits)), -top, top).astype(int))


def _sigma(bits):
    return 0.8 if bits == 2 else ((1 << (bits - 1)) - 1) / 3.0


def pairs(rng, count, weight_bits, activation_bits, data, zeros=0.5):
    """Weights and activations, one pair a cycle."""
    if data == "uniform":
        return uniform(rng, count, weight_bits), uniform(rng, count, activation_bits)
    if data == "cnn":
        w = weights(rng, count, weight_bits)
    else:
        assert data == "cnn_wstat", data
        w = np.repeat(stratified_weights(rng, -(-count // HOLD), weight_bits), HOLD)[:count]
    return w, activations(rng, count, activation_bits, zeros)


def dot_products(rng, count, length, weight_bits, activation_bits, data):
    """`count` rows of `length` weights and activations; cnn_wstat holds each row of weights."""
    held = data == "cnn_wstat"
    w, a = pairs(rng, count * length, weight_bits, activation_bits, "cnn" if held else data)
    w, a = w.reshape(count, length), a.reshape(count, length)
    if held:
        w = np.repeat(w[:-(-count // HOLD)], HOLD, 0)[:count]
    return w, a
