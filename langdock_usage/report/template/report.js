// The one script of the page. It draws the charts that stand in the page as JSON, and makes the
// tables sortable; it asks no host for anything, and no text of the data becomes code or markup.
(() => {
  "use strict";
  const page = JSON.parse(document.getElementById("report-page").textContent);
  const words = page.words;
  const NARROW = 560;

  const make = (name, text, attributes = {}) => {
    const element = document.createElement(name);
    element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };

  // Charts ---------------------------------------------------------------------------------------

  const narrow = (spec) => {
    const { axis, scale } = spec.encoding?.x ?? {};
    if (axis?.labelAngle === -40) Object.assign(axis, { labelAngle: -90, labelLimit: 130 });
    if (scale?.domainMax) scale.domainMax *= 1.25; // room for the amount behind the longest bar
    // the same for the steps of a waterfall, which has no axis
    const ends = axis === null && scale?.domain?.length === 2 ? scale.domain : undefined;
    if (ends) ends[1] += 0.4 * (ends[1] - ends[0]);
    (spec.layer || []).forEach(narrow);
  };

  // Our own charts are as wide as the page; others are as their notebook says.
  const isOurs = (spec) => spec.usermeta?.langdock_usage?.width === "page";

  const fit = (spec, width) => {
    if (!isOurs(spec)) return;
    if (spec.mark || spec.layer) spec.width = "container";
    const config = (spec.config ??= {});
    const legend = { layout: { bottom: { direction: "vertical", anchor: "start" } } };
    config.legend = { ...config.legend, ...legend };
    if (width >= NARROW) return;
    narrow(spec);
    // what stands in words below the chart has no room in it
    spec.layer = spec.layer?.filter((layer) => !layer.name?.startsWith("events"));
    config.axis = { ...config.axis, labelLimit: Math.round(width * 0.36) };
    const columns = width < 350 ? 1 : 2;
    Object.assign(config.legend, { columns, labelLimit: Math.round(width / columns - 56) });
  };

  // A name that would cover a point or another name moves above or below its point, or goes. Those
  // of low ratio are placed first, the costly ones before the others.
  const PLACES = ["beside", "above", "below"];

  const arrange = (canvas) => {
    const names = [...canvas.querySelectorAll("[class*=names_] text")];
    if (!names.length) return;
    const boxOf = (element) => element.getBoundingClientRect();
    const frame = boxOf(canvas.querySelector(".root path.background"));
    const taken = [...canvas.querySelectorAll(".mark-symbol.role-mark path")].map(boxOf);
    const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const boxAt = (name, where) => {
      name.style.removeProperty("--shift");
      name.setAttribute("class", where);
      const { left, right } = boxOf(name);
      const shift = Math.max(0, frame.left - left) - Math.max(0, right - frame.right);
      if (where !== "beside") name.style.setProperty("--shift", `${shift}px`);
      return boxOf(name);
    };
    for (const name of names) {
      const isInside = (box) => box.left >= frame.left && box.right <= frame.right + 1;
      const isFree = (box) => isInside(box) && !taken.some((other) => meets(box, other));
      const where = PLACES.find((where) => isFree(boxAt(name, where))) ?? "covered";
      name.setAttribute("class", where);
      if (where !== "covered") taken.push(boxOf(name));
    }
  };

  // Draws, and returns a function that draws again in the width that there is then.
  const draw = async (source) => {
    const spec = JSON.parse(source.textContent);
    for (const name of Object.keys(spec.datasets || {})) spec.datasets[name] ??= page.datasets[name];
    const place = make("div", "", { class: isOurs(spec) ? "chart ours" : "chart", role: "img" });
    place.setAttribute("aria-label", spec.description || words.chart);
    // one picture with one text, instead of every mark read aloud
    const canvas = make("div", "", { "aria-hidden": "true" });
    place.append(canvas);
    source.after(place);
    let drawn;
    const again = async () => {
      const fitted = structuredClone(spec);
      fit(fitted, place.clientWidth);
      place.classList.toggle("narrow", place.clientWidth < NARROW);
      drawn?.finalize();
      drawn = await window.vegaEmbed(canvas, fitted, {
        ast: true,
        actions: false,
        renderer: "svg",
        defaultStyle: false,
        tooltip: { disableDefaultStyle: true },
        formatLocale: page.formatLocale,
        timeFormatLocale: page.timeFormatLocale,
      });
      arrange(canvas);
    };
    await again();
    return again;
  };

  // A tap does what hovering does; the next one, wherever it is, ends it.
  let tapped;
  document.addEventListener("click", (event) => {
    const { clientX, clientY, target } = event;
    tapped?.dispatchEvent(new PointerEvent("pointerout", { bubbles: true }));
    tapped = target.closest(".chart svg") ? target : undefined;
    tapped?.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX, clientY }));
  });

  // A phone that is turned has another width; one whose address bar goes away has not.
  const redraw = (drawn) => {
    let width = window.innerWidth;
    let soon;
    window.addEventListener("resize", () => {
      if (window.innerWidth === width) return;
      width = window.innerWidth;
      clearTimeout(soon);
      soon = setTimeout(() => drawn.forEach((again) => again()), 150);
    });
  };

  // Tables ---------------------------------------------------------------------------------------

  const exact = (cell) =>
    cell.dataset.value ?? cell.querySelector("bdi")?.textContent ?? cell.textContent.trim();

  const compare = (isNumber) => (a, b) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    return isNumber ? Number(a) - Number(b) : a.localeCompare(b, page.language, { numeric: true });
  };

  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    table.tHead.rows[0].dataset.label = words.sort; // a phone shows it before the headings
    heads.forEach((head, column) => {
      const button = make("button", "", { type: "button" });
      button.append(...head.childNodes);
      head.append(button);
      const isNumber = head.classList.contains("number");
      button.addEventListener("click", () => {
        const first = isNumber ? "descending" : "ascending";
        const other = isNumber ? "ascending" : "descending";
        const order = head.getAttribute("aria-sort") === first ? other : first;
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const by = compare(isNumber);
        const rows = [...table.tBodies[0].rows].map((row) => [exact(row.cells[column]), row]);
        // what is not known stays at the end, whatever the order
        rows.sort(([a], [b]) => (a === "" || b === "" ? by(a, b) : sign * by(a, b)));
        table.tBodies[0].append(...rows.map(([, row]) => row));
      });
    });
  };

  const filterable = (tools, table) => {
    const label = make("label", `${words.filter} `);
    const box = make("input", "", { type: "search", autocomplete: "off" });
    const count = make("span", "", { role: "status", class: "count" });
    label.append(box);
    tools.append(label, count);
    const rows = [...table.tBodies[0].rows];
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLocaleLowerCase(page.language);
      let shown = 0;
      for (const row of rows) {
        const text = row.cells[0].textContent.toLocaleLowerCase(page.language);
        row.hidden = !text.includes(wanted);
        shown += !row.hidden;
      }
      if (table.tFoot) table.tFoot.hidden = wanted !== ""; // it is the total of all
      count.textContent = words.shown.replace("{shown}", shown).replace("{all}", rows.length);
    });
  };

  // A spreadsheet takes a text that begins like this for a formula.
  const formula = new RegExp(page.formula, "u");
  const harmless = (text) => (formula.test(text) ? `'${text}` : text);

  const csv = (table) => {
    const comma = page.decimal === ",";
    const separator = comma ? ";" : ",";
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
    const field = (cell) => {
      const text = exact(cell);
      const isNumber = cell.classList.contains("number") && /^-?\d+(\.\d+)?$/.test(text);
      if (isNumber) return comma ? text.replace(".", ",") : text;
      return quoted(harmless(text));
    };
    const heads = [...table.tHead.rows[0].cells].map((head) => quoted(harmless(exact(head))));
    const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map(field).join(separator));
    return `\ufeff${[heads.join(separator), ...rows].join("\r\n")}\r\n`;
  };

  // A phone shows rows as cards, and a table that is no longer laid out as one has to say so.
  const ROLES = { table: "table", "thead, tbody, tfoot": "rowgroup", tr: "row", td: "cell", th: "columnheader" };

  const named = (details) => {
    for (const [tags, role] of Object.entries(ROLES)) {
      details.querySelectorAll(tags).forEach((element) => element.setAttribute("role", role));
    }
  };

  const prepare = (details) => {
    const table = details.querySelector("table");
    named(details);
    if (window.innerWidth < NARROW && table.rows.length > 4) details.open = false;
    const tools = make("div", "", { class: "tools" });
    const link = make("a", words.save_csv, { download: details.dataset.file });
    link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv;charset=utf-8" }));
    if (details.dataset.filter) filterable(tools, table);
    tools.append(link);
    details.querySelector("summary").after(tools);
    if (table.tBodies[0].rows.length > 2) sortable(table);
  };

  // On paper nothing can be opened or searched: the tables with a title are printed in full.
  const printed = () => {
    const closed = [...document.querySelectorAll("details.titled:not([open])")];
    const hidden = [...document.querySelectorAll("table [hidden]")];
    closed.forEach((details) => (details.open = true));
    hidden.forEach((row) => (row.hidden = false));
    // page one is figures, waterfall and outlook; what each key did follows on the next
    const days = document.querySelector(".cell:has(> #days)");
    const details = document.querySelectorAll("[data-file^=moved-keys], [data-file^=budgets]");
    const homes = [...details].map((one) => [one, one.parentNode, one.nextSibling]);
    days?.before(...details);
    const restore = () => {
      homes.forEach(([one, home, next]) => home.insertBefore(one, next));
      closed.forEach((details) => (details.open = false));
      hidden.forEach((row) => (row.hidden = true));
    };
    window.addEventListener("afterprint", restore, { once: true });
  };
  window.addEventListener("beforeprint", printed);

  document.querySelectorAll("details.data").forEach(prepare);
  const charts = [...document.querySelectorAll("script.chart")];
  Promise.allSettled(charts.map(draw)).then((results) => {
    const failed = results.filter((result) => result.status === "rejected");
    failed.forEach((result) => console.error(result.reason));
    redraw(results.filter((result) => result.value).map((result) => result.value));
    document.documentElement.setAttribute("data-drawn", String(charts.length - failed.length));
  });
})();
