"use strict";
// Filters of a matrix. Each choice is part of the address, so that it can be sent on.
(() => {
  const form = document.getElementById("filter");
  const table = document.getElementById("matrix");
  const count = document.getElementById("count");
  const root = document.querySelector("header .name").getAttribute("href").replace("index.html", "");
  const heads = [...table.querySelectorAll("thead th[data-release]")];
  const groups = [...table.tBodies];
  form.hidden = false;

  const chosen = () => Object.fromEntries(
    [...new FormData(form)].filter(([name, value]) => value && name !== "ask"));

  function show() {
    const { server = "", flask = "", verdict = "" } = chosen();
    const column = heads.findIndex((head) => head.dataset.release === flask);
    let cells = 0;
    heads.forEach((head, n) => { head.hidden = column >= 0 && n !== column; });
    for (const group of groups) {
      let rows = 0;
      for (const row of [...group.rows].slice(1)) {
        const data = [...row.cells].slice(1);
        let fits = heads.length === 0;
        data.forEach((cell, n) => {
          if (heads.length === 0) return;
          const inColumn = column < 0 || n === column;
          const match = inColumn && cell.firstElementChild !== null && (!verdict || cell.classList.contains(verdict));
          cell.hidden = !inColumn;
          cell.classList.toggle("off", Boolean(verdict) && !match);
          fits = fits || match;
          if (match && (!server || group.dataset.server === server)) cells += 1;
        });
        row.hidden = !fits;
        rows += fits ? 1 : 0;
        if (fits && heads.length === 0 && (!server || group.dataset.server === server)) cells += 1;
      }
      group.hidden = rows === 0 || Boolean(server && group.dataset.server !== server);
    }
    const what = heads.length ? "cell" : "configuration";
    count.textContent = `${cells} ${what}${cells === 1 ? "" : "s"}`;
  }

  function fromAddress() {
    const given = new URLSearchParams(location.search);
    for (const field of form.elements) {
      if (field.name === "ask" || !field.name) continue;
      const value = given.get(field.name) ?? "";
      field.value = [...field.options].some((option) => option.value === value) ? value : "";
    }
    show();
  }

  form.addEventListener("change", (event) => {
    if (event.target.name === "ask") {
      const { server } = chosen();
      location.href = root + (event.target.value || "index.html") + (server ? `?server=${encodeURIComponent(server)}` : "");
      return;
    }
    const query = new URLSearchParams(chosen()).toString();
    history.pushState(null, "", query ? `?${query}` : location.pathname);
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("popstate", fromAddress);
  fromAddress();
})();
