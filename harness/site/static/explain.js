"use strict";
// The same as harness/site/explain.py, with the same rules and the same cells.
const explained = (() => {
  const { rules, measured } = JSON.parse(document.getElementById("data").textContent);
  class Cannot extends Error {}

  function listed(text) {
    let found = null;
    try { found = JSON.parse(text); } catch { /* Said below. */ }
    if (!Array.isArray(found) || !found.every((each) => typeof each === "string")) throw new Cannot("It begins like a list of words, but is not one.");
    return found;
  }

  function words(text) {
    if (/[|;&<>`\n]|\$\(/.test(text)) throw new Cannot("This is a shell line, and only running it shows what it starts: give the command of the server alone, or measure the line with flask-concurrency check.");
    const found = [];
    let word = null, quote = "";
    for (let n = 0; n < text.length; n += 1) {
      const c = text[n];
      if (quote) {
        if (c === quote) quote = "";
        else if (c === "\\" && quote === '"' && '"\\'.includes(text[n + 1] ?? "x")) word += text[++n];
        else word += c;
      } else if (c === "'" || c === '"') { quote = c; word ??= ""; }
      else if (c === "\\") {
        if (n + 1 >= text.length) throw new Cannot("Its quotes do not match.");
        word = (word ?? "") + text[++n];
      } else if (/\s/.test(c)) { if (word !== null) found.push(word); word = null; }
      else word = (word ?? "") + c;
    }
    if (quote) throw new Cannot("Its quotes do not match.");
    if (word !== null) found.push(word);
    return found;
  }

  const SHELLS = ["sh", "bash", "dash", "zsh", "ash", "ksh"];
  const ASSIGNMENT = /^[A-Za-z_]\w*=/;
  const nameOf = (word) => word.split("/").filter(Boolean).at(-1) ?? "";
  const isKnown = (name) => rules.server.some((each) => each.programs.includes(name))
    || rules.wrappers.includes(name) || SHELLS.includes(name) || /^(python|pypy)[0-9.]*$/.test(name);

  function wordsOfWrapper(rest) {
    const known = rest.findIndex((word) => isKnown(nameOf(word)));
    if (known >= 0) return known;
    const first = rest.findIndex((word) => !/^(?:-|\w+=|(?:run|run-program|exec)$)/.test(word));
    return first >= 0 ? first : rest.length;
  }

  function split(given) {
    const text = given.trim().replaceAll("\\\n", " ").replace(/^(?:(?:CMD|ENTRYPOINT)\s+|(?:web|command|startCommand|Start Command)\s*:\s*|ExecStart\s*=\s*[-@:+!]*)/, "");
    let rest = text.startsWith("[") ? listed(text) : words(text);
    const variables = {};
    while (rest.length) {
      const name = nameOf(rest[0]);
      const isWrapper = rules.wrappers.includes(name);
      if (isWrapper || ASSIGNMENT.test(rest[0])) {
        const own = 1 + (isWrapper ? wordsOfWrapper(rest.slice(1)) : 0);
        for (const word of rest.slice(0, own).filter((each) => ASSIGNMENT.test(each))) {
          const at = word.indexOf("=");
          variables[word.slice(0, at)] = word.slice(at + 1);
        }
        rest = rest.slice(own);
      } else if (SHELLS.includes(name) && /^-[a-z]*c$/.test(rest[1] ?? "")) {
        const inner = split(rest[2] ?? "");
        return { ...inner, variables: { ...variables, ...inner.variables } };
      } else if (/^(python|pypy)[0-9.]*$/.test(name) && rest.slice(0, 4).includes("-m")) {
        rest = rest.slice(rest.indexOf("-m") + 1);
      } else if (/^(python|pypy)[0-9.]*$/.test(name)) {
        throw new Cannot("Only running a Python script shows what it starts: measure it with flask-concurrency check.");
      } else return { program: name, arguments: rest.slice(1), variables };
    }
    throw new Cannot("There is no command.");
  }

  const isShort = (name, word) => name.length === 2 && word.startsWith(name) && !word.startsWith("--");

  function value(option, command) {
    let text = null;
    command.arguments.forEach((word, n) => {
      const at = word.indexOf("=");
      if (option.flag) text = option.names.includes(word) ? "1" : text;
      else if (at >= 0 && option.names.includes(word.slice(0, at))) text = word.slice(at + 1);
      else if (option.names.includes(word)) text = command.arguments[n + 1] ?? text;
      else if (option.names.some((name) => isShort(name, word))) text = word.slice(2);
    });
    text ??= option.variables.map((name) => command.variables[name]).find(Boolean) ?? null;
    if (text === null) return [option.default, false];
    const open = /\$\{?(\w+)/.exec(text);
    if (open) throw new Cannot(`It depends on the variable ${open[1]}.`);
    if (option.word) return [text, true];
    if (!/^[0-9]{1,9}$/.test(text)) throw new Cannot(`${option.names[0]} is not a number that is possible here: ${text}`);
    return [Number(text), true];
  }

  const factors = (product) => product.split(" * ");

  const fits = (rule, settings, given) =>
    Object.entries(rule.is).every(([name, values]) => values.includes(String(settings[name]).split(".").at(-1)))
    && Object.entries(rule.over).every(([name, least]) => (typeof settings[name] === "number" ? settings[name] > least : settings[name] !== ""))
    && Object.entries(rule.within).every(([name, other]) => settings[name] <= factors(other).reduce((product, each) => product * settings[each], 1))
    && rule.given.every((name) => given.has(name))
    && !rule.absent.some((name) => given.has(name));

  const deciding = (server, rule) => [
    ...server.rule.slice(0, server.rule.indexOf(rule) + 1).flatMap((each) => [...Object.keys(each.is), ...Object.keys(each.over), ...Object.entries(each.within).flatMap(([name, other]) => [name, ...factors(other)])]),
    ...[rule.processes, rule.lanes].filter((part) => typeof part === "string"),
  ];

  const hasFile = (server, command) => command.arguments.some((word) =>
    server["settings-file"].includes(word.split("=")[0])
    || server["settings-file"].some((name) => isShort(name, word))
    || server["settings-ending"].some((ending) => word.endsWith(ending)));

  const count = (number, noun) => `${number} ${number === 1 ? noun.replace(/(?<=ss)es$|s$/, "") : noun}`;

  function because(rule, processes, lanes) {
    if (rule.unbounded) return `${rule.kind}: no bound is declared.`;
    if (rule.processes === 1 && rule.lanes === 1) return `${rule.kind}: one process, which takes one request at a time.`;
    const first = rule.processes === 1 ? "one process" : count(processes, rule.processes);
    const second = rule.lanes === 1 ? "" : ` × ${count(lanes, rule.noun || rule.lanes)}`;
    return `${rule.kind}: ${first}${second} = ${processes * lanes}.`;
  }

  const distance = (cell, processes, lanes) =>
    Math.round(1e6 * (Math.abs(Math.log2(cell.processes / processes)) + Math.abs(Math.log2(cell.lanes / lanes)))) / 1e6;

  function nearest(server, kind, processes, lanes) {
    let best = null;
    for (const cell of measured) {
      if (cell.server !== server || cell.kind !== kind) continue;
      const key = distance(cell, processes, lanes);
      if (!best || key < best.key) best = { key, cell };
    }
    return best?.cell ?? null;
  }

  const nothing = { server: "", declared: null, unbounded: false, kind: "", processes: 0, lanes: 0, because: "", remarks: [], nearest: "", exact: false, see: [] };

  function explainServer(server, command) {
    if (server["words-from"] && command.variables[server["words-from"]]) {
      const more = command.variables[server["words-from"]].split(/\s+/).filter(Boolean);
      command = { ...command, arguments: [...more, ...command.arguments] };
    }
    const settings = {}, given = new Set();
    for (const [name, option] of Object.entries(server.options)) {
      const [setting, isGiven] = value(option, command);
      settings[name] = setting;
      if (isGiven) given.add(name);
    }
    const rule = server.rule.find((each) => fits(each, settings, given));
    const remarks = [rule.remark, server.remark].filter(Boolean);
    if (rule.unknown) {
      const see = rule.see.flatMap((name) => measured.filter((cell) => cell.server === server.name && cell.configuration === name).map((cell) => cell.id));
      const because = rule.unknown.replace(/\{([\w-]+)\}/g, (_, name) => settings[name]);
      return { ...nothing, server: server.name, because, remarks, see };
    }
    if (hasFile(server, command) && !deciding(server, rule).every((name) => given.has(name))) {
      throw new Cannot("The file that it names may say so, and is not looked into: flask-concurrency check does that.");
    }
    const number = (part) => (typeof part === "string" ? Number(settings[part]) : part);
    const processes = number(rule.processes), lanes = number(rule.lanes);
    if (!processes || !lanes) throw new Cannot("It is not known what zero means here.");
    const cell = nearest(server.name, rule.kind, processes, lanes);
    return {
      ...nothing, server: server.name, declared: rule.unbounded ? null : processes * lanes, unbounded: rule.unbounded,
      kind: rule.kind, processes, lanes, because: because(rule, processes, lanes), remarks,
      nearest: cell?.id ?? "", exact: Boolean(cell) && cell.processes === processes && cell.lanes === lanes,
    };
  }

  function explain(text) {
    let server = null;
    try {
      const command = split(text);
      server = rules.server.find((each) => each.programs.includes(command.program));
      if (!server) throw new Cannot(`${command.program} is not a server whose options are known here.`);
      return explainServer(server, command);
    } catch (why) {
      if (!(why instanceof Cannot)) throw why;
      return { ...nothing, server: server?.name ?? "", because: why.message };
    }
  }

  const form = document.getElementById("explain"), field = document.getElementById("command"), out = document.getElementById("answer");
  const root = document.querySelector("header .name").getAttribute("href").replace("index.html", "");
  const byId = new Map(measured.map((cell) => [cell.id, cell]));
  const element = (name, text, kind = "") => Object.assign(document.createElement(name), { textContent: text, className: kind });

  function box(number, kind, unit, ...said) {
    const made = element("div", "", `answer ${kind}`.trim()), right = element("div", "");
    const shown = element("span", number, /[0-9]/.test(number) ? "number" : "number words");
    if (unit) shown.append(" ", element("small", unit));
    right.append(...said);
    made.append(shown, right);
    return made;
  }

  function cellBox(id, before) {
    const cell = byId.get(id), kind = `is-${cell.word.replaceAll(" ", "-")}`, head = element("p", before);
    head.append(Object.assign(element("a", `${cell.title} ${cell.configuration}`), { href: root + cell.page }), " ", element("span", cell.word, `tag ${kind}`));
    return box(cell.number, kind, "measured", head, element("p", `${cell.reason[0].toUpperCase()}${cell.reason.slice(1)}.`));
  }

  function show(text) {
    out.replaceChildren();
    if (!text.trim()) return;
    const answer = explain(text);
    const known = answer.declared !== null || answer.unbounded;
    const number = known ? (answer.unbounded ? "no bound" : String(answer.declared)) : "not known";
    const remarks = answer.remarks.map((remark) => element("p", remark, "soft"));
    out.append(box(number, "", known ? "declared" : "", element("p", answer.because), ...remarks));
    if (answer.nearest) out.append(cellBox(answer.nearest, answer.exact ? "Measured with exactly these settings: " : "The nearest that was measured: "));
    else if (!answer.see.length) out.append(element("p", "Nothing like it was measured."));
    for (const id of answer.see) out.append(cellBox(id, "What it may be: "));
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.pushState(null, "", `?command=${encodeURIComponent(field.value)}`);
    show(field.value);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
  });
  function fromAddress() {
    const given = new URLSearchParams(location.search).get("command") ?? "";
    if (given) field.value = given;
    show(field.value);
  }
  addEventListener("popstate", fromAddress);
  fromAddress();
  return explain;
})();
