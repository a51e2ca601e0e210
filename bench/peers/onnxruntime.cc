// SPDX-License-Identifier: Apache-2.0
// ONNX Runtime's LayerNormalization (opset 17) and RMSNormalization (opset 23) on the CPU, each as a model of that one
// node: rows, gamma and beta in one format, binary32, binary64 or binary16; mean and rstd in binary32. Rows have no
// gaps and y is not x, for its tensors have neither. No bound on the error is promised.
//
// The C interface is a table of functions whose order does not change with versions; it is declared here as far as it
// is used, since the package that carries the library has no header.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "exactnorm/kernel.h"

namespace {

struct ApiBase {
  const void* const* (*get_api)(uint32_t version);
  const char* (*version)();
};
extern "C" const ApiBase* OrtGetApiBase();

enum Function : size_t {
  kGetErrorCode = 1,
  kCreateEnv = 3,
  kCreateSessionFromArray = 8,
  kRun = 9,
  kCreateSessionOptions = 10,
  kSetIntraOpNumThreads = 24,
  kCreateTensorWithDataAsOrtValue = 49,
  kCreateCpuMemoryInfo = 69,
  kReleaseStatus = 93,
  kReleaseSession = 95,
  kReleaseValue = 96,
  kReleaseSessionOptions = 100,
};
constexpr uint32_t kApiVersion = 1;  // has all of these
constexpr int kNotImplemented = 9;   // an error code
constexpr int kErrorsOnly = 3;       // of what is logged
constexpr int kDeviceAllocator = 0;
constexpr int kDefaultMemory = 0;

template <class Result, class... Arguments>
Result Call(Function function, Arguments... arguments) {
  static const void* const* const table = OrtGetApiBase()->get_api(kApiVersion);
  return reinterpret_cast<Result (*)(Arguments...)>(const_cast<void*>(table[function]))(arguments...);
}

struct Failure {
  int code;
};
// A function that returns a status; null is success.
template <class... Arguments>
void Do(Function function, Arguments... arguments) {
  void* const status = Call<void*>(function, arguments...);
  if (status == nullptr) return;
  const int code = Call<int>(kGetErrorCode, status);
  Call<void>(kReleaseStatus, status);
  throw Failure{code};
}

// Numbers of tensor types, in models and in calls.
int ElementType(exactnorm_format f) { return f == EXACTNORM_F32 ? 1 : f == EXACTNORM_F64 ? 11 : 10; }
size_t Bytes(exactnorm_format f) { return f == EXACTNORM_F64 ? 8 : f == EXACTNORM_F32 ? 4 : 2; }

// A message in protobuf's encoding.
class Message {
 public:
  Message& Number(unsigned field, uint64_t value) {
    Varint(field << 3 | 0);
    Varint(value);
    return *this;
  }
  Message& Text(unsigned field, const std::string& bytes) {
    Varint(field << 3 | 2);
    Varint(bytes.size());
    bytes_ += bytes;
    return *this;
  }
  Message& Float(unsigned field, float value) {
    Varint(field << 3 | 5);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    bytes_.append(bytes, sizeof bytes);
    return *this;
  }
  Message& Part(unsigned field, const Message& part) { return Text(field, part.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void Varint(uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_ += static_cast<char>(value | 128);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

struct Node {
  exactnorm_operation operation;
  exactnorm_format format;
  float eps;
  bool beta, statistics;
  uint32_t threads;

  bool is_layer_norm() const { return operation == EXACTNORM_LAYER_NORM; }
  std::vector<const char*> inputs() const {
    return beta ? std::vector{"x", "gamma", "beta"} : std::vector{"x", "gamma"};
  }
  std::vector<const char*> outputs() const { return statistics ? std::vector{"y", "mean", "rstd"} : std::vector{"y"}; }
  auto key() const { return std::tuple(operation, format, eps, beta, statistics, threads); }
};

// Fields by number, from onnx.proto.
std::string Model(const Node& node) {
  const auto value = [](const char* name, int type) {  // of any shape
    return Message().Text(1, name).Part(2, Message().Part(1, Message().Number(1, static_cast<uint64_t>(type))));
  };
  Message operation, graph;
  for (const char* name : node.inputs()) {
    operation.Text(1, name);
    graph.Part(11, value(name, ElementType(node.format)));
  }
  for (const char* name : node.outputs()) {
    operation.Text(2, name);
    graph.Part(12, value(name, ElementType(std::strcmp(name, "y") == 0 ? node.format : EXACTNORM_F32)));
  }
  operation.Text(4, node.is_layer_norm() ? "LayerNormalization" : "RMSNormalization")
      .Part(5, Message().Text(1, "epsilon").Float(2, node.eps).Number(20, 1));
  graph.Part(1, operation).Text(2, "graph");
  return Message().Number(1, 10).Part(8, Message().Text(1, "").Number(2, 23)).Part(7, graph).bytes();
}

void* CreateSession(const Node& node) {
  static void* const environment = [] {
    void* created = nullptr;
    Do(kCreateEnv, kErrorsOnly, "exactnorm", &created);
    return created;
  }();
  void* options = nullptr;
  Do(kCreateSessionOptions, &options);
  Do(kSetIntraOpNumThreads, options, static_cast<int>(node.threads));
  const std::string model = Model(node);
  void* session = nullptr;
  try {
    Do(kCreateSessionFromArray, environment, static_cast<const void*>(model.data()), model.size(), options, &session);
  } catch (...) {
    Call<void>(kReleaseSessionOptions, options);
    throw;
  }
  Call<void>(kReleaseSessionOptions, options);
  return session;
}

// The session of a node; some are kept, since eps is part of the model.
void* Session(const Node& node) {
  static std::map<decltype(node.key()), void*> sessions;
  const auto found = sessions.find(node.key());
  if (found != sessions.end()) return found->second;
  constexpr size_t kMostSessions = 16;
  if (sessions.size() == kMostSessions) {
    for (const auto& [key, session] : sessions) Call<void>(kReleaseSession, session);
    sessions.clear();
  }
  return sessions[node.key()] = CreateSession(node);
}

// Tensors over arrays of the caller's.
class Tensors {
 public:
  ~Tensors() {
    for (void* value : values_) Call<void>(kReleaseValue, value);
  }
  void Add(const void* data, exactnorm_format format, std::vector<int64_t> shape) {
    static void* const memory = [] {
      void* created = nullptr;
      Do(kCreateCpuMemoryInfo, kDeviceAllocator, kDefaultMemory, &created);
      return created;
    }();
    size_t bytes = Bytes(format);
    for (const int64_t length : shape) bytes *= static_cast<size_t>(length);
    void* value = nullptr;
    Do(kCreateTensorWithDataAsOrtValue, memory, const_cast<void*>(data), bytes,
       static_cast<const int64_t*>(shape.data()), shape.size(), ElementType(format), &value);
    values_.push_back(value);
  }
  std::vector<void*>& values() { return values_; }

 private:
  std::vector<void*> values_;
};

// The scale is no option of the operators: without gamma it is all ones.
std::vector<unsigned char> Ones(exactnorm_format format, size_t n) {
  std::vector<unsigned char> bytes(n * Bytes(format));
  const float single = 1;
  const double twice = 1;
  const uint16_t half = 0x3C00;
  const void* const one = format == EXACTNORM_F32   ? static_cast<const void*>(&single)
                          : format == EXACTNORM_F64 ? static_cast<const void*>(&twice)
                                                    : &half;
  for (size_t i = 0; i < n; ++i) std::memcpy(bytes.data() + i * Bytes(format), one, Bytes(format));
  return bytes;
}

void Normalize(const exactnorm_kernel_call& c) {
  const exactnorm_format f = c.x_format;
  const Node node = {c.operation, f, static_cast<float>(c.eps), c.beta != nullptr, c.mean || c.rstd, c.threads};
  const auto rows = static_cast<int64_t>(c.rows), columns = static_cast<int64_t>(c.columns);
  const std::vector<unsigned char> ones = c.gamma == nullptr ? Ones(f, c.columns) : std::vector<unsigned char>();
  std::vector<float> unasked(c.rows);  // both statistics come, or none
  Tensors in, out;
  in.Add(c.x, f, {rows, columns});
  in.Add(c.gamma == nullptr ? ones.data() : c.gamma, f, {columns});
  if (c.beta != nullptr) in.Add(c.beta, f, {columns});
  out.Add(c.y, f, {rows, columns});
  if (node.statistics) {
    out.Add(c.mean == nullptr ? unasked.data() : c.mean, EXACTNORM_F32, {rows, 1});
    out.Add(c.rstd == nullptr ? unasked.data() : c.rstd, EXACTNORM_F32, {rows, 1});
  }
  const std::vector<const char*> inputs = node.inputs(), outputs = node.outputs();
  Do(kRun, Session(node), static_cast<void*>(nullptr), inputs.data(), in.values().data(), inputs.size(), outputs.data(),
     outputs.size(), out.values().data());
}

}  // namespace

extern "C" int exactnorm_kernel(const exactnorm_kernel_call* c) {
  const exactnorm_format f = c->x_format;
  if (c->operation != EXACTNORM_LAYER_NORM && c->operation != EXACTNORM_RMS_NORM) return EXACTNORM_KERNEL_UNSUPPORTED;
  if (f != EXACTNORM_F32 && f != EXACTNORM_F64 && f != EXACTNORM_F16) return EXACTNORM_KERNEL_UNSUPPORTED;
  if (c->y_format != f || ((c->gamma || c->beta) && c->parameter_format != f)) return EXACTNORM_KERNEL_UNSUPPORTED;
  if ((c->mean || c->rstd) && c->statistics_format != EXACTNORM_F32) return EXACTNORM_KERNEL_UNSUPPORTED;
  if (c->operation == EXACTNORM_RMS_NORM && (c->beta || c->rstd)) return EXACTNORM_KERNEL_UNSUPPORTED;
  const bool dense = c->rows == 1 || (c->x_stride == c->columns && c->y_stride == c->columns);
  if (!dense || c->x == c->y) return EXACTNORM_KERNEL_UNSUPPORTED;
  // eps is rounded to binary32; where that is no small change, below FLT_MIN and above FLT_MAX, it is no call.
  const auto eps = static_cast<float>(c->eps);
  if (c->eps != 0 && (eps < std::numeric_limits<float>::min() || std::isinf(eps))) return EXACTNORM_KERNEL_UNSUPPORTED;
  try {
    Normalize(*c);
    return EXACTNORM_KERNEL_DONE;
  } catch (const Failure& failure) {
    return failure.code == kNotImplemented ? EXACTNORM_KERNEL_UNSUPPORTED : 2;
  }
}
