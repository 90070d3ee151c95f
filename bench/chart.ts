/** Small charts as SVG, for docs. Pure. */

export interface Chart {
  readonly title: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const [width, height, left, bottom, top] = [300, 220, 50, 40, 40] as const;

function plot({ title, points }: Chart, offset: number): string {
  const highest = Math.max(...points.map(([, y]) => y)) * 1.2;
  const [first = 1, last = 1] = [points[0]?.[0], points.at(-1)?.[0]];
  const across = (x: number) =>
    offset + left + ((Math.log(x) - Math.log(first)) / Math.log(last / first)) * (width - left - 40);
  const up = (y: number) => height - bottom - (y / highest) * (height - bottom - top);
  const places = points.map(([x, y]) => ({ x, y, at: across(x).toFixed(1), on: up(y).toFixed(1) }));
  const text = (x: number | string, y: number | string, said: string, anchor = 'middle') =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}">${said}</text>`;
  return [
    text(offset + width / 2, 20, title),
    `<path d="M${offset + left} ${top}V${height - bottom}H${offset + width - 20}" stroke="#888" fill="none"/>`,
    `<polyline points="${places.map(({ at, on }) => `${at},${on}`).join(' ')}" stroke="#2563eb" stroke-width="2" fill="none"/>`,
    ...places.flatMap(({ x, y, at, on }) => [
      `<circle cx="${at}" cy="${on}" r="4" fill="#2563eb"/>`,
      text(at, Number(on) - 10, y >= 100 ? y.toFixed(0) : y.toFixed(1)),
      text(at, height - bottom + 18, x.toLocaleString('en')),
    ]),
    text(offset + left - 6, height - bottom + 4, '0', 'end'),
  ].join('\n');
}

/** Charts side by side, each from 0 upwards, over numbers on a logarithmic scale. */
export function chartsAsSvg(charts: readonly Chart[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width * charts.length} ${height}" font-family="sans-serif" font-size="12" fill="#444">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...charts.map((chart, i) => plot(chart, i * width)),
    '</svg>',
    '',
  ].join('\n');
}
