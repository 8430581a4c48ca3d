
"use strict";
// Lights up what belongs together. The page says all it has to say without this script.
const all = (selector) => Array.from(document.querySelectorAll(selector));
const edges = all("svg a.edge");
const marked = all("svg a[data-node], svg a[data-edge]");

function show(ids) {
  document.body.classList.toggle("focused", ids.size > 0);
  for (const it of marked) {
    it.classList.toggle("on", ids.has(it.dataset.node || it.dataset.edge));
  }
}

// A connection with its ends, or a node with its connections and those at their other ends.
function around(id) {
  const ids = new Set();
  for (const it of edges) {
    const { edge, from, to } = it.dataset;
    if (id === edge || id === from || id === to) {
      ids.add(edge).add(from).add(to);
    }
  }
  if (document.getElementById(id)) {
    ids.add(id);
  }
  return ids;
}

function selected() {
  const id = location.hash.slice(1);
  show(id ? around(id) : new Set());
}

// What is chosen in the list may be outside of the part of the picture that is seen.
function bringIntoView() {
  const id = location.hash.slice(1);
  const found = id && marked.find((it) => id === (it.dataset.node || it.dataset.edge));
  if (found) {
    found.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

for (const it of all("[data-node], [data-edge]")) {
  const id = it.dataset.node || it.dataset.edge;
  it.addEventListener("mouseenter", () => show(around(id)));
  it.addEventListener("mouseleave", selected);
}

for (const it of all(".legend input[type=checkbox]")) {
  it.addEventListener("change", () => {
    for (const line of all("svg a.edge." + it.value + ", svg a.pill." + it.value)) {
      line.classList.toggle("hidden", !it.checked);
    }
  });
}

document.querySelector(".legend input[type=search]").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  if (!wanted) {
    selected();
    return;
  }
  const found = all("svg a[data-name]").filter((it) => it.dataset.name.toLowerCase().includes(wanted));
  show(new Set(found.map((it) => it.dataset.node).concat("")));
});

const fit = document.querySelector(".legend button");
fit.addEventListener("click", () => {
  const pressed = document.body.classList.toggle("fit");
  fit.setAttribute("aria-pressed", String(pressed));
});
// A picture that would become too small to read keeps its size, and scrolls.
const isWide = all(".picture").some((it) => it.width.baseVal.value > 1.7 * it.parentElement.clientWidth);
document.body.classList.toggle("fit", !isWide);
fit.setAttribute("aria-pressed", String(!isWide));

document.querySelector(".legend").addEventListener("submit", (event) => event.preventDefault());
addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    location.hash = "";
  }
});
addEventListener("hashchange", () => {
  selected();
  bringIntoView();
});
selected();
