#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install_test.sh SOURCE BUILD: installs BUILD into an empty prefix and builds, against that tree alone, a C
# program and the C++ example of README.md, through find_package and through pkg-config.
set -eu
source=$1
build=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() { echo "install_test: $*" >&2; exit 1; }

# Installed by the prefix that was configured, then found elsewhere: the tree can be moved.
cmake --install "$build" --prefix "$dir/prefix" >/dev/null
# The first C++ example of a README, and what the README says that it prints.
code() { awk '/^```cpp$/ {inside = 1; next} /^```$/ {if (inside) exit} inside' "$1"; }
output() { awk '/^```cpp$/ {seen = 1} /^```text$/ {if (seen) {inside = 1; next}} /^```$/ {if (inside) exit} inside' "$1"; }
code "$source/README.md" >"$dir/example.cc"
code "$source/lib/geometry/README.md" >"$dir/geometry.cc"
[ -s "$dir/example.cc" ] && [ -s "$dir/geometry.cc" ] || fail "a README has no cpp example"

cmake -S "$source/tests/install/consumer" -B "$dir/consumer" -G Ninja -DCMAKE_PREFIX_PATH="$dir/prefix" \
  -DREADME_EXAMPLE="$dir/example.cc" -DGEOMETRY_EXAMPLE="$dir/geometry.cc" -DCMAKE_BUILD_TYPE=Release >"$dir/log" 2>&1 || { cat "$dir/log"; fail "find_package"; }
cmake --build "$dir/consumer" >"$dir/log" 2>&1 || { cat "$dir/log"; fail "build against find_package"; }
"$dir/consumer/from_c" || fail "from_c is wrong"
"$dir/consumer/axes" || fail "axes is wrong"
says() { [ "$("$1")" = "$(output "$2")" ] || fail "the example of $2 prints something else than it says"; }
says "$dir/consumer/from_cpp" "$source/README.md"
says "$dir/consumer/from_geometry" "$source/lib/geometry/README.md"

libdir=$(dirname "$(find "$dir/prefix" -name libexactnorm.so)")
export PKG_CONFIG_PATH="$libdir/pkgconfig"
flags=$(pkg-config --define-variable=prefix="$dir/prefix" --define-variable=libdir="$libdir" \
  --define-variable=includedir="$dir/prefix/include" --cflags --libs exactnorm)
# shellcheck disable=SC2086 # one word per flag
cc -std=c99 "$source/tests/install/consumer/from_c.c" -o "$dir/from_pkg_config" $flags || fail "build with pkg-config"
LD_LIBRARY_PATH="$libdir" "$dir/from_pkg_config" || fail "from_pkg_config is wrong"

flags=$(pkg-config --define-variable=prefix="$dir/prefix" --define-variable=libdir="$libdir" \
  --define-variable=includedir="$dir/prefix/include" --cflags --libs exactnorm-geometry)
# shellcheck disable=SC2086
c++ -std=c++20 "$source/tests/install/consumer/axes.cc" -o "$dir/axes" $flags || fail "build with exactnorm-geometry.pc"
LD_LIBRARY_PATH="$libdir" "$dir/axes" || fail "axes is wrong with pkg-config"

version=$(pkg-config --modversion exactnorm)
[ -f "$libdir/libexactnorm.so.$version" ] || fail "no libexactnorm.so.$version"
readelf -d "$libdir/libexactnorm.so" | grep -q "SONAME.*libexactnorm.so.${version%%.*}\]" || fail "soname is not the major version"
hidden=$(nm -D --defined-only "$libdir/libexactnorm.so" | awk '{print $3}' | grep -v '^exactnorm_' || true)
[ -z "$hidden" ] || fail "exports more than exactnorm_*: $hidden"
for library in libexactnorm.so libexactnorm_geometry.so; do
  needed=$(readelf -d "$libdir/$library" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -vE '^(libstdc\+\+|libgcc_s|libm|libc|ld-linux|libhwy)' || true)
  [ -z "$needed" ] || fail "$library depends on more than the C++ runtime and Highway: $needed"
done
"$dir/prefix/bin/exactnorm" --version | grep -q "$version" || fail "the command does not say its version"
# The peers that were built go with it; without any, the command says so.
peers() { "$dir/prefix/bin/exactnorm" measure --peers --formats f32 --rows 1 --columns 8 --json; }
if grep -Eq '^EXACTNORM_(PEERS|SPEED):BOOL=(ON|TRUE|1)$' "$build/CMakeCache.txt"; then
  peers >"$dir/peers.json" || fail "measure --peers does not work installed"
  cut -f 2 "$build/bench/peers/plugins/peers.txt" | grep -v ' rows only$' | while IFS= read -r peer; do
    grep -qF "\"summary\": \"$peer\"" "$dir/peers.json" || fail "$peer is not installed"
  done
else
  ! peers >/dev/null 2>"$dir/log" || fail "measure --peers finds peers that were not built"
  grep -q "no peers beside this exactnorm" "$dir/log" || fail "measure --peers does not say why it has none"
fi
echo "installed exactnorm $version works from C, C++, find_package and pkg-config"
