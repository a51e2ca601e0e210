(* SPDX-License-Identifier: Apache-2.0 *)
(* exactnorm-certify: is every returned bit the right one?

   Reads rows and what a kernel returned for them on stdin, and asks the extracted function
   [certify], which is proved to say true if and only if the row is well-formed and every bit
   of the result is the answer (proofs/reference/certificate.v).

   Usage: exactnorm-certify [--quiet] < stream        --quiet: one line per accepted row is left out

   Output, one line per row, then a summary:
     row 0: accepted
     row 1: refused: y[5] is 3f800001, right is 3f800000
     row 2: malformed: epsilon is negative, infinite or NaN
     rows: accepted 1 refused 1 malformed 1
   Exit status: 0 if all could be read and understood (refused rows are in the summary),
   2 if anything was malformed, or the usage was wrong.

   The stream, little-endian, without padding:
     8 bytes  magic, the ASCII letters EXNORMRW
     u32      version, 1
     then, until the end of the stream, rows:
     u8       operation: 0 LayerNorm, 1 RMSNorm
     u8       format of x               formats: 0 binary64, 1 binary32, 2 binary16, 3 bfloat16
     u8       format of gamma and beta
     u8       format of y
     u8       format of mean and rstd
     u8       flags: 1 gamma follows, 2 beta follows, 4 mean follows (LayerNorm only), 8 rstd follows
     u16      zero
     u64      N, at least 1
     u64      epsilon, the bits of a binary64
     then bit patterns, each in the width of its format (8, 4 or 2 bytes):
       x[N], gamma[N] if flagged, beta[N] if flagged, y[N], mean if flagged, rstd if flagged

   A row that can be read but is not well-formed (N = 0, bad epsilon, a mean for RMSNorm) counts as
   malformed and the next one is read.  A wrong magic, version, code or flag, or an end inside a
   row, counts once and ends the reading.

   What this file is trusted for: to read the stream as described and to report [certify]'s
   verdict.  It passes zarith's square root and bit length as hints, which are checked. *)

module Integer = Z   (* zarith; Certified has a Z of its own *)
open Certified

exception Unreadable of string

let hints = { sqrt_hint = (fun n -> if Integer.sign n < 0 then Integer.zero else Integer.sqrt n);
              digits_hint = (fun n -> Integer.of_int (Integer.numbits n)) }

(* ---- reading ---- *)

let buffer = Bytes.create 65536

let exactly size what =
  try really_input stdin buffer 0 size
  with End_of_file -> raise (Unreadable ("the stream ends inside " ^ what))

let bytes_of = function Binary64 -> 8 | Binary32 -> 4 | Binary16 | Bfloat16 -> 2

let two_to_64 = Integer.shift_left Integer.one 64
let unsigned_64 n =
  let z = Integer.of_int64 n in if Integer.sign z < 0 then Integer.add z two_to_64 else z

let pattern_at format i =
  match format with
  | Binary64 -> unsigned_64 (Bytes.get_int64_le buffer (8 * i))
  | Binary32 -> Integer.of_int (Int32.to_int (Bytes.get_int32_le buffer (4 * i)) land 0xFFFFFFFF)
  | Binary16 | Bfloat16 -> Integer.of_int (Bytes.get_uint16_le buffer (2 * i))

let patterns format count what =
  let width = bytes_of format in
  let chunk = Bytes.length buffer / width in
  let rec go left acc =
    if left = 0 then List.rev acc
    else begin
      let now = min left chunk in
      exactly (now * width) what;
      let acc = ref acc in
      for i = 0 to now - 1 do acc := pattern_at format i :: !acc done;
      go (left - now) !acc
    end in
  go count []

let format_of_code what = function
  | 0 -> Binary64 | 1 -> Binary32 | 2 -> Binary16 | 3 -> Bfloat16
  | c -> raise (Unreadable (Printf.sprintf "format code %d of %s" c what))

(* None at the end of the stream. *)
let read_row () =
  match input_char stdin with
  | exception End_of_file -> None
  | first ->
    exactly 23 "the head of a row";
    let code i = Bytes.get_uint8 buffer i in
    let row_operation = match Char.code first with
      | 0 -> Layer_norm | 1 -> Rms_norm
      | c -> raise (Unreadable (Printf.sprintf "operation code %d" c)) in
    let x_format = format_of_code "x" (code 0) in
    let parameter_format = format_of_code "gamma and beta" (code 1) in
    let y_format = format_of_code "y" (code 2) in
    let statistics_format = format_of_code "mean and rstd" (code 3) in
    let flags = code 4 in
    if flags > 15 || Bytes.get_uint16_le buffer 5 <> 0 then
      raise (Unreadable "unknown flags");
    let n = unsigned_64 (Bytes.get_int64_le buffer 7) in
    let epsilon = unsigned_64 (Bytes.get_int64_le buffer 15) in
    if Integer.numbits n > 40 then raise (Unreadable "N of 2^40 or more");
    let n = Integer.to_int n in
    let optional bit f = if flags land bit <> 0 then Some (f ()) else None in
    let x = patterns x_format n "x" in
    let gamma = optional 1 (fun () -> patterns parameter_format n "gamma") in
    let beta = optional 2 (fun () -> patterns parameter_format n "beta") in
    let y = patterns y_format n "y" in
    let one what () = List.hd (patterns statistics_format 1 what) in
    let returned_mean = optional 4 (one "mean") in
    let returned_rstd = optional 8 (one "rstd") in
    Some ({ row_operation; x_format; parameter_format; y_format; statistics_format;
            x; gamma; beta; epsilon },
          { y; returned_mean; returned_rstd })

(* ---- reporting; explains a verdict, does not make one ---- *)

let hex format z = Integer.format (Printf.sprintf "%%0%dx" (2 * bytes_of format)) z

let first_difference row result want =
  let rec elements i got right = match got, right with
    | g :: got, r :: right ->
      if Integer.equal g r then elements (i + 1) got right
      else Some (Printf.sprintf "y[%d] is %s, right is %s" i
                   (hex row.y_format g) (hex row.y_format r))
    | _ -> None in
  let statistic name got right = match got with
    | Some g when not (Integer.equal g right) ->
      Some (Printf.sprintf "%s is %s, right is %s" name
              (hex row.statistics_format g) (hex row.statistics_format right))
    | _ -> None in
  let candidates = [ elements 0 result.y want.y_bits;
                     statistic "mean" result.returned_mean want.mean_pattern;
                     statistic "rstd" result.returned_rstd want.rstd_pattern ] in
  match List.find_opt Option.is_some candidates with
  | Some (Some text) -> text
  | _ -> "not the answer"

let () =
  let quiet = match Array.to_list Sys.argv with
    | [ _ ] -> false
    | [ _; "--quiet" ] -> true
    | _ -> prerr_endline "usage: exactnorm-certify [--quiet] < stream"; exit 2 in
  set_binary_mode_in stdin true;
  let accepted = ref 0 and refused = ref 0 and malformed = ref 0 in
  let malformed_row i reason =
    incr malformed; Printf.printf "row %d: malformed: %s\n" i reason in
  let judge i row result =
    if row.x = [] then malformed_row i "N is zero"
    else if not (admissible row) then malformed_row i "epsilon is negative, infinite or NaN"
    else if not (mean_allowed row result) then malformed_row i "a mean for RMSNorm"
    else if certify hints row result then begin
      incr accepted; if not quiet then Printf.printf "row %d: accepted\n" i
    end else begin
      incr refused;
      let why = match expected hints row with
        | Some want -> first_difference row result want | None -> "not the answer" in
      Printf.printf "row %d: refused: %s\n" i why
    end in
  let rec rows i =
    match read_row () with
    | None -> ()
    | Some (row, result) -> judge i row result; rows (i + 1)
    | exception Unreadable reason -> malformed_row i reason in
  (match exactly 12 "the head of the stream" with
   | exception Unreadable reason -> incr malformed; Printf.printf "stream: malformed: %s\n" reason
   | () ->
     if Bytes.sub_string buffer 0 8 <> "EXNORMRW" || Bytes.get_int32_le buffer 8 <> 1l then begin
       incr malformed; print_endline "stream: malformed: magic or version is wrong"
     end else rows 0);
  Printf.printf "rows: accepted %d refused %d malformed %d\n" !accepted !refused !malformed;
  exit (if !malformed > 0 then 2 else 0)
