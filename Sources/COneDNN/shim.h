// One C interface to oneDNN 2.x (Debian 12) and 3.x.
//
// 2.x describes tensors and operations in structs, 3.x behind handles. Here both are handles, so
// that the Swift code sees a single interface. Functions return the library's own status.
//
// To build against a copy elsewhere, say the headers and library of the PyPI packages
// onednn-devel-cpu-gomp and onednn-cpu-gomp (2023.2.0 holds 3.2, which passes all tests), unpacked
// below $DNNL, where libdnnl-dev, whose library the linker would find first, is not installed:
//   BYOL_ONEDNN_INCLUDE=$DNNL/include swift build -Xcc -I$DNNL/include \
//     -Xswiftc -L$DNNL/lib -Xlinker -rpath -Xlinker $DNNL/lib

#ifndef ONEDNN_SHIM_H
#define ONEDNN_SHIM_H

#include <dnnl.h>
#include <dnnl_debug.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/// Where the elements of a tensor lie: a memory descriptor.
typedef struct onednn_layout *onednn_layout_t;

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t onednn_const_md_t;
#else
typedef const dnnl_memory_desc_t *onednn_const_md_t;
#endif

static inline onednn_const_md_t onednn_md(onednn_layout_t layout) {
  return (onednn_const_md_t)layout;
}

/// A layout of elements of a type; `onednn_layout_destroy` frees it.
static inline dnnl_status_t onednn_typed_layout_create(
    onednn_layout_t *layout, int rank, const int64_t *lengths, dnnl_format_tag_t tag,
    dnnl_data_type_t type) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag(
      (dnnl_memory_desc_t *)layout, rank, lengths, type, tag);
#else
  dnnl_memory_desc_t *description = (dnnl_memory_desc_t *)calloc(1, sizeof *description);
  if (!description) return dnnl_out_of_memory;
  dnnl_status_t status = dnnl_memory_desc_init_by_tag(description, rank, lengths, type, tag);
  if (status == dnnl_success) *layout = (onednn_layout_t)description;
  else free(description);
  return status;
#endif
}

/// A layout of float32 elements; `onednn_layout_destroy` frees it.
static inline dnnl_status_t onednn_layout_create(
    onednn_layout_t *layout, int rank, const int64_t *lengths, dnnl_format_tag_t tag) {
  return onednn_typed_layout_create(layout, rank, lengths, tag, dnnl_f32);
}

static inline dnnl_status_t onednn_layout_destroy(onednn_layout_t layout) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_destroy((dnnl_memory_desc_t)layout);
#else
  free(layout);
  return dnnl_success;
#endif
}

/// The bytes a tensor of that layout takes.
static inline size_t onednn_layout_size(onednn_layout_t layout) {
  return dnnl_memory_desc_get_size(onednn_md(layout));
}

/// Memory of that layout at `bytes`, which stay the caller's.
static inline dnnl_status_t onednn_memory_create(
    dnnl_memory_t *memory, onednn_layout_t layout, dnnl_engine_t engine, void *bytes) {
  return dnnl_memory_create(memory, onednn_md(layout), engine, bytes);
}

/// The layout an operation wants for an argument (DNNL_ARG_...); it belongs to the operation.
static inline onednn_layout_t onednn_argument_layout(
    const_dnnl_primitive_desc_t operation, int argument) {
  return (onednn_layout_t)dnnl_primitive_desc_query_md(
      operation, dnnl_query_exec_arg_md, argument);
}

/// The bytes of working memory that the library takes for an operation by itself.
static inline size_t onednn_working_memory(const_dnnl_primitive_desc_t operation) {
  int64_t count = 0;
  dnnl_status_t status =
      dnnl_primitive_desc_query(operation, dnnl_query_memory_consumption_s64, 0, &count);
  return status == dnnl_success && count > 0 ? (size_t)count : 0;
}

/// The name of the implementation that was chosen: "brgconv:avx512_core".
static inline const char *onednn_implementation(const_dnnl_primitive_desc_t operation) {
  const char *name = NULL;
  dnnl_primitive_desc_query(operation, dnnl_query_impl_info_str, 0, (void *)&name);
  return name;
}

