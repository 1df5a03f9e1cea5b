// Draws the plots of a report. The browser runs this file unchanged; the data is in the page's #report element.
/* global uPlot */
const report = JSON.parse(document.getElementById("report").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
const colours = dark
  ? ["#6fa8ff", "#4fd1bf", "#f0a35e", "#d68be6", "#a3b1c2", "#ff8fa3"]
  : ["#2f6fd0", "#1a9c8a", "#c2680c", "#a33fb5", "#64748b", "#c2304d"];
const style = getComputedStyle(document.documentElement);
const token = (name) => style.getPropertyValue(name).trim();
const narrow = (element) => element.clientWidth < 420;
const sync = uPlot.sync("time");

const shown = (value) => {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  return value.toLocaleString("en-US", { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2 });
};

const clock = (seconds) => {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (hours > 0) return `${hours}:${String(minutes).padStart(2, "0")} h`;
  return minutes > 0 ? `${minutes}:${String(rest).padStart(2, "0")} min` : `${rest} s`;
};

// Shades the time during which changes are made, under every plot.
const shade = {
  hooks: {
    drawClear: (plot) => {
      const { writeFrom, writeUntil } = report.phases;
      const left = Math.max(plot.bbox.left, plot.valToPos(writeFrom, "x", true));
      const right = Math.min(plot.bbox.left + plot.bbox.width, plot.valToPos(writeUntil, "x", true));
      if (right <= left) return;
      plot.ctx.save();
      plot.ctx.fillStyle = token("--shade");
      plot.ctx.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
      plot.ctx.restore();
    },
  },
};

const axis = (more) => ({
  stroke: token("--soft"),
  grid: { stroke: token("--grid"), width: 1 },
  ticks: { stroke: token("--grid"), width: 1 },
  font: "12px system-ui, sans-serif",
  ...more,
});

function draw(element, { options, data }) {
  const size = () => ({ width: element.clientWidth, height: narrow(element) ? 200 : 230 });
  const plot = new uPlot({ ...size(), ...options }, data, element);
  new ResizeObserver(() => plot.setSize(size())).observe(element);
}

const series = (lines) =>
  lines.map((line, n) => ({
    label: line.label,
    stroke: colours[n % colours.length],
    width: 1.5,
    spanGaps: true,
    points: { show: false },
    // Hidden at first, because the highest single sample flattens all other lines; a click on its name shows it.
    show: line.label !== "max",
    value: (_, value) => shown(value),
  }));

for (const [n, plot] of report.plots.entries()) {
  draw(document.getElementById(`plot-${n}`), {
    options: {
      cursor: { sync: { key: sync.key }, drag: { x: true, y: false } },
      plugins: [shade],
      scales: { x: { time: false }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
      axes: [
        axis({ values: (_, at) => at.map(clock), space: 70 }),
        axis({ values: (_, at) => at.map(shown), size: 58 }),
      ],
      series: [{ label: "time", value: (_, value) => (value === null ? "–" : clock(value)) }, ...series(plot.lines)],
    },
    data: [plot.at, ...plot.lines.map(({ values }) => values)],
  });
}

// All percentiles are equally far apart. On a linear axis the tail, which users notice most, would be one line.
const places = report.curves.at.map((_, place) => place);
const marks = places.filter((place) => [0, 50, 80, 90, 95, 98, 99, 99.9, 100].includes(report.curves.at[place]));
const curve = document.getElementById("curve");
if (curve && report.curves.lines.length > 0) {
  draw(curve, {
    options: {
      scales: { x: { time: false }, y: { distr: 3 } },
      cursor: { drag: { x: false, y: false } },
      axes: [
        axis({ splits: () => marks, values: () => marks.map((place) => `${report.curves.at[place]} %`) }),
        axis({ values: (_, at) => at.map((value) => (value === null ? null : shown(value))), size: 58 }),
      ],
      series: [
        { label: "percentile", value: (_, __, ___, at) => (at === null ? "–" : `${report.curves.at[at]} %`) },
        ...series(report.curves.lines),
      ],
    },
    data: [places, ...report.curves.lines.map(({ values }) => values.map((v) => Math.max(v, 0.01)))],
  });
}
