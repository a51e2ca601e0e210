(* SPDX-License-Identifier: Apache-2.0 *)
(* exactnorm-fast-model: every intermediate value of lib/fast, by the models that the error ledgers are proved of.

   The operations of model.v in proofs/fast, sharp and binary64, extracted, in this machine's binary64: what runs here is
   the text that the theorems speak about, with +, -, *, /, sqrt and fma instead of rounded real numbers.

   Usage: exactnorm-fast-model < rows

   Words are separated by single spaces; numbers are patterns of binary64 in hexadecimal, without prefix.  A row is
     STAGE OPERATION LOG2_LANES FMA FORMAT COLUMNS EPS    row, the medium path; sharp, the double-double stage; or
                                                 binary64, the first tier of binary64 rows; layer_norm or rms_norm;
                                                 vectors of 2^LOG2_LANES; FMA is 0 or 1; FORMAT is that of x: f32,
                                                 bf16, f16, f64
     x PATTERN...                                COLUMNS each
     gamma PATTERN...
     beta PATTERN...
   and the answer to it, with the names of lib/fast/intermediates.h, a DoubleDouble being two numbers: to row,
     moments CENTER SUM SQUARES OFFSET MEAN_SQUARE VARIANCE_EPS RSTD SHIFT admitted FLAG
     d PATTERN...
     t PATTERN...
     yhat PATTERN...
   to sharp, with zeros and empty lines for what the stage does not get to,
     sharp SCALE CENTER OFFSET MEAN_SQUARE VARIANCE_EPS KAPPA admitted FLAG RSTD E1 E0
     statistics MEAN ERROR INVERSE ERROR
     t PATTERN...
     yhat PATTERN...
     bound PATTERN...
     ends PATTERN...
   and to binary64, with nan for a bound that is not finite or certifies nothing, and for moments of a row with NaNs,
     binary64 CENTER LARGEST KAPPA OFFSET RSTD SHIFT E1 E0 admitted FLAG
     scales admitted FLAG T F E1 E0
     statistics MEAN ERROR INVERSE ERROR
     columns G1 G2 B1 B2 E1 E0 ...
     t T1 T2 ...
     yhat PATTERN...
     bound PATTERN...
     ends PATTERN...
   Any NaN is written as nan.  Exit status 2, with a line on stderr, if the input is not of this form.

   What this file is trusted for: to read and write as described, that OCaml's operations on floats, Float.fma among them,
   are those of binary64 to nearest, that Float.frexp finds exponents, and that a number's exponent field alone is the
   power of two below it. *)

open Fast_model

exception Malformed of string

let float_of_nat n =
  let rec from f n = match n with O -> f | S n -> from (f +. 1.0) n in
  from 0.0 n
let rec int_of_positive p = match p with XH -> 1 | XO p -> 2 * int_of_positive p | XI p -> 2 * int_of_positive p + 1
let int_of_z z = match z with Z0 -> 0 | Zpos p -> int_of_positive p | Zneg p -> - (int_of_positive p)
let rec nat_of_int n = if n = 0 then O else S (nat_of_int (n - 1))
let rec positive_of_int n =
  if n = 1 then XH else if n land 1 = 0 then XO (positive_of_int (n / 2)) else XI (positive_of_int (n / 2))
let z_of_int n = if n = 0 then Z0 else if n > 0 then Zpos (positive_of_int n) else Zneg (positive_of_int (- n))

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

(* A row: what stands in its first line, and its numbers. *)
type row = {
  operation : operation; log2_lanes : nat; fused : bool; format : format; eps : float;
  x : float list; gamma : float list; beta : float list;
}

let read_row operation log2_lanes fma format columns eps =
  let count word = match int_of_string_opt word with
    | Some n when n >= 0 -> n | _ -> raise (Malformed ("no count: " ^ word)) in
  let operation = match operation with
    | "layer_norm" -> Layer_norm | "rms_norm" -> Rms_norm
    | other -> raise (Malformed ("no operation: " ^ other)) in
  let format = match format with
    | "f64" -> Binary64 | "f32" -> Binary32 | "f16" -> Binary16 | "bf16" -> Bfloat16
    | other -> raise (Malformed ("no format: " ^ other)) in
  let columns = count columns in
  let x = numbers "x" columns in
  let gamma = numbers "gamma" columns in
  let beta = numbers "beta" columns in
  { operation; log2_lanes = nat_of_int (count log2_lanes); fused = count fma <> 0; format; eps = pattern eps;
    x; gamma; beta }

let flag f = if f then 1 else 0
let joined l = String.concat " " (List.map word l)

let answer_row r =
  let a = binary64 r.fused in
  let m = moments a r.log2_lanes r.operation r.eps r.x in
  let center = match m.centre with Some c -> c | None -> 0.0 in
  Printf.printf "moments %s admitted %d\n"
    (joined [ center; m.total; m.total_square; m.offset; m.mean_square_hat; m.variance_eps; m.rstd; m.shift ])
    (flag m.admitted);
  print_numbers "d" (List.map (deviation_hat a m.centre) r.x);
  print_numbers "t" (List.map (t_hat a m) r.x);
  print_numbers "yhat" (map3 (y_hat a m) r.x r.gamma r.beta)

let exponent x = z_of_int (snd (Float.frexp x) - 1)
let both l = List.concat_map (fun (hi, lo) -> [ hi; lo ]) l

