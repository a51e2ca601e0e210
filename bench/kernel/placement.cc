// SPDX-License-Identifier: Apache-2.0
#include "bench/kernel/placement.h"

#include <fmt/format.h>

#include <cstring>
#include <new>

namespace exactnorm::kernel {
namespace {

// Around inputs: NaN in every format, or an ordinary number. Around and under outputs: a pattern that no shift
// reproduces, different in every byte between the placements.
unsigned char Filler(Placement placement, bool writable, size_t position) {
  const bool ends = placement == Placement::kEndsAtGuard;
  if (!writable) return ends ? 0xFF : 0x41;
  return static_cast<unsigned char>(position * 167 + (ends ? 0xA5 : 0x5A));
}

// Calls elements(offset, length) for each row of elements and other(begin, end) for each stretch between them, all
// relative to the pages.
template <class Elements, class Other>
void ForEachStretch(const Array& array, const Region& region, Elements elements, Other other) {
  size_t at = 0;
  for (size_t row = 0; row < array.rows; ++row) {
    const size_t begin = region.start + row * array.stride * array.element();
    other(at, begin);
    elements(begin, array.columns * array.element());
    at = begin + array.columns * array.element();
  }
  other(at, static_cast<size_t>(region.size));
}

Observation Changed(const Array& array, const Region& region, size_t position) {
  if (position < region.start)
    return {Finding::kOutOfBoundsWrite, fmt::format("writes {} bytes before {}", region.start - position, array.name)};
  const size_t offset = position - region.start;
  if (offset >= region.length)
    return {Finding::kOutOfBoundsWrite,
            fmt::format("writes {} bytes after the end of {}", offset - region.length, array.name)};
  return {Finding::kGapWritten, "writes to " + Place(array, offset)};
}

}  // namespace

Layout LayoutOf(const exactnorm_kernel_call& call, Placement placement, size_t page) {
  Layout layout = {};
  layout.in_place = call.x == call.y;
  const auto arrays = ArraysOf(call);
  for (size_t i = 0; i < kArrays; ++i) {
    const Array& array = arrays[i];
    if (array.data == nullptr || (i == kY && layout.in_place)) continue;
    size_t length;
    if (__builtin_mul_overflow(array.rows - 1, array.stride, &length) ||
        __builtin_add_overflow(length, array.columns, &length) ||
        __builtin_mul_overflow(length, array.element(), &length) || length > SIZE_MAX / 64)
      throw std::bad_alloc();
    Region& region = layout.regions[i];
    region.offset = layout.total;
    const size_t offset =
        placement == Placement::kAlignedAsGiven ? reinterpret_cast<uintptr_t>(array.data) % kAlignment : 0;
    region.size = (offset + length + page - 1) / page * page;
    region.start = placement == Placement::kEndsAtGuard ? region.size - length : offset;
    region.length = length;
    region.writable = array.output;
    layout.total += region.size;
  }
  return layout;
}

void Fill(const exactnorm_kernel_call& call, const Layout& layout, Placement placement, unsigned char* memory) {
  const auto arrays = ArraysOf(call);
  for (size_t i = 0; i < kArrays; ++i) {
    const Region& region = layout.regions[i];
    if (region.size == 0) continue;
    unsigned char* const pages = memory + region.offset;
    const auto fill = [&](size_t begin, size_t end) {
      for (size_t k = begin; k < end; ++k) pages[k] = Filler(placement, region.writable, k - region.start);
    };
    const auto elements = [&](size_t begin, size_t length) {
      if (i == kX || i == kGamma || i == kBeta) {
        std::memcpy(pages + begin, static_cast<const unsigned char*>(arrays[i].data) + (begin - region.start), length);
      } else {
        fill(begin, begin + length);
      }
    };
    ForEachStretch(arrays[i], region, elements, fill);
  }
}

void InspectFiller(const exactnorm_kernel_call& call, const Layout& layout, Placement placement,
                   const unsigned char* memory, bool unsupported, std::vector<Observation>& observations) {
  const auto arrays = ArraysOf(call);
  for (size_t i = 0; i < kArrays; ++i) {
    const Region& region = layout.regions[i];
    if (region.size == 0 || !region.writable) continue;  // the child cannot have written to it
    const unsigned char* const pages = memory + region.offset;
    const auto look = [&](size_t begin, size_t end) {
      for (size_t k = begin; k < end; ++k) {
        if (pages[k] == Filler(placement, true, k - region.start)) continue;
        AddOnce(observations, Changed(arrays[i], region, k));
        return;
      }
    };
    const auto elements = [&](size_t begin, size_t length) {
      if (!unsupported) return;
      const unsigned char* const x = static_cast<const unsigned char*>(call.x);
      for (size_t k = begin; k < begin + length; ++k) {
        const unsigned char before = i == kX ? x[k - region.start] : Filler(placement, true, k - region.start);
        if (pages[k] == before) continue;
        AddOnce(observations,
                {Finding::kBadAnswer, "answers unsupported, but writes to " + Place(arrays[i], k - region.start)});
        return;
      }
    };
    ForEachStretch(arrays[i], region, elements, look);
  }
}

Results CopyResults(const Layout& layout, const unsigned char* memory) {
  Results results;
  for (const ArrayIndex i : {kY, kMean, kRstd}) {
    const Region& region = layout.regions[i == kY && layout.in_place ? kX : i];
    const unsigned char* const begin = memory + region.offset + region.start;
    results.arrays[i].assign(begin, begin + region.length);
  }
  return results;
}

void CompareResults(const exactnorm_kernel_call& call, const Results& ends, const Results& other,
                    std::vector<Observation>& observations) {
  const auto arrays = ArraysOf(call);
  for (const ArrayIndex index : {kY, kMean, kRstd}) {
    const Array& array = arrays[index];
    if (array.data == nullptr) continue;
    const unsigned char* const a = ends.arrays[index].data();
    const unsigned char* const b = other.arrays[index].data();
    const bool filled = index != kY || call.x != call.y;
    const auto unwritten = [&](const unsigned char* results, Placement placement, size_t offset) {
      for (size_t k = offset; k < offset + array.element(); ++k) {
        if (results[k] != Filler(placement, true, k)) return false;
      }
      return true;
    };
    for (size_t row = 0; row < array.rows; ++row) {
      for (size_t i = row * array.stride; i < row * array.stride + array.columns; ++i) {
        const Format& f = *array.format;
        const size_t offset = i * array.element();
        if (std::memcmp(a + offset, b + offset, array.element()) == 0) continue;
        const uint64_t first = Load(f, a, i);
        const uint64_t second = Load(f, b, i);
        if (filled && unwritten(a, Placement::kEndsAtGuard, offset) &&
            unwritten(b, Placement::kStartsAfterGuard, offset)) {
          AddOnce(observations, {Finding::kNotWritten, Place(array, offset) + " is left as it was"});
        } else if (!IsNan(f, first) || !IsNan(f, second)) {
          AddOnce(observations,
                  {Finding::kPlacement, fmt::format("{} is {:0{}X} where arrays end at a page, {:0{}X} elsewhere",
                                                    Place(array, offset), first, 2 * f.bytes, second, 2 * f.bytes)});
        }
      }
    }
  }
}

void StoreResults(const Results& results, const exactnorm_kernel_call& call) {
  const auto store = [&](ArrayIndex index, void* to, size_t rows, size_t columns, size_t stride, size_t element) {
    if (to == nullptr) return;
    for (size_t row = 0; row < rows; ++row) {
      const size_t offset = row * stride * element;
      std::memcpy(static_cast<unsigned char*>(to) + offset, results.arrays[index].data() + offset, columns * element);
    }
  };
  const auto arrays = ArraysOf(call);
  store(kY, call.y, call.rows, call.columns, call.y_stride, arrays[kY].element());
  store(kMean, call.mean, 1, call.rows, call.rows, arrays[kMean].element());
  store(kRstd, call.rstd, 1, call.rows, call.rows, arrays[kRstd].element());
}

}  // namespace exactnorm::kernel
