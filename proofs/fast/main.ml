(* SPDX-License-Identifier: Apache-2.0 *)
(* exactnorm-fast-model: every intermediate value of the fast stage, by the model that the error ledger is proved of.

   The operations of proofs/fast/model.v, extracted, in this machine's binary64: what runs here is the text that
   proofs/fast/normalize.v speaks about, with +, -, *, /, sqrt and fma instead of rounded real numbers.

   Usage: exactnorm-fast-model < rows

   Words are separated by single spaces; numbers are patterns of binary64 in hexadecimal, without prefix.  A row is
     row OPERATION LOG2_LANES FMA COLUMNS EPS    layer_norm or rms_norm; vectors of 2^LOG2_LANES; FMA is 0 or 1
     x PATTERN...                                COLUMNS each
     gamma PATTERN...
     beta PATTERN...
   and the answer to it, with the names of lib/fast/intermediates.h,
     moments CENTER SUM SQUARES OFFSET MEAN_SQUARE VARIANCE_EPS RSTD SHIFT admitted FLAG
     d PATTERN...
     t PATTERN...
     yhat PATTERN...
   Any NaN is written as nan.  Exit status 2, with a line on stderr, if the input is not of this form.

   What this file is trusted for: to read and write as described, and that OCaml's operations on floats, Float.fma
   among them, are those of binary64 to nearest. *)

open Fast_model

exception Malformed of string

let rec float_of_nat n = match n with O -> 0.0 | S n -> 1.0 +. float_of_nat n
let rec int_of_positive p = match p with XH -> 1 | XO p -> 2 * int_of_positive p | XI p -> 2 * int_of_positive p + 1
let int_of_z z = match z with Z0 -> 0 | Zpos p -> int_of_positive p | Zneg p -> - (int_of_positive p)
let rec nat_of_int n = if n = 0 then O else S (nat_of_int (n - 1))

let binary64 fused = {
  zero = 0.0;
  plus = ( +. );
  subtract = ( -. );
  multiply = ( *. );
  divide = ( /. );
  muladd = if fused then Float.fma else (fun a b c -> a *. b +. c);
  square_root = sqrt;
  negate = Float.neg;
  at_most = (fun (a : float) b -> a <= b);
  is_finite = Float.is_finite;
  power_of_two = (fun n -> Float.ldexp 1.0 (int_of_z n));
  of_count = float_of_nat;
}

(* ---- reading and writing ---- *)

let pattern word =
  match Int64.of_string_opt ("0x" ^ word) with
  | Some bits -> Int64.float_of_bits bits
  | None -> raise (Malformed ("no pattern: " ^ word))

let word x = if Float.is_nan x then "nan" else Printf.sprintf "%Lx" (Int64.bits_of_float x)

let words () =
  match input_line stdin with
  | line -> String.split_on_char ' ' line
  | exception End_of_file -> raise (Malformed "the input ends within a row")

let numbers name count =
  match words () with
  | first :: rest when first = name ->
    let rest = List.filter (fun w -> w <> "") rest in
    if List.length rest <> count then raise (Malformed ("not COLUMNS numbers: " ^ name));
    List.rev (List.rev_map pattern rest)
  | _ -> raise (Malformed (name ^ " expected"))

let print_numbers name l =
  print_string name;
  List.iter (fun x -> print_char ' '; print_string (word x)) l;
  print_char '\n'

let rec map3 f a b c = match a, b, c with
  | x :: a, y :: b, z :: c -> let w = f x y z in w :: map3 f a b c
  | _ -> []

let answer operation log2_lanes fused columns eps =
  let a = binary64 fused in
  let x = numbers "x" columns in
  let gamma = numbers "gamma" columns in
  let beta = numbers "beta" columns in
  let m = moments a (nat_of_int log2_lanes) operation eps x in
  let center = match m.centre with Some c -> c | None -> 0.0 in
  Printf.printf "moments %s admitted %d\n"
    (String.concat " " (List.map word [ center; m.total; m.total_square; m.offset; m.mean_square_hat;
                                        m.variance_eps; m.rstd; m.shift ]))
    (if m.admitted then 1 else 0);
  print_numbers "d" (List.map (deviation_hat a m.centre) x);
  print_numbers "t" (List.map (t_hat a m) x);
  print_numbers "yhat" (map3 (y_hat a m) x gamma beta)

let rec rows () =
  match input_line stdin with
  | exception End_of_file -> ()
  | line ->
    (match String.split_on_char ' ' line with
     | [ "row"; operation; log2_lanes; fma; columns; eps ] ->
       let operation = match operation with
         | "layer_norm" -> Layer_norm | "rms_norm" -> Rms_norm
         | other -> raise (Malformed ("no operation: " ^ other)) in
       let count word = match int_of_string_opt word with
         | Some n when n >= 0 -> n | _ -> raise (Malformed ("no count: " ^ word)) in
       answer operation (count log2_lanes) (count fma <> 0) (count columns) (pattern eps)
     | _ -> raise (Malformed "row expected"));
    rows ()

let () =
  if Array.length Sys.argv <> 1 then (prerr_endline "usage: exactnorm-fast-model < rows"; exit 2);
  match rows () with
  | () -> ()
  | exception Malformed what -> prerr_endline ("exactnorm-fast-model: " ^ what); exit 2
