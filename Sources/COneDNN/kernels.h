// Walks over activations that the library's own operations do not make, sixteen channels at a time.
//
// An activation is a row of pixels of sixteen channels each, float32 (64 bytes a pixel) or bfloat16
// (32 bytes), at a multiple of the pixel's size. Arithmetic is in float32; sums over more than 128
// pixels are in float64. They are C because Swift cannot compile a function for AVX-512 beside the
// same function for every processor.

#ifndef ONEDNN_KERNELS_H
#define ONEDNN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float lanes_vector __attribute__((vector_size(64)));
typedef uint32_t lanes_bits __attribute__((vector_size(64)));
typedef uint16_t lanes_halves __attribute__((vector_size(32)));
typedef double lanes_doubles __attribute__((vector_size(128)));

/// How numbers lie in memory, and what the processor has.
typedef struct {
  /// bfloat16, not float32.
  bool half;
  /// AVX-512 may be used.
  bool wide;
} lanes_kind;

/// A batch norm of sixteen channels: (x - mean) * factor + offset, and perhaps a ReLU.
typedef struct {
  const float *mean;
  const float *factor;
  const float *offset;
  bool rectifies;
} lanes_norm;

/// Pixels that are summed in float32.
enum { lanes_tile = 128 };

#define LANES_INLINE static inline __attribute__((always_inline))
#if defined(__x86_64__)
#define LANES_WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#else
#define LANES_WIDE
#endif

// A function `name` that runs `name_body` compiled for the type of numbers and the processor.
#define LANES_LIST(...) __VA_ARGS__
#define LANES_KERNEL(name, arguments, ...)                                        \
  LANES_WIDE static inline void name##_wide(bool half, __VA_ARGS__) {             \
    if (half) name##_body(true, LANES_LIST arguments);                            \
    else name##_body(false, LANES_LIST arguments);                                \
  }                                                                               \
  static inline void name##_any(bool half, __VA_ARGS__) {                         \
    if (half) name##_body(true, LANES_LIST arguments);                            \
    else name##_body(false, LANES_LIST arguments);                                \
  }                                                                               \
  static inline void name(lanes_kind kind, __VA_ARGS__) {                         \
    if (kind.wide) name##_wide(kind.half, LANES_LIST arguments);                  \
    else name##_any(kind.half, LANES_LIST arguments);                             \
  }

LANES_INLINE void lanes_load(lanes_vector *vector, const void *pixels, size_t index, bool half) {
  if (half) {
    lanes_halves halves = ((const lanes_halves *)pixels)[index];
    *vector = (lanes_vector)(__builtin_convertvector(halves, lanes_bits) << 16);
  } else {
    *vector = ((const lanes_vector *)pixels)[index];
  }
}

/// Rounded to nearest, ties to even; what is no number stays so.
LANES_INLINE void lanes_store(const lanes_vector *vector, void *pixels, size_t index, bool half) {
  if (half) {
    lanes_bits bits = (lanes_bits)*vector;
    lanes_bits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    lanes_bits none = (lanes_bits)(*vector != *vector);
    rounded = (rounded & ~none) | (none & 0x7fc0);
    ((lanes_halves *)pixels)[index] = __builtin_convertvector(rounded, lanes_halves);
  } else {
    ((lanes_vector *)pixels)[index] = *vector;
  }
}

/// Sixteen numbers per channel.
LANES_INLINE void lanes_channels(lanes_vector *vector, const float *numbers) {
  memcpy(vector, numbers, sizeof *vector);
}

/// max(x, 0), and what is no number stays so.
LANES_INLINE void lanes_rectify(lanes_vector *vector) {
  *vector = (lanes_vector)((lanes_bits)*vector & ~(lanes_bits)(*vector < 0));
}

/// 0 where `gate` is not above 0.
LANES_INLINE void lanes_pass(lanes_vector *vector, const lanes_vector *gate) {
  *vector = (lanes_vector)((lanes_bits)*vector & ~(lanes_bits)(*gate <= 0));
}

