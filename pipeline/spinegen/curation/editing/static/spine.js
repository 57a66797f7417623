// The spine as a curve: five handles bend it, nine levels slide on it. Plain geometry, no page.

const SAMPLES = 160;
export const HANDLES = 5;
const GAP = 0.004; // levels keep their order: least distance of neighbours, as a share of the curve

// Points of a centripetal Catmull-Rom curve through `knots` ([x, y] each), with the length up to each of them.
export function curveThrough(knots) {
  const first = knots[0], last = knots[knots.length - 1];
  const beyond = (a, b) => [2 * a[0] - b[0], 2 * a[1] - b[1]];
  const all = [beyond(first, knots[1]), ...knots, beyond(last, knots[knots.length - 2])];
  const points = [];
  const each = Math.ceil(SAMPLES / (knots.length - 1));
  for (let i = 1; i + 2 < all.length; i++) {
    for (let k = 0; k < each; k++) points.push(between(all[i - 1], all[i], all[i + 1], all[i + 2], k / each));
  }
  points.push(last.slice());
  const lengths = [0];
  for (let i = 1; i < points.length; i++) lengths.push(lengths[i - 1] + distance(points[i - 1], points[i]));
  return { points, lengths };
}

function between(a, b, c, d, share) {
  const step = (p, q) => Math.max(Math.sqrt(distance(p, q)), 1e-6);
  const t0 = 0, t1 = t0 + step(a, b), t2 = t1 + step(b, c), t3 = t2 + step(c, d);
  const t = t1 + share * (t2 - t1);
  const mix = (p, q, s, e) => [0, 1].map((k) => ((e - t) * p[k] + (t - s) * q[k]) / (e - s));
  const ab = mix(a, b, t0, t1), bc = mix(b, c, t1, t2), cd = mix(c, d, t2, t3);
  return mix(mix(ab, bc, t0, t2), mix(bc, cd, t1, t3), t1, t2);
}

export function distance(p, q) {
  return Math.hypot(p[0] - q[0], p[1] - q[1]);
}

// The point at a share (0..1) of the curve's length.
export function pointAt(curve, share) {
  const { points, lengths } = curve;
  const wanted = Math.min(Math.max(share, 0), 1) * lengths[lengths.length - 1];
  let i = 1;
  while (i < lengths.length - 1 && lengths[i] < wanted) i++;
  const span = lengths[i] - lengths[i - 1];
  const part = span > 0 ? (wanted - lengths[i - 1]) / span : 0;
  return [0, 1].map((k) => points[i - 1][k] + part * (points[i][k] - points[i - 1][k]));
}

// The share of the length at which the curve is nearest to a point.
export function nearestShare(curve, point) {
  const { points, lengths } = curve;
  const total = lengths[lengths.length - 1] || 1;
  let best = Infinity, share = 0;
  for (let i = 1; i < points.length; i++) {
    const [p, q] = [points[i - 1], points[i]];
    const span = distance(p, q) ** 2 || 1e-12;
    const along = ((point[0] - p[0]) * (q[0] - p[0]) + (point[1] - p[1]) * (q[1] - p[1])) / span;
    const part = Math.min(Math.max(along, 0), 1);
    const foot = [p[0] + part * (q[0] - p[0]), p[1] + part * (q[1] - p[1])];
    const away = distance(point, foot);
    if (away < best) [best, share] = [away, (lengths[i - 1] + part * (lengths[i] - lengths[i - 1])) / total];
  }
  return share;
}

// Handles and shares of the nine levels as they lie now; the ends of the chain are the ends of the curve.
export function spineOf(chain) {
  const through = curveThrough(chain);
  const handles = [];
  for (let i = 0; i < HANDLES; i++) handles.push(pointAt(through, i / (HANDLES - 1)));
  const total = through.lengths[through.lengths.length - 1] || 1;
  const each = (through.points.length - 1) / (chain.length - 1);
  const shares = chain.map((_, i) => through.lengths[Math.round(i * each)] / total);
  return { handles, shares };
}

// Where the levels are.
export function levelsOf(spine) {
  const curve = curveThrough(spine.handles);
  return spine.shares.map((share) => pointAt(curve, share));
}

// A level slid to a share, between its neighbours; the ends stay ends.
export function slid(spine, level, share) {
  const shares = spine.shares.slice();
  if (level > 0 && level < shares.length - 1) {
    shares[level] = Math.min(Math.max(share, shares[level - 1] + GAP), shares[level + 1] - GAP);
  }
  return { handles: spine.handles, shares };
}

// A handle moved to a point.
export function bent(spine, handle, point) {
  const handles = spine.handles.map((known, i) => (i === handle ? point.slice() : known));
  return { handles, shares: spine.shares };
}