/// Attributes of strict float32, with `dst = result + dst` and a ReLU after it where asked for.
///
/// Without `strict` the environment could turn products into bfloat16 unseen.
static inline dnnl_status_t onednn_attributes_create(
    dnnl_primitive_attr_t *attributes, bool adds, bool rectifies) {
  dnnl_status_t status = dnnl_primitive_attr_create(attributes);
  if (status != dnnl_success) return status;
  dnnl_post_ops_t after = NULL;
  status = dnnl_primitive_attr_set_fpmath_mode(*attributes, dnnl_fpmath_mode_strict);
  if (status == dnnl_success) status = dnnl_post_ops_create(&after);
#if DNNL_VERSION_MAJOR >= 3
  if (status == dnnl_success && adds)
    status = dnnl_post_ops_append_sum(after, 1.0f, 0, dnnl_data_type_undef);
  if (status == dnnl_success && rectifies)
    status = dnnl_post_ops_append_eltwise(after, dnnl_eltwise_relu, 0.0f, 0.0f);
#else
  if (status == dnnl_success && adds) status = dnnl_post_ops_append_sum(after, 1.0f);
  if (status == dnnl_success && rectifies)
    status = dnnl_post_ops_append_eltwise(after, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
#endif
  if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(*attributes, after);
  if (after) dnnl_post_ops_destroy(after);
  if (status != dnnl_success) {
    dnnl_primitive_attr_destroy(*attributes);
    *attributes = NULL;
  }
  return status;
}

// Operations. Each gives a primitive descriptor, which dnnl_primitive_desc_destroy frees.
// `pass` is dnnl_forward_inference, or dnnl_forward_training where there is a way back.

/// Cross-correlation with a bias, or without one where its layout is null.
static inline dnnl_status_t onednn_convolution(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_prop_kind_t pass,
    onednn_layout_t source,
    onednn_layout_t weights, onednn_layout_t bias, onednn_layout_t destination,
    const int64_t *strides, const int64_t *before, const int64_t *after,
    dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
  const int64_t dilations[2] = {0, 0};
  return dnnl_convolution_forward_primitive_desc_create(
      result, engine, pass, dnnl_convolution_direct, onednn_md(source),
      onednn_md(weights), onednn_md(bias), onednn_md(destination), strides, dilations, before,
      after, attributes);
#else
  dnnl_convolution_desc_t operation;
  dnnl_status_t status = dnnl_convolution_forward_desc_init(
      &operation, pass, dnnl_convolution_direct, onednn_md(source),
      onednn_md(weights), onednn_md(bias), onednn_md(destination), strides, before, after);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &operation, attributes, engine, NULL);
#endif
}

/// Maximum or mean over windows; what lies outside the picture does not count. In training the maxima's
/// places go to a workspace.
static inline dnnl_status_t onednn_pooling(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, dnnl_prop_kind_t pass,
    dnnl_alg_kind_t kind, onednn_layout_t source, onednn_layout_t destination, const int64_t *kernel,
    const int64_t *strides, const int64_t *before, const int64_t *after,
    dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
  const int64_t dilations[2] = {0, 0};
  return dnnl_pooling_forward_primitive_desc_create(
      result, engine, pass, kind, onednn_md(source), onednn_md(destination),
      strides, kernel, dilations, before, after, attributes);
#else
  dnnl_pooling_desc_t operation;
  dnnl_status_t status = dnnl_pooling_forward_desc_init(
      &operation, pass, kind, onednn_md(source), onednn_md(destination),
      strides, kernel, before, after);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &operation, attributes, engine, NULL);
#endif
}

/// (x - mean) / sqrt(variance + epsilon) * scale + shift; mean and variance are arguments, or
/// results where `training` is set.
static inline dnnl_status_t onednn_batch_norm(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, onednn_layout_t layout, float epsilon,
    bool training, bool rectifies, dnnl_primitive_attr_t attributes) {
  unsigned flags = (unsigned)dnnl_use_scale | (unsigned)dnnl_use_shift;
  if (!training) flags |= (unsigned)dnnl_use_global_stats;
  if (rectifies) flags |= (unsigned)dnnl_fuse_norm_relu;
  dnnl_prop_kind_t kind = training ? dnnl_forward_training : dnnl_forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_batch_normalization_forward_primitive_desc_create(
      result, engine, kind, onednn_md(layout), onednn_md(layout), epsilon, flags, attributes);
#else
  dnnl_batch_normalization_desc_t operation;
  dnnl_status_t status = dnnl_batch_normalization_forward_desc_init(
      &operation, kind, onednn_md(layout), epsilon, flags);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &operation, attributes, engine, NULL);
#endif
}

