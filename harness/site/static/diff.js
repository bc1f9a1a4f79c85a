"use strict";
// Any two releases side by side. The choice is part of the address.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("diff"), body = document.getElementById("rows"), count = document.getElementById("count");
  const root = document.querySelector("header .name").getAttribute("href").replace("index.html", "");
  const { before, now, show } = form.elements;
  form.hidden = false;
  document.getElementById("region").hidden = false;
  for (const field of [before, now]) {
    field.replaceChildren(...data.releases.map((release) => new Option(release, release)));
  }

  function numberCell(cell, tail) {
    const td = document.createElement("td");
    if (!cell.length) return td;
    const [number, kind] = data.numbers[cell[0]];
    td.className = kind;
    const a = document.createElement("a");
    a.href = `${root}cell/${data.folders[cell[1]]}/${tail}.html`;
    a.textContent = number;
    td.append(a);
    return td;
  }

  function rowOf(label, cells, word, kind, why) {
    const row = document.createElement("tr"), head = document.createElement("th");
    head.scope = "row";
    head.textContent = label;
    const change = document.createElement("td"), reason = document.createElement("td");
    change.append(Object.assign(document.createElement("span"), { className: kind, textContent: word }));
    reason.textContent = why;
    row.append(head, ...cells, change, reason);
    return row;
  }

  function draw() {
    let at = [before, now].map((field) => data.releases.indexOf(field.value));
    if (at[0] > at[1]) { // The older one is always the one before.
      [before.value, now.value] = [now.value, before.value];
      at = at.reverse();
    }
    const judged = data.pairs[at.join(" ")];
    const changed = new Map((judged ?? []).map(([row, change]) => [row, data.changes[change]]));
    document.getElementById("before-head").textContent = before.value;
    document.getElementById("now-head").textContent = now.value;
    const numbers = {};
    let same = 0, alone = 0;
    const rows = [], others = [];
    data.rows.forEach(([label, tail, cells], n) => {
      const [a, b] = at.map((index) => cells[index]);
      if (!a.length && !b.length) return;
      const both = [numberCell(a, tail), numberCell(b, tail)];
      if (!a.length || !b.length) {
        alone += 1;
        others.push(rowOf(label, both, `measured with ${a.length ? before.value : now.value} only`, "soft", ""));
      } else if (at[0] === at[1] || (judged && !changed.has(n))) {
        same += 1;
        others.unshift(rowOf(label, both, "= same", "tag is-same", ""));
      } else {
        const [word, kind, why] = changed.get(n) ?? ["? not compared", "is-unknown", "too many pairs; see the steps below"];
        const plain = word.slice(2);
        numbers[plain] = (numbers[plain] ?? 0) + 1;
        rows.push(rowOf(label, both, word, `tag ${kind}`, why));
      }
    });
    if (show.value === "all") rows.push(...others);
    body.replaceChildren(...rows);
    document.getElementById("region").hidden = rows.length === 0;
    const parts = Object.entries(numbers).map(([word, n]) => `${n} ${word}`);
    parts.push(`${same} the same`);
    const said = same || parts.length > 1 ? `Measured with both: ${parts.join(", ")}.` : "Nothing was measured with both.";
    count.textContent = said + (alone ? ` ${alone} ${alone === 1 ? "was" : "were"} measured with one of them only.` : "");
  }

  function fromAddress() {
    const given = new URLSearchParams(location.search);
    before.value = data.releases.at(-2);
    now.value = data.releases.at(-1);
    for (const field of [before, now]) {
      if (data.releases.includes(given.get(field.name))) field.value = given.get(field.name);
    }
    show.value = given.get("show") === "all" ? "all" : "";
    draw();
  }

  form.addEventListener("change", () => {
    const query = new URLSearchParams(new FormData(form));
    if (!show.value) query.delete("show");
    history.pushState(null, "", `?${query}`);
    draw();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("popstate", fromAddress);
  fromAddress();
})();