/// Adds float32 sums to two times sixteen float64 ones.
LANES_INLINE void lanes_accumulate(
    double *sums, const lanes_vector *first, const lanes_vector *second) {
  lanes_doubles one, two;
  memcpy(&one, sums, sizeof one);
  memcpy(&two, sums + 16, sizeof two);
  one += __builtin_convertvector(*first, lanes_doubles);
  two += __builtin_convertvector(*second, lanes_doubles);
  memcpy(sums, &one, sizeof one);
  memcpy(sums + 16, &two, sizeof two);
}

/// Adds the sums of x - shift and of its square to `sums`, 32 numbers.
LANES_INLINE void lanes_sums_body(
    bool half, const void *source, const float *shift, size_t start, size_t count, double *sums) {
  lanes_vector centre;
  lanes_channels(&centre, shift);
  for (size_t tile = start; tile < start + count; tile += lanes_tile) {
    size_t end = tile + lanes_tile < start + count ? tile + lanes_tile : start + count;
    lanes_vector first = {0}, second = {0};
    for (size_t pixel = tile; pixel < end; pixel++) {
      lanes_vector value;
      lanes_load(&value, source, pixel, half);
      value -= centre;
      first += value;
      second += value * value;
    }
    lanes_accumulate(sums, &first, &second);
  }
}
LANES_KERNEL(
    lanes_sums, (source, shift, start, count, sums), const void *source, const float *shift,
    size_t start, size_t count, double *sums)

/// Batch norm.
LANES_INLINE void lanes_normalise_body(
    bool half, const void *source, lanes_norm norm, void *result, size_t start, size_t count) {
  lanes_vector mean, factor, offset;
  lanes_channels(&mean, norm.mean);
  lanes_channels(&factor, norm.factor);
  lanes_channels(&offset, norm.offset);
  for (size_t pixel = start; pixel < start + count; pixel++) {
    lanes_vector value;
    lanes_load(&value, source, pixel, half);
    value = (value - mean) * factor + offset;
    if (norm.rectifies) lanes_rectify(&value);
    lanes_store(&value, result, pixel, half);
  }
}
LANES_KERNEL(
    lanes_normalise, (source, norm, result, start, count), const void *source, lanes_norm norm,
    void *result, size_t start, size_t count)

LANES_INLINE void lanes_gradient_tile(
    bool half, const void *gradient, const void *source, const lanes_norm *norm, size_t start,
    size_t end, double *sums) {
  lanes_vector mean, factor, offset, first = {0}, second = {0};
  lanes_channels(&mean, norm->mean);
  lanes_channels(&factor, norm->factor);
  lanes_channels(&offset, norm->offset);
  for (size_t pixel = start; pixel < end; pixel++) {
    lanes_vector centred, value;
    lanes_load(&centred, source, pixel, half);
    lanes_load(&value, gradient, pixel, half);
    centred -= mean;
    if (norm->rectifies) {
      lanes_vector gate = centred * factor + offset;
      lanes_pass(&value, &gate);
    }
    first += value;
    second += value * centred;
  }
  lanes_accumulate(sums, &first, &second);
}

/// Adds the sums of a gradient behind a batch norm, and of its products with x - mean, to `sums`.
LANES_INLINE void lanes_gradient_sums_body(
    bool half, const void *gradient, const void *source, lanes_norm norm, size_t start,
    size_t count, double *sums) {
  for (size_t tile = start; tile < start + count; tile += lanes_tile) {
    size_t end = tile + lanes_tile < start + count ? tile + lanes_tile : start + count;
    lanes_gradient_tile(half, gradient, source, &norm, tile, end, sums);
  }
}
LANES_KERNEL(
    lanes_gradient_sums, (gradient, source, norm, start, count, sums), const void *gradient,
    const void *source, lanes_norm norm, size_t start, size_t count, double *sums)

