// Where the grids of a network lie: what is computed in a row, what it is computed with beside it.

// The height of a cell, in pixels where the picture is not made smaller.
const CELL = 46;
// About how wide a letter of a name is.
const LETTER = 11;
// Of a vector: a longer one goes on in the next column.
const LONGEST_COLUMN = 8;
const GAP = 58, BESIDE = 46, MARGIN = 14, NAME = 34, PLANE_GAP = 8;
// How many planes of a tensor are drawn at once; others are turned to.
const MOST_PLANES = 2;
const DRAWN = new Set(["input", "parameter", "value", "target", "cost"]);

// Rows and columns of what is shown of a tensor; `wide` is the width of its cells, which grows with
// the indices that are written in them.
function gridOf(tensor) {
  const vector = tensor.shape.length === 1, count = tensor.shape[0];
  const [rows, columns] = vector
    ? [Math.min(count, LONGEST_COLUMN), Math.ceil(count / LONGEST_COLUMN)] : tensor.shape.slice(-2);
  const planes = tensor.shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const shown = Math.min(planes, MOST_PLANES);
  const wide = CELL + 4 * Math.max(0, Math.max(...tensor.subscripts.map((s) => s.length)) - 3) + LETTER * ([...tensor.letter].length - 1);
  const height = shown * rows * CELL + (shown - 1) * PLANE_GAP;
  return { vector, rows, columns, planes, shown, wide, width: columns * wide, height };
}

const nameWidth = ({ letter, layer }) => LETTER * [...letter].length + 6 * (layer ?? "").length;

// The row of the network: every input and value, each with the weights and targets it is read with.
function listStages(graph) {
  const placed = new Set(), stages = [];
  for (const tensor of graph.data.tensors.filter((t) => DRAWN.has(t.role))) {
    if (tensor.role === "parameter" || tensor.role === "target") continue;
    const keys = tensor.reads;
    const beside = keys.map((key) => graph.byKey[key]).filter((t) => ["parameter", "target"].includes(t.role) && !placed.has(t.key));
    for (const t of beside) placed.add(t.key);
    stages.push({ tensor, beside });
  }
  return stages;
}

// Boxes {tensor, x, y, width, height, name: [x, y]} and the size of the whole, from left to right, or downwards
// where the page is narrow. Weights lie above and below by turns, so that links keep apart.
function layOut(graph, downwards) {
  const stages = listStages(graph), boxes = [];
  // Names stand where no link passes: above what is computed, outside of what lies beside it.
  const put = (tensor, x, y, side) => {
    const grid = gridOf(tensor), middle = x + grid.width / 2;
    const at = { above: [middle, y - 13], below: [middle, y + grid.height + 18], left: [x - 5 - nameWidth(tensor) / 2, y + CELL / 2 + 5] };
    boxes.push({ tensor, x, y, ...grid, name: at[side] });
  };
  const extent = (list, side) => list.reduce((sum, t) => sum + gridOf(t)[side] + MARGIN, 0);
  if (downwards) {
    const widest = Math.max(...stages.map((s) => gridOf(s.tensor).width));
    const left = MARGIN + 5 + Math.max(NAME, ...graph.data.tensors.filter((t) => DRAWN.has(t.role)).map(nameWidth));
    let y = NAME;
    for (const { tensor, beside } of stages) {
      let x = left;
      for (const other of beside) {
        put(other, x, y, "left");
        x += gridOf(other).width + left;
      }
      if (beside.length) y += Math.max(...beside.map((t) => gridOf(t).height)) + BESIDE;
      put(tensor, left + (widest - gridOf(tensor).width) / 2, y, "left");
      y += gridOf(tensor).height + BESIDE;
    }
    return { boxes, width: Math.max(...boxes.map((b) => b.x + b.width)) + MARGIN, height: y };
  }
  const tall = (list) => Math.max(0, ...list.map((t) => gridOf(t).height));
  let turn = 0;
  for (const stage of stages) stage.above = !stage.beside.length || turn++ % 2 === 0;
  const upper = Math.max(0, ...stages.filter((s) => s.above).map((s) => tall(s.beside)));
  const middle = Math.max(...stages.map((s) => gridOf(s.tensor).height));
  const top = NAME + (upper ? upper + BESIDE : 0), low = top + middle + BESIDE;
  let x = MARGIN;
  for (const { tensor, beside, above } of stages) {
    const wide = extent(beside, "width");
    if (boxes.length) x += Math.max(GAP, wide + MARGIN);
    let side = x - wide;
    for (const other of beside) {
      put(other, side, above ? NAME + upper - gridOf(other).height : low, above ? "above" : "below");
      side += gridOf(other).width + MARGIN;
    }
    put(tensor, x, top + (middle - gridOf(tensor).height) / 2, "above");
    x += gridOf(tensor).width;
  }
  return { boxes, width: x + MARGIN, height: Math.max(...boxes.map((b) => b.y + b.height)) + NAME };
}

// Where the cells of a box lie that are shown, when its planes begin at `plane`.
function placeCells(box, plane) {
  const { rows, columns, shown, tensor, wide, vector } = box, found = [];
  for (let p = 0; p < shown; p++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const at = vector ? c * rows + r : ((plane + p) * rows + r) * columns + c;
        const y = box.y + p * (rows * CELL + PLANE_GAP) + r * CELL;
        if (at < tensor.subscripts.length) found.push({ entry: tensor.first + at, x: box.x + c * wide, y, wide });
      }
    }
  }
  return found;
}
