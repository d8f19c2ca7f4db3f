// The one script of the page. It draws the charts that stand in the page as JSON; it asks no host
// for anything, and no text of the data ever becomes code or markup.
(() => {
  "use strict";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const page = read("report-page");

  const draw = async (source) => {
    const spec = JSON.parse(source.textContent);
    for (const name of Object.keys(spec.datasets || {})) spec.datasets[name] = page.datasets[name];
    const place = document.createElement("div");
    place.className = "chart";
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", spec.description || "");
    // one picture with one text, instead of every mark read aloud
    const canvas = document.createElement("div");
    canvas.setAttribute("aria-hidden", "true");
    place.append(canvas);
    source.after(place);
    await window.vegaEmbed(canvas, spec, {
      ast: true,
      actions: false,
      renderer: "svg",
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
      formatLocale: page.formatLocale,
      timeFormatLocale: page.timeFormatLocale,
    });
  };

  const all = [...document.querySelectorAll("script.chart")];
  Promise.all(all.map(draw)).then(
    () => document.documentElement.setAttribute("data-drawn", String(all.length)),
    (error) => console.error(error),
  );
})();