/// The gradient in front of a batch norm: gradient * factor + (x - mean) * slope + offset.
LANES_INLINE void lanes_unnormalise_body(
    bool half, const void *gradient, const void *source, lanes_norm norm, lanes_norm back,
    void *result, size_t start, size_t count) {
  lanes_vector mean, factor, offset, slope, scale, constant;
  lanes_channels(&mean, norm.mean);
  lanes_channels(&factor, norm.factor);
  lanes_channels(&offset, norm.offset);
  lanes_channels(&slope, back.mean);
  lanes_channels(&scale, back.factor);
  lanes_channels(&constant, back.offset);
  for (size_t pixel = start; pixel < start + count; pixel++) {
    lanes_vector centred, value;
    lanes_load(&centred, source, pixel, half);
    lanes_load(&value, gradient, pixel, half);
    centred -= mean;
    if (norm.rectifies) {
      lanes_vector gate = centred * factor + offset;
      lanes_pass(&value, &gate);
    }
    value = value * scale + (centred * slope + constant);
    lanes_store(&value, result, pixel, half);
  }
}
LANES_KERNEL(
    lanes_unnormalise, (gradient, source, norm, back, result, start, count),
    const void *gradient, const void *source, lanes_norm norm, lanes_norm back, void *result,
    size_t start, size_t count)

/// left + right, each perhaps behind a batch norm, and perhaps a ReLU.
LANES_INLINE void lanes_add_body(
    bool half, const void *left, const lanes_norm *before, const void *right,
    const lanes_norm *beside, bool rectifies, void *result, size_t start, size_t count) {
  lanes_vector mean[2], factor[2], offset[2];
  const lanes_norm *norms[2] = {before, beside};
  for (int side = 0; side < 2; side++) {
    if (!norms[side]) continue;
    lanes_channels(&mean[side], norms[side]->mean);
    lanes_channels(&factor[side], norms[side]->factor);
    lanes_channels(&offset[side], norms[side]->offset);
  }
  for (size_t pixel = start; pixel < start + count; pixel++) {
    lanes_vector value, other;
    lanes_load(&value, left, pixel, half);
    lanes_load(&other, right, pixel, half);
    if (before) {
      value = (value - mean[0]) * factor[0] + offset[0];
      if (before->rectifies) lanes_rectify(&value);
    }
    if (beside) {
      other = (other - mean[1]) * factor[1] + offset[1];
      if (beside->rectifies) lanes_rectify(&other);
    }
    value += other;
    if (rectifies) lanes_rectify(&value);
    lanes_store(&value, result, pixel, half);
  }
}
LANES_KERNEL(
    lanes_add, (left, before, right, beside, rectifies, result, start, count), const void *left,
    const lanes_norm *before, const void *right, const lanes_norm *beside, bool rectifies,
    void *result, size_t start, size_t count)

/// left + right (which may be null), 0 where `output` (which may be null) is not above 0; and where
/// `norm` is given, what `lanes_gradient_sums` adds for the result and `source`.
LANES_INLINE void lanes_add_gradients_body(
    bool half, const void *left, const void *right, const void *output, void *result,
    const lanes_norm *norm, const void *source, size_t start, size_t count, double *sums) {
  for (size_t tile = start; tile < start + count; tile += lanes_tile) {
    size_t end = tile + lanes_tile < start + count ? tile + lanes_tile : start + count;
    for (size_t pixel = tile; pixel < end; pixel++) {
      lanes_vector value;
      lanes_load(&value, left, pixel, half);
      if (right) {
        lanes_vector other;
        lanes_load(&other, right, pixel, half);
        value += other;
      }
      if (output) {
        lanes_vector gate;
        lanes_load(&gate, output, pixel, half);
        lanes_pass(&value, &gate);
      }
      lanes_store(&value, result, pixel, half);
    }
    if (norm) lanes_gradient_tile(half, result, source, norm, tile, end, sums);
  }
}
LANES_KERNEL(
    lanes_add_gradients, (left, right, output, result, norm, source, start, count, sums),
    const void *left, const void *right, const void *output, void *result,
    const lanes_norm *norm, const void *source, size_t start, size_t count, double *sums)

/// The same sixteen numbers for every pixel.
LANES_INLINE void lanes_fill_body(
    bool half, const float *numbers, void *result, size_t start, size_t count) {
  lanes_vector value;
  lanes_channels(&value, numbers);
  for (size_t pixel = start; pixel < start + count; pixel++)
    lanes_store(&value, result, pixel, half);
}
LANES_KERNEL(
    lanes_fill, (numbers, result, start, count), const float *numbers, void *result, size_t start,
    size_t count)

#endif