/// A fully connected layer with a bias.
static inline dnnl_status_t onednn_inner_product(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, onednn_layout_t source,
    onednn_layout_t weights, onednn_layout_t bias, onednn_layout_t destination,
    dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_inner_product_forward_primitive_desc_create(
      result, engine, dnnl_forward_inference, onednn_md(source), onednn_md(weights),
      onednn_md(bias), onednn_md(destination), attributes);
#else
  dnnl_inner_product_desc_t operation;
  dnnl_status_t status = dnnl_inner_product_forward_desc_init(
      &operation, dnnl_forward_inference, onednn_md(source), onednn_md(weights), onednn_md(bias),
      onednn_md(destination));
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &operation, attributes, engine, NULL);
#endif
}

/// The sum of two tensors of one layout.
static inline dnnl_status_t onednn_sum(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, onednn_layout_t layout,
    dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_binary_primitive_desc_create(
      result, engine, dnnl_binary_add, onednn_md(layout), onednn_md(layout), onednn_md(layout),
      attributes);
#else
  dnnl_binary_desc_t operation;
  dnnl_status_t status = dnnl_binary_desc_init(
      &operation, dnnl_binary_add, onednn_md(layout), onednn_md(layout), onednn_md(layout));
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &operation, attributes, engine, NULL);
#endif
}

/// The same values in another layout.
static inline dnnl_status_t onednn_reorder(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, onednn_layout_t source,
    onednn_layout_t destination, dnnl_primitive_attr_t attributes) {
  return dnnl_reorder_primitive_desc_create(
      result, onednn_md(source), engine, onednn_md(destination), engine, attributes);
}

/// Whether the library would use AVX-512 on this processor.
static inline bool onednn_has_avx512(void) {
#if defined(__x86_64__)
  return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
#else
  return false;
#endif
}

// The ways back.

/// The gradient of a convolution's source; `forward` is the operation it belongs to.
static inline dnnl_status_t onednn_convolution_to_source(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, onednn_layout_t source,
    onednn_layout_t weights, onednn_layout_t destination, const int64_t *strides,
    const int64_t *before, const int64_t *after, const_dnnl_primitive_desc_t forward,
    dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
  const int64_t dilations[2] = {0, 0};
  return dnnl_convolution_backward_data_primitive_desc_create(
      result, engine, dnnl_convolution_direct, onednn_md(source), onednn_md(weights),
      onednn_md(destination), strides, dilations, before, after, forward, attributes);
#else
  dnnl_convolution_desc_t operation;
  dnnl_status_t status = dnnl_convolution_backward_data_desc_init(
      &operation, dnnl_convolution_direct, onednn_md(source), onednn_md(weights),
      onednn_md(destination), strides, before, after);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
#endif
}

/// The gradient of a convolution's weights and bias; `forward` is the operation it belongs to.
static inline dnnl_status_t onednn_convolution_to_weights(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, onednn_layout_t source,
    onednn_layout_t weights, onednn_layout_t bias, onednn_layout_t destination,
    const int64_t *strides, const int64_t *before, const int64_t *after,
    const_dnnl_primitive_desc_t forward, dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
  const int64_t dilations[2] = {0, 0};
  return dnnl_convolution_backward_weights_primitive_desc_create(
      result, engine, dnnl_convolution_direct, onednn_md(source), onednn_md(weights),
      onednn_md(bias), onednn_md(destination), strides, dilations, before, after, forward,
      attributes);
#else
  dnnl_convolution_desc_t operation;
  dnnl_status_t status = dnnl_convolution_backward_weights_desc_init(
      &operation, dnnl_convolution_direct, onednn_md(source), onednn_md(weights), onednn_md(bias),
      onednn_md(destination), strides, before, after);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
#endif
}

/// The gradient of the source of maxima over windows; `forward` is the operation it belongs to.
static inline dnnl_status_t onednn_max_pooling_to_source(
    dnnl_primitive_desc_t *result, dnnl_engine_t engine, onednn_layout_t source,
    onednn_layout_t destination, const int64_t *kernel, const int64_t *strides,
    const int64_t *before, const int64_t *after, const_dnnl_primitive_desc_t forward,
    dnnl_primitive_attr_t attributes) {
#if DNNL_VERSION_MAJOR >= 3
  const int64_t dilations[2] = {0, 0};
  return dnnl_pooling_backward_primitive_desc_create(
      result, engine, dnnl_pooling_max, onednn_md(source), onednn_md(destination), strides,
      kernel, dilations, before, after, forward, attributes);
#else
  dnnl_pooling_desc_t operation;
  dnnl_status_t status = dnnl_pooling_backward_desc_init(
      &operation, dnnl_pooling_max, onednn_md(source), onednn_md(destination), strides, kernel,
      before, after);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &operation, attributes, engine, forward);
#endif
}

#endif
