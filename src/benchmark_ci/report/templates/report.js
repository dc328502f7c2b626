"use strict";
(() => {
  const table = document.getElementById("benchmarks");
  const controls = document.getElementById("controls");
  if (!table || !controls) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const words = document.getElementById("words");
  const verdict = document.getElementById("verdict");
  const shown = document.getElementById("shown");

  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const name = row.dataset.name.toLowerCase();
      const fits = wanted.every((word) => name.includes(word)) && (!verdict.value || row.dataset.verdict === verdict.value);
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = `${count} of ${rows.length}`;
  };

  const sort = (header, column) => {
    const down = header.getAttribute("aria-sort") !== "descending";
    const numeric = header.classList.contains("number");
    const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
    const order = numeric ? (a, b) => Number(key(b)) - Number(key(a)) : (a, b) => key(b).localeCompare(key(a), "en", { numeric: true });
    for (const other of header.parentNode.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...rows.slice().sort((a, b) => (down ? 1 : -1) * order(a, b)));
  };

  Array.from(table.tHead.rows[0].cells).forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = header.textContent;
    button.addEventListener("click", () => sort(header, column));
    header.replaceChildren(button);
  });
  words.addEventListener("input", filter);
  verdict.addEventListener("change", filter);
  controls.hidden = false;
  filter();
})();
