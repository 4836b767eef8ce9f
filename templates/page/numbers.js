// Numbers as `symconv trace` has them: fractions as long as possible, then floats.
// A fraction is {n, d} of BigInt in lowest terms with d > 0; a float is a number of JavaScript.

// To how many digits numbers are rounded that are not shown in full.
const SIGNIFICANT = 6;
// Decimals that end after so many digits are shown in full.
const MOST_DECIMALS = 12;
// Other fractions are shown as such up to it.
const LARGEST_DENOMINATOR = 999n;
// Larger numbers are rounded as small ones are.
const LARGEST_SHOWN = 10n ** 40n;
// Characters of a number that is typed: more is no number of a person.
const LONGEST_NUMBER = 60;

function fraction(n, d = 1n) {
  let [a, b] = [n < 0n ? -n : n, d];
  while (b) [a, b] = [b, a % b];
  return a === 1n || !a ? { n: a ? n : 0n, d: a ? d : 1n } : { n: n / a, d: d / a };
}

const ZERO = fraction(0n), ONE = fraction(1n);
const isExact = (x) => typeof x === "object";
const isZero = (x) => (isExact(x) ? x.n === 0n : x === 0);

// "0.25", "-3", "1/3", "2e-3" as a fraction; null where the text is no number.
const parseNumber = (text) => (text.trim().length > LONGEST_NUMBER ? null : readNumber(text));

// A number that the page was made with may be longer: it was read before.
function readNumber(text) {
  const said = text.trim().replace("−", "-");
  const ratio = /^([+-]?\d+)\s*\/\s*(\d+)$/.exec(said);
  if (ratio) return BigInt(ratio[2]) ? fraction(BigInt(ratio[1]), BigInt(ratio[2])) : null;
  const found = /^([+-]?)(\d*)(?:[.,](\d*))?(?:e([+-]?\d{1,2}))?$/i.exec(said);
  if (!found || !(found[2] || found[3])) return null;
  const digits = BigInt((found[2] || "") + (found[3] || "")) * (found[1] === "-" ? -1n : 1n);
  const power = Number(found[4] || 0) - (found[3] || "").length;
  return power < 0 ? fraction(digits, 10n ** BigInt(-power)) : fraction(digits * 10n ** BigInt(power));
}

const bitLength = (n) => n.toString(2).length;

// The float that is nearest to a fraction, as Python's division of whole numbers gives it.
function toFloat(x) {
  if (!isExact(x)) return x;
  const size = x.n < 0n ? -x.n : x.n;
  if (size < 1n << 53n && x.d < 1n << 53n) return Number(x.n) / Number(x.d);
  // 64 digits of the quotient and one that stands for all that follow; Number() rounds them once.
  const shift = 66 - bitLength(size) + bitLength(x.d);
  const [above, below] = shift > 0 ? [size << BigInt(shift), x.d] : [size, x.d << BigInt(-shift)];
  const near = Number(((above / below) << 1n) | (above % below ? 1n : 0n));
  return (x.n < 0n ? -1 : 1) * near * 2 ** (-shift - 1);
}

function addNumbers(a, b) {
  if (!isExact(a) || !isExact(b)) return toFloat(a) + toFloat(b);
  return a.d === b.d ? fraction(a.n + b.n, a.d) : fraction(a.n * b.d + b.n * a.d, a.d * b.d);
}

// A product is 0 as soon as one factor is, whatever the other is.
function multiplyNumbers(a, b) {
  if (isZero(a) || isZero(b)) return ZERO;
  return isExact(a) && isExact(b) ? fraction(a.n * b.n, a.d * b.d) : toFloat(a) * toFloat(b);
}

function compareNumbers(a, b) {
  if (!isExact(a) || !isExact(b)) return toFloat(a) - toFloat(b);
  const left = a.n * b.d, right = b.n * a.d;
  return left < right ? -1 : left > right ? 1 : 0;
}

function raiseNumber(x, exponent) {
  if (exponent.d !== 1n) return Math.pow(toFloat(x), toFloat(exponent));
  const power = exponent.n < 0n ? -exponent.n : exponent.n;
  if (!isExact(x)) return Math.pow(x, Number(exponent.n));
  if (exponent.n >= 0n) return fraction(x.n ** power, x.d ** power);
  if (x.n === 0n) return NaN;
  const [n, d] = [x.d ** power, x.n ** power];
  return d < 0n ? fraction(-n, -d) : fraction(n, d);
}

// 2/sqrt(pi) of the sum of x^(2n+1) 2^n / (1 3 5 ... (2n+1)) exp(-x^2), and 1 - the continued
// fraction of erfc beyond 3 (Abramowitz and Stegun, 7.1.6 and 7.1.14).
function errorFunction(x) {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 3) {
    let term = x, total = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) total += term *= (2 * x * x) / (2 * n + 1);
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
  }
  let below = 0;
  for (let k = 60; k > 0; k--) below = k / 2 / (size + below);
  return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (size + below));
}

const REAL = {
  sigmoid: (x) => (1 + Math.tanh(x / 2)) / 2,
  tanh: Math.tanh,
  exp: Math.exp,
  log: Math.log,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  sin: Math.sin,
  cos: Math.cos,
  erf: errorFunction,
};
const KNOWN = { "sigmoid 0": fraction(1n, 2n), "tanh 0": ZERO, "exp 0": ONE, "log 1": ZERO };

