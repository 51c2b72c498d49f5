// The page reads without this; it opens what a link names, and all before printing.
"use strict";
(() => {
  const all = () => document.querySelectorAll("details");
  const tools = document.querySelector(".tools");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const what = event.target.dataset.open;
    if (what) all().forEach((each) => { each.open = what === "all"; });
  });
  const follow = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", follow);
  follow();
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...all()].filter((each) => !each.open);
    closed.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => { closed.forEach((each) => { each.open = false; }); });
})();

// Charts that the pointer can read, in the place of their pictures.
(() => {
  if (typeof uPlot === "undefined") return;
  const nines = (percent) => Math.min(5, -Math.log10(1 - percent / 100));
  const percent = (place) => 100 * (1 - 10 ** -place);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);
  const curves = ["--first", "--second", "--third", "--quiet", "--first", "--second"];
  const dashes = [[], [7, 3], [2, 3], [10, 3, 2, 3], [1, 5], [14, 4]];
  const named = (axis) => (axis.unit ? `${axis.name}, ${axis.unit}` : axis.name);
  const short = (value) => (value == null ? "–" : Number(value.toPrecision(4)).toString());

  const compactly = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  const compact = (value) => (value == null ? "" : compactly.format(value));

  const draw = (plot, chart) => {
    const inNines = chart.x.scale === "nines";
    const place = inNines ? nines : (value) => value;
    const inWords = inNines ? (value) => `p${short(percent(value))}` : short;
    const shift = (value) => place(value === null ? NaN : value);
    const data = uPlot.join(chart.curves.map((curve) => [curve.x.map(shift), curve.y]));
    const axis = (more) => ({ stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1 }, ...more });
    // Bands lie beneath the grid, their names above it.
    const eachBand = (chart_, show) => {
      const { ctx, bbox } = chart_;
      ctx.save();
      ctx.fillStyle = colour("--second");
      chart.bands.forEach((band) => {
        const from = Math.max(bbox.left, chart_.valToPos(place(band.from), "x", true));
        const to = Math.min(bbox.left + bbox.width, chart_.valToPos(place(band.to), "x", true));
        show(ctx, bbox, band.name, from, to);
      });
      ctx.restore();
    };
    const bands = (chart_) => eachBand(chart_, (ctx, bbox, _, from, to) => {
      ctx.globalAlpha = 0.13;
      ctx.fillRect(from, bbox.top, to - from, bbox.height);
    });
    const names = (chart_) => eachBand(chart_, (ctx, bbox, name, from) => {
      ctx.textAlign = "left";
      ctx.fillText(name, from + 4 * devicePixelRatio, bbox.top + 14 * devicePixelRatio);
    });
    // A line across, or a cross where something was wrong.
    const marks = (chart_) => {
      const { ctx, bbox } = chart_;
      const size = 5 * devicePixelRatio;
      const line = (x1, y1, x2, y2) => { ctx.moveTo(x1, y1); ctx.lineTo(x2, y2); };
      ctx.save();
      chart.marks.forEach((mark) => {
        const x = chart_.valToPos(place(mark.x), "x", true);
        const across = mark.y === null;
        ctx.beginPath();
        ctx.lineWidth = 2 * devicePixelRatio;
        ctx.strokeStyle = ctx.fillStyle = colour(across ? "--accent" : "--bad");
        ctx.setLineDash(across ? [2 * size / 5, 4 * size / 5] : []);
        if (across) {
          const hasRoom = x < bbox.left + bbox.width / 2;
          line(x, bbox.top, x, bbox.top + bbox.height);
          ctx.textAlign = hasRoom ? "left" : "right";
          ctx.fillText(mark.name, x + (hasRoom ? size : -size), bbox.top + 6 * size);
        } else {
          const y = chart_.valToPos(mark.y, "y", true);
          line(x - size, y - size, x + size, y + size);
          line(x - size, y + size, x + size, y - size);
        }
        ctx.stroke();
      });
      ctx.restore();
    };
    const scaled = (of) => (of.scale === "logarithmic" ? { distr: 3 } : {});
    const fromZero = (_, min, max) => [Math.min(0, min), max > Math.min(0, min) ? 1.05 * max : 1];
    const upright = chart.y.scale === "logarithmic" ? { distr: 3 } : { range: fromZero };
    const ticks = inNines
      ? { splits: () => [0, 50, 90, 99, 99.9, 99.99].map(nines), values: (_, all) => all.map(inWords) }
      : {};
    plot.classList.add("live");
    return new uPlot({
      width: Math.min(760, plot.closest(".wide").clientWidth || 760), height: 300,
      scales: { x: { time: false, ...scaled(chart.x) }, y: upright },
      axes: [axis({ label: named(chart.x), ...ticks }), axis({ label: named(chart.y), size: 64, values: (_, all) => all.map(compact) })],
      series: [{ label: named(chart.x), value: (_, value) => (value == null ? "–" : inWords(value)) },
        ...chart.curves.map((curve, i) => ({ label: curve.name, stroke: colour(curves[i % 6]),
          width: 2, dash: dashes[i % 6], value: (_, value) => short(value) }))],
      hooks: { drawClear: [bands], draw: [names, marks] },
    }, data, plot);
  };

  const drawn = new Map();
  const show = (figure) => {
    const plot = figure.querySelector(".plot");
    if (drawn.has(plot)) return;
    drawn.set(plot, draw(plot, JSON.parse(figure.querySelector("script.curves").textContent)));
  };
  const showAll = (within) => within.querySelectorAll("figure").forEach((figure) => {
    if (figure.closest(".wide").clientWidth > 0) show(figure);
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.open) showAll(event.target);
  }, true);
  showAll(document);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawn.forEach((chart) => chart.destroy());
    drawn.clear();
    showAll(document);
  });
})();
