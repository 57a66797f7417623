const data = JSON.parse(document.getElementById("stick-data").textContent);
const canvas = document.getElementById("stick"), ctx = canvas.getContext("2d");
const all = data.keypoints.concat(data.observed);
const mid = [0, 1, 2].map(i => (Math.min(...all.map(p => p[i])) + Math.max(...all.map(p => p[i]))) / 2);
const span = Math.max(0.5, ...[0, 1, 2].map(i => Math.max(...all.map(p => p[i])) - Math.min(...all.map(p => p[i]))));
let yaw = 0.7, pitch = 0.12, zoom = 1;
function project(p, s, w, h) {
  const [x, y, z] = p.map((v, i) => v - mid[i]);
  const cy = Math.cos(yaw), sy = Math.sin(yaw), cp = Math.cos(pitch), sp = Math.sin(pitch);
  const a = cy * z - sy * x, b = sy * z + cy * x;
  return [w / 2 + s * a, h / 2 - s * (cp * y - sp * b)];
}
function line(points, color, width) {
  ctx.strokeStyle = color; ctx.lineWidth = width; ctx.beginPath();
  points.forEach((p, i) => i ? ctx.lineTo(...p) : ctx.moveTo(...p)); ctx.stroke();
}
function dot(p, r, color) { ctx.fillStyle = color; ctx.beginPath(); ctx.arc(p[0], p[1], r, 0, 7); ctx.fill(); }
function draw() {
  const ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  canvas.width = w * ratio; canvas.height = h * ratio; ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, w, h);
  const s = zoom * Math.min(w, h) / (1.25 * span), at = p => project(p, s, w, h);
  data.links.forEach(([a, b]) => line([at(data.keypoints[a]), at(data.keypoints[b])], "#9aa6ad", 2));
  line(data.spine.map(at), "#c2603c", 4);
  data.spine.forEach(p => dot(at(p), 2.5, "#7c3a20"));
  data.keypoints.forEach(p => dot(at(p), 3, "#333"));
  data.observed.forEach((p, i) => { line([at(p), at(data.expected[i])], "#d02020", 1.5); dot(at(p), 3.5, "#3070d0"); });
  ctx.fillStyle = "#667"; ctx.font = "10px system-ui";
  data.observed.forEach((p, i) => { const q = at(p); ctx.fillText(data.labels[i], q[0] + 5, q[1] - 4); });
}
let held = null;
canvas.onpointerdown = e => { held = [e.clientX, e.clientY]; canvas.setPointerCapture(e.pointerId); };
canvas.onpointermove = e => { if (!held) return; yaw += (e.clientX - held[0]) / 120; pitch += (e.clientY - held[1]) / 120; held = [e.clientX, e.clientY]; draw(); };
canvas.onpointerup = () => held = null;
canvas.onwheel = e => { e.preventDefault(); zoom *= Math.exp(-e.deltaY / 600); draw(); };
window.onresize = draw; draw();
