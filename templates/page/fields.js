// Reads and receptive fields of entries that are not drawn, from the index maps of all equations.

// The values of the indices of an equation at an entry that it computes. Where an index stands alone
// on the left it is known; else, as in a flattened image, it is looked for.
function* matchPlace(map, place) {
  const here = {};
  if (map.at.every(([[term, more], below]) => !more && !below && (!term || (term[0] === 1 && term.length < 3)))) {
    map.at.forEach(([[term]], axis) => { if (term?.length === 2) here[term[1]] = place[axis]; });
    const fits = map.ranges.every(([name, , end]) => here[name] === undefined || here[name] < evaluatePolynomial(end, here));
    if (fits && String(placeOf(map.at, here)) === String(place)) yield here;
    return;
  }
  const found = [], wanted = String(place);
  runIndices(map.ranges, here, (at) => { if (String(placeOf(map.at, at)) === wanted) found.push({ ...at }); });
  yield* found;
}

// The places that an entry reads, by the key of their tensor: {key: Map from text to place}.
function listPlaces(maps, place, shapes) {
  const found = {};
  for (const map of maps) {
    for (const here of matchPlace(map, place)) {
      for (const { bound, where, reads } of map.terms) {
        runIndices(bound, { ...here }, (at) => {
          const places = reads.map(({ key, at: indices }) => [key, placeOf(indices, at)]);
          if (!isMeant(where, at) || !places.every(([key, read]) => isInside(read, shapes[key]))) return;
          for (const [key, read] of places) (found[key] ??= new Map()).set(String(read), read);
        });
      }
    }
  }
  return found;
}

// Every value of a polynomial whose indices run through sets of their own.
function listValues(terms, at) {
  return terms.reduce((sums, [coefficient, ...names]) => {
    const products = names.reduce((all, name) => all.flatMap((n) => [...at[name]].map((value) => n * value)), [coefficient]);
    return [...new Set(sums.flatMap((sum) => products.map((n) => sum + n)))];
  }, [0]);
}

const listRange = (low, end) => new Set(Array.from({ length: Math.max(end - low, 0) }, (_, n) => low + n));

// What the entries of a field read, axis by axis; `fields` grow by it. A field has a set of places
// on each axis, so that it may have gaps; it is too large only where axes depend on each other.
function growFields(map, field, fields, shapes) {
  const at = {};
  for (const [name, , end] of map.ranges) at[name] = listRange(0, Math.max(...listValues(end, at)));
  const alone = map.at.every(([[term, more], below]) => !more && !below && (!term || term.length < 3));
  if (alone) map.at.forEach(([[term]], axis) => { if (term) at[term[1]] = field[axis]; });
  else matchField(map, field, at);
  for (const { bound, reads } of map.terms) {
    for (const [name, low, end] of bound) at[name] = listRange(Math.min(...listValues(low, at)), Math.max(...listValues(end, at)));
    for (const { key, at: indices } of reads) {
      const read = indices.map(([above, below], axis) => {
        const [by] = below ? listValues(below, at) : [1];
        return listValues(above, at).map((n) => n / by).filter((n) => Number.isInteger(n) && n >= 0 && n < shapes[key][axis]);
      });
      if (read.every((places) => places.length)) fields[key] = read.map((places, axis) => new Set([...(fields[key]?.[axis] ?? []), ...places]));
    }
  }
}

// The values of the indices whose entries lie in a field, where they are written at sums of indices.
function matchField(map, field, at) {
  for (const [name] of map.ranges) at[name] = new Set();
  runIndices(map.ranges, {}, (here) => {
    if (placeOf(map.at, here).every((n, axis) => field[axis].has(n))) for (const [name] of map.ranges) at[name].add(here[name]);
  });
}

// The receptive field of an entry in every tensor before it, by key: a set of places on each axis.
function listFields(maps, tensors, key, place, shapes) {
  const fields = { [key]: place.map((n) => new Set([n])) };
  for (const tensor of [...tensors].reverse()) {
    if (!fields[tensor.key]) continue;
    for (const map of maps[tensor.key] ?? []) growFields(map, fields[tensor.key], fields, shapes);
  }
  return fields;
}
