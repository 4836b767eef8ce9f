// Index maps: which entries an equation reads. Python wrote the indices of the equation down as
// polynomials; here they are evaluated at numbers, and nothing else is known of any layer.

const evaluatePolynomial = (terms, at) =>
  terms.reduce((sum, [coefficient, ...names]) => sum + names.reduce((product, name) => product * at[name], coefficient), 0);

// An index: what is divided, by what, and the quotient, which is null where it is no whole number.
function evaluateIndex([above, below], at) {
  const over = evaluatePolynomial(above, at), under = below ? evaluatePolynomial(below, at) : 1;
  return { over, under, index: over % under ? null : over / under };
}

const placeOf = (indices, at) => indices.map((parts) => evaluateIndex(parts, at).index);
const isInside = (place, shape) => place.every((n, axis) => n !== null && n >= 0 && n < shape[axis]);

// Every value of the indices in their limits, the first index outermost; `at` holds the sizes.
function runIndices(limits, at, act, depth = 0) {
  if (depth === limits.length) { act(at); return; }
  const [name, low, end] = limits[depth], last = evaluatePolynomial(end, at);
  for (let n = evaluatePolynomial(low, at); n < last; n++) {
    at[name] = n;
    runIndices(limits, at, act, depth + 1);
  }
}

// The sizes that the letters of an equation define: floor(numerator / stride) + 1, in their order.
function defineSizes(sizes, letters) {
  const at = { ...letters };
  for (const [name, numerator, stride] of sizes) {
    at[name] = Math.floor(evaluatePolynomial(numerator, at) / evaluatePolynomial(stride, at)) + 1;
  }
  return at;
}

// Whether what a product is conditioned on holds: each index is whole and inside of its extent.
const isMeant = (where, at) => where.every(([index, extent]) => isInside(placeOf([index], at), [evaluatePolynomial(extent, at)]));

// Whether anything of a term is read: of a product with an absent factor nothing is.
const isRead = ({ reads }) => reads.every((read) => read.place !== null);

// Every term of every entry that an equation computes: {place, reads}; `reads` has an access each,
// {key, place}, and null for the place where the entry is absent.
function listMapTerms(map, at, shapes) {
  const found = [];
  for (const { bound, where, reads } of map.terms) {
    runIndices([...map.ranges, ...bound], { ...at }, (here) => {
      if (!isMeant(where, here)) return;
      found.push({
        place: placeOf(map.at, here),
        reads: reads.map(({ key, at: indices }) => {
          const place = placeOf(indices, here);
          return { key, place: isInside(place, shapes[key]) ? place : null, aimed: place };
        }),
      });
    });
  }
  return found;
}

const evaluateShapes = (shapes, at) =>
  Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, shape.map((n) => evaluatePolynomial(n, at))]));
