// SPDX-License-Identifier: Apache-2.0
// Bytes -> a call with any fields, of arrays of just the size that it promises -> every bit as the exact stage has it,
// and nothing else written; or a refusal with nothing written at all. The address sanitizer sees what is read.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "exactnorm/exactnorm.h"
#include "lib/arguments.h"
#include "lib/exact/row.h"
#include "tests/fuzz/promise.h"

namespace exactnorm {
namespace {

using Bytes = std::vector<unsigned char>;
using fuzz::Promise;

constexpr size_t kMostBytes = 1 << 14;  // of an array that is really there

// An array that begins at any alignment; one byte before it is not its own.
struct Array {
  Bytes bytes;
  size_t shift = 0;
  void* data() { return bytes.data() + shift; }
};

class Caller {
 public:
  Caller(const uint8_t* data, size_t size) : input_(data, size) {}

  void Try() {
    call_.size = input_.ConsumeProbability<float>() < 0.98F ? sizeof call_ : input_.ConsumeIntegral<size_t>();
    call_.operation = static_cast<exactnorm_operation>(Rarely() ? input_.ConsumeIntegral<int>() : input_.ConsumeBool());
    for (exactnorm_format* format :
         {&call_.x_format, &call_.parameter_format, &call_.y_format, &call_.statistics_format}) {
      *format = static_cast<exactnorm_format>(Rarely() ? input_.ConsumeIntegral<int>()
                                                       : input_.ConsumeIntegralInRange<int>(0, 4));
    }
    call_.rows = Count(0, 5);
    call_.columns = Count(0, 40);
    call_.x_stride = input_.ConsumeBool() ? 0 : Count(call_.columns, call_.columns + 3);
    call_.y_stride = input_.ConsumeBool() ? 0 : Count(call_.columns, call_.columns + 3);
    call_.eps = input_.ConsumeBool() ? 0x1p-17 : Real();

    if (!PlaceArrays()) return;
    const auto before = Snapshot();
    CheckedCall checked;
    const bool expected = CheckArguments(&call_, &checked) == EXACTNORM_OK;
    size_t finished = 77;
    const exactnorm_status status = exactnorm_normalize(&call_, &finished);
    Promise(exactnorm_message(status) != nullptr && *exactnorm_message(status) != '\0',
            "every status has its sentence");
    if (status == EXACTNORM_OK) {
      Promise(expected && !must_refuse_, "what cannot be computed is refused");
      Promise(finished == call_.rows, "every row is finished");
      CheckResults(before);
    } else {
      Promise(!expected, "what can be computed is not refused");
      Promise(finished == 0, "a refusal finishes nothing");
      Promise(Snapshot() == before, "a refusal writes nothing");
    }
  }

