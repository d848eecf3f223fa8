// The driver by which libhdf5 writes native files: an ordinary file, in which raw data begins at
// multiples of an alignment.
//
// H5Pset_alignment does that too, but remembers every gap that it leaves, and looks through all of them
// for room for the next small dataset: 20,000 of them took half a minute.

#ifndef HDF5_OUTPUT_H
#define HDF5_OUTPUT_H

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/// An open file. What libhdf5 knows of it comes first.
typedef struct {
  H5FD_t base;
  int descriptor;
  haddr_t end;  // of what is allocated
} h5_output;

/// Where raw data begins: what the layout says (`NativeLayout.alignment`).
static const haddr_t h5_output_alignment = 64;

static inline haddr_t h5_output_aligned(haddr_t address) {
  return (address + h5_output_alignment - 1) / h5_output_alignment * h5_output_alignment;
}

/// Says on libhdf5's stack of errors what the system refused, and why.
static inline herr_t h5_output_failed(const char *action) {
  H5Epush2(
      H5E_DEFAULT, "output.h", action, 0, H5E_ERR_CLS, H5E_VFL, H5E_SYSERRSTR, "cannot %s: %s", action,
      strerror(errno));
  return -1;
}

static inline H5FD_t *h5_output_open(
    const char *name, unsigned flags, hid_t access, haddr_t most) {
  (void)access, (void)most;
  if (!(flags & H5F_ACC_RDWR)) return NULL;
  h5_output *file = (h5_output *)calloc(1, sizeof *file);
  if (!file) return NULL;
  int truncation = (flags & H5F_ACC_TRUNC) ? O_TRUNC : 0;
  file->descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC | truncation, 0666);
  if (file->descriptor >= 0) return &file->base;
  h5_output_failed("open");
  free(file);
  return NULL;
}

static inline herr_t h5_output_close(H5FD_t *base) {
  h5_output *file = (h5_output *)base;
  herr_t result = close(file->descriptor) == 0 ? 0 : h5_output_failed("close");
  free(file);
  return result;
}

/// What libhdf5 may do: gather headers in blocks, and small writes of them in memory.
static inline herr_t h5_output_query(const H5FD_t *base, unsigned long *flags) {
  (void)base;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

/// Raw data sees the end as it is going to be: no gap is left that libhdf5 would know.
static inline haddr_t h5_output_end(const H5FD_t *base, H5FD_mem_t type) {
  haddr_t end = ((const h5_output *)base)->end;
  return type == H5FD_MEM_DRAW ? h5_output_aligned(end) : end;
}

static inline herr_t h5_output_set_end(H5FD_t *base, H5FD_mem_t type, haddr_t end) {
  (void)type;
  ((h5_output *)base)->end = end;
  return 0;
}

static inline haddr_t h5_output_allocate(
    H5FD_t *base, H5FD_mem_t type, hid_t transfer, hsize_t count) {
  (void)transfer;
  haddr_t start = h5_output_end(base, type);
  if (count > HADDR_MAX - 1 - start) return HADDR_UNDEF;
  ((h5_output *)base)->end = start + count;
  return start;
}

static inline haddr_t h5_output_size(const H5FD_t *base, H5FD_mem_t type) {
  (void)type;
  off_t size = lseek(((const h5_output *)base)->descriptor, 0, SEEK_END);
  return size < 0 ? HADDR_UNDEF : (haddr_t)size;
}

/// Reads; what lies behind the end is zeros, as libhdf5's own drivers have it.
static inline herr_t h5_output_read(
    H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t start, size_t count, void *into) {
  (void)type, (void)transfer;
  char *next = (char *)into;
  while (count > 0) {
    ssize_t got = pread(((h5_output *)base)->descriptor, next, count, (off_t)start);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return h5_output_failed("read");
    if (got == 0) {
      memset(next, 0, count);
      return 0;
    }
    next += got, start += (haddr_t)got, count -= (size_t)got;
  }
  return 0;
}

static inline herr_t h5_output_write(
    H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t start, size_t count, const void *from) {
  (void)type, (void)transfer;
  const char *next = (const char *)from;
  while (count > 0) {
    ssize_t wrote = pwrite(((h5_output *)base)->descriptor, next, count, (off_t)start);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote == 0) errno = ENOSPC;
    if (wrote <= 0) return h5_output_failed("write");
    next += wrote, start += (haddr_t)wrote, count -= (size_t)wrote;
  }
  return 0;
}

/// Gives the file the length that was allocated.
static inline herr_t h5_output_truncate(H5FD_t *base, hid_t transfer, hbool_t closing) {
  (void)transfer, (void)closing;
  h5_output *file = (h5_output *)base;
  if (h5_output_size(base, H5FD_MEM_SUPER) == file->end) return 0;
  return ftruncate(file->descriptor, (off_t)file->end) == 0 ? 0 : h5_output_failed("set the length");
}

/// Whether the library is of the headers' release: another one has another form of drivers.
static inline int h5_output_fits(void) {
  unsigned major = 0, minor = 0, release = 0;
  return H5get_libversion(&major, &minor, &release) >= 0 && major == H5_VERS_MAJOR &&
         minor == H5_VERS_MINOR;
}

/// Makes the driver known; negative on failure.
static inline hid_t h5_output_register(void) {
  H5FD_class_t driver = {0};
  driver.name = "output";
  driver.maxaddr = HADDR_MAX - 1;
  driver.fc_degree = H5F_CLOSE_WEAK;
#ifdef H5FD_CLASS_VERSION
  driver.version = H5FD_CLASS_VERSION;
  driver.value = (H5FD_class_value_t)501;  // of those that HDF5 leaves to programs' own drivers
#endif
  driver.open = h5_output_open;
  driver.close = h5_output_close;
  driver.query = h5_output_query;
  driver.alloc = h5_output_allocate;
  driver.get_eoa = h5_output_end;
  driver.set_eoa = h5_output_set_end;
  driver.get_eof = h5_output_size;
  driver.read = h5_output_read;
  driver.write = h5_output_write;
  driver.truncate = h5_output_truncate;
  // Free space of raw data and of everything else is kept apart, as libhdf5's own drivers have it.
  for (int type = 0; type < H5FD_MEM_NTYPES; type++)
    driver.fl_map[type] =
        type == H5FD_MEM_DRAW || type == H5FD_MEM_GHEAP ? H5FD_MEM_DRAW : H5FD_MEM_SUPER;
  return H5FDregister(&driver);
}

#endif