function callFunction(name, x) {
  if (name === "relu") return compareNumbers(x, ZERO) > 0 ? x : ZERO;
  if (name === "step") return compareNumbers(x, ZERO) > 0 ? ONE : ZERO;
  if (name === "absolute") return compareNumbers(x, ZERO) < 0 ? multiplyNumbers(fraction(-1n), x) : x;
  const known = KNOWN[`${name} ${toFloat(x)}`];
  return known ?? REAL[name](toFloat(x));
}

function firstLargest(values) {
  return values.reduce((best, x, n) => (compareNumbers(x, values[best]) > 0 ? n : best), 0);
}

// The sum of floats, rounded once (Shewchuk 1997), as Python's math.fsum.
function sumExactly(values) {
  let parts = [];
  for (let x of values) {
    const kept = [];
    for (let y of parts) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y, low = y - (high - x);
      if (low) kept.push(low);
      x = high;
    }
    parts = [...kept, x];
  }
  return parts.reduceRight((total, part) => total + part, 0);
}

function logSumExp(values) {
  const floats = values.map(toFloat), largest = Math.max(...floats);
  return largest + Math.log(sumExactly(floats.map((x) => Math.exp(x - largest))));
}

function fractionOfFloat(x) {
  let power = 0;
  while (!Number.isInteger(x)) [x, power] = [x * 2, power + 1];
  return fraction(BigInt(x), 1n << BigInt(power));
}

// Digits of a positive fraction, half to even, in the form %g of C.
function formatSignificant(x) {
  let place = String(x.n).length - String(x.d).length; // within 1 of the power of ten below
  const scaled = (e) => (e < 0 ? [x.n * 10n ** BigInt(-e), x.d] : [x.n, x.d * 10n ** BigInt(e)]);
  const atLeast = (e) => { const [n, d] = scaled(e); return n >= d; };
  while (!atLeast(place)) place--;
  while (atLeast(place + 1)) place++;
  const [n, d] = scaled(place - SIGNIFICANT + 1);
  let whole = n / d;
  const twice = 2n * (n % d);
  if (twice > d || (twice === d && whole % 2n)) whole++;
  let digits = String(whole);
  if (digits.length > SIGNIFICANT) place++;
  digits = digits.slice(0, SIGNIFICANT).replace(/0+$/, "");
  if (place < -4 || place >= SIGNIFICANT) {
    const size = String(Math.abs(place)).padStart(2, "0");
    return `${digits[0]}${digits.length > 1 ? "." + digits.slice(1) : ""}e${place < 0 ? "-" : "+"}${size}`;
  }
  if (place < 0) return "0." + "0".repeat(-place - 1) + digits;
  const before = digits.padEnd(place + 1, "0");
  return before.length > place + 1 ? before.slice(0, place + 1) + "." + before.slice(place + 1) : before;
}

// How many decimals a fraction has; null where they never end.
function countDecimals(x) {
  let rest = x.d, twos = 0, fives = 0;
  while (rest % 2n === 0n) [rest, twos] = [rest / 2n, twos + 1];
  while (rest % 5n === 0n) [rest, fives] = [rest / 5n, fives + 1];
  return rest === 1n ? Math.max(twos, fives) : null;
}

// The most characters of a number that its cell has room for.
const LONGEST_SHOWN = 6;

// As it is shown where there is room, else with fewer digits: never cut, which is another number.
function shortenNumber(x) {
  const text = showNumber(x), size = toFloat(x);
  if (text.length <= LONGEST_SHOWN || !Number.isFinite(size)) return text;
  const rounded = [4, 3, 2, 1].map((n) => size.toPrecision(n));
  rounded.push(...[1, 0].map((n) => size.toExponential(n)));
  const short = rounded.map((found) => found.replace("+", "").replaceAll("-", "−"));
  return short.find((found) => found.length <= LONGEST_SHOWN) ?? short.at(-1);
}

// A number as it is shown: in full where it ends soon, as a small fraction, else to six digits.
function showNumber(x) {
  if (!isExact(x)) {
    if (!Number.isFinite(x)) return Number.isNaN(x) ? "no value" : x > 0 ? "∞" : "−∞";
    if (x === 0) return "0";
    return (x < 0 ? "−" : "") + formatSignificant(fractionOfFloat(Math.abs(x)));
  }
  if (x.n === 0n) return "0";
  const [sign, size] = x.n < 0n ? ["−", { n: -x.n, d: x.d }] : ["", x];
  if (size.n >= LARGEST_SHOWN * size.d) return sign + formatSignificant(size);
  const decimals = countDecimals(size);
  if (decimals === 0) return sign + String(size.n);
  if (decimals !== null && decimals <= MOST_DECIMALS) {
    const digits = String((size.n * 10n ** BigInt(decimals)) / size.d).padStart(decimals + 1, "0");
    return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  }
  if (size.d <= LARGEST_DENOMINATOR) return `${sign}${size.n}/${size.d}`;
  return sign + formatSignificant(Math.abs(toFloat(size)) ? fractionOfFloat(toFloat(size)) : size);
}
