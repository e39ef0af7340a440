// Draws what was measured, without a library: one line over a logarithmic axis.
const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 60;
const RIGHT = 620;
const TOP = 40;
const BOTTOM = 270;

/** The cost of a run over the number of threads, as SVG. */
export const plotGrowth = (measured) => {
  const [first, last] = [measured[0].threads, measured.at(-1).threads];
  const top = Math.max(...measured.map(({ ms }) => ms)) * 1.5;
  const x = (threads) => LEFT + ((RIGHT - LEFT) * Math.log(threads / first)) / Math.log(last / first);
  const y = (ms) => BOTTOM - ((BOTTOM - TOP) * ms) / top;
  const band = [measured[0].ms * 1.2, measured[0].ms * 0.8].map(y);
  const points = measured.map(({ threads, ms }) => `${x(threads).toFixed(1)},${y(ms).toFixed(1)}`);
  const ticks = [0, top / 2, top].map(
    (ms) => `<text x="${LEFT - 8}" y="${y(ms) + 4}" text-anchor="end">${ms.toFixed(1)}</text>`,
  );
  const labels = measured.map(
    ({ threads, ms }) =>
      `<text x="${x(threads).toFixed(1)}" y="${BOTTOM + 20}" text-anchor="middle">${threads.toLocaleString('en')}</text>` +
      `<circle cx="${x(threads).toFixed(1)}" cy="${y(ms).toFixed(1)}" r="4" fill="#1864ab"/>` +
      `<text x="${x(threads).toFixed(1)}" y="${(y(ms) - 10).toFixed(1)}" text-anchor="middle">${ms.toFixed(2)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#343a40">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="20" font-size="14">Milliseconds per run (one step, 16 at once) over threads in the database</text>
<rect x="${LEFT}" y="${band[0].toFixed(1)}" width="${RIGHT - LEFT}" height="${(band[1] - band[0]).toFixed(1)}" fill="#d0ebff"/>
<path d="M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}" fill="none" stroke="#868e96"/>
<polyline points="${points.join(' ')}" fill="none" stroke="#1864ab" stroke-width="2"/>
${[...ticks, ...labels].join('\n')}
<text x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">threads, each with its run, checkpoints, events and log; the band is ±20 % of the first</text>
</svg>
`;
};
