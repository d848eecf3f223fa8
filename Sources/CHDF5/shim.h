// HDF5, and as functions those of its macros that Swift cannot import.

#include <hdf5.h>

static inline unsigned h5_truncate(void) { return H5F_ACC_TRUNC; }

static inline hid_t h5_file_access_class(void) { return H5P_FILE_ACCESS; }
static inline hid_t h5_file_create_class(void) { return H5P_FILE_CREATE; }
static inline hid_t h5_group_create_class(void) { return H5P_GROUP_CREATE; }
static inline hid_t h5_dataset_create_class(void) { return H5P_DATASET_CREATE; }

static inline hid_t h5_link_create_class(void) { return H5P_LINK_CREATE; }
static inline hid_t h5_attribute_create_class(void) { return H5P_ATTRIBUTE_CREATE; }

static inline hid_t h5_text(void) { return H5T_C_S1; }
static inline hid_t h5_int8(void) { return H5T_STD_I8LE; }
static inline hid_t h5_int16(void) { return H5T_STD_I16LE; }
static inline hid_t h5_int32(void) { return H5T_STD_I32LE; }
static inline hid_t h5_int64(void) { return H5T_STD_I64LE; }
static inline hid_t h5_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t h5_uint16(void) { return H5T_STD_U16LE; }
static inline hid_t h5_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t h5_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t h5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t h5_float64(void) { return H5T_IEEE_F64LE; }

/// Stops HDF5 from printing errors in this thread: they are thrown instead.
static inline void h5_be_quiet(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/// The error stack of this thread, outermost call first.
static inline herr_t h5_walk_errors(H5E_walk2_t visit, void *context) {
  return H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, visit, context);
}

/// Leaves files unlocked, where the version can: some network file systems have no locks.
static inline herr_t h5_without_locks(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  (void)access;
  return 0;
#endif
}

// The rest is for the process that reads foreign files.

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

static inline unsigned h5_read_only(void) { return H5F_ACC_RDONLY; }

/// What a file driver's description has beyond its functions.
static inline void h5_complete_driver(H5FD_class_t *driver) {
#ifdef H5FD_CLASS_VERSION
  driver->version = H5FD_CLASS_VERSION;
  driver->value = (H5FD_class_value_t)500;  // of those that HDF5 leaves to programs' own drivers
#endif
  driver->maxaddr = HADDR_MAX - 1;
  driver->fc_degree = H5F_CLOSE_WEAK;
}

/// Undefined addresses: of storage that lies in other files, or nowhere.
static inline haddr_t h5_no_address(void) { return HADDR_UNDEF; }

#if H5_VERSION_GE(1, 12, 0)
typedef H5L_info1_t h5_link_info;
#else
typedef H5L_info_t h5_link_info;
#endif

/// Calls `visit` with every link of a group, in the order of creation or of the names.
static inline herr_t h5_each_link(
    hid_t group, int by_creation, herr_t (*visit)(hid_t, const char *, const h5_link_info *, void *),
    void *context) {
  H5_index_t index = by_creation ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
#if H5_VERSION_GE(1, 12, 0)
  return H5Literate1(group, index, H5_ITER_INC, NULL, visit, context);
#else
  return H5Literate(group, index, H5_ITER_INC, NULL, visit, context);
#endif
}

/// The kind of an open object (`H5O_TYPE_GROUP` ...) or -1, and its address in the file.
static inline int h5_object(hid_t object, haddr_t *address) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info1_t info;
#else
  H5O_info_t info;
#endif
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return -1;
  *address = info.addr;
  return (int)info.type;
}

// What trees of other programs are written with.

/// A text of variable length, in UTF-8 or ASCII; negative on failure.
static inline hid_t h5_variable_text(int is_utf8) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0 || H5Tset_size(type, H5T_VARIABLE) < 0 ||
      H5Tset_cset(type, is_utf8 ? H5T_CSET_UTF8 : H5T_CSET_ASCII) < 0) {
    if (type >= 0) H5Tclose(type);
    return -1;
  }
  return type;
}

/// The boolean of h5py: an enumeration of one byte.
static inline hid_t h5_boolean(void) {
  hid_t type = H5Tenum_create(H5T_STD_I8LE);
  signed char value = 0;
  if (type < 0 || H5Tenum_insert(type, "FALSE", &value) < 0) return -1;
  value = 1;
  return H5Tenum_insert(type, "TRUE", &value) < 0 ? -1 : type;
}

/// Two bytes of opaque data without a tag, as h5py stores bfloat16.
static inline hid_t h5_two_bytes(void) {
  hid_t type = H5Tcreate(H5T_OPAQUE, 2);
  return type < 0 || H5Tset_tag(type, "") < 0 ? -1 : type;
}
