// Draws the recorded comment of test/unit/previews as GitHub shows it: docs/images/pull-request-comment.svg. Run: node scripts/draw-comment.mjs
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const width = 1000;
const margin = 24;
const opened = 2;

const sans = "-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif";
const mono = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace";

/** Width of a text in pixels, near enough for what is drawn around it. */
function widthOf({ text, kind, size }) {
  if (kind === "code") return text.length * size * 0.85 * 0.602 + 10;
  let sum = 0;
  for (const character of text)
    sum += /[mwMW@%—→]/.test(character)
      ? 0.86
      : /[iljtf.,:;'|!()[\] ]/.test(character)
        ? 0.3
        : /[A-Z]/.test(character)
          ? 0.67
          : 0.555;
  return sum * size * (kind === "bold" ? 1.17 : 1.06);
}

/** Pieces of a line of Markdown, as far as comments have it. */
function piecesOf(markdown, size) {
  const pieces = [];
  const pattern =
    /(`+)(.+?)\1(?!`)|\*\*(.+?)\*\*|\*([^*]+)\*|<b>(.*?)<\/b>|<br>|(?:\\(.)|&amp;|&lt;|&gt;|[^`*<\\&]|[`*<&])/g;
  let plain = "";
  const flush = () => {
    for (const text of plain.match(/\s*\S+|\s+$/g) ?? []) pieces.push({ text, kind: "text", size });
    plain = "";
  };
  for (const match of markdown.matchAll(pattern)) {
    const [whole, , code, bold, italic, html, escaped] = match;
    const special = code ?? bold ?? italic ?? html;
    if (special === undefined && whole !== "<br>") {
      plain += escaped ?? { "&amp;": "&", "&lt;": "<", "&gt;": ">" }[whole] ?? whole;
      continue;
    }
    flush();
    if (whole === "<br>") pieces.push({ text: "", kind: "break", size });
    else if (code !== undefined) pieces.push({ text: code.trim().replaceAll("\\|", "|"), kind: "code", size });
    else if (bold !== undefined)
      pieces.push(...piecesOf(bold, size).map((piece) => (piece.kind === "text" ? { ...piece, kind: "bold" } : piece)));
    else pieces.push({ text: special, kind: html === undefined ? "italic" : "bold", size });
  }
  flush();
  return pieces;
}

/** Breaks long code, which has no blanks. */
function parted(piece, room) {
  if (widthOf(piece) <= room || piece.kind !== "code") return [piece];
  const most = Math.max(8, Math.floor((room - 10) / (piece.size * 0.85 * 0.602)));
  return piece.text.match(new RegExp(`.{1,${most}}`, "g")).map((text) => ({ ...piece, text }));
}

function linesOf(markdown, room, size = 14, bold = false) {
  const lines = [[]];
  let used = 0;
  const pieces = piecesOf(markdown, size).map((one) => (bold && one.kind === "text" ? { ...one, kind: "bold" } : one));
  for (const piece of pieces.flatMap((one) => parted(one, room))) {
    const needed = widthOf(piece);
    if (piece.kind === "break" || (used > 0 && used + needed > room)) {
      lines.push([]);
      used = 0;
      if (piece.kind === "break") continue;
    }
    lines.at(-1).push(used === 0 ? { ...piece, text: piece.text.trimStart() } : piece);
    used += needed;
  }
  return lines;
}

const escape = (text) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\u200b]/g, "");

class Picture {
  parts = [];
  y = 0;

  rect(x, y, w, h, fill, stroke = "none", radius = 0) {
    this.parts.push(
      `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" rx="${radius}" fill="${fill}" stroke="${stroke}"/>`,
    );
  }

  /** @param length what the text is fitted into, so that it looks the same in every font. */
  text(x, y, text, { size = 14, weight = 400, family = "s", fill = "#1f2328", style = "", length } = {}) {
    const fitted = length === undefined ? "" : ` textLength="${round(length)}" lengthAdjust="spacingAndGlyphs"`;
    const attributes = `${weight === 400 ? "" : ` font-weight="${weight}"`}${style}${fitted}`;
    this.parts.push(
      `<text x="${round(x)}" y="${round(y)}" class="${family}" font-size="${size}" fill="${fill}"${attributes}>${escape(text)}</text>`,
    );
  }

  /** @returns the height that the text took. */
  flow(markdown, x, y, room, { size = 14, fill, bold = false } = {}) {
    const step = size * 1.5;
    const lines = linesOf(markdown, room, size, bold);
    lines.forEach((line, index) => {
      let at = x;
      const base = y + index * step + size * 1.1;
      for (const piece of line) {
        const w = widthOf(piece);
        if (piece.kind === "code") {
          this.rect(at, base - size * 0.98, w - 1, size * 1.36, "#eff1f3", "none", 6);
          this.text(at + 4.5, base - 0.5, piece.text, { size: round(size * 0.85), family: "m", length: w - 10 });
        } else {
          const weight = bold || piece.kind === "bold" ? 600 : 400;
          const style = piece.kind === "italic" ? ' font-style="italic"' : "";
          const word = piece.text.trim();
          const before = widthOf({ ...piece, text: piece.text.slice(0, piece.text.indexOf(word)) });
          const length = widthOf({ ...piece, text: word, kind: weight === 600 ? "bold" : "text" });
          if (word !== "") this.text(at + before, base, word, { size, weight, fill, style, length });
        }
        at += w;
      }
    });
    return lines.length * step;
  }
}

