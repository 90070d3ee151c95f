/** Arithmetic functions, as the C library has them. */
import { double, type Value } from '../../../model/value.ts';
import { numeric } from '../arithmetic.ts';
import { raise } from '../jq-error.ts';
import { described, numberOf } from '../kinds.ts';
import type { ValueFunction, ValueTable } from './builtin.ts';

function required(value: Value | undefined): number {
  return numberOf(value ?? null) ?? raise(`${described(value ?? null)} number required`);
}

/** A Double, integral or not: what jq as Kestra has it gives here. */
const one =
  (compute: (x: number) => number): ValueFunction =>
  value =>
    double(compute(required(value)));

const two =
  (compute: (x: number, y: number) => number): ValueFunction =>
  (_value, [x, y]) =>
    numeric(compute(required(x), required(y)));

/** To the even neighbour at a half, as the C library rounds by default. */
function roundToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Away from zero at a half. */
function roundAway(x: number): number {
  return Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
}

/** `x` as a fraction in [0.5, 1) and a power of two. */
function splitExponent(x: number): [number, number] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1);
  let fraction = x * 2 ** -exponent;
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2;
    exponent -= 1;
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2;
    exponent += 1;
  }
  return [fraction, exponent];
}

function logb(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  return Number.isFinite(x) ? splitExponent(x)[1] - 1 : Math.abs(x);
}

function significand(x: number): number {
  return x === 0 || !Number.isFinite(x) ? x : splitExponent(x)[0] * 2;
}

/** In two steps, so that 2 ** exponent does not overflow while the result does not. */
function scale(x: number, exponent: number): number {
  const half = Math.trunc(Math.max(-2200, Math.min(2200, exponent)) / 2);
  return x * 2 ** half * 2 ** (Math.max(-2200, Math.min(2200, exponent)) - half);
}

// Lanczos approximation with g = 7; https://en.wikipedia.org/wiki/Lanczos_approximation .
const lanczos = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
] as const;

function gamma(x: number): number {
  if (Number.isInteger(x) && x <= 0) return Number.NaN;
  if (Number.isInteger(x) && x < 24) {
    let product = 1;
    for (let factor = 2; factor < x; factor += 1) product *= factor;
    return product;
  }
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  return Math.exp(logGamma(x));
}

function logGamma(x: number): number {
  if (x === 1 || x === 2) return 0;
  if (x < 0.5) return Math.log(Math.abs(Math.PI / Math.sin(Math.PI * x))) - logGamma(1 - x);
  const t = x - 1 + 7.5;
  const sum = lanczos.slice(1).reduce((total, c, index) => total + c / (x - 1 + index + 1), lanczos[0] as number);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

function nextAfter(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === y) return y;
  if (x === 0) return y > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + (y > x === x > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

function remainder(x: number, y: number): number {
  return x - y * roundToEven(x / y);
}

const unary: Readonly<Record<string, (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundAway,
  trunc: Math.trunc,
  rint: roundToEven,
  nearbyint: roundToEven,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  fabs: Math.abs,
  exp: Math.exp,
  exp2: x => 2 ** x,
  exp10: x => 10 ** x,
  pow10: x => 10 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  logb,
  significand,
  gamma: logGamma,
  lgamma: logGamma,
  tgamma: gamma,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
};

const binary: Readonly<Record<string, (x: number, y: number) => number>> = {
  pow: (x, y) => x ** y,
  atan2: Math.atan2,
  fmod: (x, y) => x % y,
  drem: remainder,
  fmin: Math.min,
  fmax: Math.max,
  fdim: (x, y) => Math.max(x - y, 0),
  hypot: Math.hypot,
  ldexp: scale,
  scalb: scale,
  scalbln: scale,
  nextafter: nextAfter,
  nexttoward: nextAfter,
  copysign: (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)),
};

export const numberFunctions: ValueTable = {
  ...Object.fromEntries(Object.entries(unary).map(([name, compute]) => [`${name}/0`, one(compute)])),
  ...Object.fromEntries(Object.entries(binary).map(([name, compute]) => [`${name}/2`, two(compute)])),
  'fma/3': (_value, [x, y, z]) => numeric(required(x) * required(y) + required(z)),
  'abs/0': value => (required(value) < 0 ? 0 - required(value) : value),
  'frexp/0': value => splitExponent(required(value)),
  'modf/0': value => {
    const number = required(value);
    const whole = Math.trunc(number);
    return [numeric(Number.isFinite(number) ? number - whole : 0), numeric(whole)];
  },
};