 private:
  bool Rarely() { return input_.ConsumeIntegral<uint8_t>() < 4; }
  size_t Count(size_t least, size_t most) {
    if (Rarely()) return input_.ConsumeIntegral<size_t>();
    return input_.ConsumeIntegralInRange(std::min(least, most), std::max(least, most));
  }
  double Real() {
    const auto bits = input_.ConsumeIntegral<uint64_t>();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

  static size_t ElementBytes(exactnorm_format format, const Format* standard) {
    const Format* f = FindFormat(format, standard);
    return f == nullptr ? 8 : static_cast<size_t>(f->bytes);  // 8: refused, whatever is there
  }

  // (rows - 1) * stride + columns elements, or nothing if that is more than can be given.
  static std::optional<size_t> Needed(size_t rows, size_t columns, size_t stride, size_t element) {
    if (rows == 0) return 0;
    __extension__ using Wide = unsigned __int128;
    const Wide bytes = (Wide{rows - 1} * stride + columns) * element;
    if (bytes > kMostBytes) return std::nullopt;
    return static_cast<size_t>(bytes);
  }

  Array* Place(std::optional<size_t> bytes) {
    // More than can be given: the call has to be one that is refused unseen, for it would need more than there is.
    too_large_ |= !bytes;
    auto array = std::make_unique<Array>();
    array->shift = input_.ConsumeBool() ? 1 : 0;
    array->bytes.resize(array->shift + bytes.value_or(8));
    arrays_.push_back(std::move(array));
    return arrays_.back().get();
  }

  void Fill(Array* array) {
    const size_t size = array->bytes.size() - array->shift;
    const auto given = input_.ConsumeBytes<uint8_t>(size);
    // What the input has no bytes for repeats it.
    for (size_t i = 0; i < size && !given.empty(); ++i) array->bytes[array->shift + i] = given[i % given.size()];
  }

  // False if the call is one that would need more memory than it gets.
  bool PlaceArrays() {
    const Format* x_format = FindFormat(call_.x_format, &kF32);
    const Format* y_format = FindFormat(call_.y_format, x_format);
    const size_t x_stride = call_.x_stride == 0 ? call_.columns : call_.x_stride;
    const size_t y_stride = call_.y_stride == 0 ? call_.columns : call_.y_stride;
    const size_t x_bytes = ElementBytes(call_.x_format, &kF32);
    const size_t y_bytes = ElementBytes(call_.y_format, x_format);
    const auto x_needed = Needed(call_.rows, call_.columns, x_stride, x_bytes);
    const auto y_needed = Needed(call_.rows, call_.columns, y_stride, y_bytes);

    if (!Rarely()) {
      Array* x = Place(x_needed);
      call_.x = x->data();
      Fill(x);
    }
    if (!Rarely()) {
      if (call_.x != nullptr && input_.ConsumeBool() && x_needed == y_needed) {
        // In place, or so near that one is written before the other is read.
        const size_t most = std::min<size_t>(arrays_.front()->bytes.size() - arrays_.front()->shift, 8);
        const size_t offset = Rarely() ? input_.ConsumeIntegralInRange<size_t>(0, most) : 0;
        if (offset != 0) arrays_.front()->bytes.resize(arrays_.front()->bytes.size() + offset);
        call_.x = arrays_.front()->data();
        call_.y = static_cast<unsigned char*>(arrays_.front()->data()) + offset;
        const bool same = offset == 0 && x_stride == y_stride && x_format == y_format;
        // With one row the ranges are the arrays; with several, gaps may hold the other's rows.
        must_refuse_ = call_.rows == 1 && call_.columns != 0 && !same && x_needed && offset < *x_needed;
      } else {
        call_.y = Place(y_needed)->data();
      }
    }
    PlaceParameters(x_format);
    const size_t statistics = ElementBytes(call_.statistics_format, y_format);
    if (input_.ConsumeBool()) call_.mean = Place(Needed(call_.rows, 1, 1, statistics))->data();
    if (input_.ConsumeBool()) call_.rstd = Place(Needed(call_.rows, 1, 1, statistics))->data();
    if (input_.ConsumeBool()) {
      call_.parallel_for = [](void*, size_t tasks, void (*task)(void*, size_t), void* argument) {
        while (tasks-- > 0) task(argument, tasks);  // backwards
      };
    }
    CheckedCall checked;
    return !too_large_ || CheckArguments(&call_, &checked) != EXACTNORM_OK;
  }

  void PlaceParameters(const Format* x_format) {
    const auto needed = Needed(1, call_.columns, call_.columns, ElementBytes(call_.parameter_format, x_format));
    const void* gamma = nullptr;
    const void* beta = nullptr;
    for (const void** parameter : {&gamma, &beta}) {
      if (!input_.ConsumeBool()) continue;
      Array* array = Place(needed);
      Fill(array);
      *parameter = array->data();
    }
    if (input_.ConsumeBool()) {
      call_.gamma = gamma;
      call_.beta = beta;
    } else if (needed) {
      exactnorm_parameters* prepared = nullptr;
      // EXACTNORM_DEFAULT is binary32 here, and may be larger than x's.
      if (call_.parameter_format == EXACTNORM_DEFAULT) return;
      const auto status = exactnorm_parameters_prepare(call_.parameter_format, call_.columns, gamma, beta, &prepared);
      Promise((status == EXACTNORM_OK) == (prepared != nullptr), "parameters are there exactly if the status says so");
      prepared_.reset(prepared);
      call_.parameters = prepared;
      if (Rarely()) call_.gamma = gamma;
    }
  }

  std::vector<Bytes> Snapshot() const {
    std::vector<Bytes> all;
    for (const auto& array : arrays_) all.push_back(array->bytes);
    return all;
  }

  // The same call by the exact stage, row after row, into arrays as they were before.
  void CheckResults(const std::vector<Bytes>& before) {
    const std::vector<Bytes> after = Snapshot();
    for (size_t i = 0; i < arrays_.size(); ++i)
      std::copy(before[i].begin(), before[i].end(), arrays_[i]->bytes.begin());
    CheckedCall checked;
    Promise(CheckArguments(&call_, &checked) == EXACTNORM_OK, "the call is still a good one");
    for (size_t row = 0; row < call_.rows; ++row) exact::NormalizeRow(checked.rows.at(row));
    Promise(Snapshot() == after, "every bit is the exact stage's");
  }

  struct Free {
    void operator()(exactnorm_parameters* p) const { exactnorm_parameters_free(p); }
  };

  FuzzedDataProvider input_;
  exactnorm_call call_ = {};
  std::vector<std::unique_ptr<Array>> arrays_;
  std::unique_ptr<exactnorm_parameters, Free> prepared_;
  bool too_large_ = false;
  bool must_refuse_ = false;
};

}  // namespace
}  // namespace exactnorm

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  exactnorm::Caller(data, size).Try();
  return 0;
}
