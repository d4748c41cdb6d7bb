// Writes docs/gallery.md from the entries in stacks/gallery. Run it, after `npm run build`, when an entry has changed.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join("stacks", "gallery", "entries");

/** The page, from galleryEntries of stacks/gallery/entries. */
export function galleryPage(entries) {
  const sources = readdirSync(join(root, folder))
    .sort()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") }));
  return [
    introduction,
    table(
      ["entry", "what it shows", "takes at the most", "what KServe makes of it"],
      entries.map(({ name, title, accelerators, makes }) => [
        `[${name}](#${name})`,
        title,
        accelerated(accelerators),
        makes,
      ]),
    ),
    ...entries.map((entry) => section(entry, sourceOf(entry, sources))),
  ].join("\n");
}

const introduction = `# Gallery

Ways of serving a model, each a few lines: llm-d's well-lit paths and the topics of KServe's samples. \`scripts/generate-gallery.mjs\` makes this
page of the entries in \`stacks/gallery/entries\`. The tests bring all of them up on the embedded control plane until KServe's controller
calls them Ready, with their pods placed on nodes that have the hardware. No model was loaded, and images were not pulled there.

\`stacks/gallery\` is a Pulumi program that brings up those that a stack's configuration names, after \`npm ci && npm run build\`:

\`\`\`
cd stacks/gallery && pulumi stack init gallery
pulumi config set --path pulumi-kserve:cluster.kubeconfigFile ~/.kube/dev.yaml
pulumi config set --path 'pulumi-kserve:gallery[0]' single-gpu
pulumi up
\`\`\`

On the embedded control plane, those of \`Pulumi.gallery.yaml\`, in a cluster of their own; \`--nodes amd-mi300x=1\` adds nodes of another kind:

\`\`\`
npm run local -- up --name gallery --stack gallery
\`\`\`

What KServe will act on, and who set each field, without a cluster: \`npm run explain -- prefill-decode --stack gallery\`.

| setting | meaning | default |
| --- | --- | --- |
| \`gallery[]\` | names of the entries | required |
| \`namespace\` | where the services live; it is created, unless it is \`default\` | \`gallery\` |
| \`platform\` | as in the [environment](settings.md); \`existing\` when another stack has installed it, KServe in the version of this package | all of it |
| \`cluster\`, \`mirrors\`, \`pools\`, \`existing\`, \`preflight\` | as in the environment | |

Entries name their GPUs by resource, so that they fit any cluster; \`accelerator\` with \`cloud\` selects nodes by the labels of GKE or EKS. What is
not here: llm-d's asynchronous processing and batches are programs of their own in front of a gateway, and no part of a LLMInferenceService.
`;

function section({ name, title, description, accelerators, makes, needs = [] }, source) {
  const facts = [
    `- takes: ${accelerated(accelerators) || "no accelerator"}`,
    `- KServe makes: ${makes}`,
    ...needs.map((need) => `- needs: ${kinds[need.kind]} \`${need.name}\`: ${need.why}`),
  ];
  return [
    `## ${name}`,
    wrapped(`**${title}.** ${description}`),
    facts.join("\n"),
    `\`\`\`ts ${source.path}\n${shownOf(source.text)}\`\`\``,
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

/** In lines of at most 150 characters. */
function wrapped(text) {
  return text.replaceAll(/(.{1,150})(?: |$)/g, "$1\n").trimEnd();
}

/** What is served; the rest of the file is said above it. */
function shownOf(text) {
  const entry = text.indexOf("export const");
  const before = text.slice(text.lastIndexOf(" from ", entry)).split("\n").slice(1).join("\n");
  const constants = before.slice(0, before.indexOf("export const")).trim();
  const services = text.slice(text.indexOf("  services: {"), text.lastIndexOf("};")).replaceAll(/^ {2}/gm, "");
  return `${constants && `${constants}\n\n`}${services}`;
}

const kinds = {
  PersistentVolumeClaim: "the PersistentVolumeClaim",
  Secret: "the Secret",
  DeviceClass: "the DeviceClass",
  Installation: "an installation of",
};

function sourceOf({ name }, sources) {
  const found = sources.filter(({ text }) => text.includes(`  name: "${name}",\n`));
  if (found.length !== 1) throw new Error(`${found.length} files have the entry ${name}`);
  return found[0];
}

function accelerated(accelerators = {}) {
  return Object.entries(accelerators)
    .map(([resource, count]) => `${count} \`${resource}\``)
    .join(", ");
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { galleryEntries } = createRequire(import.meta.url)(join(root, "dist", "stacks", "gallery", "entries.js"));
  writeFileSync(join(root, "docs", "gallery.md"), galleryPage(galleryEntries));
}
