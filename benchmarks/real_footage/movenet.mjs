// MoveNet thunder on crops of 256x256 RGB bytes: node movenet.mjs FOLDER CROPS POINTS. Writes 17 x (y, x, score) as float32 a crop.

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [folder, source, target] = process.argv.slice(2);
const require = createRequire(path.join(folder, "package.json"));
const tf = require("@tensorflow/tfjs-core");
const { loadGraphModel } = require("@tensorflow/tfjs-converter");
require("@tensorflow/tfjs-backend-wasm");

const SIZE = 256;
const BYTES = SIZE * SIZE * 3;

function readModel() {
  const description = JSON.parse(fs.readFileSync(path.join(folder, "movenet-thunder.json"), "utf8"));
  const weights = fs.readFileSync(path.join(folder, "movenet-thunder.bin"));
  return {
    modelTopology: description.modelTopology,
    signature: description.signature,
    weightSpecs: description.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength),
  };
}

await tf.setBackend("wasm");
await tf.ready();
const model = await loadGraphModel({ load: async () => readModel() });
const crops = fs.readFileSync(source);
const points = fs.openSync(target, "w");
for (let start = 0; start < crops.length; start += BYTES) {
  const input = tf.tensor(Int32Array.from(crops.subarray(start, start + BYTES)), [1, SIZE, SIZE, 3], "int32");
  const output = model.execute(input);
  fs.writeSync(points, Buffer.from(Float32Array.from(await output.data()).buffer));
  input.dispose();
  output.dispose();
}
fs.closeSync(points);
