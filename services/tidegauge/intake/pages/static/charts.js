// Draws the three monthly charts of an alert, with the months of its episode shaded.
"use strict";

(() => {
  const section = document.getElementById("charts");
  const boxes = section ? [...section.querySelectorAll(".chart")] : [];
  if (boxes.length === 0) return;
  const seconds = (month) => Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1) / 1000;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });
  const shown = (value) => (value === null || value === undefined ? "–" : number.format(value));
  const monthName = (at) => new Date(at * 1000).toISOString().slice(0, 7);
  let plots = [];

  function shade(plot) {
    const left = plot.valToPos(seconds(section.dataset.from), "x", true);
    const end = new Date(seconds(section.dataset.to) * 1000);
    const right = plot.valToPos(end.setUTCMonth(end.getUTCMonth() + 1) / 1000, "x", true);
    const { left: from, top, width, height } = plot.bbox;
    const start = Math.max(left, from);
    const stop = Math.min(Math.max(right, start + 2), from + width);
    if (stop <= from || start >= from + width) return;
    plot.ctx.save();
    plot.ctx.fillStyle = colour("--shade");
    plot.ctx.fillRect(start, top, stop - start, height);
    plot.ctx.restore();
  }

  function draw(box, times, values) {
    const label = box.closest("figure").querySelector("figcaption").textContent.split(",")[0];
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line-soft"), width: 1 }, ticks: { stroke: colour("--line-soft") }, font: "12px system-ui, sans-serif" };
    return new window.uPlot({
      width: box.clientWidth,
      height: 168,
      tzDate: (at) => window.uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
      scales: { y: { range: (_plot, low, high) => [Math.min(low ?? 0, 0), (high || 1) * 1.08] } },
      cursor: { sync: { key: "months" }, y: false },
      legend: { show: true },
      axes: [axis, { ...axis, size: 52, label: box.dataset.unit, labelSize: 18, labelFont: axis.font, values: (_plot, ticks) => ticks.map(shown) }],
      series: [
        { label: "Month", value: (_plot, at) => (at === null ? "–" : monthName(at)) },
        { label, stroke: colour("--chart"), width: 1.75, points: { show: times.length < 40, size: 5 }, value: (_plot, value) => (value === null ? "–" : `${shown(value)} ${box.dataset.unit}`) },
      ],
      hooks: { drawAxes: [shade] },
    }, [times, values], box);
  }

  function span(series, months) {
    if (!months) return [0, series.months.length];
    const last = series.months.findIndex((month) => month > section.dataset.to);
    const stop = Math.min((last < 0 ? series.months.length : last) + 12, series.months.length);
    return [Math.max(stop - months, 0), stop];
  }

  function drawAll(series, months) {
    for (const plot of plots) plot.destroy();
    const [start, stop] = span(series, months);
    const times = series.months.slice(start, stop).map(seconds);
    plots = boxes.map((box) => {
      const divide = Number(box.dataset.divide || 1);
      const values = series[box.dataset.series].slice(start, stop).map((value) => (value === null ? null : value / divide));
      return draw(box, times, values);
    });
    section.dataset.drawn = "yes";
  }

  async function begin() {
    const answer = await fetch(section.dataset.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`the figures could not be fetched (${answer.status})`);
    const series = await answer.json();
    let months = 72;
    drawAll(series, months);
    document.getElementById("span").addEventListener("click", (event) => {
      const asked = event.target.dataset.months;
      if (asked === undefined) return;
      months = Number(asked);
      for (const each of event.currentTarget.children) each.setAttribute("aria-pressed", String(each === event.target));
      drawAll(series, months);
    });
    new ResizeObserver(() => {
      for (const plot of plots) plot.setSize({ width: plot.root.parentElement.clientWidth, height: 168 });
    }).observe(boxes[0]);
  }

  begin().catch((error) => {
    for (const box of boxes) box.textContent = `No chart: ${error.message}.`;
  });
})();
