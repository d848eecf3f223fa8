// Decodes UTF-8 whose scalars are below 256, sixteen bytes at a time.
//
// It is C because Swift has no shuffle of a vector by another, by which the leads are left out.

#ifndef LATIN_SHIM_H
#define LATIN_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How far a decoder came.
typedef struct {
  /// Bytes of text that were read, a lead at their end not among them.
  size_t taken;
  /// Bytes that were written.
  size_t written;
  /// Whether the text was leads with their followers and ASCII, so far.
  bool sound;
} latin_progress;

#if defined(__x86_64__)
#include <cpuid.h>
#include <tmmintrin.h>

/// Whether this processor can (SSSE3).
static inline bool latin_can_decode(void) {
  unsigned a, b, c, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSSE3);
}

/// Decodes as many whole vectors as there are and fit.
///
/// `orders` has, for each set of eight places, those of its complement in order, a byte each.
__attribute__((target("ssse3"))) static inline latin_progress latin_decode(
    const uint8_t *text, size_t size, uint8_t *bytes, size_t room, const uint64_t *orders) {
  const __m128i c3 = _mm_set1_epi8((char)0xC3), lead_bits = _mm_set1_epi8((char)0xFE),
                lead = _mm_set1_epi8((char)0xC2), follower_below = _mm_set1_epi8((char)0xC0),
                missing = _mm_set1_epi8(0x40);
  // The vector before: which of its bytes were leads, and which of those 0xC3.
  __m128i last_leads = _mm_setzero_si128(), last_c3 = _mm_setzero_si128();
  __m128i wrong = _mm_setzero_si128();
  size_t taken = 0, written = 0;
  for (; size - taken >= 16 && room - written >= 16; taken += 16) {
    const __m128i word = _mm_loadu_si128((const __m128i *)(text + taken));
    const __m128i leads = _mm_cmpeq_epi8(_mm_and_si128(word, lead_bits), lead);
    const __m128i are_c3 = _mm_cmpeq_epi8(word, c3);
    // As signed numbers, 0x80 to 0xBF are the least.
    const __m128i followers = _mm_cmpgt_epi8(follower_below, word);
    const __m128i after_lead = _mm_alignr_epi8(leads, last_leads, 15);
    const __m128i after_c3 = _mm_alignr_epi8(are_c3, last_c3, 15);
    // A follower without a lead or the reverse; a byte from 0x80 on that is neither.
    wrong = _mm_or_si128(wrong, _mm_xor_si128(followers, after_lead));
    wrong = _mm_or_si128(wrong, _mm_andnot_si128(_mm_or_si128(leads, followers), word));
    const __m128i values = _mm_or_si128(word, _mm_and_si128(after_c3, missing));
    const unsigned left_out = (unsigned)_mm_movemask_epi8(leads);
    const __m128i low = _mm_loadl_epi64((const __m128i *)(orders + (left_out & 0xFF)));
    const __m128i high = _mm_loadl_epi64((const __m128i *)(orders + (left_out >> 8)));
    _mm_storel_epi64((__m128i *)(bytes + written), _mm_shuffle_epi8(values, low));
    written += 8 - (size_t)__builtin_popcount(left_out & 0xFF);
    _mm_storel_epi64((__m128i *)(bytes + written), _mm_shuffle_epi8(_mm_srli_si128(values, 8), high));
    written += 8 - (size_t)__builtin_popcount(left_out >> 8);
    last_leads = leads;
    last_c3 = are_c3;
  }
  const size_t waits = (size_t)(_mm_movemask_epi8(last_leads) >> 15) & 1;
  return (latin_progress){taken - waits, written, (_mm_movemask_epi8(wrong) == 0)};
}

#else

static inline bool latin_can_decode(void) { return false; }

static inline latin_progress latin_decode(
    const uint8_t *text, size_t size, uint8_t *bytes, size_t room, const uint64_t *orders) {
  (void)text, (void)size, (void)bytes, (void)room, (void)orders;
  return (latin_progress){0, 0, true};
}

#endif
#endif
