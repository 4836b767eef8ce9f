// The question: in the fields, and in the fragment of the address, which reaches no server.

const FIELDS = ["network", "notation", "claim", "values"];
const fieldOf = (name) => document.getElementById(name);

const readFields = () => Object.fromEntries(FIELDS.map((name) => [name, fieldOf(name).value.trim()]));

function writeFields(question) {
  for (const name of FIELDS) fieldOf(name).value = question[name] ?? "";
  // A notation that is unknown is none.
  if (fieldOf("notation").selectedIndex < 0) fieldOf("notation").value = "";
  if (question.values) fieldOf("more").open = true;
}

const sameQuestion = (a, b) => FIELDS.every((name) => (a[name] ?? "") === (b[name] ?? ""));

function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  if (!words.has("network")) return null;
  return { ...Object.fromEntries(FIELDS.map((name) => [name, words.get(name) ?? ""])), at: words.get("at") ?? "" };
}

function addressOfQuestion(question, at = "") {
  const words = new URLSearchParams();
  for (const name of FIELDS) if (question[name]) words.set(name, question[name]);
  if (at) words.set("at", at);
  return `#${words}`;
}

// The address of what is asked now; whoever opens it sees the same.
function writeAddress(question, at) {
  history.replaceState(null, "", addressOfQuestion(question, at));
}

function fillExamples(offered, take) {
  const list = fieldOf("example");
  offered.forEach((question, n) => list.append(html("option", { value: n }, question.title)));
  list.addEventListener("change", () => {
    const question = offered[Number(list.value)];
    if (list.value !== "" && question) take(question);
  });
}
