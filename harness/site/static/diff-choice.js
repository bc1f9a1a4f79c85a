"use strict";
// An address such as diff.html?of=gunicorn&before=20.1.0&now=27.0.1 leads to the page
// about that, where the two are chosen.
(() => {
  const given = new URLSearchParams(location.search);
  const rows = [...document.querySelectorAll("#axes tr[data-of]")];
  const row = rows.find((each) => each.dataset.of === given.get("of"));
  if (!row) return;
  given.delete("of");
  const query = given.toString();
  location.replace(row.querySelector("a").getAttribute("href") + (query ? `?${query}` : ""));
})();
