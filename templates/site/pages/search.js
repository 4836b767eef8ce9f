// The search of the documentation: the index is loaded when the field is first entered.
"use strict";
{
  const box = document.querySelector(".search");
  const field = box.querySelector("input");
  const panel = box.querySelector(".found");
  const list = panel.querySelector("ul");
  const status = panel.querySelector("[role=status]");
  const mostShown = 12;
  let rows = null;
  let chosen = -1;

  box.hidden = false;

  // The page that is read is seen in the list of pages.
  const here = document.querySelector("nav.site [aria-current]");
  if (here) here.closest("nav").scrollTop = Math.max(0, here.offsetTop - 300);

  function loadIndex() {
    if (rows) return;
    rows = [];
    window.symconvSearch = (found) => {
      rows = found.map(([path, title, heading, words]) => ({
        path, title, heading, words, all: fold(`${title} ${heading} ${words}`), head: fold(`${title} ${heading}`), name: fold(title),
      }));
      show();
    };
    const script = document.createElement("script");
    script.src = box.dataset.index;
    script.addEventListener("error", () => { say("The index could not be loaded."); });
    document.head.append(script);
  }

  // Without capitals and accents; a word is found by its beginning.
  function fold(text) {
    return ` ${text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^\p{L}\p{N}_]+/gu, " ")} `;
  }

  function rank(row, words) {
    let sum = row.heading ? 0 : 1;
    for (const word of words) {
      if (row.name.includes(` ${word} `)) sum += 12;
      else if (row.head.includes(` ${word}`)) sum += 6;
      else if (row.all.includes(` ${word}`)) sum += 1;
      else return 0;
    }
    return sum;
  }

  function say(text) {
    panel.hidden = false;
    status.textContent = text;
  }

  function close() {
    panel.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    chosen = -1;
  }

  function show() {
    const words = fold(field.value).split(" ").filter(Boolean);
    list.replaceChildren();
    if (!words.length || !rows) return close();
    const found = rows.map((row) => [rank(row, words), row]).filter(([sum]) => sum > 0);
    found.sort((a, b) => b[0] - a[0]);
    for (const [number, [, row]] of found.slice(0, mostShown).entries()) list.append(line(row, number, words));
    say(found.length ? `${found.length} found` : "Nothing found.");
    field.setAttribute("aria-expanded", String(found.length > 0));
    choose(found.length ? 0 : -1);
  }

  function line(row, number, words) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.id = `found-${number}`;
    item.dataset.to = box.dataset.top + row.path;
    item.append(row.heading ? `${row.title}: ${row.heading}` : row.title);
    const text = document.createElement("span");
    text.textContent = cut(row.words, words);
    item.append(text);
    item.addEventListener("click", () => { follow(item); });
    item.addEventListener("mousemove", () => { if (chosen !== number) choose(number); });
    return item;
  }

  // Some words around the first that was asked for.
  function cut(text, words) {
    const at = Math.max(0, text.toLowerCase().indexOf(words[0]) - 50);
    return (at ? "… " : "") + text.slice(at, at + 130) + (text.length > at + 130 ? " …" : "");
  }

  function choose(number) {
    chosen = number;
    for (const [n, item] of [...list.children].entries()) {
      item.setAttribute("aria-selected", String(n === number));
      if (n === number) {
        field.setAttribute("aria-activedescendant", item.id);
        item.scrollIntoView({ block: "nearest" });
      }
    }
  }

  function follow(item) {
    if (item) location.href = item.dataset.to;
    close();
  }

  field.addEventListener("focus", loadIndex);
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "Escape") { field.value = ""; show(); field.blur(); }
    else if (event.key === "Enter") follow(list.children[chosen]);
    else if (event.key === "ArrowDown" && count) choose((chosen + 1) % count);
    else if (event.key === "ArrowUp" && count) choose((chosen + count - 1) % count);
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    field.focus();
  });
  document.addEventListener("click", (event) => { if (!box.contains(event.target)) close(); });
}