const round = (number) => Math.round(number * 10) / 10;

function table(picture, rows, x, y, room) {
  const [header, , ...body] = rows.map((row) =>
    row
      .slice(2, -2)
      .split(/ \| /)
      .map((cell) => cell.trim()),
  );
  const all = [header, ...body];
  const natural = header.map(
    (_, column) =>
      Math.max(
        ...all.map((row) =>
          linesOf(row[column] ?? "", 10_000).reduce(
            (most, line) =>
              Math.max(
                most,
                line.reduce((sum, piece) => sum + widthOf(piece), 0),
              ),
            0,
          ),
        ),
      ) + 26,
  );
  const least = header.map((title) => widthOf({ text: title, kind: "bold", size: 14 }) + 26);
  const total = natural.reduce((sum, one) => sum + one, 0);
  // Wide columns give way until all fit.
  const widths = [...natural];
  for (let over = total - room; over > 1; over = widths.reduce((sum, one) => sum + one, 0) - room) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = Math.max(least[widest], widths[widest] - Math.min(over, 12));
    if (widths.every((one, column) => one <= least[column])) break;
  }
  let top = y;
  all.forEach((row, index) => {
    const heights = row.map((cell, column) => linesOf(cell, widths[column] - 26).length * 21);
    const height = Math.max(...heights, 21) + 12;
    let left = x;
    widths.forEach((w, column) => {
      picture.rect(left, top, w, height, index > 0 && index % 2 === 0 ? "#f6f8fa" : "#ffffff", "#d1d9e0");
      picture.flow(row[column] ?? "", left + 13, top + 6, w - 20, { bold: index === 0 });
      left += w;
    });
    top += height;
  });
  return top - y;
}

function draw(markdown) {
  const picture = new Picture();
  const lines = markdown.split("\n");
  const room = width - 2 * margin;
  let y = 62;
  let details = 0;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (line === "" || line.startsWith("<!--")) continue;
    const heading = /^(#+) (.*)$/.exec(line);
    if (heading) {
      const size = heading[1].length === 3 ? 20 : 16;
      y += 10;
      y += picture.flow(heading[2], margin, y, room, { size, bold: true }) + 8;
    } else if (line.startsWith("> [!")) {
      const [color, name] = line.includes("CAUTION") ? ["#cf222e", "Caution"] : ["#9a6700", "Warning"];
      const start = y;
      y += 8;
      y += picture.flow(name, margin + 20, y, room, { fill: color, bold: true }) + 6;
      for (at++; lines[at]?.startsWith(">"); at++) {
        const text = lines[at].slice(1).trim();
        if (text === "") continue;
        const item = text.startsWith("- ");
        if (item) picture.text(margin + 24, y + 15, "•");
        y += picture.flow(item ? text.slice(2) : text, margin + (item ? 40 : 20), y, room - 50) + 3;
      }
      y += 6;
      picture.rect(margin, start, 4, y - start, color);
      y += 14;
    } else if (line.startsWith("| ")) {
      const rows = [];
      for (; lines[at]?.startsWith("| "); at++) rows.push(lines[at]);
      y += table(picture, rows, margin, y, room) + 14;
    } else if (line.startsWith("<details>")) {
      const isOpen = details++ < opened;
      picture.text(margin + 2, y + 15, isOpen ? "▾" : "▸");
      y += picture.flow(line.replace(/<\/?(details|summary)>/g, ""), margin + 18, y, room) + 6;
      if (!isOpen) while (!lines[at].startsWith("</details>")) at++;
    } else if (line.startsWith("- ")) {
      picture.text(margin + 4, y + 15, "•");
      y += picture.flow(line.slice(2), margin + 20, y, room - 20) + 4;
    } else if (!line.startsWith("</details>")) {
      y += picture.flow(line, margin, y, room) + 12;
    }
  }
  const height = Math.ceil(y + 12);
  const frame = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>.s{font-family:${sans}}.m{font-family:${mono}}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6" fill="#ffffff" stroke="#d1d9e0"/>`,
    `<path d="M0.5 44.5 V6.5 a6 6 0 0 1 6 -6 H${width - 6.5} a6 6 0 0 1 6 6 V44.5 Z" fill="#f6f8fa" stroke="#d1d9e0"/>`,
    `<text x="${margin}" y="28" class="s" font-size="14" font-weight="600" fill="#1f2328">github-actions</text>`,
    `<rect x="${margin + 112}" y="15" width="34" height="18" rx="9" fill="none" stroke="#d1d9e0"/>`,
    `<text x="${margin + 120}" y="28" class="s" font-size="12" fill="#59636e">bot</text>`,
  ];
  return [...frame, ...picture.parts, "</svg>", ""].join("\n");
}

const source = process.argv[2] ?? join(root, "test", "unit", "previews", "changes.md");
const target = process.argv[3] ?? join(root, "docs", "images", "pull-request-comment.svg");
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, draw(readFileSync(source, "utf8")));
