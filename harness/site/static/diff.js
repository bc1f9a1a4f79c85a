"use strict";
// Any two releases side by side. The choice is part of the address.
(() => {
  const axes = JSON.parse(document.getElementById("data").textContent);
  if (!axes.length) return;
  const form = document.getElementById("diff"), body = document.getElementById("rows"), count = document.getElementById("count");
  const { of, before, now, show } = form.elements;
  form.hidden = false;
  document.getElementById("region").hidden = false;
  const axisOf = (name) => axes.find((axis) => axis.name === name) ?? axes[0];

  function offer(axis) {
    for (const field of [before, now]) {
      field.replaceChildren(...axis.releases.map((release) => new Option(release, release)));
    }
    before.value = axis.releases.at(-2);
    now.value = axis.releases.at(-1);
  }

  function numberCell(cell) {
    const td = document.createElement("td");
    if (!cell) return td;
    td.className = cell[1];
    const a = document.createElement("a");
    a.href = `cell/${cell[2]}.html`;
    a.textContent = cell[0];
    td.append(a);
    return td;
  }

  function draw() {
    const axis = axisOf(of.value);
    let at = [before, now].map((field) => axis.releases.indexOf(field.value));
    if (at[0] > at[1]) { // The older one is always the one before.
      [before.value, now.value] = [now.value, before.value];
      at = at.reverse();
    }
    const judged = axis.pairs[`${before.value} ${now.value}`];
    const changed = new Map((judged ?? []).map(([row, ...rest]) => [row, rest]));
    document.getElementById("before-head").textContent = before.value;
    document.getElementById("now-head").textContent = now.value;
    const numbers = { same: 0 };
    const rows = [];
    axis.rows.forEach(([label, cells], n) => {
      const [a, b] = at.map((index) => cells[index]);
      if (!a && !b) return;
      let [word, kind, why] = ["= same", "is-same", ""];
      if (at[0] === at[1]) why = "";
      else if (!a || !b) [word, kind] = [a ? "– not part of it now" : "+ not part of it before", "is-new"];
      else if (changed.has(n)) [word, kind, why] = changed.get(n);
      else if (!judged) [word, kind] = ["? not compared", "is-unknown"];
      const plain = word.slice(2);
      numbers[plain] = (numbers[plain] ?? 0) + 1;
      if (plain === "same" && show.value !== "all") return;
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = label;
      const tag = Object.assign(document.createElement("span"), { className: `tag ${kind}`, textContent: word });
      const change = document.createElement("td"), reason = document.createElement("td");
      change.append(tag);
      reason.textContent = why;
      row.append(head, numberCell(a), numberCell(b), change, reason);
      rows.push(row);
    });
    body.replaceChildren(...rows);
    count.textContent = Object.entries(numbers).filter(([, n]) => n).map(([word, n]) => `${n} ${word}`).join(", ");
  }

  function fromAddress() {
    const given = new URLSearchParams(location.search);
    const axis = axisOf(given.get("of"));
    of.value = axis.name;
    offer(axis);
    for (const field of [before, now]) {
      if (axis.releases.includes(given.get(field.name))) field.value = given.get(field.name);
    }
    show.value = given.get("show") === "all" ? "all" : "";
    draw();
  }

  form.addEventListener("change", (event) => {
    if (event.target === of) offer(axisOf(of.value));
    const query = new URLSearchParams(new FormData(form));
    if (!show.value) query.delete("show");
    history.pushState(null, "", `?${query}`);
    draw();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("popstate", fromAddress);
  fromAddress();
})();
