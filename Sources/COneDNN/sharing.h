// What compiled inference needs beside shim.h: elements of other types, and operations that several
// threads run at once.

#ifndef ONEDNN_SHARING_H
#define ONEDNN_SHARING_H

#include "shim.h"

/// A layout of elements of a type; `onednn_layout_destroy` frees it.
static inline dnnl_status_t onednn_typed_layout_create(
    onednn_layout_t *layout, int rank, const int64_t *lengths, dnnl_data_type_t type,
    dnnl_format_tag_t tag) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag((dnnl_memory_desc_t *)layout, rank, lengths, type, tag);
#else
  dnnl_memory_desc_t *description = (dnnl_memory_desc_t *)calloc(1, sizeof *description);
  if (!description) return dnnl_out_of_memory;
  dnnl_status_t status = dnnl_memory_desc_init_by_tag(description, rank, lengths, type, tag);
  if (status == dnnl_success) *layout = (onednn_layout_t)description;
  else free(description);
  return status;
#endif
}

/// Whether two layouts put the same elements at the same places.
static inline bool onednn_layouts_agree(onednn_layout_t first, onednn_layout_t second) {
  return dnnl_memory_desc_equal(onednn_md(first), onednn_md(second)) != 0;
}

/// Makes the operation's caller bring its working memory, so that threads may share the operation.
static inline dnnl_status_t onednn_attributes_share(dnnl_primitive_attr_t attributes) {
  return dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
}

/// The layout of the working memory that a shared operation wants; it belongs to the operation.
static inline onednn_layout_t onednn_scratchpad_layout(const_dnnl_primitive_desc_t operation) {
  return (onednn_layout_t)dnnl_primitive_desc_query_md(operation, dnnl_query_scratchpad_md, 0);
}

#endif
