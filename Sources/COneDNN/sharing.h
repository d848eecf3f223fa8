// What compiled inference needs beside shim.h: elements of other types, and operations that several
// threads run at once.

#ifndef ONEDNN_SHARING_H
#define ONEDNN_SHARING_H

#include "shim.h"

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
