// Screenshots for the documentation, at a third of the size: 256 colours, each pixel one byte.

import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const COLORS = 256;

function* chunks(png) {
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    yield { type: png.toString("latin1", at + 4, at + 8), body: png.subarray(at + 8, at + 8 + length) };
    at += length + 12;
  }
}

const CRC = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  }
  return value >>> 0;
});

function chunk(type, body) {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE((named.reduce((crc, byte) => CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0);
  return Buffer.concat([length, named, check]);
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [one, two, three] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return one <= two && one <= three ? left : two <= three ? up : corner;
}

/** Pixels as numbers 0xRRGGBB, row by row, of an 8-bit PNG in true colour. */
function read(png) {
  const parts = [...chunks(png)];
  const header = parts[0].body;
  const [width, height, step] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9] === 6 ? 4 : 3];
  const data = inflateSync(Buffer.concat(parts.filter(({ type }) => type === "IDAT").map(({ body }) => body)));
  const stride = width * step;
  let above = new Uint8Array(stride);
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const filter = data[y * (stride + 1)];
    const line = new Uint8Array(stride);
    for (let x = 0; x < stride; x += 1) {
      const left = x >= step ? line[x - step] : 0;
      const corner = x >= step ? above[x - step] : 0;
      const add = [0, left, above[x], (left + above[x]) >> 1, filter === 4 ? paeth(left, above[x], corner) : 0][filter];
      line[x] = data[y * (stride + 1) + 1 + x] + add;
    }
    for (let x = 0; x < width; x += 1) {
      pixels[y * width + x] = (line[x * step] << 16) | (line[x * step + 1] << 8) | line[x * step + 2];
    }
    above = line;
  }
  return { width, height, pixels };
}

function distance(one, two) {
  const red = (one >> 16) - (two >> 16);
  const green = ((one >> 8) & 255) - ((two >> 8) & 255);
  const blue = (one & 255) - (two & 255);
  return 2 * red * red + 4 * green * green + 3 * blue * blue;
}

function nearest(palette, color) {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  palette.forEach((other, index) => {
    const away = distance(other, color);
    if (away < least) {
      [best, least] = [index, away];
    }
  });
  return best;
}

/** The commonest colours first, but none that is too like one already taken: so rare hues keep a place. */
function choose(uses) {
  const ordered = [...uses].toSorted((one, two) => two[1] - one[1]).map(([color]) => color);
  const palette = [];
  for (const apart of [3000, 800, 200, 50, 0]) {
    for (const color of ordered) {
      if (palette.length < COLORS && palette.every((taken) => distance(taken, color) > apart)) {
        palette.push(color);
      }
    }
  }
  return palette;
}

/** The same picture in 256 of its colours; all others become the nearest of these. */
export function shrink(png) {
  const { width, height, pixels } = read(png);
  const uses = new Map();
  for (const color of pixels) {
    uses.set(color, (uses.get(color) ?? 0) + 1);
  }
  const palette = choose(uses);
  const index = new Map([...uses.keys()].map((color) => [color, nearest(palette, color)]));
  const lines = Buffer.alloc(height * (width + 1));
  pixels.forEach((color, at) => {
    lines[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = index.get(color);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colors = Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]));
  const body = deflateSync(lines, { level: 9 });
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("PLTE", colors), chunk("IDAT", body), chunk("IEND", Buffer.alloc(0))]);
}