let answer_sharp r =
  let a = binary64 r.fused in
  let m = match row_scale a exponent r.format r.x with
    | Some s -> Some (sharp_moments_of a r.fused r.log2_lanes r.operation r.eps s r.x)
    | None -> None in
  let scale, center = match m with Some m -> m.sharp_scale, m.sharp_centre | None -> 0.0, 0.0 in
  let pair = function hi, lo -> [ hi; lo ] in
  let summed = match m with
    | Some m when Float.is_finite center ->
      pair m.sharp_offset @ pair m.sharp_mean_square @ pair m.sharp_variance @ [ m.sharp_kappa ]
    | _ -> List.init 7 (fun _ -> 0.0) in
  let admitted = match m with Some m -> m.sharp_admitted | None -> false in
  let finished = match m with
    | Some m when admitted -> pair m.sharp_rstd @ [ m.sharp_e1; m.sharp_e0 ]
    | _ -> List.init 4 (fun _ -> 0.0) in
  Printf.printf "sharp %s admitted %d %s\n" (joined ([ scale; center ] @ summed)) (flag admitted) (joined finished);
  print_numbers "statistics" (match m with
    | Some m when admitted -> pair (mean_pair a m) @ [ mean_error a m ] @ pair (rstd_parts a m) @ [ rstd_error a m ]
    | _ -> List.init 6 (fun _ -> 0.0));
  let each name f = print_numbers name (match m with Some m when admitted -> f m | _ -> []) in
  each "t" (fun m -> both (List.map (t_hat_sharp a r.fused m) r.x));
  each "yhat" (fun m -> both (map3 (y_hat_sharp a r.fused m) r.x r.gamma r.beta));
  each "bound" (fun m -> map3 (y_error_sharp a r.fused m) r.x r.gamma r.beta);
  each "ends" (fun m -> both (map3 (y_ends_sharp a r.fused m) r.x r.gamma r.beta))

(* 0 for what is less than a normal number, as in the loops. *)
let power_above x =
  Int64.float_of_bits (Int64.logand (Int64.bits_of_float x) 0x7FF0000000000000L) *. 2.0

let answer_binary64 r =
  let a = binary64 r.fused in
  let m = tier_moments_of a r.log2_lanes power_above r.operation r.eps r.x in
  let pair = function hi, lo -> [ hi; lo ] in
  let center = match m.tier_centre with Some c -> c | None -> 0.0 in
  let moments =
    [ center; m.largest; m.kappa_hat ] @ pair m.offset_pair @ pair m.rstd_pair @ pair m.shift_pair
    @ [ m.row_e1; m.row_e0 ] in
  let known = not (List.exists Float.is_nan r.x) in
  Printf.printf "binary64 %s admitted %d\n"
    (joined (if known then moments else List.map (fun _ -> Float.nan) moments)) (flag m.tier_admitted);
  let admitted = takes_part a m in
  let s = scales_of a power_above [ m ] in
  Printf.printf "scales admitted %d %s\n" (flag admitted)
    (joined (if admitted then [ s.scale_t; s.grid_f; s.scale_e1; s.scale_e0 ] else [ 0.0; 0.0; 0.0; 0.0 ]));
  print_numbers "statistics"
    (if admitted then pair (tier_mean a m) @ [ tier_mean_error a m ] @ pair m.rstd_pair @ [ tier_rstd_error a m ]
     else List.init 6 (fun _ -> 0.0));
  let each f = if admitted then map3 f r.x r.gamma r.beta else [] in
  let column g b = column_of a power_above s g b in
  let bound c e = if column_counts a c && Float.is_finite e then e else Float.nan in
  (* The absolute value of -0 is -0 in the model; something positive is added to what it is multiplied by. *)
  let put name l = print_numbers name (List.concat l) in
  put "columns" (each (fun _ g b ->
    let c = column g b in
    [ c.gain_first; c.gain_second; c.bias_first; c.bias_second; c.column_e1 +. 0.0; bound c c.column_e0 ]));
  let elements = each (fun x g b -> let c = column g b in c, element_of a s m c x) in
  let put_each name f = put name (List.map f elements) in
  put_each "t" (fun (_, e) -> [ e.t_first; e.t_second ]);
  put_each "yhat" (fun (_, e) -> [ e.y_high; e.y_low ]);
  put_each "bound" (fun (c, e) -> [ bound c e.y_bound ]);
  put_each "ends" (fun (c, e) ->
    let counts = Float.is_finite (bound c e.y_bound) in
    List.map (fun y -> if counts then y else Float.nan) [ e.lower_end; e.upper_end ])

let rec rows () =
  match input_line stdin with
  | exception End_of_file -> ()
  | line ->
    (match String.split_on_char ' ' line with
     | [ stage; operation; log2_lanes; fma; format; columns; eps ] ->
       let answer = match stage with
         | "row" -> answer_row | "sharp" -> answer_sharp | "binary64" -> answer_binary64
         | other -> raise (Malformed ("no stage: " ^ other)) in
       answer (read_row operation log2_lanes fma format columns eps)
     | _ -> raise (Malformed "the first line of a row expected"));
    rows ()

let () =
  if Array.length Sys.argv <> 1 then (prerr_endline "usage: exactnorm-fast-model < rows"; exit 2);
  match rows () with
  | () -> ()
  | exception Malformed what -> prerr_endline ("exactnorm-fast-model: " ^ what); exit 2
